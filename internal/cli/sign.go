package cli

import (
	"context"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

type signOptions struct {
	paths          []string
	out            string
	inPlace        bool
	replace        bool
	allowVariables bool
	signing        app.SigningOptions
	format         choiceFlag
}

func newSignCmd(env *Env) *cobra.Command {
	var o signOptions
	cmd := &cobra.Command{
		Use:   "sign FILE…",
		Short: "Sign profiles",
		Long: `Sign profiles, byte for byte as they are, with a certificate and its chain. A FILE of - is stdin, and is written to stdout.

The key is in a file (--cert and --key, or --p12), in a security module (--key pkcs11:…), or behind a command that signs a
digest (--signer-command), such as openssl or the one of a cloud. Without any it is the development identity, which devices
call "Not Verified".

A file that is signed already is refused (--replace signs its content anew), and so is one that holds variables of an MDM
server, which cannot fill them in without breaking the signature. Nothing is written unless every file can be signed.

With a key in a file, the same input gives the same bytes, unless --signing-time is given.`,
		Example: `  syncguard sign wifi.mobileconfig -o signed.mobileconfig
  syncguard sign profiles/*.mobileconfig -o signed/ --p12 acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard sign wifi.mobileconfig --in-place --cert leaf.pem --key leaf.key --chain issuing.pem
  syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain issuing.pem \
    --signer-command "openssl pkeyutl -sign -inkey leaf.key -pkeyopt digest:sha256"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a file, or - for stdin", "nothing to sign")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runSign(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "file or folder for what is signed; - for stdout")
	flags.BoolVar(&o.inPlace, "in-place", false, "put what is signed in place of the file")
	flags.BoolVar(&o.replace, "replace", false, "sign the content of a file that is signed already, if its integrity holds")
	flags.BoolVar(&o.allowVariables, "allow-variables", false, "sign a file that holds what looks like variables of an MDM server")
	addSigningFlags(cmd, &o.signing)
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

func runSign(ctx context.Context, env *Env, o signOptions) error {
	if err := o.signing.Check(); err != nil {
		return err
	}
	jobs, err := planSigning(env, o)
	if err != nil {
		return err
	}
	signer, err := o.signing.Load(ctx, env.host())
	if err != nil {
		return err
	}
	defer signer.Close()
	s := &signRun{ctx: ctx, env: env, o: o, signer: signer, files: newStaging(env.Now())}
	defer s.files.Close()
	if _, ok := terminal(env.Stderr); ok {
		s.progress = view.NewProgress(env.Stderr, env.Now, "signing", len(jobs))
	}
	var results []signResult
	for result := range ordered(jobs, runtime.GOMAXPROCS(0), s.sign) {
		s.progress.Step()
		if !result.skipped {
			results = append(results, result)
		}
	}
	s.progress.Clear()
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.finish(results)
}

// finish gives the files their names if all went well, and says what was done.
func (s *signRun) finish(results []signResult) error {
	refused, failed := s.problems(results)
	if failed == nil && !refused {
		failed = s.write(results)
	}
	done := failed == nil && !refused
	if s.o.format.isJSON() {
		if err := view.WriteJSON(s.env.Stdout, s.report(results, done)); err != nil {
			return err
		}
	} else if done && !toStdout(results) {
		s.env.out().Signing(s.report(results, done))
	}
	switch {
	case failed != nil:
		return failed
	case refused:
		return errFindings
	}
	return nil
}

// problems shows what keeps files from being signed, and returns the last error, which whoever calls this command shows.
func (s *signRun) problems(results []signResult) (refused bool, failed error) {
	p := s.env.err()
	shown, keyFailed := 0, false // once is enough
	for _, r := range results {
		refused = refused || r.refused
		if len(r.findings) > 0 && !s.o.format.isJSON() {
			p.FileFindings(r.name(), r.signed, r.findings)
			p.Line("")
			shown++
		}
		if r.err == nil || r.keyFailed && keyFailed {
			continue
		}
		keyFailed = keyFailed || r.keyFailed
		if failed != nil {
			p.Failure(plain(failed))
		}
		failed = r.err
	}
	if refused && shown > 0 {
		p.Line("nothing was signed")
	}
	return refused, failed
}

func (s *signRun) write(results []signResult) error {
	if toStdout(results) {
		_, err := s.env.Stdout.Write(results[0].data)
		return err
	}
	return s.files.Commit()
}

func toStdout(results []signResult) bool { return len(results) > 0 && results[0].job.out == "-" }

func (s *signRun) report(results []signResult, done bool) *view.Signing {
	b := &view.Signing{Signer: s.signer.Report(), Digest: s.o.signing.Digest, Written: done, Files: []view.Signed{}, Findings: []diag.Diagnostic{}}
	if at := s.signer.StatedTime(); !at.IsZero() {
		b.SigningTime = at.UTC().Format(time.RFC3339)
	}
	for _, r := range results {
		b.Findings = append(b.Findings, diag.InFile(r.name(), r.findings)...)
		if done {
			b.Files = append(b.Files, view.Signed{File: r.name(), Output: r.job.out, Size: r.size, SHA256: r.sum, ContentSHA256: r.contentSum, Replaced: r.signed})
		}
	}
	return b
}
