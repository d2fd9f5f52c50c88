//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"syncguard/internal/journey"
)

// TestContributor adds a lint rule to a copy of this repository, as CONTRIBUTING.md says. The other journeys run in package cli.
func TestContributor(t *testing.T) {
	Find(t, "make")
	commands := journey.Commands()
	commands["clone"] = clone
	testscript.Run(t, testscript.Params{
		Files:               []string{filepath.Join("..", "cli", "testdata", "journeys", "contributor.txtar")},
		RequireExplicitExec: true,
		Cmds:                commands,
		Setup: func(e *testscript.Env) error { // with the modules and the objects that are there already
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
				e.Setenv(name, strings.TrimSpace(string(Tool(t, nil, "go", "env", name))))
			}
			return nil
		},
	})
}

// clone copies this repository to syncguard.
func clone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: clone")
	}
	from := filepath.Join("..", "..")
	entries, err := os.ReadDir(from)
	ts.Check(err)
	for _, e := range entries {
		at, to := filepath.Join(from, e.Name()), ts.MkAbs(filepath.Join("syncguard", e.Name()))
		switch {
		case e.Name() == ".git" || e.Name() == "bin" || e.Name() == "dist":
		case e.IsDir():
			ts.Check(errors.Join(os.MkdirAll(to, 0o755), os.CopyFS(to, os.DirFS(at))))
		default:
			data, err := os.ReadFile(at)
			ts.Check(errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644)))
		}
	}
}
