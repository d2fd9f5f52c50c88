package cli

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/coverage/census"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/inspect"
	"syncguard/internal/schema"
)

// results are what commands print with --format json. Each has a list in docs/json.md, between <!-- generated: json NAME -->
// and <!-- end -->, that is made of its fields and of what their comments say.
var results = []struct {
	name string
	of   reflect.Type
}{
	{"build", reflect.TypeFor[app.BuildResult]()},
	{"diff", reflect.TypeFor[app.DiffRun]()},
	{"push", reflect.TypeFor[app.PushResult]()},
	{"export", reflect.TypeFor[app.ExportResult]()},
	{"sign", reflect.TypeFor[app.SignResult]()},
	{"identity show", reflect.TypeFor[app.Identity]()},
	{"identity new", reflect.TypeFor[app.NewIdentity]()},
	{"coverage", reflect.TypeFor[app.CoverageCell]()},
	{"effective", reflect.TypeFor[app.Effective]()},
	{"coverage counts", reflect.TypeFor[app.CoverageCounts]()},
	{"coverage list", reflect.TypeFor[census.Listed]()},
	{"import", reflect.TypeFor[app.ImportResult]()},
	{"plan", reflect.TypeFor[app.PlanResult]()},
	{"migrate", reflect.TypeFor[app.Migration]()},
	{"verify", reflect.TypeFor[app.VerifyRun]()},
	{"doctor", reflect.TypeFor[app.DoctorResult]()},
	{"inspect", reflect.TypeFor[app.InspectRun]()},
	{"inspected key", reflect.TypeFor[inspect.Node]()},
	{"lint", reflect.TypeFor[app.LintRun]()},
	{"rules", reflect.TypeFor[app.RulesListed]()},
	{"rule", reflect.TypeFor[app.RulePage]()},
	{"schema list", reflect.TypeFor[app.SchemaListed]()},
	{"schema show", reflect.TypeFor[app.SchemaShown]()},
	{"schema search", reflect.TypeFor[app.SchemaFound]()},
	{"schema diff", reflect.TypeFor[app.SchemaDifference]()},
	{"schema import", reflect.TypeFor[app.SchemaImported]()},
	{"schema remove", reflect.TypeFor[app.SchemaRemoved]()},
	{"schema sources", reflect.TypeFor[app.SchemaSourced]()},
	{"version", reflect.TypeFor[versionInfo]()},
	{"answer", reflect.TypeFor[cms.Answer]()},
	{"platform", reflect.TypeFor[schema.OnPlatform]()},
	{"key", reflect.TypeFor[schema.KeyFacts]()},
}

// shared are parts of several results, and where docs/json.md tells them.
var shared = map[reflect.Type]string{
	reflect.TypeFor[diag.Diagnostic]():   "[findings](#findings)",
	reflect.TypeFor[schema.OnPlatform](): "[platforms](#platforms)",
	reflect.TypeFor[schema.KeyFacts]():   "[keys](#keys)",
	reflect.TypeFor[diff.Difference]():   "`files[]` of [diff](#diff)",
	reflect.TypeFor[diff.Change]():       "[changes](#changes)",
	reflect.TypeFor[app.VerifiedFile]():  "[verify](#verify)",
	reflect.TypeFor[inspect.Node]():      "[values](#values)",
	reflect.TypeFor[inspect.Document]():  "[inspect](#inspect)",
	reflect.TypeFor[cms.Answer]():        "[answers](#answers)",
}

// jsonTables returns the table of each result, by the names of the blocks.
func jsonTables(t *testing.T) map[string]string {
	t.Helper()
	tables := map[string]string{}
	for _, r := range results {
		d := &describer{comments: map[string]map[string]string{}, top: r.of}
		if strings.HasPrefix(r.of.Name(), "Stream[") {
			d.stream(r.of)
		} else {
			d.fields(r.of, "")
		}
		if d.err != nil {
			t.Fatal(d.err)
		}
		tables["json "+r.name] = strings.TrimSuffix(d.text(), "\n")
	}
	return tables
}

// describer collects the rows of one table.
type describer struct {
	comments map[string]map[string]string // by type and field, of the packages that were read
	top      reflect.Type
	rows     []jsonRow
	err      error
}

type jsonRow struct {
	names         []string // several that have one type and one meaning
	of            string   // the object that they stand in
	kind, meaning string
}

// stream describes a result of several files, which is one object.
func (d *describer) stream(of reflect.Type) {
	field := func(name string) reflect.Type {
		f, _ := of.FieldByName(name)
		return f.Type
	}
	d.fields(field("Header"), "")
	d.rows = append(d.rows, jsonRow{[]string{"files"}, "", "array", "one for each file"})
	d.fields(field("Files").In(0).In(0), "files[].")
	d.fields(field("Footer"), "")
}

// fields describes those of an object whose own path is before them.
func (d *describer) fields(of reflect.Type, path string) {
	of = pointee(of)
	for i := range of.NumField() {
		f := of.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Anonymous && !tagged:
			d.fields(f.Type, path)
		case !f.IsExported() || tag == "-":
		default:
			d.field(f.Type, path, name, strings.HasPrefix(options, "omit"), d.comment(of, f.Name))
		}
	}
}

func (d *describer) field(of reflect.Type, path, name string, mayBeAbsent bool, meaning string) {
	kind, inner, suffix := d.kind(of)
	if mayBeAbsent {
		kind += "?"
	} else if of.Kind() == reflect.Pointer {
		kind += " or null"
	}
	if last := len(d.rows) - 1; meaning == "" && inner == nil && last >= 0 && d.rows[last].of == path && d.rows[last].kind == kind {
		d.rows[last].names = append(d.rows[last].names, "."+name)
		return
	}
	d.rows = append(d.rows, jsonRow{[]string{path + name}, path, kind, meaning})
	if inner != nil {
		d.fields(inner, path+name+suffix+".")
	}
}

func pointee(of reflect.Type) reflect.Type {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	return of
}

// kind names the type of a value as JSON has it. Inner is the object, or that in the array, whose fields are to follow.
func (d *describer) kind(of reflect.Type) (name string, inner reflect.Type, suffix string) {
	of = pointee(of)
	text, custom := reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[json.Marshaler]()
	switch {
	case shared[of] != "" && of != d.top:
		return "object: see " + shared[of], nil, ""
	case of == reflect.TypeFor[time.Time](), of.Implements(text), reflect.PointerTo(of).Implements(text), of.Kind() == reflect.String:
		return "string", nil, ""
	case of.Implements(custom):
		return "value", nil, ""
	case of.Kind() == reflect.Slice && pointee(of.Elem()) == d.top:
		return "array of the same", nil, ""
	case of.Kind() == reflect.Slice && shared[pointee(of.Elem())] != "":
		return "array of " + shared[pointee(of.Elem())], nil, ""
	case of.Kind() == reflect.Slice:
		element, inner, deeper := d.kind(of.Elem())
		if inner != nil {
			return "array", inner, "[]" + deeper
		}
		return "array of " + element + "s", nil, ""
	case of.Kind() == reflect.Struct:
		return "object", of, ""
	case of.Kind() == reflect.Map:
		return "object", nil, ""
	case of.Kind() == reflect.Bool:
		return "boolean", nil, ""
	case of.Kind() == reflect.Interface:
		return "value", nil, ""
	}
	return "number", nil, ""
}

// comment returns what the source says of a field, behind it.
func (d *describer) comment(of reflect.Type, field string) string {
	key := of.PkgPath() + "." + of.Name()
	if d.comments[key] == nil {
		d.read(of.PkgPath())
	}
	return d.comments[key][field]
}

// read takes in the comments of a package.
func (d *describer) read(pkg string) {
	names, err := filepath.Glob(filepath.Join(repository, filepath.FromSlash(strings.TrimPrefix(pkg, "syncguard/")), "*.go"))
	for _, name := range names {
		file, parseErr := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err = cmp.Or(err, parseErr); err != nil {
			break
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, isType := n.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if s, isStruct := spec.Type.(*ast.StructType); isStruct {
				d.comments[pkg+"."+spec.Name.Name] = commentsOf(s)
			}
			return true
		})
	}
	d.err = cmp.Or(d.err, err)
}

func commentsOf(s *ast.StructType) map[string]string {
	said := map[string]string{}
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			said[name.Name] = strings.TrimSpace(f.Comment.Text())
		}
	}
	return said
}

func (d *describer) text() string {
	var b strings.Builder
	for _, r := range d.rows {
		var names []string
		for _, name := range r.names {
			if r.of == "" {
				name = strings.TrimPrefix(name, ".")
			}
			names = append(names, "`"+name+"`")
		}
		fmt.Fprintf(&b, "* %s (%s)%s\n", strings.Join(names, ", "), r.kind, cond(r.meaning != "", ": "+r.meaning))
	}
	return b.String()
}
