package cli_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The doors are what people and programs talk to. They ask internal/app and show what came of it.
func isDoor(dir string) bool {
	return slices.Contains([]string{"internal/cli", "internal/assistant", "internal/lsp", "internal/serve", "internal/view/ci", "internal/web"}, dir)
}

const (
	maxCLI      = 3800 // lines of the command line, tests aside
	maxFunction = 65   // lines of one of its functions
)

// terminals are what the command line needs of package os: a terminal is a file, and git calls none by a name.
var terminals = []string{"File", "OpenFile", "O_RDWR", "DevNull", "Signal"}

// The command line has flags, help, prompts and exit codes: no loop over files, no file opened, nothing decided at length.
func TestCommandLineIsThin(t *testing.T) {
	lines := 0
	eachFile(t, func(dir, name string, set *token.FileSet, file *ast.File) {
		if dir != "internal/cli" {
			return
		}
		lines += set.Position(file.FileEnd).Line - 1
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if size := linesOf(set, n); size > maxFunction {
					t.Errorf("%s: %s has %d lines", name, n.Name.Name, size)
				}
			case *ast.RangeStmt:
				if over := lastName(n.X); slices.Contains([]string{"inputs", "paths", "files", "results", "profiles"}, strings.ToLower(over)) {
					t.Errorf("%s: loops over %s", set.Position(n.Pos()), over)
				}
			case *ast.SelectorExpr:
				if of, isName := n.X.(*ast.Ident); isName && of.Name == "os" && !slices.Contains(terminals, n.Sel.Name) {
					t.Errorf("%s: uses os.%s", set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	})
	if lines > maxCLI {
		t.Errorf("internal/cli has %d lines, want at most %d", lines, maxCLI)
	}
}

// Only doors import a view.
func TestOnlyDoorsSeeViews(t *testing.T) {
	for dir, imports := range packages(t, filepath.Join("..", "..")) {
		for _, path := range imports {
			if strings.HasPrefix(path, "syncguard/internal/view") && !isDoor(dir) && dir != "internal/view" {
				t.Errorf("%s imports %s", dir, path)
			}
		}
	}
}

// worldly packages may reach for the world themselves: the files, the keys of identities and the commands that sign, the
// servers, the network that is checked, what is run by hand, and what only tests use.
var worldly = []string{"cmd/syncguard", "cmd/syncguard-wasm", "internal/files", "internal/identity", "internal/deploy", "internal/doctor", "internal/schema/generate", "internal/e2e",
	"internal/generated", "internal/journey"}

var worlds = regexp.MustCompile(`^(os|exec|user|signal)\.|^time\.(Now|Since|Until|After|Sleep|Tick)$|^net\.(Listen|Dial|Lookup)|^http\.(Default|Get|Post|Listen)|` +
	`^filepath\.(Abs|Walk|WalkDir|Glob|EvalSymlinks)$`)

// Below the doors nothing reads the environment, the clock, the disk or the network, but through the host that it is given.
func TestOnlyTheHostIsTheWorld(t *testing.T) {
	eachFile(t, func(dir, _ string, set *token.FileSet, file *ast.File) {
		isWorldly := slices.ContainsFunc(worldly, func(w string) bool { return dir == w || strings.HasPrefix(dir, w+"/") })
		if isDoor(dir) || isWorldly {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n, is := n.(*ast.SelectorExpr); is {
				if of, isName := n.X.(*ast.Ident); isName && worlds.MatchString(of.Name+"."+n.Sel.Name) {
					t.Errorf("%s: uses %s.%s", set.Position(n.Pos()), of.Name, n.Sel.Name)
				}
			}
			return true
		})
	})
}

// eachFile reads every file of the project's source, tests aside.
func eachFile(t *testing.T, visit func(dir, name string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		rel, err := filepath.Rel(root, path)
		visit(filepath.ToSlash(filepath.Dir(rel)), filepath.ToSlash(rel), set, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func linesOf(set *token.FileSet, n ast.Node) int {
	return set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1
}

// lastName is the name that an expression ends with: files of run.Files, and of a call what is called.
func lastName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.CallExpr:
		return lastName(x.Fun)
	}
	return ""
}

// Every command pays for what a package makes at its start, so patterns are compiled on first use.
func TestPatternsAreCompiledOnUse(t *testing.T) {
	eachFile(t, func(_, _ string, set *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			ast.Inspect(g, func(n ast.Node) bool {
				if _, isFunc := n.(*ast.FuncLit); isFunc {
					return false
				}
				if call, ok := n.(*ast.CallExpr); ok {
					if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "MustCompile" {
						t.Errorf("%s: compile the pattern on first use, with sync.OnceValue", set.Position(call.Pos()))
					}
				}
				return true
			})
		}
	})
}
