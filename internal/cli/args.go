package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/text"
)

// noArgs refuses arguments in our own words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd.CommandPath()+" --help shows how it is used", "%s takes no arguments, found %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// usual is the annotation of a command that names the one below it for a bare argument.
const usual = "usual"

// subcommandArgs refuses arguments in place of a subcommand.
func subcommandArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	near, path := nearCommand(cmd, args[0]), cmd.CommandPath()
	switch {
	case near != "":
		return usage(near+" want "+text.Choices(names), "%s has no command %q", path, args[0])
	case cmd.Annotations[usual] != "" && isPath(args[0]): // also a payload type
		return usage("did you mean "+text.WithFile(path+" "+cmd.Annotations[usual]+" FILE?", args[0]), "%s has no command %q", path, args[0])
	case isPath(args[0]):
		return usage("want "+text.Choices(names)+", such as "+text.WithFile(path+" "+names[0]+" FILE", args[0]), "%s needs a command before %q", path, args[0])
	}
	return usage("want "+text.Choices(names), "%s has no command %q", path, args[0])
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
