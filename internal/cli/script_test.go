package cli_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"syncguard/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"syncguard": func() {
		env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
		os.Exit(cli.Main(context.Background(), env, os.Args[1:], "v0.0.0-test"))
	}})
}

// Each command has a script of its name; each script runs in a folder with a home of its own, and pki/.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       flag.Lookup("update").Value.String() == "true",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			return errors.Join(os.MkdirAll(home, 0o755), copyKeys(filepath.Join(e.WorkDir, "pki")))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"authority": authority,
			"code":      code,
			"serve":     serve,
		},
	})
}

// copyKeys gives a script the identities of testdata/pki, as people keep them: readable by nobody else.
func copyKeys(to string) error {
	if err := os.CopyFS(to, os.DirFS("testdata/pki")); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(to, "*"))
	for _, name := range names {
		err = errors.Join(err, os.Chmod(name, 0o600))
	}
	return err
}

// code N runs a command and wants its exit code: code 3 syncguard build gone.yaml.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = string(rune('0' + exit.ExitCode()))
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("%v: exit code %s, want %s", args[1:], got, args[0])
	}
}
