package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaImportCmd(env *Env) *cobra.Command {
	var o app.SchemaImportOptions
	var remove bool
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "import [FOLDER]",
		Short: "Import newer facts and descriptions from a checkout",
		Long: `Import a checkout of Apple's device-management repository or of ProfileManifests. It counts at once for every command:
it adds new types and keys, and newer facts. Built-in facts of a newer release stay, and so does every key the checkout
lacks. Its titles and descriptions are kept too, for syncguard schema show.

The import is kept in the user's folder, or with --project in .syncguard/schema beside .syncguard.yaml (in the current
folder without one), for everybody who works on the project. It replaces an earlier import of the same source.`,
		Example: `  git clone --depth 1 https://github.com/apple/device-management
  syncguard schema import device-management
  syncguard schema import --project device-management
  syncguard schema import --remove`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case remove && len(args) > 0:
				return usage("leave the folder out: all imports are removed", "--remove takes no folder, found %q", args[0])
			case remove && o.Version != "":
				return usage("use one of them", "--remove and --version cannot be combined")
			case !remove && len(args) != 1:
				return usage("such as syncguard schema import device-management", "%s takes one folder, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if remove {
				removed, err := app.SchemaRemove(env.host(), o.Project)
				if err != nil {
					return err
				}
				return show(env, format, removed, (*view.Printer).SchemaRemoved)
			}
			o.Folder = args[0]
			imported, err := app.SchemaImport(env.host(), o)
			if err != nil {
				return err
			}
			return show(env, format, imported, (*view.Printer).SchemaImport)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Version, "version", "", "release of the checkout, such as 27.1 (default: its commit, or today)")
	flags.BoolVar(&o.Project, "project", false, "keep it in the project")
	flags.BoolVar(&remove, "remove", false, "remove all imports")
	format.addFormats(cmd, "text", "json")
	return cmd
}
