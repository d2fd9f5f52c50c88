package cli_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/coverage"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// onlyThese in a comment, on the line or the one above, tells why a place names some platforms and not all.
const onlyThese = "only these: "

// TestNoPlatformIsForgotten proves that a new platform fails at every place which lists platforms: a switch over them, a
// list or map of them, comparisons joined by && or ||, and a text which names three or more. A place for some platforms alone
// says so.
func TestNoPlatformIsForgotten(t *testing.T) {
	root := filepath.Join("..", "..")
	places := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		excused := map[int]bool{}
		for _, group := range file.Comments {
			if strings.Contains(group.Text(), onlyThese) {
				line := files.Position(group.Pos()).Line
				excused[line], excused[files.Position(group.End()).Line+1] = true, true
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				return true
			}
			named := platformsIn(n, file.Name.Name == "target")
			if len(named) == 0 {
				return true
			}
			places++
			if missing := missingPlatforms(named); len(missing) > 0 && !excused[files.Position(n.Pos()).Line] {
				t.Errorf("%s names %v and not %v: name them, or say // %swhy", files.Position(n.Pos()), named, missing, onlyThese)
				_, isCondition := n.(*ast.BinaryExpr)
				return !isCondition // its parts name no others
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if places < 10 {
		t.Errorf("%d places name platforms: the search finds too few", places)
	}
}

// missingPlatforms returns the platforms not named. The schemas' name for iOS stands for iPadOS too.
func missingPlatforms(named []target.Platform) (missing []target.Platform) {
	for _, p := range target.Platforms() {
		if !slices.Contains(named, p) && !slices.Contains(named, p.Schema()) {
			missing = append(missing, p)
		}
	}
	return missing
}

// platformsIn returns the platforms that a node lists: the cases of a switch, the elements or keys of a literal (two or
// more), the comparisons joined in a condition (two or more), the words of a text (three or more).
func platformsIn(n ast.Node, bare bool) (named []target.Platform) {
	add := func(e ast.Expr) {
		if p, ok := platformOf(e, bare); ok && !slices.Contains(named, p) {
			named = append(named, p)
		}
	}
	switch n := n.(type) {
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			for _, e := range clause.(*ast.CaseClause).List {
				add(e)
			}
		}
	case *ast.BinaryExpr:
		if n.Op != token.LAND && n.Op != token.LOR {
			return nil
		}
		ast.Inspect(n, func(inner ast.Node) bool {
			if c, ok := inner.(*ast.BinaryExpr); ok && (c.Op == token.EQL || c.Op == token.NEQ) {
				add(c.X)
				add(c.Y)
			}
			return true
		})
		if len(named) < 2 {
			return nil
		}
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				add(pair.Key)
				add(pair.Value)
			} else {
				add(e)
			}
		}
		if len(named) < 2 {
			return nil
		}
	case *ast.BasicLit:
		if n.Kind != token.STRING {
			return nil
		}
		for _, p := range target.Platforms() {
			if strings.Contains(strings.ToLower(n.Value), strings.ToLower(string(p))) {
				named = append(named, p)
			}
		}
		if len(named) < 3 {
			return nil
		}
	}
	return named
}

// platformOf returns the platform of a constant: target.MacOS, or MacOS within the package.
func platformOf(e ast.Expr, bare bool) (target.Platform, bool) {
	name := ""
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && x.Name == "target" {
			name = e.Sel.Name
		}
	case *ast.Ident:
		if bare {
			name = e.Name
		}
	}
	i := slices.IndexFunc(target.Platforms(), func(p target.Platform) bool { return name != "" && strings.EqualFold(string(p), name) })
	if i < 0 {
		return "", false
	}
	return target.Platforms()[i], true
}

// TestPlatformsAreComplete proves that every platform has what a target needs: a released version, facts in the schema
// catalog, a TargetDeviceType allowed by the schema, a row in the coverage matrix, and its places in docs/targets.md.
func TestPlatformsAreComplete(t *testing.T) {
	types, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "targets.md"))
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := schema.Embedded().Envelope()
	if err != nil {
		t.Fatal(err)
	}
	var devices []string
	for _, v := range envelope.Key("TargetDeviceType").RangeList {
		devices = append(devices, v.Int.String())
	}
	for _, p := range target.Platforms() {
		if _, err := target.Parse(fmt.Sprintf("%s@%d/supervised", p, target.Current)); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if !slices.ContainsFunc(types, func(e schema.Entry) bool { _, ok := e.Platforms[p.Schema()]; return ok }) {
			t.Errorf("no type of the catalog is on %s", p)
		}
		if !slices.ContainsFunc(coverage.Grid(), func(to target.Target) bool { return to.Platform == p }) {
			t.Errorf("coverage has no row for %s", p)
		}
		if device := fmt.Sprint(p.DeviceType()); !slices.Contains(devices, device) {
			t.Errorf("%s has TargetDeviceType %s, the schema allows %v: see deviceTypes in internal/target/target.go, the constants in profiles/profile.go, "+
				"and TopLevel.yaml in internal/schema/sources", p, device, devices)
		}
		for _, place := range []string{"`" + string(p) + "`", "\n| " + string(p) + " |"} {
			if !strings.Contains(string(page), place) {
				t.Errorf("docs/targets.md does not have %q", place)
			}
		}
	}
}
