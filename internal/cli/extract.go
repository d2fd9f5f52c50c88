package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
)

type extractOptions struct {
	path       string
	out        string
	unverified bool
}

func newExtractCmd(env *Env) *cobra.Command {
	var o extractOptions
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
			o.path = args[0]
			return runExtract(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "file to write; stdout without it")
	flags.BoolVar(&o.unverified, "unverified", false, "take the content out of a file whose signature does not hold, too")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}

func runExtract(env *Env, o extractOptions) error {
	if err := checkOutput(o.path, o.out); err != nil {
		return err
	}
	in := inputOf(o.path)
	name := in.Path()
	data, err := in.Read(env.host())
	if err != nil {
		return err
	}
	verdict := cms.Verify(data, cms.VerifyOptions{At: env.Now()})
	content := verdict.Content
	if !verdict.Integrity.OK {
		broken := fmt.Errorf("%s: %s [%s]", name, verdict.Integrity.Detail, verdict.Integrity.Reason)
		if doc, _ := document.Open(diag.NewFile(name, data)); doc.Defect != nil {
			if broken = unfit(name, doc.Defect); !o.unverified || doc.Message == nil {
				return broken
			}
			data = doc.Message
		}
		if content, err = cms.Content(data); err != nil {
			return broken
		}
		if !o.unverified {
			return withHint(broken, "--unverified takes the content out all the same")
		}
		env.err().Warning(broken.Error())
	}
	return writeOutput(env, o.out, content, 0o644)
}

// oneFile wants exactly one argument.
func oneFile(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return usage("name a file, or - for stdin", "no file is named")
	case 1:
		return nil
	}
	return usage("name one file at a time", "%d files are named", len(args))
}

// checkOutput refuses an output that is the input.
func checkOutput(in, out string) error {
	if in != "-" && out != "" && isSameFile(in, out) {
		return usage("name another file with -o", "-o %s is the input", out)
	}
	return nil
}

// writeOutput writes a whole file, or to stdout where none is named.
func writeOutput(env *Env, path string, data []byte, mode fs.FileMode) error {
	if path == "" {
		_, err := env.Stdout.Write(data)
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: is no regular file", path)
	}
	return writeFiles(filepath.Dir(path), []output{{name: filepath.Base(path), data: data, mode: mode}}, env.Now())
}
