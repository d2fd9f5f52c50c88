package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

type diffOptions struct {
	exitCode bool
	git      bool
	format   choiceFlag
}

func newDiffCmd(env *Env) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show how two profiles differ, and what a device does about it",
		Long: `Compare two profiles or declarations, or two folders of them. The order of keys, the signature and the file format do not
count. Each pair shows every key added, removed or changed, at any depth, and what a device with OLD does when it gets NEW.

A device replaces the profile with the same PayloadIdentifier. It updates a payload in place if PayloadIdentifier and
PayloadUUID both stay; else it removes the payload and installs the new one. In folders, files are paired by identifier,
then by name.

One of the two may be - (stdin). The exit code is 0 even if they differ; --exit-code makes it 1. --git takes the
arguments of git's diff driver.`,
		Example: `  syncguard diff old.mobileconfig new.mobileconfig
  syncguard diff --exit-code --format markdown dist-main/ dist/
  git show HEAD:corp.mobileconfig | syncguard diff - corp.mobileconfig`,
		Args: o.checkArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.git {
				return runGitDiff(cmd.Context(), env, o, args)
			}
			return runDiff(cmd.Context(), env, o, args)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.exitCode, "exit-code", false, "exit with 1 if they differ")
	flags.BoolVar(&o.git, "git", false, "take the arguments of git's diff driver")
	o.format.addFormats(cmd, "text", "json", "markdown")
	return cmd
}

func (o *diffOptions) checkArgs(_ *cobra.Command, args []string) error {
	switch {
	case o.git:
		if len(args) != 1 && len(args) != 7 && len(args) != 9 {
			return usage("docs/diff.md shows how to set up git", "--git takes 7 or 9 arguments, found %d", len(args))
		}
	case len(args) != 2:
		return usage("name two files or two folders: syncguard diff OLD NEW", "syncguard diff takes two files or folders, found %d", len(args))
	case args[0] == "-" && args[1] == "-":
		return usage("name a file for OLD or NEW", "only one of OLD and NEW can be stdin (-)")
	}
	return nil
}

func runDiff(ctx context.Context, env *Env, o diffOptions, args []string) error {
	run, err := app.Diff(ctx, env.host(), app.DiffOptions{Old: args[0], New: args[1]})
	if err != nil {
		return err
	}
	return o.show(env, run)
}

func (o *diffOptions) show(env *Env, run *app.DiffRun) (err error) {
	switch o.format.value {
	case "json":
		err = view.WriteStream(env.Stdout, run)
	case "markdown":
		err = view.DiffMarkdown(env.Stdout, run)
	default:
		err = env.out().Differences(run, env.clearProgress)
	}
	if err != nil {
		return err
	}
	return env.verdict(run.Footer.Failures, o.exitCode && run.Footer.Differ > 0)
}

// runGitDiff compares two versions from git's diff driver: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE, then
// NEW-PATH and their similarity for a renamed file; PATH alone for an unresolved merge. A failure would end git's whole diff,
// so an unreadable file is only reported.
func runGitDiff(ctx context.Context, env *Env, o diffOptions, args []string) error {
	if len(args) == 1 {
		env.out().Line("%s", view.Clean(args[0]+": not merged"))
		return nil
	}
	name := args[0]
	if len(args) == 9 {
		name = args[7]
	}
	run, err := app.DiffCopies(ctx, env.host(), "a/"+args[0], gitFile(args[1]), "b/"+name, gitFile(args[4]))
	if err != nil {
		env.out().Line("%s", view.Clean(fmt.Sprintf("%s: not compared: %v", name, diag.Plain(err))))
		return nil
	}
	return o.show(env, run)
}

// gitFile returns the path git wrote a version to, or "" for none.
func gitFile(path string) string {
	if path == os.DevNull {
		return ""
	}
	return path
}
