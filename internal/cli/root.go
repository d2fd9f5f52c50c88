package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/text"
)

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, env *Env, args []string, version string) int {
	root := newRootCmd(env, version)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	if name, ok := unknownCommand(err); ok {
		err = usage(cmp.Or(nearCommand(root, name), "syncguard --help lists the commands"), "unknown command %q", name)
	}
	return env.fail(err)
}

// unknownCommand finds the name in Cobra's error for an unknown command; the error has no type of its own.
func unknownCommand(err error) (name string, ok bool) {
	if err == nil {
		return "", false
	}
	_, err = fmt.Sscanf(err.Error(), "unknown command %q for", &name)
	return name, err == nil
}

// nearCommand words the hint for an unknown command: one with this beginning, or a similar one.
func nearCommand(cmd *cobra.Command, name string) string {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if names = append(names, c.Name()); name != "" && strings.HasPrefix(c.Name(), strings.ToLower(name)) {
			return text.DidYouMean(c.Name(), []string{c.Name()})
		}
	}
	return text.DidYouMean(name, names)
}

func newRootCmd(env *Env, version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "syncguard",
		Short: "Build, check and sign Apple configuration profiles that keep iCloud syncing",
		Long: `syncguard builds signed configuration profiles that keep iCloud syncing, checks any profile against Apple's schemas,
and shows what each setting really does on each device.`,
		Example: `  syncguard build
  syncguard init --name "Acme" --identifier com.acme
  syncguard build syncguard.yaml --target iOS@18/supervised`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Sprintf("%s --help lists the flags", cmd.CommandPath()), "%s", strings.TrimSpace(err.Error()))
	})
	root.DisableSuggestions = true // cobra goes by letters alone; see nearCommand
	root.CompletionOptions.HiddenDefaultCmd = true
	fitHelp(root)
	root.AddCommand(
		newBuildCmd(env),
		newCoverageCmd(env),
		newDecryptCmd(env),
		newDiffCmd(env),
		newEncryptCmd(env),
		newExportCmd(env, version),
		newExtractCmd(env),
		newFmtCmd(env),
		newIdentityCmd(env),
		newImportCmd(env),
		newInitCmd(env),
		newInspectCmd(env),
		newLintCmd(env, version),
		newMigrateCmd(env),
		newPushCmd(env, version),
		newRulesCmd(env),
		newSchemaCmd(env),
		newServeCmd(env),
		newSignCmd(env),
		newValidateCmd(env, version),
		newVerifyCmd(env),
		newVersionCmd(env, version),
	)
	return root
}
