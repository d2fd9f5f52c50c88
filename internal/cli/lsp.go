package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/lsp"
	"syncguard/internal/view"
)

func newLspCmd(env *Env, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor: findings, fixes, hovers and completion while you type",
		Long: `Serve an editor over stdin and stdout, by the Language Server Protocol. An editor starts it; docs/editors.md has the settings for
each. It shows the findings of lint for profiles (.mobileconfig, .plist), templates and .syncguard.yaml (YAML) and declarations
(JSON), as you type and for all files of the project together, and offers their fixes. It shows what a key does and where it
works, completes keys, values, payload types, targets, variables and references, and renames what has a name.

The settings of .syncguard.yaml count, and those of the editor before them: targets, for, select, ignore, separate,
expiresWithin, rulesUrl, and pause, the milliseconds after a keystroke.

It ends with the editor. The exit code is 1 if the editor goes without asking for the end first, as the protocol wants it.`,
		Example: `  syncguard lsp`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, ok := terminal(env.Stdin); ok {
				env.err().Hint("an editor starts this command, and talks to it: docs/editors.md")
			}
			o := lsp.Options{Version: version, Lint: app.LintOptions{Version: version, ExpiresWithin: 30 * 24 * time.Hour}, Pause: lsp.DefaultPause, Page: view.EditorPage}
			err := lsp.Serve(cmd.Context(), env.host(), env.stdin, env.Stdout, o)
			if errors.Is(err, lsp.ErrNoShutdown) {
				return errFindings
			}
			return err
		},
	}
	cmd.Flags().Bool("stdio", true, "") // some editors add it
	_ = cmd.Flags().MarkHidden("stdio")
	return cmd
}
