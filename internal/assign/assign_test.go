package assign

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

func path(steps ...any) (p diag.Path) {
	for _, s := range steps {
		if i, ok := s.(int); ok {
			p = p.Item(i)
		} else {
			p = p.Key(s.(string))
		}
	}
	return p
}

const xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n"

func change(t *testing.T, isTemplate bool, text string, c Change) (string, error) {
	t.Helper()
	edits, err := Edits(Read(diag.NewFile("a", []byte(text)), isTemplate), c)
	return string(Apply([]byte(text), edits)), err
}

func TestEdits(t *testing.T) {
	str, yes := plist.NewString, plist.NewBoolean(true)
	dns := plist.NewDictionary(plist.Field{Key: "B", Value: str("x")}, plist.Field{Key: "A", Value: plist.NewStrings("1", "2")})
	for _, c := range []struct {
		name, before string
		change       Change
		after        string
	}{
		{"xml value", "<dict>\n\t<!-- why -->\n\t<key>a</key>\n\t<string>1</string> <!-- now -->\n</dict>", Change{Kind: Set, Path: path("a"), Value: str("<2>")},
			"<dict>\n\t<!-- why -->\n\t<key>a</key>\n\t<string>&lt;2&gt;</string> <!-- now -->\n</dict>"},
		{"xml kind", "<dict>\r\n  <key>a</key>\r\n  <string>1</string>\r\n</dict>", Change{Kind: Set, Path: path("a"), Value: dns},
			"<dict>\r\n  <key>a</key>\r\n  <dict>\r\n    <key>A</key>\r\n    <array>\r\n      <string>1</string>\r\n      <string>2</string>\r\n    </array>\r\n    <key>B</key>\r\n    <string>x</string>\r\n  </dict>\r\n</dict>"},
		{"xml sorted", "<dict>\n\t<key>a</key>\n\t<true/>\n\t<!-- c -->\n\t<key>c</key>\n\t<true/>\n</dict>", Change{Kind: Set, Path: path("b"), Value: yes},
			"<dict>\n\t<key>a</key>\n\t<true/>\n\t<key>b</key>\n\t<true/>\n\t<!-- c -->\n\t<key>c</key>\n\t<true/>\n</dict>"},
		{"xml empty", "<dict/>", Change{Kind: Set, Path: path("a", "b", 0), Value: yes},
			"<dict>\n\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<array>\n\t\t\t<true/>\n\t\t</array>\n\t</dict>\n</dict>"},
		{"xml comment only", "<dict>\n\t<!-- none -->\n</dict>", Change{Kind: Set, Path: path("a"), Value: yes},
			"<dict>\n\t<!-- none -->\n\t<key>a</key>\n\t<true/>\n</dict>"},
		{"xml one line", "<dict><key>b</key><true/></dict>", Change{Kind: Set, Path: path("a"), Value: str("")},
			"<dict><key>a</key><string></string><key>b</key><true/></dict>"},
		{"xml remove", "<dict>\n\t<!-- a -->\n\t<key>a</key>\n\t<!-- between -->\n\t<true/>\n\t<key>b</key>\n\t<true/>\n</dict>", Change{Kind: Remove, Path: path("a")},
			"<dict>\n\t<!-- a -->\n\t<!-- between -->\n\t<key>b</key>\n\t<true/>\n</dict>"},
		{"xml move", "<array>\n\t<!-- one -->\n\t<string>1</string>\n\t<string>2</string> <!-- two -->\n\t<string>3</string>\n</array>", Change{Kind: Move, Path: path(0), To: 2},
			"<array>\n\t<string>2</string> <!-- two -->\n\t<string>3</string>\n\t<!-- one -->\n\t<string>1</string>\n</array>"},
		{"xml insert", "<array>\n\t<!-- one -->\n\t<string>1</string>\n</array>", Change{Kind: Insert, Path: path(0), Value: str("0")},
			"<array>\n\t<string>0</string>\n\t<!-- one -->\n\t<string>1</string>\n</array>"},
		{"xml rename", "<dict>\n\t<key>a</key><true/>\n</dict>", Change{Kind: Rename, Path: path("a"), Key: "b&c"}, "<dict>\n\t<key>b&amp;c</key><true/>\n</dict>"},
		{"json value", "{\n  \"a\": 1, \"b\": \"\"\n}\n", Change{Kind: Set, Path: path("b"), Value: str("\"")}, "{\n  \"a\": 1, \"b\": \"\\\"\"\n}\n"},
		{"json add", "{\n\t\"a\" : {}\n}", Change{Kind: Set, Path: path("a", "b", "c"), Value: yes}, "{\n\t\"a\" : {\n\t\t\"b\": {\n\t\t\t\"c\": true\n\t\t}\n\t}\n}"},
		{"json one line", `{"a":1,"c":[1, 2]}`, Change{Kind: Set, Path: path("c", 2), Value: dns}, `{"a":1,"c":[1, 2, {"A":["1","2"],"B":"x"}]}`},
		{"json first", "{\n  \"b\": 1,\n  \"c\": 2\n}", Change{Kind: Set, Path: path("a"), Value: yes}, "{\n  \"a\": true,\n  \"b\": 1,\n  \"c\": 2\n}"},
		{"json remove", "{\n  \"b\": 1,\n  \"c\": 2\n}", Change{Kind: Remove, Path: path("b")}, "{\n  \"c\": 2\n}"},
		{"json move", `{"x": ["a", "b", {"c": 1}]}`, Change{Kind: Move, Path: path("x", 2), To: 0}, `{"x": [{"c": 1}, "a", "b"]}`},
		{"yaml value", "# head\na: 1 # why\nb: x\n", Change{Kind: Set, Path: path("a"), Value: str("yes")}, "# head\na: \"yes\" # why\nb: x\n"},
		{"yaml block", "a: 1 # why\nb: x\n", Change{Kind: Set, Path: path("a"), Value: dns}, "a: # why\n  B: x\n  A:\n    - \"1\"\n    - \"2\"\nb: x\n"},
		{"yaml from block", "a: # why\n  # inner\n  b: 1\n  c: 2 # last\nd: x\n", Change{Kind: Set, Path: path("a"), Value: yes}, "a: true # why\n  # inner # last\nd: x\n"},
		{"yaml add", "a:\n  b: 1 # one\n\n# two\nc: 2\n", Change{Kind: Set, Path: path("a", "d"), Value: str("x")}, "a:\n  b: 1 # one\n  d: x\n\n# two\nc: 2\n"},
		{"yaml unset", "a: # todo\nc: 2\n", Change{Kind: Set, Path: path("a", "d"), Value: str("x")}, "a: # todo\n  d: x\nc: 2\n"},
		{"yaml item", "a:\r\n- b: 1\r\n  c: 2\r\n", Change{Kind: Set, Path: path("a", 1), Value: dns}, "a:\r\n- b: 1\r\n  c: 2\r\n- B: x\r\n  A:\r\n    - \"1\"\r\n    - \"2\"\r\n"},
		{"yaml remove", "a:\n  - b: 1 # one\n    c: 2\n  - x\n", Change{Kind: Remove, Path: path("a", 0, "c")}, "a:\n  - b: 1 # one\n  - x\n"},
		{"yaml remove first", "a:\n  - b: 1\n    c: 2\n  - x\n", Change{Kind: Remove, Path: path("a", 0, "b")}, "a:\n  - c: 2\n  - x\n"},
		{"yaml remove only", "a:\n  b: 1 # one\nc: 2\n", Change{Kind: Remove, Path: path("a", "b")}, "a: {} # one\nc: 2\n"},
		{"yaml move", "a:\n  # one\n  - 1\n  # two\n  - 2 # b\n  - 3", Change{Kind: Move, Path: path("a", 1), To: 0}, "a:\n  # one\n  # two\n  - 2 # b\n  - 1\n  - 3"},
		{"yaml flow", "a: {b: 1, c: [x, y]} # f\n", Change{Kind: Set, Path: path("a", "c", 2), Value: str("z, w")}, "a: {b: 1, c: [x, y, \"z, w\"]} # f\n"},
		{"yaml text", "a: |\n  one\n  two\nb: 1\n", Change{Kind: Set, Path: path("a"), Value: str("x\ny\n")}, "a: |\n  x\n  y\nb: 1\n"},
		{"yaml insert", "a:\n  - 1\n", Change{Kind: Insert, Path: path("a", 0), Value: dns}, "a:\n  - B: x\n    A:\n      - \"1\"\n      - \"2\"\n  - 1\n"},
	} {
		before, after := c.before, c.after
		isTemplate := strings.HasPrefix(c.name, "yaml")
		if strings.HasPrefix(c.name, "xml") {
			before, after = xmlHead+before+"\n</plist>\n", xmlHead+after+"\n</plist>\n"
		}
		got, err := change(t, isTemplate, before, c.change)
		if err != nil || got != after {
			t.Errorf("%s: %v\ngot  %q\nwant %q", c.name, err, got, after)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		text   string
		yaml   bool
		change Change
		want   string
	}{
		{"a: &x {b: 1}\nc: *x\n", true, Change{Kind: Set, Path: path("a", "b"), Value: plist.NewInteger(2)}, "without changing something else"},
		{"a: [1", true, Change{Kind: Remove, Path: path("a")}, "cannot be changed by a form"},
		{`{"a": 1}`, false, Change{Kind: Set, Path: path("a", "b"), Value: plist.NewInteger(2)}, `a.b is in 1, want a dictionary`},
		{`{"a": [1]}`, false, Change{Kind: Set, Path: path("a", 3), Value: plist.NewInteger(2)}, `beyond the end`},
		{`{"a": 1, "b": 2}`, false, Change{Kind: Rename, Path: path("a"), Key: "b"}, `is there already`},
		{`{"a": 1`, false, Change{Kind: Remove, Path: path("a")}, "cannot be changed by a form"},
	} {
		if _, err := change(t, c.yaml, c.text, c.change); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestRandomEdits changes random documents in random places, and reads the values and the comments back.
func TestRandomEdits(t *testing.T) {
	for seed := range uint64(600) {
		checkRandom(t, seed, 12)
	}
}

func FuzzEditsKeepTheRest(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkRandom(t, seed, 5) })
}

// checkRandom makes changes one after the other.
func checkRandom(t *testing.T, seed uint64, changes int) {
	t.Helper()
	r := &random{Rand: rand.New(rand.NewPCG(seed, 1)), format: []Format{XML, JSON, YAML}[seed%3]}
	text := r.document()
	refused := 0
	for range changes {
		before := Read(diag.NewFile("a", []byte(text)), r.format == YAML)
		if !before.Whole {
			t.Fatalf("seed %d: unreadable: %s\n%s", seed, before.Found[0].Message, text)
		}
		c := r.change(before.Root)
		edits, err := Edits(before, c)
		if err != nil {
			if r.format != YAML || !strings.Contains(err.Error(), "text") && !strings.Contains(err.Error(), "without changing") {
				t.Fatalf("seed %d: %s %s: %v\n%s", seed, c.Kind, c.Path, err, text)
			}
			if refused++; refused > 4 {
				t.Fatalf("seed %d: %s %s: %v\n%s", seed, c.Kind, c.Path, err, text)
			}
			continue
		}
		after := string(Apply([]byte(text), edits))
		lost := comments(text)
		for _, e := range edits {
			if e.Span.Start < 0 || e.Span.End > len(text) {
				t.Fatalf("seed %d: an edit is beyond the text", seed)
			}
		}
		for _, comment := range comments(after) {
			if i := slices.Index(lost, comment); i >= 0 {
				lost = slices.Delete(lost, i, i+1)
			}
		}
		at, _ := find(before.Root, c.Path)
		if len(at.above) == 0 {
			text = after
			continue
		}
		start := at.value.Span.Start
		if in := at.container().value; in.Kind == plist.Dictionary && r.format == YAML { // the comments below a key belong to its value
			start = in.Fields[at.index()].KeySpan.Start
		} else if r.format == YAML {
			start = strings.LastIndex(text[:start], "- ")
		}
		for _, comment := range lost { // only those inside of what is gone
			if i := strings.Index(text, comment); i < start || i > at.value.Span.End {
				t.Fatalf("seed %d: %s %s loses %s\n%s\n---\n%s", seed, c.Kind, c.Path, comment, text, after)
			}
		}
		if r.crlf && strings.Contains(strings.ReplaceAll(after, "\r\n", ""), "\n") {
			t.Fatalf("seed %d: %s %s mixes line ends: %q", seed, c.Kind, c.Path, after)
		}
		text = after
	}
}

func comments(text string) (all []string) {
	for i := 0; ; {
		n := strings.Index(text[i:], "note-")
		if n < 0 {
			return all
		}
		i += n
		all = append(all, text[i:i+len("note-000")])
		i++
	}
}

// random makes documents with comments.
type random struct {
	*rand.Rand
	format Format
	crlf   bool
	notes  int
	unit   string
}

var words = []string{"a", "b", "key", "Ä ö", "x<&>", "yes", "1", "", "{}", "- a", "# no", "${v}", "a: b", `"q"`, "'", "two\nlines", "end\n", "\ttab", "[x, y]", "😀"}

func (r *random) word() string { return words[r.IntN(len(words))] }

func (r *random) value(depth int) *plist.Value {
	kinds := 6
	if depth < 3 {
		kinds = 10
	}
	switch r.IntN(kinds) {
	case 0:
		return plist.NewInteger(r.Int64N(2000) - 1000)
	case 1:
		return plist.NewBoolean(r.IntN(2) == 0)
	case 2:
		return plist.NewReal(float64(r.IntN(100)) + 0.5)
	case 3:
		if r.format == JSON {
			return plist.NewString("d")
		}
		return plist.NewData(bytes.Repeat([]byte{1, 2, 3}, r.IntN(60)))
	case 4, 5:
		return plist.NewString(r.word())
	case 6, 7:
		v := plist.NewArray()
		for range r.IntN(4) {
			v.Items = append(v.Items, r.value(depth+1))
		}
		return v
	}
	v := plist.NewDictionary()
	for range r.IntN(4) {
		v.Set(r.key(), r.value(depth+1))
	}
	return v
}

func (r *random) key() string {
	return []string{"a", "b", "Key", "x<y", "k 1", "yes", "Ä", "c", "d:", "#e"}[r.IntN(10)]
}

// document is a random document in the canonical form, with comments, another indentation and other line ends.
func (r *random) document() string {
	root := plist.NewDictionary()
	for range 1 + r.IntN(5) {
		root.Set(r.key(), r.value(0))
	}
	var text string
	switch r.format {
	case XML:
		data, _ := plist.Write(root)
		text = r.noted(string(data), "<!-- %s -->")
	case JSON:
		data, _ := plist.WriteJSON(root)
		text = string(data)
	default:
		lines, _ := dump(root)
		text = r.noted(strings.Join(lines, "\n")+"\n", "# %s")
	}
	if r.crlf = r.IntN(3) == 0 && !strings.Contains(text, "two") && !strings.Contains(text, "end"); r.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// noted puts comments into the lines that can have one.
func (r *random) noted(text, form string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var all []string
	for i, line := range lines {
		note := func() string { r.notes++; return fmt.Sprintf(form, fmt.Sprintf("note-%03d", r.notes)) }
		isPlain := i > 2 && i < len(lines)-1 && strings.HasSuffix(line, ">") && strings.HasPrefix(strings.TrimSpace(line), "<") && !strings.HasSuffix(line, "<data>") && !strings.HasSuffix(line, "</data>")
		if r.format == YAML {
			isPlain = strings.HasSuffix(line, ": true") || strings.HasSuffix(line, ".5") || strings.HasSuffix(line, ": a") || strings.HasSuffix(line, ":") && !strings.Contains(line, `"`)
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if isPlain && r.IntN(4) == 0 && !(r.format == XML && strings.HasPrefix(strings.TrimSpace(line), "</")) && !strings.Contains(line, "two") && !strings.Contains(line, "end") && !(r.format == XML && i > 0 && strings.Contains(lines[i-1], "<string>")) {
			all = append(all, indent+note())
		}
		if isPlain && r.IntN(4) == 0 {
			line += " " + note()
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n") + "\n"
}

// change is a random change of a document.
func (r *random) change(root *plist.Value) Change {
	var paths []diag.Path
	var walk func(v *plist.Value, p diag.Path)
	walk = func(v *plist.Value, p diag.Path) {
		for _, f := range v.Fields {
			paths = append(paths, p.Key(f.Key))
			walk(f.Value, p.Key(f.Key))
		}
		for i, item := range v.Items {
			paths = append(paths, p.Item(i))
			walk(item, p.Item(i))
		}
	}
	walk(root, nil)
	if len(paths) == 0 || r.IntN(8) == 0 {
		return Change{Kind: Set, Path: path("new"), Value: r.value(1)}
	}
	c := Change{Path: paths[r.IntN(len(paths))]}
	at, _ := find(root, c.Path)
	last := c.Path[len(c.Path)-1]
	switch r.IntN(6) {
	case 0:
		c.Kind = Remove
	case 1:
		if at.value.Kind == plist.Dictionary {
			c.Kind, c.Path, c.Value = Set, c.Path.Key(fmt.Sprintf("d%d", r.IntN(1000000))).Key("er"), r.value(2)
			return c
		}
		if at.value.Kind == plist.Array {
			c.Kind, c.Path, c.Value = Set, c.Path.Item(len(at.value.Items)), r.value(2)
			return c
		}
		fallthrough
	case 2, 3:
		c.Kind, c.Value = Set, r.value(1)
	case 4:
		if !last.IsItem {
			c.Kind, c.Key = Rename, fmt.Sprintf("r%d", r.IntN(1000000))
			return c
		}
		c.Kind, c.To = Move, r.IntN(len(at.container().value.Items))
	case 5:
		c.Kind, c.Value = Set, r.value(1)
		if last.IsItem {
			c.Kind = Insert
		}
	}
	return c
}
