package cli

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/baseline"
	"syncguard/internal/compose"
	"syncguard/internal/view"
)

// formFlags choose between profiles and declarations.
type formFlags struct {
	output    string
	dns       string
	legacyURL string
}

func (f *formFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.output, "output", string(baseline.Auto), "what to build for MDM: profile, declarations, or auto for what the targets call for")
	flags.StringVar(&f.dns, "dns-form", "", "give DNS settings as profile or declaration, not as the targets call for")
	flags.StringVar(&f.legacyURL, "legacy-url", "", "also declare each MDM profile as com.apple.configuration.legacy, to be fetched below this URL")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(words(baseline.Outputs()), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("dns-form", cobra.FixedCompletions(words(baseline.DNSForms()), cobra.ShellCompDirectiveNoFileComp))
}

func words[T ~string](all []T) []string {
	var texts []string
	for _, x := range all {
		texts = append(texts, string(x))
	}
	return texts
}

// check refuses words that are none of the choices, and a URL from which no device fetches a profile.
func (f *formFlags) check() error {
	if known := words(baseline.Outputs()); !slices.Contains(known, f.output) {
		return usage("want "+strings.Join(known, ", "), "--output %q is unknown", f.output)
	}
	if known := words(baseline.DNSForms()); f.dns != "" && !slices.Contains(known, f.dns) {
		return usage("want "+strings.Join(known, " or "), "--dns-form %q is unknown", f.dns)
	}
	if f.legacyURL == "" {
		return nil
	}
	if u, err := url.Parse(f.legacyURL); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return usage("want the folder that holds the profiles, such as https://mdm.acme.example/profiles", "--legacy-url is not a plain https URL")
	}
	if f.output == string(baseline.Profiles) {
		return usage("drop one of the two", "--legacy-url makes declarations, which --output profile leaves out")
	}
	return nil
}

func (f *formFlags) options() compose.Options {
	return compose.Options{
		Choice:    baseline.Choice{Output: baseline.Output(f.output), DNS: baseline.DNSForm(f.dns)},
		LegacyURL: f.legacyURL,
	}
}

// builtDeclaration is one declaration on its way to a file.
type builtDeclaration struct {
	file string
	data []byte
}

// encodeDeclarations encodes what is not in a profile. It comes after signing: the token of a declaration that wraps a
// profile covers the very bytes that a device fetches.
func encodeDeclarations(all []*built) error {
	for _, b := range all {
		if b.result.Carried {
			continue
		}
		b.result.Seal(b.data)
		for i := range b.result.Declarations {
			d := &b.result.Declarations[i]
			data, err := d.Encode()
			if err != nil {
				return fmt.Errorf("%s: %w", b.result.Target, err)
			}
			b.declarations = append(b.declarations, builtDeclaration{file: d.FileName(b.spec, b.result.Target), data: data})
		}
	}
	return nil
}

// fileNames are those of the profile and of the declarations.
func (b *built) fileNames() []string {
	names := []string{b.result.FileName(b.spec)}
	if !b.result.Carried {
		for i := range b.result.Declarations {
			names = append(names, b.result.Declarations[i].FileName(b.spec, b.result.Target))
		}
	}
	return names
}

// declarationReports are the declarations of a target, whether files or carried by the profile.
func declarationReports(b *built) []view.Declaration {
	all := []view.Declaration{}
	for i := range b.result.Declarations {
		d := &b.result.Declarations[i]
		token, _ := d.ServerToken() // it was encoded before
		r := view.Declaration{Type: d.Type, Identifier: d.Identifier, ServerToken: token}
		if !b.result.Carried {
			x := b.declarations[i]
			r.File, r.Size, r.SHA256 = x.file, len(x.data), hexSum(x.data)
		}
		all = append(all, r)
	}
	return all
}
