package cli

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

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
  syncguard init --name "Acme" --identifier com.acme \
    --target iOS/supervised --target macOS/supervised acme.yaml`,
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
	if err := o.check(env); err != nil {
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

// isReverseDNS says whether an identifier is a domain, last part first.
func isReverseDNS(s string) bool {
	matched, _ := regexp.MatchString(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`, s)
	return matched
}

func (o *initOptions) check(env *Env) error {
	if o.name == "" {
		return usage("syncguard init --name \"Acme\" --identifier com.acme", "the name of the organization is missing")
	}
	if !isReverseDNS(o.identifier) {
		return usage("write it as com.acme: your domain, last part first", "--identifier %q is not a reverse-DNS identifier", o.identifier)
	}
	if _, err := env.parseTargets(o.targets); err != nil {
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
	if _, person := terminal(env.Stdin); person {
		if err := askPerson(&prompter{in: bufio.NewReader(env.Stdin), out: env.err()}, o); err != nil {
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

// askPerson asks only what no flag answered.
func askPerson(p *prompter, o *initOptions) (err error) {
	if o.name == "" {
		if o.name, err = p.line("Name of your organization", func(s string) string {
			return cond(s == "", "a name is needed")
		}); err != nil {
			return err
		}
	}
	if o.identifier == "" {
		if o.identifier, err = p.line("Its reverse-DNS identifier, such as com.acme (every identifier and UUID is derived from it)", func(s string) string {
			return cond(!isReverseDNS(s), "write it as com.acme: your domain, last part first")
		}); err != nil {
			return err
		}
	}
	if len(o.targets) == 0 {
		if o.targets, err = p.choices("Which devices?", targetChoices()); err != nil {
			return err
		}
	}
	if len(o.dns) == 0 {
		o.dns, err = p.choices("Which DNS? With more than one, the person chooses in Settings; only one is active.", []choice{
			{"cloudflare", dnsProviders["cloudflare"], true},
			{"google", dnsProviders["google"], false},
			{"quad9", dnsProviders["quad9"], false},
		})
	}
	return err
}

// cond is a text where something holds, else nothing.
func cond(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

func targetChoices() []choice {
	var choices []choice
	for _, c := range []choice{
		{"iOS/manual", "", true}, {"iOS/supervised", "", true}, {"iPadOS/supervised", "", false}, {"macOS/manual", "", true},
		{"macOS/supervised", "", true}, {"tvOS/supervised", "", false}, {"visionOS/supervised", "", false},
	} {
		if t, err := target.Parse(c.value); err == nil {
			c.label = string(t.Platform) + " · " + t.Enrollment.Describe()
			choices = append(choices, c)
		}
	}
	return choices
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

// quoteYAML writes a string as a double-quoted YAML scalar, which every JSON string is.
func quoteYAML(s string) (string, error) {
	b, err := json.Marshal(strings.ReplaceAll(s, "${", "$${")) // a name is no variable
	return string(b), err
}
