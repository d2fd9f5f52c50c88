package diff_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
)

var update = flag.Bool("update", false, "rewrite the golden parts")

// Each pair stands in a file of its own: the two sides, who signed them, and what is to be said.
//
//	-- old.mobileconfig --
//	-- new.mobileconfig --
//	-- signers --       lines of: old NAME or new NAME
//	-- want --          the consequences and changes
func TestPairs(t *testing.T) {
	paths, err := filepath.Glob("testdata/pairs/*.txtar")
	if err != nil || len(paths) < 25 {
		t.Fatalf("%d pairs, %v", len(paths), err)
	}
	said := map[diff.ID]bool{}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			old, new := &diff.Side{Name: "old"}, &diff.Side{Name: "new"}
			want := -1
			for i, f := range archive.Files {
				stem, _, _ := strings.Cut(f.Name, ".")
				switch stem {
				case "old":
					open(t, old, f)
				case "new":
					open(t, new, f)
				case "signers":
					for line := range strings.Lines(string(f.Data)) {
						side, name, _ := strings.Cut(strings.TrimSpace(line), " ")
						s := diff.Signer{Name: name, Fingerprint: fmt.Sprintf("%x", sha256.Sum256([]byte(name)))}
						if side == "old" {
							old.Signers = append(old.Signers, s)
						} else {
							new.Signers = append(new.Signers, s)
						}
					}
				case "want":
					want = i
				}
			}
			d, err := diff.Compare(old, new, schema.Embedded())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range d.Consequences {
				said[c.ID] = true
			}
			got := dump(d)
			if *update {
				archive.Files[want].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(archive.Files[want].Data) {
				t.Errorf("got:\n%s\nwant:\n%s", got, archive.Files[want].Data)
			}
		})
	}
	for _, m := range diff.Meanings {
		if !said[m.ID] {
			t.Errorf("no pair has the consequence %s", m.ID)
		}
	}
}

func open(t *testing.T, s *diff.Side, f txtar.File) {
	t.Helper()
	doc, findings := document.Open(diag.NewFile(f.Name, f.Data))
	if diag.HasErrors(findings) {
		t.Fatal(findings)
	}
	s.Root, s.Declaration = diff.Unfold(doc.Root), doc.Kind() == document.Declaration
	secret.Mark(s.Root)
	if doc.Root == nil {
		t.Fatal("nothing in it")
	}
}

func dump(d *diff.Difference) string {
	var b strings.Builder
	for _, c := range d.Consequences {
		fmt.Fprintf(&b, "%s %s: %s\n", c.Severity, c.ID, c.Text)
	}
	changes := func(all []diff.Change) {
		for _, c := range all {
			fmt.Fprintf(&b, "  %s %s: %s, %s", c.Kind, c.Path, c.Old.Describe(), c.New.Describe())
			if c.Identity {
				b.WriteString(" (identity)")
			}
			if c.Note != "" {
				fmt.Fprintf(&b, " (%s)", c.Note)
			}
			b.WriteString("\n")
		}
	}
	changes(d.TopLevel)
	for _, p := range d.Payloads {
		fmt.Fprintf(&b, " %s %s\n", p.Kind, p.Label())
		changes(p.Changes)
	}
	return b.String()
}

// tree draws a small property list.
func tree(t *rapid.T, depth int) *plist.Value {
	kinds := []string{"string", "integer", "boolean", "data"}
	if depth > 0 {
		kinds = append(kinds, "dictionary", "dictionary", "array", "array")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "integer":
		return plist.NewInteger(rapid.Int64Range(0, 3).Draw(t, "n"))
	case "boolean":
		return plist.NewBoolean(rapid.Bool().Draw(t, "b"))
	case "data":
		return plist.NewData([]byte(rapid.SampledFrom([]string{"", "a", `{"Type":"x"}`}).Draw(t, "d")))
	case "dictionary":
		return dictionary(t, depth)
	case "array":
		v := plist.NewArray()
		for range rapid.IntRange(0, 5).Draw(t, "items") {
			v.Items = append(v.Items, tree(t, depth-1))
		}
		return v
	}
	return plist.NewString(rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "s"))
}

func dictionary(t *rapid.T, depth int) *plist.Value {
	v := plist.NewDictionary()
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		v.Set(rapid.SampledFrom([]string{"A", "B", "C", "PayloadUUID", "PayloadType"}).Draw(t, "key"), tree(t, depth-1))
	}
	return v
}

func profile(t *rapid.T) *plist.Value {
	content := plist.NewArray()
	for range rapid.IntRange(0, 3).Draw(t, "payloads") {
		p := dictionary(t, 3)
		p.Set("PayloadType", plist.NewString(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "type")))
		content.Items = append(content.Items, p)
	}
	return dictionary(t, 2).Set("PayloadContent", content)
}

func compare(t rapid.TB, old, new *plist.Value) *diff.Difference {
	d, err := diff.Compare(&diff.Side{Name: "old", Root: old}, &diff.Side{Name: "new", Root: new}, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Two profiles differ exactly when their content does, the order of payloads aside, and what one way is added the other
// way is removed.
func TestDiffersExactlyWhereContentDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := profile(t), profile(t)
		if rapid.Bool().Draw(t, "same") {
			b = a
		}
		forth, back := compare(t, a, b), compare(t, b, a)
		if forth.IsEmpty() != plist.Equal(inOrder(a), inOrder(b)) {
			t.Fatalf("equal is %v, but:\n%s", !forth.IsEmpty(), dump(forth))
		}
		if forth.IsEmpty() != back.IsEmpty() || len(forth.Payloads) != len(back.Payloads) {
			t.Fatalf("one way:\n%s\nthe other:\n%s", dump(forth), dump(back))
		}
	})
}

// inOrder is a profile with its payloads in an order that does not depend on theirs.
func inOrder(v *plist.Value) *plist.Value {
	items := slices.Clone(v.Get("PayloadContent").Items)
	slices.SortStableFunc(items, func(a, b *plist.Value) int {
		x, _ := plist.Write(a)
		y, _ := plist.Write(b)
		return slices.Compare(x, y)
	})
	out := *v
	out.Fields = slices.Clone(v.Fields)
	return out.Set("PayloadContent", plist.NewArray(items...))
}

func FuzzComparingEndsAndFindsNothingBetweenEquals(f *testing.F) {
	f.Add([]byte(`<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>A</key><array><string>a</string></array></dict></array></dict></plist>`),
		[]byte(`<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>A</key><array><string>b</string></array></dict></array></dict></plist>`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		old, f1 := document.Open(diag.NewFile("old", a))
		new, f2 := document.Open(diag.NewFile("new", b))
		if diag.HasErrors(f1) || diag.HasErrors(f2) || old.Root == nil || new.Root == nil {
			t.Skip()
		}
		if d := compare(t, old.Root, old.Root); !d.IsEmpty() {
			t.Errorf("a profile differs from itself:\n%s", dump(d))
		}
		if compare(t, old.Root, new.Root).IsEmpty() != compare(t, new.Root, old.Root).IsEmpty() {
			t.Error("it depends on the direction whether the two differ")
		}
	})
}

// Long arrays that have nothing in common are compared in bounded time and memory.
func TestLongArrays(t *testing.T) {
	long := func(from int64) *plist.Value {
		v := plist.NewArray()
		for i := range int64(90_000) {
			v.Items = append(v.Items, plist.NewInteger(from+i))
		}
		return plist.NewDictionary().Set("A", v)
	}
	if n := len(compare(t, long(0), long(100_000)).TopLevel); n != 180_000 {
		t.Errorf("%d changes, want 180000", n)
	}
}
