package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"syncguard/internal/app"
	"syncguard/internal/cli"
	"syncguard/internal/doctor/doctortest"
	"syncguard/internal/journey"
	install "syncguard/internal/serve"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"syncguard": func() {
		env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
		if name := os.Getenv("SYNCGUARD_TEST_NETWORK"); name != "" { // a network of doctor, or one where nothing ever answers
			play, ok := doctortest.Plays()[name]
			network, _ := doctortest.Start(play)
			if !ok {
				network.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
			}
			env.Network = func() *app.Network { return network }
		}
		ctx := cli.UntilSignal(context.Background())
		if way := os.Getenv("SYNCGUARD_TEST_SIGNAL"); way != "" { // for the test of signals
			if way != "unread" {
				env.WaitLonger()
			}
			os.NewFile(3, "ready").Close()
		}
		code := cli.Main(ctx, env, os.Args[1:], "v0.0.0-test")
		if env.WasAbandoned() {
			_ = os.WriteFile(os.Getenv("HOME")+"/abandoned", nil, 0o600)
		}
		os.Exit(code)
	}})
}

// TestScripts runs testdata/script: one script a behavior, named COMMAND-BEHAVIOR, all in parallel. Each starts in a folder of its
// own ($WORK) with an empty home and the signing identities in pki/. Besides testscript's own commands there are:
//
//	code N program args…   run a program and want this exit code
//	shared SET [PATH…]     copy fixtures of several scripts from testdata/shared/SET, to the same paths
//	serve NAME             start a server of an MDM; its address is $SERVER
//	authority              start the authority that signs people in to Microsoft
//
// Texts to compare with stand in the script itself, so that -update rewrites them.
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
			"code":      journey.Commands()["code"],
			"serve":     serve,
			"shared":    shared,
		},
		Condition: func(name string) (bool, error) {
			if name == "lan" { // this machine is on a network that others can be on
				return install.LAN() != nil, nil
			}
			return false, errors.New("unknown condition")
		},
	})
}

// TestScriptsAreShort keeps each script to one behavior: at most 150 lines with its files, and a first line to tell the behavior.
func TestScriptsAreShort(t *testing.T) {
	const limit = 150
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, name := range names {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(script, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines, want at most %d: one script a behavior, large fixtures in testdata/shared", name, lines, limit)
		}
		if !bytes.HasPrefix(script, []byte("# ")) {
			t.Errorf("%s: the first line is no comment, want the behavior in one sentence", name)
		}
		if strings.Contains(filepath.Base(name), "_") {
			t.Errorf("%s: want hyphens in the name of a script", name)
		}
	}
}

// TestSharedFixturesAreUsed finds the files in testdata/shared named by no script.
func TestSharedFixturesAreUsed(t *testing.T) {
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, name := range names {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(script)) {
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "shared" {
				continue
			}
			if len(words) == 2 {
				used[words[1]] = true
			}
			for _, path := range words[2:] {
				used[filepath.Join(words[1], path)] = true
			}
		}
	}
	err = fs.WalkDir(os.DirFS("testdata/shared"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for at := path; at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
			if used[filepath.FromSlash(at)] {
				return nil
			}
		}
		t.Errorf("testdata/shared/%s is used by no script", path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
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

// shared SET lays all fixtures of testdata/shared/SET into the current folder; shared SET PATH… lays some: files, or whole folders.
func shared(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: shared SET [PATH…]")
	}
	set := filepath.Join("testdata", "shared", args[0])
	paths := args[1:]
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, path := range paths {
		from, to := filepath.Join(set, path), ts.MkAbs(path)
		info, err := os.Stat(from)
		ts.Check(err)
		if info.IsDir() {
			ts.Check(os.CopyFS(to, os.DirFS(from)))
			continue
		}
		content, err := os.ReadFile(from)
		ts.Check(err)
		ts.Check(os.MkdirAll(filepath.Dir(to), 0o755))
		ts.Check(os.WriteFile(to, content, 0o644))
	}
}
