package journey

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// Commands are the commands of scripts that need no more than files:
//
//	code N program args…   run a program and want this exit code
//	edit FILE [FROM]       write a file; its text is .edits/FILE, or .edits/FROM, at the end of the script
//	change FILE OLD NEW    change a text that the file has once; \n in NEW begins a line
func Commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){"code": code, "edit": edit, "change": change}
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args…")
	}
	got := "0"
	err := ts.Exec(args[1], args[2:]...)
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = fmt.Sprint(exit.ExitCode())
	} else {
		ts.Check(err)
	}
	if got != args[0] {
		ts.Fatalf("%v: exit code %s, want %s", args[1:], got, args[0])
	}
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: edit FILE [FROM]")
	}
	from := filepath.Join(ts.Getenv("WORK"), Edits, args[len(args)-1])
	write(ts, args[0], string(Unquote(txtar.File{Name: from, Data: []byte(ts.ReadFile(from))})))
}

func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: change FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, args[1]) != 1 {
		ts.Fatalf("%s: want %q once", args[0], args[1])
	}
	write(ts, args[0], strings.Replace(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"), 1))
}

func write(ts *testscript.TestScript, name, text string) {
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(name)), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
}
