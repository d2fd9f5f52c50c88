package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/serve"
	page "syncguard/web"
)

func newWebCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{Use: "web", Args: noArgs, Example: `  syncguard web --port 8080`,
		Short: "Serve the page to make, check and look up profiles in a browser", Long: `Serve the page to make, check and look up profiles in a browser, to this machine only. The page works in the browser and sends
nothing anywhere. It ends with Ctrl-C. A program built without the page says so: "make web" builds one with it.`}
	port := cmd.Flags().Int("port", 0, "port of 127.0.0.1 (0: a free one)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return serve.WebPage(cmd.Context(), page.Files, *port, env.out().Line)
	}
	return cmd
}
