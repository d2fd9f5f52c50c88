package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

// addUntrustedFlags adds the flags for files of a change by strangers.
func addUntrustedFlags(cmd *cobra.Command, o *app.UntrustedOptions) {
	flags := cmd.Flags()
	grouped(cmd, "Flags for files of strangers", func() {
		flags.BoolVar(&o.Untrusted, "untrusted", false, "the files are a stranger's: count none of their settings and ignores, read no environment, follow no links")
		flags.StringVar(&o.ConfigFrom, "config-from", "", "with --untrusted: take project file and baseline from this folder (./…, /…) or git revision")
	})
	_ = cmd.MarkFlagDirname("config-from")
}

// showRefused lists what has no effect with --untrusted, one line each.
func (e *Env) showRefused(refused []app.Refused) {
	for _, r := range refused {
		e.err().Note(r.Name + ": " + r.Message)
	}
}
