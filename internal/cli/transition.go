package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"iter"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
)

// What commands still do themselves, until the application does it. It goes with the last of them.

var (
	withHint      = diag.WithHint
	plain         = diag.Plain
	unfit         = diag.Unfit
	isProfileName = app.IsProfileName
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

func (e *Env) catalog() (*schema.Catalog, []string, error)  { return e.host().Catalog() }
func verdict(env *Env, failures []error, failed bool) error { return env.verdict(failures, failed) }

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
