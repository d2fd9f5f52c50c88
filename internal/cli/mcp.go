package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/assistant"
)

func newMCPCmd(env *Env, version string) *cobra.Command {
	var folders []string
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Answer the questions of an AI assistant (Model Context Protocol)",
		Long: `Answer the questions of an AI assistant, as a server of the Model Context Protocol on stdin and stdout. The assistant starts
it: docs/mcp.md shows how to set it up.

Its tools check profiles and templates, explain keys and rules, show what settings do on devices, compare two profiles,
search the catalog, and draft a template. They write nothing, ask no server, hide secrets, and name their sources.

They read files in the folders that the assistant names ("roots"), and no other file. With --root they read those folders
instead, for assistants that name none.`,
		Example: `  syncguard mcp
  syncguard mcp --root ~/profiles`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h := env.host()
			if _, person := terminal(env.Stdin); person {
				env.err().Hint("this waits for the messages of an assistant: docs/mcp.md shows how to set one up; Ctrl-C ends it")
			}
			return assistant.Serve(cmd.Context(), assistant.Options{Files: h.Files, Folders: folders, Now: h.Now, Version: version}, h.Stdin, env.Stdout)
		},
	}
	cmd.Flags().StringArrayVar(&folders, "root", nil, "folder to read instead of those that the assistant names (repeatable)")
	_ = cmd.MarkFlagDirname("root")
	return cmd
}
