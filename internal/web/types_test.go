package web

import (
	"encoding"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/plist"
)

var update = flag.Bool("update", false, "write generated files anew")

const typesFile = "../../web/src/results.ts"

// TestTypes holds the page's types to those of the methods. -update writes them anew.
func TestTypes(t *testing.T) {
	g := &generator{names: map[string]reflect.Type{}}
	var methods strings.Builder
	for _, m := range Methods() {
		fmt.Fprintf(&methods, "  %s: { params: %s; result: %s };\n", m.Name, g.typeOf(m.Params), g.typeOf(m.Result))
	}
	g.typeOf(reflect.TypeFor[Failure]())
	var b strings.Builder
	b.WriteString("// Types of the engine's methods and results, generated from the Go types: go test ./internal/web -run TestTypes -update\n\n")
	b.WriteString("export interface Methods {\n" + methods.String() + "}\n")
	for len(g.queue) > 0 {
		name := g.queue[0]
		g.queue = g.queue[1:]
		g.done = append(g.done, g.declare(name))
	}
	slices.Sort(g.done)
	b.WriteString("\n" + strings.Join(g.done, "\n"))
	if *update {
		if err := os.WriteFile(typesFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(typesFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is out of date: go test ./internal/web -run TestTypes -update", typesFile)
	}
}

// generator turns Go types into TypeScript's.
type generator struct {
	names map[string]reflect.Type
	queue []string
	done  []string
}

// writtenTypes are the types with a JSON of their own.
var writtenTypes = map[reflect.Type]string{
	reflect.TypeFor[diag.Diagnostic](): `export interface Diagnostic {
  rule: string;
  severity: "error" | "warning" | "note";
  message: string;
  help?: string;
  file?: string;
  start?: Position;
  end?: Position;
  path?: string;
  related?: { message: string; file?: string; start?: Position; end?: Position }[];
  fix?: Fix;
  fingerprint?: string;
}

export interface Position {
  line: number;
  column: number;
}

export interface Fix {
  title: string;
  unsafe: boolean;
  edits: { file?: string; start?: Position; end?: Position; text: string }[];
}
`,
	reflect.TypeFor[diff.Change](): `export interface Change {
  kind: string;
  path: string;
  identity: boolean;
  note?: string;
  old?: unknown;
  new?: unknown;
  secret: boolean;
}
`,
}

func (g *generator) typeOf(t reflect.Type) string {
	switch {
	case writtenTypes[t] != "":
		return g.name(t)
	case t == reflect.TypeFor[json.RawMessage](), t == reflect.TypeFor[plist.Value]():
		return "unknown"
	case t == reflect.TypeFor[time.Time](), t.Implements(reflect.TypeFor[encoding.TextMarshaler]()),
		reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return "string"
	case t.Implements(reflect.TypeFor[json.Marshaler]()):
		return "unknown"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.typeOf(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "string" // base64
		}
		e := g.typeOf(t.Elem())
		if strings.ContainsAny(e, " |") {
			e = "(" + e + ")"
		}
		return e + "[]"
	case reflect.Map:
		return "Record<string, " + g.typeOf(t.Elem()) + ">"
	case reflect.Struct:
		if t.Name() == "" {
			return g.shape(t, " ")
		}
		return g.name(t)
	case reflect.Interface:
		return "unknown"
	}
	return "number"
}

// name returns the name of a struct, and queues it.
func (g *generator) name(t reflect.Type) string {
	name := t.Name()
	if strings.Contains(name, "[") { // an instance of a generic type: named after its second argument, the files
		_, arguments, _ := strings.Cut(name, "[")
		second := strings.Split(strings.TrimSuffix(arguments, "]"), ",")[1]
		name = second[strings.LastIndex(second, ".")+1:] + "Collection"
	}
	if old, ok := g.names[name]; ok && old != t {
		pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
		name = strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	if _, ok := g.names[name]; !ok {
		g.names[name] = t
		g.queue = append(g.queue, name)
	}
	return name
}

func (g *generator) declare(name string) string {
	t := g.names[name]
	if text := writtenTypes[t]; text != "" {
		return text
	}
	return "export interface " + name + " " + g.shape(t, "\n") + "\n"
}

func (g *generator) shape(t reflect.Type, sep string) string {
	var fields []string
	g.fields(t, &fields)
	if len(fields) == 0 {
		return "{}"
	}
	if sep == " " {
		return "{ " + strings.Join(fields, " ") + " }"
	}
	return "{\n  " + strings.Join(fields, "\n  ") + "\n}"
}

// fields lists the fields of a struct as encoding/json has them.
func (g *generator) fields(t reflect.Type, all *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, hasTag := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Anonymous && !hasTag {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			g.fields(inner, all)
			continue
		}
		if name == "" {
			name = f.Name
		}
		if strings.Contains(name, "-") {
			name = strconv.Quote(name)
		}
		mark, null := "", ""
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			mark = "?"
		} else if k := f.Type.Kind(); k == reflect.Pointer || k == reflect.Map {
			null = " | null"
		}
		*all = append(*all, name+mark+": "+g.typeOf(f.Type)+null+";")
	}
}
