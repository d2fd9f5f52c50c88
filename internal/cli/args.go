package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// noArgs refuses arguments in our own words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd.CommandPath()+" --help shows how it is used", "%s takes no arguments, found %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// subcommandArgs refuses arguments in place of a subcommand.
func subcommandArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	hint := "name one of these first: " + strings.Join(names, ", ")
	if near := nearCommand(cmd, args[0]); near != "" {
		hint = near + " " + hint
	}
	return usage(hint, "%s has no command %q", cmd.CommandPath(), args[0])
}

// oneArg wants exactly one argument, named as in Use; hint tells its kinds.
func oneArg(hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := someArgs(hint)(cmd, args); err != nil {
			return err
		}
		return oneArgAtMost(argName(cmd), "name one at a time")(cmd, args)
	}
}

// argName returns the name of the first argument in Use.
func argName(cmd *cobra.Command) string {
	name, _, _ := strings.Cut(strings.Trim(strings.Fields(cmd.Use)[1], "[]…"), "[")
	return name
}

// oneArgAtMost wants one argument or none, called name in errors.
func oneArgAtMost(name, hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(hint, "%s takes one %s, found %d", cmd.CommandPath(), name, len(args))
		}
		return nil
	}
}

// someArgs wants at least one argument, named as in Use; hint tells its kinds.
func someArgs(hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(hint, "missing %s", argName(cmd))
		}
		return nil
	}
}
