package cli

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"charm.land/huh/v2"
	"github.com/spf13/cobra"

	"syncguard/internal/target"
	loader "syncguard/internal/template"
)

type initOptions struct {
	file       string
	name       string
	identifier string
	targets    []string
	dns        []string
	force      bool
}

func newInitCmd(env *Env) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented template to start from",
		Long: `Write a commented template. On a terminal it asks for what the flags do not say; elsewhere --name and --identifier
are needed. FILE is syncguard.yaml unless given.`,
		Example: `  syncguard init
  syncguard init --name "Acme" --identifier com.acme --target iOS/supervised --target macOS/supervised acme.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("give one FILE", "%s writes one template, found %d names", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = "syncguard.yaml"
			if len(args) == 1 {
				o.file = args[0]
			}
			return runInit(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.name, "name", "", "name of the organization")
	flags.StringVar(&o.identifier, "identifier", "", "its reverse-DNS identifier, such as com.acme")
	flags.StringArrayVar(&o.targets, "target", nil, "PLATFORM[@VERSION][/ENROLLMENT] (repeatable)")
	flags.StringArrayVar(&o.dns, "dns", nil, "DNS provider: cloudflare, google or quad9 (repeatable)")
	flags.BoolVar(&o.force, "force", false, "replace FILE if it is there")
	return cmd
}

func runInit(env *Env, o initOptions) error {
	if _, err := os.Lstat(o.file); err == nil && !o.force {
		return withHint(fmt.Errorf("%s is there already", o.file), "give another name, or --force to replace it")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := ask(env, &o); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	text, err := starter(o)
	if err != nil {
		return err
	}
	dir, name := filepath.Split(o.file)
	if dir == "" {
		dir = "."
	}
	if err := writeFiles(dir, []output{{name, text, 0o644}}, env.Now()); err != nil {
		return err
	}
	p := env.out()
	p.Line("wrote %s", o.file)
	p.Line("next: syncguard build %s", o.file)
	return nil
}

var reverseDNS = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

func (o *initOptions) check() error {
	if o.name == "" {
		return usage("syncguard init --name \"Acme\" --identifier com.acme", "the name of the organization is missing")
	}
	if !reverseDNS.MatchString(o.identifier) {
		return usage("write it as com.acme: your domain, last part first", "--identifier %q is not a reverse-DNS identifier", o.identifier)
	}
	if _, err := parseTargets(o.targets); err != nil {
		return err
	}
	for _, p := range o.dns {
		if _, ok := dnsProviders[p]; !ok {
			return usage("a server of your own goes into the template, under prevention.dns", "unknown DNS provider %q, want cloudflare, google or quad9", p)
		}
	}
	return nil
}

var dnsProviders = map[string]string{
	string(loader.Cloudflare): "Cloudflare (1.1.1.1)",
	string(loader.Google):     "Google (8.8.8.8)",
	string(loader.Quad9):      "Quad9 (9.9.9.9)",
}

// ask fills what the flags left open: from a person on a terminal, else with the defaults.
func ask(env *Env, o *initOptions) error {
	_, person := terminal(env.Stdin)
	if person {
		err := form(env, o).Run()
		if errors.Is(err, huh.ErrUserAborted) {
			return context.Canceled
		}
		if err != nil {
			return err
		}
	}
	if len(o.targets) == 0 {
		for _, t := range loader.DefaultTargets() {
			o.targets = append(o.targets, string(t.Platform)+"/"+string(t.Enrollment))
		}
	}
	if len(o.dns) == 0 {
		o.dns = []string{string(loader.Cloudflare)}
	}
	return nil
}

// form asks only what no flag answered.
func form(env *Env, o *initOptions) *huh.Form {
	var fields []huh.Field
	if o.name == "" {
		fields = append(fields, huh.NewInput().Title("Name of your organization").Value(&o.name).Validate(huh.ValidateNotEmpty()))
	}
	if o.identifier == "" {
		fields = append(fields, huh.NewInput().Title("Its reverse-DNS identifier").Placeholder("com.acme").
			Description("Every identifier and UUID is derived from it, so it should last.").Value(&o.identifier).
			Validate(func(s string) error {
				if !reverseDNS.MatchString(s) {
					return errors.New("write it as com.acme: your domain, last part first")
				}
				return nil
			}))
	}
	if len(o.targets) == 0 {
		fields = append(fields, huh.NewMultiSelect[string]().Title("Which devices?").Options(targetOptions()...).Height(len(targetOptions())+1).Value(&o.targets))
	}
	if len(o.dns) == 0 {
		fields = append(fields, huh.NewMultiSelect[string]().Title("Which DNS?").
			Description("With more than one, the person chooses in Settings; only one is active.").
			Options(
				huh.NewOption(dnsProviders["cloudflare"], "cloudflare").Selected(true),
				huh.NewOption(dnsProviders["google"], "google"),
				huh.NewOption(dnsProviders["quad9"], "quad9"),
			).Height(len(dnsProviders)+2).Value(&o.dns))
	}
	return huh.NewForm(huh.NewGroup(fields...)).WithInput(env.Stdin).WithOutput(env.Stderr).WithShowHelp(true)
}

func targetOptions() []huh.Option[string] {
	var options []huh.Option[string]
	for _, c := range []struct {
		text     string
		selected bool
	}{
		{"iOS/manual", true}, {"iOS/supervised", true}, {"iPadOS/supervised", false}, {"macOS/manual", true},
		{"macOS/supervised", true}, {"tvOS/supervised", false}, {"visionOS/supervised", false},
	} {
		t, err := target.Parse(c.text)
		if err != nil {
			continue // a test holds these to be targets
		}
		options = append(options, huh.NewOption(fmt.Sprintf("%s · %s", t.Platform, t.Enrollment.Describe()), c.text).Selected(c.selected))
	}
	return options
}

//go:embed init.yaml.tmpl
var initTemplate string

// starter is the text of the template, with the answers as YAML scalars.
func starter(o initOptions) ([]byte, error) {
	t, err := template.New("init").Delims("[[", "]]").Funcs(template.FuncMap{"quote": quoteYAML}).Parse(initTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Name": o.name, "Identifier": o.identifier, "Targets": o.targets, "DNS": o.dns})
	return b.Bytes(), err
}

// quoteYAML writes a string as a double-quoted YAML scalar.
func quoteYAML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ReplaceAll(s, "${", "$${") { // a name is no variable
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
