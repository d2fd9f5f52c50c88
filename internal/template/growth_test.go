package template

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// hostileTemplates are texts of a size that a person could send, by their number of parts.
var hostileTemplates = map[string]func(n int) string{
	"aliases of a plain scalar": func(n int) string {
		return "a: &a " + strings.Repeat("x", 20*n) + "\nb:\n" + strings.Repeat("- *a\n", n)
	},
	"aliases of a block scalar": func(n int) string {
		return "a: &a |\n" + strings.Repeat("  x y\n", 3*n) + "b:\n" + strings.Repeat("- *a\n", n)
	},
	"aliases of a list with a comment": func(n int) string {
		return "a: &a [x, y,\n" + strings.Repeat(" # comment\n", n) + "]\nb:\n" + strings.Repeat("- *a\n", n)
	},
	"aliases of a scalar in a list": func(n int) string {
		return "a: &a [!!str\n" + strings.Repeat(" # comment\n", n) + " " + strings.Repeat("x", 20*n) + "]\nb:\n" + strings.Repeat("- *a\n", n)
	},
	"variables":         func(n int) string { return "a: \"" + strings.Repeat("${a}", 10*n) + "\"\n" },
	"escaped variables": func(n int) string { return "a: \"" + strings.Repeat("$${a}", 10*n) + "\"\n" },
	"half variables":    func(n int) string { return "a: \"" + strings.Repeat("${", 10*n) + "\"\n" },
	"many keys": func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "key%d: a\n", i)
		}
		return b.String()
	},
	"one key twice": func(n int) string { return strings.Repeat("key: a\n", n) },
}

// The work of reading a template grows with its bytes, aliases included.
func TestWorkOfReadingIsLinear(t *testing.T) {
	for name, text := range hostileTemplates {
		t.Run(name, func(t *testing.T) {
			count := func(n int) (done, size int) {
				data := []byte(text(n))
				done = work.Measure(func() {
					if _, _, err := (&Loader{}).Load(Input{Name: "t", Data: data}); err != nil {
						t.Fatal(err)
					}
				})
				return done, len(data)
			}
			small, size := count(200)
			large, twice := count(400)
			if large*size > small*twice*5/4 || large > 50*twice {
				t.Errorf("%d units for %d bytes, %d for %d", small, size, large, twice)
			}
		})
	}
}

// Overlays are merged in one pass over their keys and payloads.
func TestWorkOfMergingIsLinear(t *testing.T) {
	for name, lines := range map[string][2]string{"keys": {"key%d: a\n", "key%d: b\n"}, "removed keys": {"key%d: a\n", "key%d: null\n"}} {
		count := func(n int) int {
			var text [2]strings.Builder
			for i := range n {
				fmt.Fprintf(&text[0], lines[0], i)
				fmt.Fprintf(&text[1], lines[1], i)
			}
			var trees [2]*budget
			for i := range trees {
				trees[i] = newBudget()
			}
			out := &findings{}
			base := readTree(diag.NewFile("base", []byte(text[0].String())), trees[0], out)
			over := readTree(diag.NewFile("over", []byte(text[1].String())), trees[1], out)
			return work.Measure(func() { merge(base, over, nil) })
		}
		if small, large := count(200), count(400); large > small*5/2 {
			t.Errorf("%s: %d units, then %d for twice as many", name, small, large)
		}
	}
}

// The text of a template, aliases expanded, is bounded.
func TestAliasesAddBoundedText(t *testing.T) {
	text := "a: &a " + strings.Repeat("x", 600_000) + "\nb:\n" + strings.Repeat("- *a\n", 30)
	_, found, err := (&Loader{}).Load(Input{Name: "t", Data: []byte(text)})
	tooLarge := func(d diag.Diagnostic) bool { return d.Rule == rule.TemplateTooLarge }
	if err != nil || !slices.ContainsFunc(found, tooLarge) {
		t.Errorf("found %v, error %v", found, err)
	}
}

func BenchmarkAliases(b *testing.B) {
	data := []byte(hostileTemplates["aliases of a block scalar"](20_000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		ReadYAML(diag.NewFile("t", data))
	}
}
