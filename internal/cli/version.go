package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"syncguard/internal/target"
	"syncguard/internal/view"
)

// versionInfo is the output of "version --format json".
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Current  int    `json:"current"` // the newest major OS release that the schema facts know
}

func newVersionCmd(env *Env, version string) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: `  syncguard version --format json`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			info := versionInfo{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, target.Current}
			return show(env, format, info, func(p *view.Printer, i versionInfo) {
				p.Line("syncguard %s (%s, %s), schema facts up to OS %d", i.Version, i.Go, i.Platform, i.Current)
			})
		},
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}
