package cli

import (
	"bufio"
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/target"
)

func newInitCmd(env *Env) *cobra.Command {
	var o app.InitOptions
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented template to start from",
		Long: `Write a commented template to start from. On a terminal, ask for missing answers; elsewhere --name and --identifier are
needed. FILE is syncguard.yaml by default: build, coverage and push find it by this name.`,
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
			o.File = app.DefaultTemplate
			if len(args) == 1 {
				o.File = args[0]
			}
			return runInit(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Name, "name", "", "name of the organization")
	flags.StringVar(&o.Identifier, "identifier", "", "reverse-DNS identifier of the organization, such as com.acme")
	flags.StringArrayVar(&o.Targets, "target", nil, "PLATFORM[@VERSION][/ENROLLMENT] (repeatable)")
	flags.StringArrayVar(&o.DNS, "dns", nil, "DNS provider: cloudflare, google or quad9 (repeatable)")
	flags.BoolVar(&o.Force, "force", false, "replace an existing FILE")
	return cmd
}

func runInit(ctx context.Context, env *Env, o app.InitOptions) error {
	h := env.host()
	if _, person := terminal(env.Stdin); person {
		o.Ask = func(o *app.InitOptions) error {
			return askPerson(&prompter{in: bufio.NewReader(h.Stdin), out: env.err()}, o)
		}
	}
	next, err := app.Init(ctx, h, o)
	if err != nil {
		return err
	}
	p := env.out()
	p.Line("wrote %s", o.File)
	p.Line("next: %s", next)
	return nil
}

// askPerson asks for the answers missing from the flags.
func askPerson(p *prompter, o *app.InitOptions) (err error) {
	if o.Name == "" {
		if o.Name, err = p.line("Name of your organization", func(s string) string {
			return cond(s == "", "a name is needed")
		}); err != nil {
			return err
		}
	}
	if o.Identifier == "" {
		if o.Identifier, err = p.line("Its reverse-DNS identifier, such as com.acme (every identifier and UUID is derived from it)", func(s string) string {
			return cond(!app.IsReverseDNS(s), "write it as com.acme: your domain, last part first")
		}); err != nil {
			return err
		}
	}
	if len(o.Targets) == 0 {
		if o.Targets, err = p.choices("Which devices?", targetChoices()); err != nil {
			return err
		}
	}
	if len(o.DNS) == 0 {
		var all []choice
		for i, provider := range app.DNSProviders() {
			all = append(all, choice{provider.Name, provider.Label, i == 0})
		}
		o.DNS, err = p.choices("Which DNS? With more than one, the person chooses in Settings; only one is active.", all)
	}
	return err
}

// cond returns a text if a condition holds, else nothing.
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
