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
	return slices.Contains([]string{"internal/cli", "internal/serve", "internal/view/ci"}, dir)
}

// Only doors import a view.
func TestOnlyDoorsSeeViews(t *testing.T) {
	for dir, imports := range packages(t, filepath.Join("..", "..")) {
		for _, path := range imports {
			if strings.HasPrefix(path, "syncguard/internal/view") && !isDoor(dir) {
				t.Errorf("%s imports %s", dir, path)
			}
		}
	}
}

// worldly packages may reach for the world themselves: the files, the keys of identities and the commands that sign, the
// servers, and what is run by hand.
var worldly = []string{"cmd/syncguard", "internal/files", "internal/identity", "internal/deploy", "internal/schema/generate", "internal/e2e"}

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
