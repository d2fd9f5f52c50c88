package cli

import (
	"io"
	"io/fs"
	"iter"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"

	"github.com/spf13/cobra"
)

// What commands still do themselves, until the application does it. It goes with the last of them.

var (
	withHint      = diag.WithHint
	plain         = diag.Plain
	unfit         = diag.Unfit
	isProfileName = app.IsProfileName
	elsewhere     = app.Elsewhere
	hideSecrets   = app.HideSecrets
	internalError = app.InternalError
	inputOf       = app.InputOf
)

type (
	input  = app.Input
	output struct {
		name string
		data []byte
		mode fs.FileMode
	}
	templateFlags struct{ app.TemplateValues }
)

var osHost = &app.Host{Files: files.OS{}}

func readFile(path string) ([]byte, error)             { return files.Read(files.OS{}, path) }
func readAll(r io.Reader, name string) ([]byte, error) { return files.ReadAll(r, name) }
func newStaging(now time.Time) files.Stage             { return files.OS{}.Stage(now) }
func writeFiles(dir string, all []output, now time.Time) error {
	var out []files.File
	for _, f := range all {
		out = append(out, files.File{Name: f.name, Data: f.data, Mode: f.mode})
	}
	return files.Write(files.OS{}, dir, out, now)
}

func ordered[T, R any](items []T, limit int, do func(T) R) iter.Seq[R] {
	return app.Ordered(items, limit, do)
}

type inputFinder struct {
	stdinName string
	isInput   func(path string) bool
	wants     string
}

func (f *inputFinder) find(paths []string) ([]input, []error, error) {
	return app.Find(osHost, f.stdinName, f.isInput, f.wants, paths)
}

func (f *inputFinder) walk(path string) ([]input, []error) { return app.Walk(osHost, f.isInput, path) }

func (e *Env) catalog() (*schema.Catalog, []string, error) { return e.host().Catalog() }
func (e *Env) parseTargets(texts []string) ([]target.Target, error) {
	targets, notes, err := app.ParseTargets(e.host(), texts)
	e.targetNotes = append(e.targetNotes, notes.TargetNotes...)
	return targets, err
}
func (e *Env) noteTargets(targets []target.Target) {
	n := app.TargetNotes{TargetNotes: e.targetNotes}
	n.Note(e.host(), targets...)
	e.targetNotes = n.TargetNotes
}

func (f *templateFlags) load(env *Env, name string) (*template.Spec, []diag.Diagnostic, error) {
	return f.Load(env.host(), name)
}
func verdict(env *Env, failures []error, failed bool) error { return env.verdict(failures, failed) }
func (f *templateFlags) addTo(cmd *cobra.Command)           { addTemplateFlags(cmd, &f.TemplateValues) }
