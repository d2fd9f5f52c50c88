package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newExtractCmd(env *Env) *cobra.Command {
	var o app.ExtractOptions
	cmd := &cobra.Command{
		Use:   "extract FILE",
		Short: "Extract the signed profile",
		Long: `Write the signed content, byte for byte, without its signature: to stdout, or to a file with -o. A FILE of - is stdin.

The signature's integrity must hold; "syncguard verify" answers who signed and until when. --unverified extracts from any
signed file.`,
		Example: `  syncguard extract corp.mobileconfig -o corp-unsigned.mobileconfig
  syncguard extract corp.mobileconfig | syncguard validate -`,
		Args: oneArg("name a file, or - for stdin"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Path = args[0]
			return env.write(app.Extract(env.host(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "file to write; stdout without it")
	flags.BoolVar(&o.Unverified, "unverified", false, "extract even if the signature does not hold")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}

// write writes a command's result to stdout, unless it went to a file.
func (e *Env) write(data []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = e.Stdout.Write(data)
	return err
}
