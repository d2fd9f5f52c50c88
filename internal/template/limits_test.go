package template

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// bombs are templates that grow without bounds in a careless reader, or keep it busy.
func bombs() map[string]string {
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 20 {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	var merges strings.Builder
	merges.WriteString("m0: &m0 {k0: 1}\n")
	for i := range 40 {
		fmt.Fprintf(&merges, "m%d: &m%d {<<: [*m%d, *m%d], k%d: 1}\n", i+1, i+1, i, i, i+1)
	}
	const size = 1 << 20
	long := strings.Repeat("x", size/2)
	return map[string]string{
		"laughs":              laughs.String(),
		"merges":              merges.String(),
		"inside itself":       "a: &a [*a]\n",
		"merged into itself":  "a: &a {<<: *a}\n",
		"flow depth":          strings.Repeat("[", size),
		"block depth":         strings.Repeat("- ", size/2),
		"deep mappings":       strings.Repeat("{a: ", 200) + strings.Repeat("}", 200),
		"depth by aliases":    depthByAliases(),
		"many keys":           manyKeys(size),
		"the same key":        strings.Repeat("a: 1\n", size/5),
		"many items":          "targets: [" + strings.Repeat("a,", size/2-10) + "]",
		"equal items":         "targets: [" + strings.Repeat("iOS,", size/4-10) + "]",
		"open variables":      organization + "payloads: [{id: a, type: b, keys: {a: \"" + strings.Repeat("${", size/2-200) + "\"}}]\n",
		"escaped variables":   organization + "payloads: [{id: a, type: b, keys: {a: \"" + strings.Repeat(`\x24{b}`, size/8) + "\"}}]\n",
		"undeclared ones":     undeclared(size),
		"variables that grow": organization + "payloads: [{id: a, type: b, keys: {a: \"" + strings.Repeat("${v}", size/10) + "\"}}]\nvariables: {v: " + long + "}\n",
		"one long line":       organization + "profile: {displayName: [" + long + "]}\n",
		"too large":           strings.Repeat("# comment\n", size/9),
	}
}

// depthByAliases nests each value in the next, so that only the expanded tree is deep.
func depthByAliases() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := range 150 {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d]\n", i+1, i+1, i)
	}
	return b.String()
}

func manyKeys(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-20; i++ {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

// undeclared has many variables, and many uses of others that are spelt much like them.
func undeclared(size int) string {
	var uses, names strings.Builder
	for i := 0; uses.Len()+names.Len() < size-100; i++ {
		fmt.Fprintf(&uses, "${varable-%d}", i)
		fmt.Fprintf(&names, "  variable-%d: 1\n", i)
	}
	return "payloads: [{keys: {a: \"" + uses.String() + "\"}}]\nvariables:\n" + names.String()
}

func TestBombs(t *testing.T) {
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			spec, found, err := (&Loader{}).Load(Input{Name: "bomb.yaml", Data: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			if !diag.HasErrors(found) || len(found) > maxFindings {
				t.Errorf("spec %v, %d findings", spec != nil, len(found))
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			} else {
				t.Logf("%s, %d findings, first: %s", took.Round(time.Millisecond), len(found), show(found[:1])[0])
			}
		})
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	_, found := loadFiles(t, map[string]string{"t.yaml": "extends: dir\n", "dir/x.yaml": ""}, Input{Name: "t.yaml"})
	expect(t, found, `1:10-1:13 error unreadable-template: template "dir" cannot be read: it is not a regular file`)
}

func TestMaskKeepsPlaces(t *testing.T) {
	text := []byte("aü€𝕏\n\tb\r\n")
	before := diag.NewFile("", bytes.Clone(text))
	diag.Mask(text)
	after := diag.NewFile("", text)
	if got := string(text); got != "*×•𝟎\n**\r\n" {
		t.Errorf("masked text is %q", got)
	}
	for i := range text {
		if before.Position(i) != after.Position(i) {
			t.Errorf("offset %d moved from %v to %v", i, before.Position(i), after.Position(i))
		}
	}
}

// TestScalarSpans holds because the text of every scalar, read alone, is that scalar again.
func TestScalarSpans(t *testing.T) {
	for _, text := range spanSeeds() {
		checkSpans(t, []byte(text))
	}
}

func spanSeeds() []string {
	return []string{
		fullTemplate,
		"a: 'it''s'\nb: \"x\\\"y\\\\\" # c\n",
		"a: |\n  one\n   two\n\n  three\nb: >+\n  x\n  y\n\n\nc: |2-\n    z\n",
		"a: plain\n  folded\n\n  twice\nb: \"double\n  folded\\\n  x\"\n",
		"? complex\n: value\n? other\n",
		"{a: [b, {c: d}, e: f], ? g : h, i, \"j\":k}",
		"!!map {a: !!str &x b, c: *x, ? *x : y}\n",
		"&a a: &b !!str b\n*a : c\n",
		"é: ü\r\n𝕏: \"\u0085\"\r\n# \u2028z: 1\r\n",
		"- - a\n  - b\n-\n  - c\n- # comment\n  d\n",
		"a: #x\n  b\nc: d#e\nf: - g\n",
		"%YAML 1.2\n--- !!str\ntext\n...\n",
		"a: !!binary |\n  aGk=\n  aGk=\n",
	}
}

// checkSpans reads a template's text again at the span of each of its texts.
func checkSpans(t *testing.T, data []byte) {
	file, out := diag.NewFile("t", data), &findings{}
	root := readTree(file, newBudget(), out)
	var walk func(v *plist.Value)
	check := func(span diag.Span, want string) {
		if span.Start < 0 || span.End < span.Start || span.End > len(data) {
			t.Fatalf("span %d-%d lies outside of %d bytes", span.Start, span.End, len(data))
		}
		if len(out.list) > 0 || want == "" {
			return
		}
		source := string(data[span.Start:span.End])
		var got yaml.Node
		if err := yaml.Unmarshal([]byte(reindent(source)), &got); err != nil || len(got.Content) == 0 {
			return // a plain text that only its surroundings make one
		}
		if n := got.Content[0]; n.Kind == yaml.ScalarNode && squash(n.Value) != squash(want) {
			t.Errorf("span %d-%d holds %q, want %q", span.Start, span.End, source, want)
		}
	}
	walk = func(v *plist.Value) {
		if v.Kind == plist.String {
			check(v.Span, v.Text)
		} else {
			check(v.Span, "")
		}
		for _, f := range v.Fields {
			check(f.KeySpan, f.Key)
			walk(f.Value)
		}
		for _, item := range v.Items {
			walk(item)
		}
	}
	if root != nil {
		walk(root)
	}
}

// reindent makes a block scalar stand alone: its lines keep only that they are indented.
func reindent(s string) string {
	if !strings.HasPrefix(s, "|") && !strings.HasPrefix(s, ">") {
		return s
	}
	return strings.TrimRight(s, " ")
}

// squash leaves out blanks, which folding changes.
func squash(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" \t\r\n\u0085\u2028\u2029", c) }), "")
}

// FuzzSpansLieInFile holds for any bytes.
func FuzzSpansLieInFile(f *testing.F) {
	for _, text := range spanSeeds() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkSpans(t, data) })
}

// FuzzLoadNeverPanics also holds that a Spec is returned wherever there is no Error.
func FuzzLoadNeverPanics(f *testing.F) {
	for _, text := range append(spanSeeds(), organization, "extends: builtin:x\n", "variables: {a: {secret: env:B}}\n") {
		f.Add([]byte(text), "a=b", []byte("a: 1\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte, set string, vars []byte) {
		loader := &Loader{Env: func(string) (string, bool) { return "x", true }}
		in := Input{Name: "t", Data: append([]byte{}, data...), Set: []string{set}, Vars: []*diag.File{diag.NewFile("v", vars)}}
		spec, found, err := loader.Load(in)
		if err != nil {
			t.Fatal(err)
		}
		if spec == nil && !diag.HasErrors(found) {
			t.Fatalf("no spec with %q", show(found))
		}
		for _, d := range found {
			if d.Span.File != nil && (d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(d.Span.File.Data)) {
				t.Fatalf("%s: span %d-%d of %d bytes", d.Rule, d.Span.Start, d.Span.End, len(d.Span.File.Data))
			}
		}
	})
}
