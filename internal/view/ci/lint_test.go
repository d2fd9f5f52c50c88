package ci

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/hostile"
	"syncguard/internal/view"
)

const wifi = "<plist>\r\n<dict>\n\t<key>SSID_STR</key>\n\t<string>Café ☕</string>\n\t<key>EncryptionType</key>\n\t<string>wpa2</string>\n" +
	"\t<key>Password</key>\n\t<string>hunter2</string>\n\t<data>\n\tAAAA\n\t</data>\n</dict>\n</plist>\n"

// Report is a run held as a whole.
type Report struct {
	app.LintHeader
	app.LintFooter
	Files    []*app.LintedFile
	RulesURL string
}

func (r *Report) run() *Run {
	return &Run{&app.LintRun{Header: r.LintHeader, Footer: &r.LintFooter, Files: func(yield func(*app.LintedFile, error) bool) {
		for _, f := range r.Files {
			if !yield(f, nil) {
				return
			}
		}
	}}, r.RulesURL}
}

// lintRun is a run that has one of everything. The names of its rules are those of pages.
func lintRun() *Report {
	xml := diag.NewFile("./profiles/wi fi+1.mobileconfig", []byte(wifi))
	signed := diag.NewFile("signed.mobileconfig", []byte(wifi))
	inSigned := find(signed, "wpa2").At()
	inSigned.Signed = true
	r := &Report{LintHeader: app.LintHeader{Version: 1, Syncguard: "1.2.3", Root: "/srv/repository"}, RulesURL: "https://example.com/docs/rules",
		LintFooter: app.LintFooter{Ignored: 2, Baselined: 1, Statistics: []app.RuleCount{{Rule: "unknown-key", Errors: 1, Notes: 1, Fixable: 1}}, Unread: []app.Unread{{Name: "locked.mobileconfig", Message: "permission denied"}},
			Refused: []app.Refused{{Name: ".syncguard.yaml", Message: "not read: `main` has no such file"}}}}
	r.add(app.LintedFile{Name: xml.Name, Kind: "profile", Format: "xml", Findings: []diag.Diagnostic{
		{Rule: "missing-plist-element", Severity: diag.Error, Message: "the file as a whole"},
		{Rule: "malformed-value", Severity: diag.Note, Message: `"Café ☕" is no name`, Span: find(xml, "☕")},
		{Rule: "value-not-in-rangelist", Severity: diag.Error, Message: `"EncryptionType" is "wpa2"`, Help: `did you mean "WPA2"?`,
			Path: diag.Keys("PayloadContent").Item(0).Key("EncryptionType"), Span: find(xml, "wpa2"), Related: []diag.Related{{Message: "the network", Span: find(xml, "Café ☕")}, {Message: "in the other file", Place: inSigned}},
			Fix: &diag.Fix{Title: `write "WPA2"`, Edits: []diag.Edit{{Span: find(xml, "wpa2"), Text: "WPA2"}}}},
		{Rule: "plain-text-secret", Severity: diag.Warning, Message: "a password in clear text", Path: diag.Keys("PayloadContent").Item(0).Key("Password"), Span: find(xml, "hunter2"), HideSource: true,
			Fix: &diag.Fix{Title: "take it out", Edits: []diag.Edit{{Span: find(xml, "hunter2"), Text: "hunter2"}}}},
		{Rule: "bad-data", Severity: diag.Warning, Message: "over three lines", Span: find(xml, "<data>\n\tAAAA\n\t</data>"),
			Fix: &diag.Fix{Title: "remove it", Unsafe: true, Edits: []diag.Edit{{Span: find(xml, "<data>\n\tAAAA\n\t</data>")}}}},
	}})
	r.add(app.LintedFile{Name: signed.Name, Kind: "profile", Format: "xml", Signed: true, Findings: []diag.Diagnostic{
		{Rule: "value-not-in-rangelist", Severity: diag.Error, Message: `"EncryptionType" is "wpa2"`, Path: diag.Keys("PayloadContent").Item(0).Key("EncryptionType"), Span: find(signed, "wpa2"),
			Fix: &diag.Fix{Title: `write "WPA2"`, Edits: []diag.Edit{{Span: find(signed, "wpa2"), Text: "WPA2"}}}},
	}})
	r.add(app.LintedFile{Name: "/srv/repository/binary.mobileconfig", Kind: "profile", Format: "binary", Findings: []diag.Diagnostic{
		{Rule: "unknown-key", Severity: diag.Warning, Message: `"Foo" is unknown`, Path: diag.Keys("PayloadContent").Item(1).Key("Foo")},
		{Rule: "unknown-key", Severity: diag.Warning, Message: `"Foo" is unknown`, Path: diag.Keys("PayloadContent").Item(1).Key("Foo")},
	}})
	r.add(app.LintedFile{Name: "good.mobileconfig", Kind: "profile", Format: "xml"})
	return r
}

func written(t testing.TB, format string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if format == "text" {
		p := view.NewPrinter(&b, nil, 0)
		for _, f := range r.Files {
			p.FileFindings(f.Name, f.Signed, f.Findings)
		}
	} else if err := r.run().write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLintFormats(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			f := formatTests[format]
			if f.golden == "" || f.read == nil || f.check == nil {
				t.Fatalf("formatTests has no whole line for %q: want a golden file, a reader and a check", format)
			}
			got := written(t, format, lintRun())
			if strings.Contains(got, "hunter2") {
				t.Error("a secret is shown")
			}
			if got != written(t, format, lintRun()) {
				t.Error("the same run gives other bytes")
			}
			if format == "sarif" {
				got = withoutRules(t, got)
			}
			golden(t, f.golden, got)

			empty := &Report{}
			empty.add(app.LintedFile{Name: "good.mobileconfig"})
			if n := len(f.read(t, written(t, format, empty))); n != 0 {
				t.Errorf("%d findings where there are none", n)
			}
		})
	}
	if err := lintRun().run().write(&bytes.Buffer{}, "xml"); err == nil {
		t.Error("there is a format xml")
	}
	if got := written(t, "github", &Report{}); got != "" {
		t.Errorf("a run without findings says %q", got)
	}
}

// withoutRules takes out of a SARIF log what changes with the pages of the rules.
func withoutRules(t *testing.T, log string) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(log), &v); err != nil {
		t.Fatal(err)
	}
	run := v["runs"].([]any)[0].(map[string]any)
	delete(run["tool"].(map[string]any)["driver"].(map[string]any), "rules")
	for _, r := range run["results"].([]any) {
		delete(r.(map[string]any), "ruleIndex")
	}
	var b bytes.Buffer
	if err := view.WriteJSON(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read is a finding as it was read from a format.
type read struct {
	Rule, Severity, File string
	Line, Column         int
}

// formatTests has a line for each of Formats, and one for the text of package view. Formats for people tell the place in the
// content of a signed or binary file; formats pointing into a file tell its start.
var formatTests = map[string]struct {
	golden   string                          // file in testdata
	read     func(testing.TB, string) []read // reads the findings back
	pointing bool                            // into the file: a finding without a place in it is at line 1, column 1
	columns  bool
	check    func(t *testing.T, s, got string) // of a run with the hostile string s everywhere
}{
	"text":     {"", readText, false, true, nil},
	"json":     {"lint.json", readJSON, false, true, checkJSON},
	"sarif":    {"lint.sarif", readSARIF, true, true, checkJSON},
	"junit":    {"lint.xml", readJUnit, false, true, checkXML("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out")},
	"github":   {"lint.github.txt", readGitHub, true, true, checkGitHub},
	"gitlab":   {"lint.gitlab.json", readGitLab, true, false, checkJSON},
	"markdown": {"lint.md", readMarkdown, false, true, checkMarkdown},
}

func TestEveryFormatHasTheSameFindings(t *testing.T) {
	for format, reader := range formatTests {
		t.Run(format, func(t *testing.T) {
			r := lintRun()
			var want []read
			for _, f := range r.all() {
				one := read{f.Rule, f.Severity.String(), f.at.file, f.at.start.Line, f.at.start.Column}
				if reader.pointing && !f.at.inFile() {
					one.Line, one.Column = 1, 1
				}
				if !reader.columns || format == "github" && f.at.start.Line != f.at.end.Line {
					one.Column = 0
				}
				if format == "github" && !f.at.inFile() {
					one.Column = 0
				}
				want = append(want, one)
			}
			got := reader.read(t, written(t, format, r))
			for i := range got {
				got[i].File = r.Path(got[i].File)
			}
			order := func(a, b read) int {
				return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
			}
			slices.SortStableFunc(want, order)
			slices.SortStableFunc(got, order)
			if d := gocmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func readJSON(t testing.TB, s string) (found []read) {
	var log struct {
		Version int
		Files   []struct {
			File     string
			Findings []struct {
				Rule, Severity, File string
				Start                diag.Position
			}
		}
	}
	unmarshal(t, s, &log)
	for _, f := range log.Files {
		for _, x := range f.Findings {
			found = append(found, read{x.Rule, x.Severity, x.File, x.Start.Line, x.Start.Column})
		}
	}
	return found
}

func readGitLab(t testing.TB, s string) (found []read) {
	var issues []gitlabIssue
	unmarshal(t, s, &issues)
	severities := map[string]string{"critical": "error", "major": "warning", "info": "note"}
	seen := map[string]bool{}
	for _, x := range issues {
		if seen[x.Fingerprint] {
			t.Errorf("two issues have the fingerprint %s", x.Fingerprint)
		}
		seen[x.Fingerprint] = true
		found = append(found, read{x.Check, severities[x.Severity], x.Location.Path, x.Location.Lines.Begin, 0})
	}
	return found
}

var (
	spoken         = regexp.MustCompile(`^(.*?)(?::(\d+):(\d+))?$`) // file:line:column, or file
	spokenSeverity = regexp.MustCompile(`^(.*?): (error|warning|note): `)
)

func place(t testing.TB, s string) (file string, line, column int) {
	m := spoken.FindStringSubmatch(s)
	if m == nil {
		t.Errorf("%q is no place", s)
		return s, 0, 0
	}
	fmt.Sscan(m[2]+" "+m[3], &line, &column)
	return m[1], line, column
}

func readJUnit(t testing.TB, s string) (found []read) {
	var log struct {
		Suites []junitSuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(s), &log); err != nil {
		t.Fatal(err)
	}
	for _, suite := range log.Suites {
		for _, c := range suite.Cases {
			text := c.Output
			if c.Failure != nil {
				text = c.Failure.Text
			}
			if text == "" {
				continue
			}
			parts := spokenSeverity.FindStringSubmatch(text)
			rule, _, _ := strings.Cut(c.Name, " ")
			file, line, column := place(t, parts[1])
			found = append(found, read{rule, parts[2], file, line, column})
		}
	}
	return found
}

func readMarkdown(t testing.TB, s string) (found []read) {
	for row := range strings.Lines(s) {
		cells := strings.Split(strings.Trim(row, "| \n"), " | ")
		if len(cells) != 4 || !slices.Contains([]string{"error", "warning", "note"}, cells[0]) {
			continue
		}
		rule, _, _ := strings.Cut(strings.Trim(cells[3], "`"), " ")
		file, line, column := place(t, strings.Trim(cells[1], "`"))
		found = append(found, read{rule, cells[0], file, line, column})
	}
	return found
}

func readGitHub(t testing.TB, s string) (found []read) {
	severities := map[string]string{"error": "error", "warning": "warning", "notice": "note"}
	for _, c := range hostile.Commands(s) {
		if title := c.Properties["title"]; title == "unread" || title == "untrusted" {
			continue
		}
		rule, _, _ := strings.Cut(c.Properties["title"], " ")
		one := read{Rule: rule, Severity: severities[c.Name], File: c.Properties["file"]}
		fmt.Sscan(c.Properties["line"], &one.Line)
		fmt.Sscan(c.Properties["col"], &one.Column)
		found = append(found, one)
	}
	return found
}

// matchers is the problem matcher that GitHub's runner uses.
func matchers(t testing.TB) []*regexp.Regexp {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", ".github", "problem-matcher.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		ProblemMatcher []struct {
			Owner, Severity string
			Pattern         []struct {
				Regexp                                      string
				File, Line, Column, Severity, Message, Code int
			}
		}
	}
	unmarshal(t, string(data), &file)
	var all []*regexp.Regexp
	for i, m := range file.ProblemMatcher {
		p := m.Pattern[0]
		if want := []int{1, 2, 3, 4, 5, 6}; i == 0 && !slices.Equal(want, []int{p.File, p.Line, p.Column, p.Severity, p.Message, p.Code}) {
			t.Errorf("the groups of %s are not %v", m.Owner, want)
		}
		all = append(all, regexp.MustCompile(p.Regexp))
	}
	return all
}

// readText reads text as the problem matcher does. A note has a matcher of its own: GitHub calls it a notice.
func readText(t testing.TB, s string) (found []read) {
	all := matchers(t)
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		one := read{}
		if m := all[0].FindStringSubmatch(line); m != nil {
			one = read{Rule: m[6], Severity: m[4], File: m[1]}
			fmt.Sscan(m[2]+" "+m[3], &one.Line, &one.Column)
		} else if m := all[1].FindStringSubmatch(line); m != nil {
			one = read{Rule: m[5], Severity: "note", File: m[1]}
			fmt.Sscan(m[2]+" "+m[3], &one.Line, &one.Column)
		} else {
			continue
		}
		found = append(found, one)
	}
	return found
}

// GitHub's runner leaves the colours in the lines for its matchers: github.com/actions/runner/issues/2341.
func TestProblemMatcherReadsColours(t *testing.T) {
	var b bytes.Buffer
	p := view.NewColored(&b, nil, 0, view.ColorAlways)
	for _, f := range lintRun().Files {
		p.FileFindings(f.Name, f.Signed, f.Findings)
	}
	want := readText(t, written(t, "text", lintRun()))
	if got := readText(t, b.String()); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

func unmarshal(t testing.TB, s string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), v); err != nil {
		t.Fatalf("%v: %s", err, s)
	}
}

func TestFailOn(t *testing.T) {
	for severity, want := range map[diag.Severity]string{0: "11 tests, 3 failures, 1 errors", diag.Error: "11 tests, 3 failures, 1 errors",
		diag.Warning: "11 tests, 7 failures, 1 errors", diag.Note: "11 tests, 8 failures, 1 errors"} {
		r := lintRun()
		r.FailOn = severity
		var log struct {
			Suites []junitSuite `xml:"testsuite"`
		}
		if err := xml.Unmarshal([]byte(written(t, "junit", r)), &log); err != nil {
			t.Fatal(err)
		}
		tests, failures, errors := 0, 0, 0
		for _, s := range log.Suites {
			tests, failures, errors = tests+s.Tests, failures+s.Failures, errors+s.Errors
		}
		if got := fmt.Sprintf("%d tests, %d failures, %d errors", tests, failures, errors); got != want {
			t.Errorf("%v: got %s, want %s", severity, got, want)
		}
	}
}

// GitHub shows ten annotations of a kind, and a comment has an end.
func TestManyFindings(t *testing.T) {
	r := &Report{}
	var ds []diag.Diagnostic
	for i := range 2000 {
		ds = append(ds, diag.Diagnostic{Rule: "a", Severity: []diag.Severity{diag.Error, diag.Warning}[i%2], Message: fmt.Sprintf("number %d of very many findings", i)})
	}
	r.add(app.LintedFile{Name: "f", Findings: ds})
	if got := written(t, "github", r); len(hostile.Commands(got)) != 2000 ||
		!strings.HasSuffix(got, "syncguard: 2000 findings in 1 file (1000 errors, 1000 warnings); GitHub shows 10 annotations of each severity, so 1980 are in this log only\n") {
		t.Error(got[len(got)-300:])
	}
	got := written(t, "markdown", r)
	shown := strings.Count(got, "number ")
	if want := fmt.Sprintf("Not listed, for lack of space: %d findings.", 2000-shown); len(got) > 65536 || !strings.Contains(got, want) {
		t.Errorf("%d bytes, %d shown: %s", len(got), shown, got[len(got)-100:])
	}
	if first := strings.Index(got, "| warning |"); strings.Contains(got[first:], "| error |") {
		t.Error("an error stands below a warning")
	}
}

// add takes in a file.
func (r *Report) add(f app.LintedFile) {
	f.Findings = diag.InFile(f.Name, f.Findings)
	for i := range f.Findings {
		f.Findings[i].Fingerprint = fmt.Sprintf("%032x", r.AtLeast(diag.Note)+i)
	}
	r.Files = append(r.Files, &f)
	r.Totals.Add(f.Findings)
}

// all returns every finding of the run.
func (r *Report) all() (all []finding) {
	for _, f := range r.Files {
		all = append(all, r.run().findings(f)...)
	}
	return all
}
