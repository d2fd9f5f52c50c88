package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/decompose"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/internal/view"
)

type importOptions struct {
	paths   []string
	out     string
	secrets string
	check   bool
	force   bool
	format  choiceFlag
}

func newImportCmd(env *Env) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Turn existing profiles into templates that build the same content",
		Long: `Make a template of each profile or declaration: XML or binary, signed or not, the export of a profile from Jamf Pro (XML),
or all of a folder. The repository of a Fleet server and the folders of Iru are known: who gets a profile there becomes
a comment. A FILE of - is stdin. Signatures are not verified.

Every template is built in memory and compared before it is written. Identifiers and UUIDs stay as they are, so that
devices update what they have. What a check would refuse is kept raw, and said. Secrets become variables that are taken
from the environment; --secrets writes them to a file for build --vars.

One template goes to stdout; several need -o. The exit code is 1 when one of them builds something else.`,
		Example: `  syncguard import corp.mobileconfig > corp.yaml
  syncguard import profiles/ -o templates --secrets secrets.yaml
  syncguard import jamf-export.xml -o templates
  syncguard import fleet-gitops/ --check`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a profile, a folder, or - for stdin", "nothing to import")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runImport(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "folder for the templates, and for data of more than 1 KiB beside them")
	flags.StringVar(&o.secrets, "secrets", "", "write the secrets to this file, for build --vars")
	flags.BoolVar(&o.check, "check", false, "write nothing, only say what would become of each file")
	flags.BoolVar(&o.force, "force", false, "replace files that are there")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	_ = cmd.MarkFlagFilename("secrets", "yaml", "yml")
	return cmd
}

func runImport(ctx context.Context, env *Env, o importOptions) error {
	sources, failures, err := findImports(o.paths)
	if err != nil {
		return err
	}
	if err := o.checkUse(len(sources)); err != nil {
		return err
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	im := &importer{env: env, o: o, decomposer: decompose.New(catalog), secrets: plist.NewDictionary()}
	im.staging = newStaging(env.Now())
	defer func() { _ = im.staging.Close() }()
	for result := range ordered(sources, runtime.GOMAXPROCS(0), im.template) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if result.err != nil {
			failures = append(failures, result.err)
			continue
		}
		if err := im.take(result); err != nil {
			return err
		}
	}
	return im.finish(failures)
}

func (o *importOptions) checkUse(sources int) error {
	toStdout := o.out == "" && !o.check
	switch {
	case toStdout && sources > 1:
		return usage("name a folder for the templates with -o, or use --check", "%s would become one text", view.Count(sources, "template"))
	case toStdout && o.format.isJSON():
		return usage("add -o DIR or --check", "--format json and the template cannot both go to stdout")
	case o.check && (o.out != "" || o.secrets != ""):
		return usage("leave --check out to write", "--check writes nothing")
	}
	return nil
}

// importer is one run of the command.
type importer struct {
	env        *Env
	o          importOptions
	decomposer *decompose.Decomposer
	report     view.Import
	secrets    *plist.Value // by the name of their variable
	staging    files.Stage
	text       []byte // of the one template that goes to stdout
	differs    bool
}

// take keeps what became of one file, in order.
func (im *importer) take(result imported) error {
	im.takeSecrets(&result)
	im.report.Files = append(im.report.Files, result.Imported)
	if len(result.findings) > 0 && !im.o.format.isJSON() {
		im.env.err().Findings(result.findings)
	}
	im.differs = im.differs || !result.Same
	t := result.template
	if t == nil {
		return nil
	}
	im.text = t.Text
	if im.o.out == "" {
		return nil
	}
	for _, f := range append(t.Files, decompose.File{Name: result.Template, Data: t.Text}) {
		if err := im.add(filepath.Join(im.o.out, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// takeSecrets keeps the secrets of a template for the file of all.
func (im *importer) takeSecrets(result *imported) {
	if result.template == nil || im.o.secrets == "" {
		return
	}
	for _, s := range result.template.Secrets {
		switch {
		case strings.HasPrefix(s.Value.Text, "env:"), strings.HasPrefix(s.Value.Text, "file:"):
			// build would follow it
			result.Notes = append(result.Notes, fmt.Sprintf("the secret %s begins with env: or file:, so it is left out of %s; build takes it from %s", s.Variable, im.o.secrets, s.Environment))
		case im.secrets.Get(s.Variable) != nil:
			result.Notes = append(result.Notes, fmt.Sprintf("another template has a secret %s, so this one is left out of %s; build takes it from %s", s.Variable, im.o.secrets, s.Environment))
		default:
			im.secrets.Set(s.Variable, s.Value)
		}
	}
}

// add writes a file that is not there yet.
func (im *importer) add(path string, data []byte, mode fs.FileMode) error {
	if _, err := os.Lstat(path); err == nil && !im.o.force {
		return withHint(fmt.Errorf("%s is there already; nothing was written", path), "choose another folder, or --force to replace it")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return im.staging.Add(path, data, mode)
}

// finish writes all templates, and says what became of each file.
func (im *importer) finish(failures []error) error {
	if im.o.secrets != "" && len(im.secrets.Fields) > 0 {
		data, err := template.Write(im.secrets)
		if err != nil {
			return err
		}
		if err := im.add(im.o.secrets, data, 0o600); err != nil {
			return err
		}
		im.report.Secrets = im.o.secrets
	}
	if err := im.staging.Commit(); err != nil {
		return err
	}
	if im.o.out != "" && im.text != nil {
		im.report.Output = im.o.out
	}
	switch toStdout := im.o.out == "" && !im.o.check; {
	case im.o.format.isJSON():
		if im.report.Files == nil {
			im.report.Files = []view.Imported{}
		}
		if err := view.WriteJSON(im.env.Stdout, im.report); err != nil {
			return err
		}
	case toStdout:
		for i := range im.report.Files {
			im.env.err().ImportNotes(&im.report.Files[i])
		}
		if _, err := im.env.Stdout.Write(im.text); err != nil {
			return err
		}
	case len(im.report.Files) > 0:
		im.env.out().Import(&im.report)
	}
	return verdict(im.env, failures, im.differs)
}
