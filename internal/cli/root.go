package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"syncguard/internal/diag"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

// Main runs the command line and returns the exit code. The end of ctx ends the command: see UntilSignal.
func Main(ctx context.Context, env *Env, args []string, version string) int {
	root := newRootCmd(env, version, args...)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	env.begin(ctx)
	return env.untilSignal(ctx, func() int { return env.fail(ctx, execute(ctx, root)) })
}

// execute runs a command, with our own words for an unknown one.
func execute(ctx context.Context, root *cobra.Command) error {
	err := root.ExecuteContext(ctx)
	if name, ok := unknownCommand(err); ok {
		return usage(cmp.Or(meantCommand(root, name), nearCommand(root, name), "syncguard --help lists the commands"), "unknown command %q", name)
	}
	return err
}

// unknownCommand finds the name in Cobra's error for an unknown command; the error has no type of its own.
func unknownCommand(err error) (name string, ok bool) {
	if err == nil {
		return "", false
	}
	_, err = fmt.Sscanf(err.Error(), "unknown command %q for", &name)
	return name, err == nil
}

// addHelp adds the command help, and makes an unknown command an error of it.
func addHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, help := range root.Commands() {
		if help.Name() != "help" {
			continue
		}
		help.Run, help.RunE = nil, func(_ *cobra.Command, args []string) error {
			found, rest, err := root.Find(args)
			if err == nil && found.HasSubCommands() {
				err = subcommandArgs(found, rest)
			}
			if err != nil {
				return err
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		}
	}
}

// flagError words the errors of package pflag in our own terms.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	list := cmd.CommandPath() + " --help lists the flags"
	switch {
	case errors.As(err, &unknown):
		short := unknown.GetSpecifiedShortnames()
		name, written := unknown.GetSpecifiedName(), "--"+unknown.GetSpecifiedName()
		if short != "" {
			name, written = short, "-"+short
		}
		if name == "version" || written == "-V" {
			return usage("syncguard version prints it", "unknown flag %s", written)
		}
		var names []string
		if len(name) > 1 { // a name of one letter is near to nothing
			cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		}
		return usage(cmp.Or(text.DidYouMean("--"+name, names), list), "unknown flag %s", written)
	case errors.As(err, &missing):
		return usage(list, "missing value of --%s", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		return usage("want "+wantedValue(invalid), "invalid --%s %q", invalid.GetFlag().Name, invalid.GetValue())
	}
	return usage(list, "%s", strings.TrimSpace(err.Error()))
}

// wantedValue tells the values a flag takes.
func wantedValue(err *pflag.InvalidValueError) string {
	flag := err.GetFlag()
	switch flag.Value.Type() {
	case "bool":
		return "true or false"
	case "duration":
		return "a duration such as " + cmp.Or(map[bool]string{true: "5m"}[flag.DefValue == "0s"], strings.TrimSuffix(strings.TrimSuffix(flag.DefValue, "0s"), "0m"))
	case "int":
		return "a whole number"
	case "strings":
		return "words with commas between them"
	}
	return strings.TrimPrefix(err.Unwrap().Error(), "want ")
}

// refuseEmptyOut refuses -o "$UNSET": no --out can mean stdout, where secrets end in a log.
func refuseEmptyOut(cmd *cobra.Command, _ []string) error {
	if out := cmd.Flags().Lookup("out"); out != nil && out.Changed && out.Value.String() == "" {
		return diag.Usage("give a path, or leave it out", "missing value of --out")
	}
	return nil
}

// addColor adds --color to every command.
func addColor(root *cobra.Command, env *Env) {
	root.Long += "\n\n--color decides about colours, otherwise NO_COLOR, then FORCE_COLOR or CLICOLOR_FORCE. Without them a terminal has\n" +
		"colours, unless TERM is dumb. Text fits the terminal; without one, tables have 80 columns, or those of COLUMNS."
	all := []string{string(view.ColorAuto), string(view.ColorAlways), string(view.ColorNever)}
	env.color = all[0]
	root.PersistentFlags().Var(&oneOf{&env.color, "when", all}, "color", "colour the output: "+text.Choices(all))
	_ = root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp))
}

// command makes a command when it is needed.
type command struct {
	name  string
	build func(*Env) *cobra.Command
}

// newRootCmd returns the command line with all commands. If the arguments name one, it has that one alone, because the flags of
// all take as long to make as some commands take to run.
func newRootCmd(env *Env, version string, args ...string) *cobra.Command {
	printVersion := false
	root := &cobra.Command{
		Use:   "syncguard",
		Short: "Build, check and sign Apple configuration profiles that keep iCloud syncing",
		Long: `syncguard builds signed configuration profiles that keep iCloud syncing, checks any profile against Apple's schemas,
and shows what each setting really does on each device.`,
		Example: `  syncguard build
  syncguard init --name "Acme" --identifier com.acme
  syncguard build syncguard.yaml --target iOS@18/supervised`,
		SilenceErrors: true, SilenceUsage: true, DisableSuggestions: true, // cobra suggests by letters alone; see nearCommand
		PersistentPreRunE: refuseEmptyOut,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if printVersion {
				return newVersionCmd(env, version).RunE(cmd, nil)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVarP(&printVersion, "version", "V", false, "print the version")
	addColor(root, env)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = true
	fitHelp(root, view.Columns(env.Environ, width(env.Stdout)))
	commands := allCommands(version)
	if i := slices.IndexFunc(commands, func(c command) bool { return len(args) > 0 && c.name == args[0] }); i >= 0 {
		commands = commands[i : i+1]
	}
	for _, c := range commands {
		root.AddCommand(c.build(env))
	}
	addHelp(root)
	return root
}

func allCommands(version string) []command {
	versioned := func(build func(*Env, string) *cobra.Command) func(*Env) *cobra.Command {
		return func(env *Env) *cobra.Command { return build(env, version) }
	}
	return []command{
		{"build", newBuildCmd},
		{"coverage", newCoverageCmd},
		{"decrypt", newDecryptCmd},
		{"diff", newDiffCmd},
		{"doctor", newDoctorCmd},
		{"effective", newEffectiveCmd},
		{"encrypt", newEncryptCmd},
		{"export", versioned(newExportCmd)},
		{"extract", newExtractCmd},
		{"fmt", newFmtCmd},
		{"identity", newIdentityCmd},
		{"import", newImportCmd},
		{"init", newInitCmd},
		{"inspect", newInspectCmd},
		{"lint", versioned(newLintCmd)},
		{"lsp", versioned(newLspCmd)},
		{"mcp", versioned(newMCPCmd)},
		{"migrate", newMigrateCmd},
		{"plan", newPlanCmd},
		{"push", versioned(newPushCmd)},
		{"rules", newRulesCmd},
		{"schema", newSchemaCmd},
		{"serve", newServeCmd},
		{"sign", newSignCmd},
		{"validate", versioned(newValidateCmd)},
		{"verify", newVerifyCmd},
		{"version", versioned(newVersionCmd)},
		{"web", newWebCmd},
	}
}
