package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

type importOptions struct {
	app.ImportOptions
	format choiceFlag
}

func newImportCmd(env *Env) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Turn existing profiles into templates that build the same content",
		Long: `Turn existing profiles and declarations into templates. A FILE is XML or binary, signed or not, a profile exported from
Jamf Pro (XML), or a folder of these. In a Fleet repository or a folder of Iru, the devices of each profile are noted as a
comment. A FILE of - is stdin. Signatures are not verified.

Each template is built in memory and compared with its source before it is written. Identifiers and UUIDs stay, so devices
update their profiles. Content refused by a check is kept raw, with a note. Secrets become variables read from the
environment; --secrets writes them to a file for build --vars.

One template goes to stdout; several need -o. The exit code is 1 if a template does not build the same content.`,
		Example: `  syncguard import corp.mobileconfig > corp.yaml
  syncguard import profiles/ -o templates --secrets secrets.yaml
  syncguard import jamf-export.xml -o templates
  syncguard import fleet-gitops/ --check`,
		Args: someArgs("name a profile, a folder, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			return runImport(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "folder for the templates, and for data over 1 KiB beside them")
	flags.StringVar(&o.Secrets, "secrets", "", "write the secrets to this file, for build --vars")
	flags.BoolVar(&o.Check, "check", false, "show the result for each file, write nothing")
	flags.BoolVar(&o.Force, "force", false, "replace existing files")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	_ = cmd.MarkFlagFilename("secrets", "yaml", "yml")
	return cmd
}

func runImport(ctx context.Context, env *Env, o importOptions) error {
	toStdout := o.Out == "" && !o.Check
	switch {
	case toStdout && o.format.isJSON():
		return usage("add -o FOLDER or --check", "--format json and the template cannot both go to stdout")
	case o.Check && (o.Out != "" || o.Secrets != ""):
		return usage("use one of them", "--check and -o or --secrets cannot be combined")
	}
	result, err := app.Import(ctx, env.host(), o.ImportOptions)
	if err != nil {
		return err
	}
	env.clearProgress()
	if !o.format.isJSON() {
		env.err().ImportFindings(result)
	}
	switch {
	case o.format.isJSON():
		err = view.WriteJSON(env.Stdout, result)
	case toStdout:
		err = view.ImportedText(env.Stdout, env.err(), result)
	default:
		env.out().Import(result)
	}
	if err != nil {
		return err
	}
	return env.verdict(result.Failures, result.Failed)
}
