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
		Long: `Make a template of each profile or declaration: XML or binary, signed or not, the export of a profile from Jamf Pro (XML),
or all of a folder. The repository of a Fleet server and the folders of Iru are known: who gets a profile there becomes
a comment. A FILE of - is stdin. Signatures are not verified.

Every template is built in memory and compared before it is written. Identifiers and UUIDs stay as they are, so that
devices update what they have. What a check would refuse is kept raw, and said. Secrets become variables that are taken
from the environment; --secrets writes them to a file for build --vars.

One template goes to stdout; several need -o. The exit code is 1 when one of them builds something else.`,
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
	flags.StringVarP(&o.Out, "out", "o", "", "folder for the templates, and for data of more than 1 KiB beside them")
	flags.StringVar(&o.Secrets, "secrets", "", "write the secrets to this file, for build --vars")
	flags.BoolVar(&o.Check, "check", false, "write nothing, only say what would become of each file")
	flags.BoolVar(&o.Force, "force", false, "replace files that are there")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	_ = cmd.MarkFlagFilename("secrets", "yaml", "yml")
	return cmd
}

func runImport(ctx context.Context, env *Env, o importOptions) error {
	toStdout := o.Out == "" && !o.Check
	switch {
	case toStdout && o.format.isJSON():
		return usage("add -o DIR or --check", "--format json and the template cannot both go to stdout")
	case o.Check && (o.Out != "" || o.Secrets != ""):
		return usage("leave --check out to write", "--check writes nothing")
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
