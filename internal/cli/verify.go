package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/view"
)

type verifyOptions struct {
	paths   []string
	roots   []string
	pin     string
	at      string
	require []string
	format  choiceFlag
}

func newVerifyCmd(env *Env) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Tell whether a signed profile is whole, trusted and valid",
		Long: `Answer three questions about each signed profile, in DER or BER. A FILE of - is stdin; in a folder every *.mobileconfig
is verified.

  integrity  is the content what every signer signed, is nothing else in the file,
             and is no algorithm weak?
  trust      does the chain of every signer lead to a root: to those in --roots,
             or else to the system's or Apple's own?
  validity   are the certificates valid now (or --at another moment), and was the
             signer's when it says that it signed?

A profile that was installed by hand takes a new version only from the very same certificate: --pin wants it of every
signer, and then answers trust without roots. The exit code is 1 when an answer is no; --require asks for some only.`,
		Example: `  syncguard verify corp.mobileconfig
  syncguard verify --roots corp-root.pem --at 2027-01-01 dist/
  syncguard verify --pin 3f0e…c1 --require integrity,trust corp.mobileconfig
  curl -s https://example.com/corp.mobileconfig | syncguard verify --format json -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a file, a folder, or - for stdin", "nothing to verify")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runVerify(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.roots, "roots", nil, "certificates to trust, PEM or DER, instead of the system's (repeatable)")
	flags.StringVar(&o.pin, "pin", "", "SHA-256 of the certificate that every signer must have")
	flags.StringVar(&o.at, "at", "", "ask about another moment: 2027-01-31, or with the time 2027-01-31T12:00:00Z")
	flags.StringSliceVar(&o.require, "require", []string{"integrity", "trust", "validity"}, "the answers that must be yes")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	_ = cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions([]string{"integrity", "trust", "validity"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runVerify(ctx context.Context, env *Env, o verifyOptions) error {
	v, err := newVerifier(env, o)
	if err != nil {
		return err
	}
	finder := inputFinder{"stdin", isProfileName, "profile (*.mobileconfig)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	result := view.Verification{Files: []view.Verified{}}
	out := env.out()
	for file := range ordered(inputs, runtime.GOMAXPROCS(0), func(in input) verified { return v.verifyInput(env, in) }) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if file.err != nil {
			failures = append(failures, file.err)
			continue
		}
		if !file.OK {
			result.Failed++
		}
		if !o.format.isJSON() {
			if len(result.Files) > 0 {
				out.Line("")
			}
			out.Verified(file.Verified)
		}
		result.Files = append(result.Files, file.Verified)
	}
	if o.format.isJSON() {
		if err := view.WriteJSON(env.Stdout, result); err != nil {
			return err
		}
	} else if len(result.Files) > 1 {
		out.Line("\n%s", result.String())
	}
	return verdict(env, failures, result.Failed > 0)
}

// verifier holds what is the same for every file.
type verifier struct {
	options cms.VerifyOptions
	asked   map[cms.Question]bool
}

func newVerifier(env *Env, o verifyOptions) (*verifier, error) {
	v := &verifier{cms.VerifyOptions{At: env.Now()}, map[cms.Question]bool{}}
	for _, name := range o.require {
		q := cms.Question(name)
		if q != cms.AboutIntegrity && q != cms.AboutTrust && q != cms.AboutValidity {
			return nil, usage("the answers are integrity, trust and validity", "--require does not know %q", name)
		}
		v.asked[q] = true
	}
	if len(v.asked) == 0 {
		return nil, usage("the answers are integrity, trust and validity", "--require asks for nothing")
	}
	var err error
	if o.at != "" {
		if v.options.At, err = parseMoment(o.at); err != nil {
			return nil, err
		}
	}
	if o.pin != "" {
		if v.options.Pin, err = parsePin(o.pin); err != nil {
			return nil, err
		}
	}
	if v.options.Roots, err = readRoots(o.roots); err != nil {
		return nil, err
	}
	if v.options.Roots == nil && v.options.Pin == nil {
		v.options.AppleRoots = true
		v.options.Roots, err = systemRoots()
	}
	return v, err
}

func parseMoment(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usage("write 2027-01-31, or 2027-01-31T12:00:00Z", "--at %q is no moment", text)
}

// parsePin takes a fingerprint as programs print it, with or without colons.
func parsePin(text string) (*[sha256.Size]byte, error) {
	if _, digits, found := strings.Cut(text, "Fingerprint="); found { // as openssl prints it
		text = digits
	}
	b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(b) != sha256.Size {
		return nil, usage("it has 64 hexadecimal digits: openssl x509 -noout -fingerprint -sha256 -in cert.pem prints it", "--pin is no SHA-256 of a certificate")
	}
	return (*[sha256.Size]byte)(b), nil
}

// verified is one file with the answers, or the reason why it could not be read.
type verified struct {
	view.Verified
	err error
}

func (v *verifier) verifyInput(env *Env, in input) verified {
	data, err := in.Read(env.host())
	if err != nil {
		return verified{err: err}
	}
	return v.verifyData(in.Path(), data)
}

// verifyData answers for one file. A defect of syncguard itself costs one file and not the run.
func (v *verifier) verifyData(name string, data []byte) (result verified) {
	defer func() {
		if p := recover(); p != nil {
			result = verified{err: fmt.Errorf("%s: verifying stopped on a defect of syncguard: %v", name, p)}
		}
	}()
	return verified{Verified: v.report(name, data)}
}
