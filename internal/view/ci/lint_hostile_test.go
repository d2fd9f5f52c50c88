package ci

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/hostile"
)

// hostileRun puts a string wherever one from outside can come.
func hostileRun(s string) *Report {
	r := &Report{LintHeader: app.LintHeader{Syncguard: "1"}, RulesURL: "https://example.com"}
	file := diag.NewFile(s+".mobileconfig", []byte("<a>\n"+s+"\nxyz</a>"))
	for _, signed := range []bool{false, true} {
		r.add(app.LintedFile{Name: file.Name, Kind: "profile", Format: "xml", Signed: signed, Findings: []diag.Diagnostic{
			{Rule: "unknown-key", Severity: diag.Error, Message: s, Help: s, Path: diag.Keys("A", s), Span: diag.Span{File: file, Start: 4, End: 4 + len(s)},
				Related: []diag.Related{{Message: s, Span: find(file, "xyz")}},
				Fix:     &diag.Fix{Title: s, Edits: []diag.Edit{{Span: find(file, "xyz"), Text: s}}}},
			{Rule: "unknown-key", Severity: diag.Warning, Message: s + "x" + s, Path: diag.Keys(s)},
			{Rule: "unknown-key", Severity: diag.Note, Message: s},
		}})
	}
	r.Unread = []app.Unread{{Name: s, Message: s}}
	r.Refused = []app.Refused{{Name: s, Message: s}}
	return r
}

func TestHostileStrings(t *testing.T) {
	for _, s := range hostile.Texts {
		for format := range formatTests {
			checkHarmless(t, format, s.Text)
		}
	}
}

// Whatever the text, what is written is well-formed, can be looked at, and says no command but our own.
func FuzzReportsAreHarmless(f *testing.F) {
	for _, s := range hostile.Texts {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for format := range formatTests {
			checkHarmless(t, format, s)
		}
	})
}

func checkHarmless(t *testing.T, format, s string) {
	t.Helper()
	got := written(t, format, hostileRun(s))
	if !utf8.ValidString(got) {
		t.Errorf("%s, %q: not UTF-8", format, s)
	}
	if harm := hostile.Harm(got, ""); harm != "" {
		t.Errorf("%s, %q: %s", format, s, harm)
	}
	for _, c := range hostile.Commands(got) {
		if c.Name != "error" && c.Name != "warning" && c.Name != "notice" || format != "github" {
			t.Errorf("%s, %q: the command %+v", format, s, c)
		}
	}
	if check := formatTests[format].check; check != nil {
		check(t, s, got)
	}
}

func checkGitHub(t *testing.T, s, got string) {
	t.Helper()
	commands := hostile.Commands(got)
	if len(commands) != 8 {
		t.Errorf("%q: %d commands", s, len(commands))
	}
	for _, c := range commands {
		for name := range c.Properties {
			if !strings.Contains(" file line endLine col endColumn title ", " "+name+" ") {
				t.Errorf("%q: the property %s", s, name)
			}
		}
	}
}

func checkJSON(t *testing.T, s, got string) {
	t.Helper()
	if !json.Valid([]byte(got)) {
		t.Errorf("%q: no JSON: %s", s, got)
	}
}

// checkXML returns a check for well-formed XML with no elements but those named.
func checkXML(elements ...string) func(t *testing.T, s, got string) {
	return func(t *testing.T, s, got string) {
		t.Helper()
		d := xml.NewDecoder(strings.NewReader(got))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Errorf("%q: %v", s, err)
				return
			}
			if e, ok := token.(xml.StartElement); ok && !slices.Contains(elements, e.Name.Local) {
				t.Errorf("%q: the element %s", s, e.Name.Local)
			}
		}
	}
}

// plainMarkdown is what may stand outside code spans, of which each is a C.
var plainMarkdown = regexp.MustCompile(`^(### syncguard lint: [a-z0-9 ,()]+|\| \| Place \| Finding \| Rule \||\|---\|---\|---\|---\||` +
	`Not listed, for lack of space: \d+ findings?\.|(Not checked|No effect \(--untrusted\)): (C: C|1 file\.|1 more\.)|\| (error|warning|note) \| C \| C(<br>C)* \| C \|)?$`)

// checkMarkdown takes the code spans out, in which nothing is markup, and looks at what is left.
func checkMarkdown(t *testing.T, s, got string) {
	t.Helper()
	for line := range strings.Lines(got) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "| ") && len(cells(line)) != 4 {
			t.Errorf("%q: a row of %d cells: %s", s, len(cells(line)), line)
		}
		if left := withoutCode(line); !plainMarkdown.MatchString(left) {
			t.Errorf("%q: %s is left of %s", s, left, line)
		}
	}
}

var (
	escaped    = regexp.MustCompile(`\\[!-/:-@\[-\x60{-~]`)
	backquotes = regexp.MustCompile("`+")
)

// cells splits a row as GitHub does: at pipes with no backslash before them, code spans or not.
func cells(row string) []string {
	row = escaped.ReplaceAllString(row, "..")
	return strings.Split(strings.Trim(row, "|"), "|")
}

// withoutCode puts a C in the place of each code span: a run of backquotes up to the next run that is as long.
func withoutCode(line string) string {
	var b strings.Builder
	for {
		open := backquotes.FindStringIndex(line)
		if open == nil {
			return b.String() + line
		}
		rest, closed := line[open[1]:], false
		for _, end := range backquotes.FindAllStringIndex(rest, -1) {
			if end[1]-end[0] == open[1]-open[0] {
				b.WriteString(line[:open[0]] + "C")
				line, closed = rest[end[1]:], true
				break
			}
		}
		if !closed {
			return b.String() + line
		}
	}
}
