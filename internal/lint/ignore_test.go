package lint

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/work"
)

// The reach of a comment is what stands between « and » in the text, and of nothing else.
func TestIgnoreReach(t *testing.T) {
	const comment = "syncguard:ignore updates-delayed: a lab"
	for _, c := range []struct{ name, text string }{
		{"yaml, the next key", "a:\n  # " + comment + "\n«  b: 1\n»  c: 2\n"},
		{"yaml, the next key with what is in it", "a:\n  # " + comment + "\n\n  # another\n«  b:\n    - 1\n\n    - 2\n»  c: 2\n"},
		{"yaml, to the end", "a: 1\n# " + comment + "\n«b: 2"},
		{"yaml, its line", "a: 1\n«b: 2 # " + comment + "\n»c: 3\n"},
		{"yaml, CRLF", "a: 1\r\n# " + comment + "\r\n«b: 2\r\n»c: 3\r\n"},
		{"xml, the next key", "<plist><dict><key>a</key><true/>\n<!-- " + comment + " -->«\n<key>b</key><string>x</string>»<key>c</key><true/></dict></plist>"},
		{"xml, the value alone", "<plist><dict><key>b</key>\n<!-- " + comment + " -->«\n<string>x</string>»<key>c</key><true/></dict></plist>"},
		{"xml, a whole payload", "<plist><array>\n<!-- " + comment + " -->«<dict><key>b</key><array/></dict>»<dict/></array></plist>"},
		{"xml, its line", "<plist><dict>\n«<key>b</key><true/> <!-- " + comment + " -->\n»<key>c</key><true/></dict></plist>"},
		{"xml, everything", "«<!-- " + comment + " -->\n<plist><dict><key>b</key><true/></dict></plist>\n"},
		{"xml, the last of a dictionary", "<plist><dict><key>b</key><true/>\n<!-- " + comment + " -->«»</dict></plist>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from := strings.Index(c.text, "«")
			text := strings.Replace(c.text, "«", "", 1)
			to := strings.Index(text, "»")
			if text = strings.Replace(text, "»", "", 1); to < 0 {
				to = len(text)
			}
			file := diag.NewFile("f", []byte(text))
			var root *plist.Value
			if strings.HasPrefix(c.name, "xml") {
				doc, found := document.Open(file)
				if diag.HasErrors(found) {
					t.Fatal(found)
				}
				root = doc.Root
			}
			ignores, found := Ignores(file, root)
			if len(ignores) != 1 || len(found) != 0 {
				t.Fatalf("got %d ignores and %v", len(ignores), found)
			}
			for _, offset := range words(text) {
				d := diag.Diagnostic{Rule: "updates-delayed", Span: diag.Span{File: file, Start: offset, End: offset}}
				if inside := offset >= from && offset < to; Covered(ignores, []diag.Diagnostic{d})[0] != inside {
					t.Errorf("covers %q: %t", text[offset:], !inside)
				}
			}
			if Covered(ignores, []diag.Diagnostic{{Rule: "cloud-sync-disabled", Span: diag.Span{File: file, Start: from}}})[0] {
				t.Error("covers another rule")
			}
		})
	}
}

// Findings are covered alike in any order, by comments beside and around one another; a comment that covers none is unused.
func TestCovered(t *testing.T) {
	file, other := diag.NewFile("f", make([]byte, 100)), diag.NewFile("g", make([]byte, 100))
	comments := []*Ignore{
		{Rules: []string{"unknown-key"}, from: 10, to: 50},
		{Rules: []string{"unknown-key", "sync-disabled", "unknown-key"}, from: 20, to: 30},
		{Rules: []string{"unknown-key"}, from: 30, to: 30},
		{Rules: []string{"sync-disabled"}, from: 60, to: 70},
	}
	for _, c := range comments {
		c.At.File = file
	}
	var found []diag.Diagnostic
	var want []bool
	add := func(covered bool, rule string, in *diag.File, start int) {
		found, want = append(found, diag.Diagnostic{Rule: rule, Span: diag.Span{File: in, Start: start, End: start + 1}}), append(want, covered)
	}
	add(false, "unknown-key", file, 50)
	add(true, "unknown-key", file, 49)
	add(false, "unknown-key", other, 25)
	add(true, "sync-disabled", file, 20)
	add(false, "sync-disabled", file, 30)
	add(true, "unknown-key", file, 10)
	add(true, "unknown-key", file, 25)
	add(false, "unknown-key", file, 9)
	found, want = append(found, diag.Diagnostic{Rule: "unknown-key"}), append(want, false) // nowhere
	if got := Covered(comments, found); !slices.Equal(got, want) {
		t.Errorf("covered: %v, want %v", got, want)
	}
	for i, c := range comments {
		if used := i < 2; c.used != used {
			t.Errorf("comment %d is used: %t", i, c.used)
		}
	}
}

// Twice the comments around twice the findings are twice the work, and little more for sorting.
func TestCoveredGrows(t *testing.T) {
	cover := func(n int) int {
		text := strings.Repeat(" ", 2*n)
		file := diag.NewFile("f", []byte(text))
		var comments []*Ignore
		var found []diag.Diagnostic
		for i := range n {
			comments = append(comments, &Ignore{Rules: []string{"unknown-key"}, At: diag.Span{File: file}, from: i, to: 2*n - i})
			found = append(found, diag.Diagnostic{Rule: "unknown-key", Span: diag.Span{File: file, Start: n - i, End: n + 1}})
		}
		return work.Measure(func() { Covered(comments, found) })
	}
	if one, two := cover(1000), cover(2000); one == 0 || 10*two > 25*one {
		t.Errorf("%d units of work for 1,000 comments and findings, %d for 2,000", one, two)
	}
}

// words returns where words begin at which a finding can point: not those of end tags.
func words(text string) []int {
	var at []int
	isLetter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	for i := 1; i < len(text); i++ {
		if isLetter(text[i]) && !isLetter(text[i-1]) && text[i-1] != '/' {
			at = append(at, i)
		}
	}
	return at
}

func FuzzIgnoresNeverStop(f *testing.F) {
	f.Add("<!-- syncguard:ignore updates-delayed: x --><plist><dict><key>a</key></dict></plist>")
	f.Add("a: 1 # syncguard:ignore updates-delayed: x\n\n# syncguard:ignore :\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := diag.NewFile("f", []byte(text))
		doc, _ := document.Open(file)
		for _, root := range []*plist.Value{nil, doc.Root} {
			if root != nil && (doc.Format != document.XML || doc.File != file) {
				continue
			}
			ignores, found := Ignores(file, root)
			for _, d := range found {
				if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start >= d.Span.End {
					t.Fatalf("span %d to %d of %d bytes", d.Span.Start, d.Span.End, len(text))
				}
			}
			for _, i := range ignores {
				if i.Reason == "" || len(i.Rules) == 0 || i.from > i.to {
					t.Fatalf("%+v", i)
				}
			}
		}
	})
}
