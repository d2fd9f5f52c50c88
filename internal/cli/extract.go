package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newExtractCmd(env *Env) *cobra.Command {
	var o app.ExtractOptions
	cmd := &cobra.Command{
		Use:   "extract FILE",
		Short: "Take the profile out of its signature",
		Long: `Write what was signed, byte for byte, without the signature: to stdout, or to a file with -o. A FILE of - is stdin.

The content comes out only where its integrity holds; who signed it, and until when, verify tells. With --unverified it
comes out of any file that has one.`,
		Example: `  syncguard extract corp.mobileconfig -o corp-unsigned.mobileconfig
  syncguard extract corp.mobileconfig | syncguard validate -`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			o.Path = args[0]
			return env.write(app.Extract(env.host(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "file to write; stdout without it")
	flags.BoolVar(&o.Unverified, "unverified", false, "take the content out of a file whose signature does not hold, too")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}

// write writes what a command made to stdout, as far as it did not go to a file.
func (e *Env) write(data []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = e.Stdout.Write(data)
	return err
}
