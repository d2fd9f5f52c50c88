package cli

import (
	"cmp"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

func newPushCmd(env *Env, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "push",
		Short: "Send profiles to an MDM server",
		Long: `Send profiles to an MDM server. Existing ones are updated, not created twice, so an interrupted push can be run again.
Nothing is sent unless the server takes every file. A signature the server would refuse or lose is removed, with a note.

Without a FILE, push sends what build made of the project's syncguard.yaml. In the folder of a build, profiles from another
build are refused; --others takes them.

--dry-run shows the requests without secrets. --check compares the server with the files, and exits with 1 if they
differ. --out writes files for other tools, as export does.`,
		Example: `  syncguard push nanomdm corp.mobileconfig --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push nanomdm profiles/ --ids-file devices.txt --dry-run`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, d := range app.Destinations() {
		if d.Push != nil {
			cmd.AddCommand((&pushing{env: env, destination: d}).command(d.Push, version))
		}
	}
	return cmd
}

func newExportCmd(env *Env, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the files that other tools send to an MDM server",
		Long: `Write the files that other tools send to an MDM server: the body of each create request, or the folder read by the
server's own tool. The profiles are checked and prepared for the server as push does; without a FILE they are those of the
project's build.

All files are written, or none. --force replaces existing files with other content.`,
		Example: `  syncguard export jamf profiles/ -o jamf
  syncguard export fleet profiles/ -o fleet-gitops --team Workstations
  syncguard export nanomdm corp.mobileconfig | curl -T - "$NANOMDM/v1/enqueue/$ID" -u nanomdm`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, d := range app.Destinations() {
		if d.Export != nil {
			cmd.AddCommand((&pushing{env: env, destination: d, exports: true}).command(d.Export, version))
		}
	}
	return cmd
}

// pushing is a subcommand of push or of export.
type pushing struct {
	env         *Env
	destination *deploy.Destination
	exports     bool

	o      app.PushOptions
	lines  *view.PushLines
	full   bool
	format choiceFlag
}

func (p *pushing) command(help *deploy.Help, version string) *cobra.Command {
	d := p.destination
	p.o.Destination, p.o.UserAgent = d.Name, "syncguard/"+version
	cmd := &cobra.Command{
		Use:     d.Name + " [FILE…]",
		Short:   help.Short,
		Long:    help.Long,
		Example: help.Example,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.o.Paths, p.o.Flags, p.o.Steps = args, p.values(cmd), p.format.isJSON()
			p.lines = &view.PushLines{Out: p.env.out(), Err: p.env.err(), Quiet: p.format.isJSON()}
			p.o.OnEvent = func(e app.PushEvent) {
				if e.Kind == app.PushPlanned {
					p.env.ending.Store(int64(sendsEnding))
				}
				p.lines.Tell(e)
			}
			if p.exports || p.o.Output != "" {
				return p.export(cmd)
			}
			return p.push(cmd)
		},
	}
	p.addFlags(cmd)
	return cmd
}

func (p *pushing) addFlags(cmd *cobra.Command) {
	flags, d := cmd.Flags(), p.destination
	if !p.exports {
		server := "address of the server, such as https://mdm.example.com"
		if d.Address != "" {
			server = "address of the server, if not " + d.Address
		}
		flags.StringVar(&p.o.Server, "server", "", server+" (or "+d.Variable("URL")+")")
		flags.StringArrayVar(&p.o.Roots, "ca", nil, "certificates to trust instead of the system's, PEM or DER (repeatable)")
		flags.BoolVar(&p.o.DryRun, "dry-run", false, "show the requests without secrets, send nothing")
		flags.BoolVar(&p.full, "full", false, "with --dry-run, show whole bodies")
		flags.BoolVar(&p.o.Check, "check", false, "compare the server with the files, send nothing; exit with 1 if they differ")
		_ = cmd.MarkFlagFilename("ca", "pem", "crt", "cer")
	}
	if d.Export != nil {
		flags.StringVarP(&p.o.Output, "out", "o", "", cond(!p.exports, "send nothing: write files for other tools to this folder, as export does")+
			cond(p.exports, "folder for the files"+cond(!d.Folder, "; without it one goes to stdout")))
		flags.BoolVar(&p.o.Force, "force", false, "replace existing files"+cond(!p.exports, ", with --out"))
		_ = cmd.MarkFlagDirname("out")
	}
	flags.BoolVar(&p.o.Others, "others", false, "also take profiles in the folder of a build that this build did not write")
	p.format.addFormats(cmd, "text", "json")
	for _, f := range d.Flags {
		if !p.exports || f.Export {
			addDestinationFlag(cmd, f, d.FlagHelp(f))
		}
	}
}

// addDestinationFlag adds a flag registered by a destination.
func addDestinationFlag(cmd *cobra.Command, f deploy.Flag, about string) {
	flags := cmd.Flags()
	switch f.Kind {
	case deploy.Switch:
		flags.Bool(f.Name, false, about)
	case deploy.List:
		flags.StringSlice(f.Name, nil, about)
	case deploy.Repeated:
		flags.StringArray(f.Name, nil, about)
	case deploy.Duration:
		wait, _ := time.ParseDuration(f.Default)
		flags.Duration(f.Name, wait, about)
	case deploy.Choice:
		(&choiceFlag{value: f.Choices[0], all: f.Choices}).addFlag(cmd, f.Name)
	default:
		flags.String(f.Name, f.Default, about)
	}
	switch f.Kind {
	case deploy.Secret:
		_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions([]string{"env:", "file:"}, cobra.ShellCompDirectiveNoSpace))
	case deploy.Path:
		_ = cmd.MarkFlagFilename(f.Name, f.Ext...)
	}
}

// values returns the values of the destination's flags.
func (p *pushing) values(cmd *cobra.Command) deploy.Values {
	all := deploy.Values{}
	for _, f := range p.destination.Flags {
		if flag := cmd.Flags().Lookup(f.Name); flag != nil && flag.Changed {
			all[f.Name] = []string{flag.Value.String()}
			if many, ok := flag.Value.(interface{ GetSlice() []string }); ok {
				all[f.Name] = many.GetSlice()
			}
		}
	}
	return all
}

func (p *pushing) export(cmd *cobra.Command) error {
	switch {
	case p.o.DryRun || p.o.Check || p.full:
		return usage("use one of them", "--out and --dry-run, --full or --check cannot be combined")
	case p.o.Output == "" && p.format.isJSON() && !p.destination.Folder:
		return usage("add -o FOLDER", "--format json and the file cannot both go to stdout")
	}
	r, err := app.Export(cmd.Context(), p.env.host(), p.o)
	switch {
	case err != nil:
		return err
	case r.Refused || len(r.Unread) > 0:
		return p.notStarted(r.NotStarted, "written")
	case p.o.Output == "":
		_, err = p.env.Stdout.Write(r.Data)
		return err
	}
	return show(p.env, p.format, r, (*view.Printer).Export)
}

func (p *pushing) push(cmd *cobra.Command) error {
	switch {
	case p.o.DryRun && p.o.Check:
		return usage("use one of them", "--dry-run and --check cannot be combined")
	case p.full && !p.o.DryRun:
		return usage("add --dry-run", "--full needs --dry-run")
	case p.o.Force:
		return usage("add --out", "--force needs --out")
	}
	r, err := app.Push(cmd.Context(), p.env.host(), p.o)
	switch {
	case r == nil:
		return err
	case r.Refused || len(r.Unread) > 0:
		return p.notStarted(r.NotStarted, "sent")
	case p.format.isJSON():
		err = cmp.Or(view.WriteJSON(p.env.Stdout, r), err)
	case p.o.DryRun:
		p.env.out().PushPlan(r, p.full)
	case p.o.Check:
		p.env.out().PushCheck(r)
	default:
		p.lines.Totals(r)
	}
	if err == nil && p.o.Check && r.Differs() {
		return errFindings
	}
	return err
}

// notStarted says why nothing was sent or written.
func (p *pushing) notStarted(why app.NotStarted, verb string) error {
	out := p.env.err()
	var wrong *diag.UsageError // the last refusal because of a missing flag; the end of the command prints it
	for _, err := range why.Refusals {
		missing := wrong
		switch {
		case !errors.As(err, &wrong):
			out.Failure(diag.Plain(err))
		case missing != nil:
			out.Failure(missing.Problem)
		}
	}
	if why.Refused {
		p.lines.Nothing(verb)
	}
	if wrong != nil {
		return wrong
	}
	return p.env.verdict(why.Unread, why.Refused)
}
