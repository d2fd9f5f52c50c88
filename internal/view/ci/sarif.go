package ci

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/view"
)

// sarifRoot stands for the base folder of relative URIs. Its path on this machine stays private.
const sarifRoot = "%SRCROOT%"

// sarifLevels maps severities to SARIF's levels.
var sarifLevels = map[diag.Severity]string{diag.Error: sarif.LevelError, diag.Warning: sarif.LevelWarning, diag.Note: sarif.LevelNote}

// sarifHead is what stands before the results of a run.
type sarifHead struct {
	Tool             *sarif.Tool                       `json:"tool"`
	Language         string                            `json:"language"`
	ColumnKind       string                            `json:"columnKind"`
	NewlineSequences []string                          `json:"newlineSequences"`
	BaseIDs          map[string]sarif.ArtifactLocation `json:"originalUriBaseIds"`
}

// sarifWriter holds the indexes of rules and files, for results to refer to.
type sarifWriter struct {
	run       *Run
	rules     map[string]int // index by ID
	artifacts sarifArtifacts
}

// sarifArtifacts are the files of a run so far, without repeats.
type sarifArtifacts struct {
	index map[string]int // by URI
	all   []*sarif.Artifact
}

// sarifFile is a file with the index of its artifact.
type sarifFile struct {
	*app.LintedFile
	path  string
	index int
}

// writeSARIF writes a run, its results one a line and the files behind them: neither is known before the last file.
func writeSARIF(w io.Writer, r *Run) error {
	s := &sarifWriter{r, map[string]int{}, sarifArtifacts{index: map[string]int{}}}
	head, err := view.JSONLine(sarifHead{sarif.NewTool().WithDriver(s.driver()), "en-US", "unicodeCodePoints", []string{"\r\n", "\n", "\r"},
		map[string]sarif.ArtifactLocation{sarifRoot: *sarif.NewArtifactLocation().
			WithDescription(sarif.NewTextMessage("The base folder of file names, usually the root of the repository."))}})
	if err != nil {
		return err
	}
	const schema = "https://json.schemastore.org/sarif-2.1.0.json" // the address documented by GitHub
	start := fmt.Sprintf("{\"$schema\":%q,\"version\":\"2.1.0\",\"runs\":[%s,\n\"results\":[", schema, head[:len(head)-1])
	if _, err := view.WriteList(w, start, "\n", view.Rendered(s.files, s.results)); err != nil {
		return err
	}
	artifacts := func(yield func([]byte, error) bool) {
		for _, a := range s.artifacts.all {
			if !yield(view.JSONLine(a)) {
				return
			}
		}
	}
	if _, err := view.WriteList(w, "\n],\n\"artifacts\":[", "\n", artifacts); err != nil {
		return err
	}
	invocation, err := view.JSONLine(s.invocation())
	if err == nil {
		_, err = fmt.Fprintf(w, "\n],\n\"invocations\":[%s]}]}\n", invocation)
	}
	return err
}

// files numbers the files of the run.
func (s *sarifWriter) files(yield func(sarifFile, error) bool) {
	for f, err := range s.run.Files {
		if err != nil {
			yield(sarifFile{}, err)
			return
		}
		path := s.run.Header.Path(f.Name)
		if !yield(sarifFile{f, path, s.artifacts.add(s.location(path, nil), f)}, nil) {
			return
		}
	}
}

// results writes the results of a file, one a line.
func (s *sarifWriter) results(w io.Writer, file sarifFile) error {
	for i, f := range s.run.findings(file.LintedFile) {
		data, err := view.JSONLine(s.result(f, &file))
		if err != nil {
			return err
		}
		if i > 0 {
			io.WriteString(w, ",\n")
		}
		w.Write(data)
	}
	return nil
}

// driver describes syncguard and every rule, so an index means the same in each run of one version.
func (s *sarifWriter) driver() *sarif.ToolComponent {
	d := sarif.NewToolComponent().WithName("syncguard").WithVersion(s.run.Header.Syncguard)
	if s.run.RulesURL != "" {
		d.WithInformationURI(s.run.RulesURL)
	}
	for i, rule := range rules.All() {
		s.rules[rule.ID] = i
		d.Rules = append(d.Rules, s.rule(&rule))
	}
	return d
}

func (s *sarifWriter) rule(r *rules.Rule) *sarif.ReportingDescriptor {
	full, _, _ := strings.Cut(cmp.Or(r.Why, sentence(r.Summary)), "\n\n")
	d := sarif.NewRule(r.ID).
		WithShortDescription(sarifText(sentence(r.Summary))).
		WithFullDescription(sarifText(strings.ReplaceAll(full, "\n", " "))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevels[r.Severity])).
		WithHelp(sarifText(ruleHelp(r, "")).WithMarkdown(ruleHelp(r, "`")))
	if s.run.RulesURL != "" {
		d.WithHelpURI(s.run.RulesURL + "/" + r.ID + ".md")
	}
	tags := sarif.NewPropertyBag()
	for _, g := range r.Groups {
		tags.AddTag(string(g))
	}
	return d.WithProperties(tags)
}

// ruleHelp returns a rule's page without its examples, since a finding is one. It puts code between quotes.
func ruleHelp(r *rules.Rule, quote string) string {
	parts := []string{cmp.Or(r.Why, sentence(r.Summary))}
	if r.Fix != "" {
		parts = append(parts, "syncguard lint --fix: "+r.Fix)
	}
	if len(r.Sources) > 0 {
		parts = append(parts, "Sources: "+strings.Join(r.Sources, ", "))
	}
	return strings.Join(append(parts, "The whole page: "+quote+"syncguard rules "+r.ID+quote), "\n\n")
}

func sarifText(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(text)
}

// add adds a file and returns its index.
func (a *sarifArtifacts) add(location *sarif.ArtifactLocation, f *app.LintedFile) int {
	if i, again := a.index[*location.URI]; again {
		return i
	}
	i := len(a.all)
	a.index[*location.URI] = i
	artifact := sarif.NewArtifact().WithLocation(location.WithIndex(i)).AddRole("analysisTarget")
	if f.Signed || f.Encrypted {
		artifact.WithProperties(sarif.NewPropertyBag().Add("signed", f.Signed).Add("encrypted", f.Encrypted))
	}
	a.all = append(a.all, artifact)
	return i
}

// location names a file by its URI, and the one being written also by its index.
func (s *sarifWriter) location(path string, file *sarifFile) *sarif.ArtifactLocation {
	uri, relative := fileURI(path)
	location := sarif.NewSimpleArtifactLocation(uri)
	if file != nil && path == file.path {
		location.WithIndex(file.index)
	}
	if relative {
		location.WithURIBaseID(sarifRoot)
	}
	return location
}

// fileURI turns a path with slashes into a URI, and reports whether the URI is relative. It encodes every byte except
// letters, digits and -._~/, so nothing in a name reads as a part of the URI.
func fileURI(name string) (uri string, relative bool) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("+", "%20", "%7E", "~").Replace(url.QueryEscape(part))
	}
	uri = strings.Join(parts, "/")
	switch {
	case path.IsAbs(name):
		return "file://" + uri, false
	case len(name) > 2 && name[1] == ':' && name[2] == '/': // a Windows drive
		return "file:///" + name[:2] + uri[len("C%3A"):], false
	}
	return uri, !strings.HasPrefix(name, "../")
}

func (s *sarifWriter) result(f finding, file *sarifFile) *sarif.Result {
	location := s.locate(f.at, file)
	if len(f.Path) > 0 {
		location.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(view.Clean(f.Path.String())).
			WithName(view.Clean(f.Path.Name())).WithKind("property"))
	}
	result := sarif.NewRuleResult(f.Rule).
		WithLevel(sarifLevels[f.Severity]).
		WithMessage(sarif.NewTextMessage(sarifMessage(f))).
		WithPartialFingerprints(s.fingerprints(f)).
		AddLocation(location)
	if i, ok := s.rules[f.Rule]; ok {
		result.WithRuleIndex(i)
	}
	for i, related := range f.Related {
		text := related.Message
		if note := f.related[i].note(); note != "" {
			text += " (" + note + ")"
		}
		result.AddRelatedLocation(s.locate(f.related[i], file).WithID(i + 1).WithMessage(sarif.NewTextMessage(escapeLinks(sentence(text)))))
	}
	if fix := s.fix(f, file); fix != nil {
		result.WithFixes([]*sarif.Fix{fix})
	}
	return result
}

// fingerprints sets GitHub's own fingerprint only for a finding without a line in the file. For any other the upload
// computes it from the line; without a line that would be equal for all findings of a file.
func (s *sarifWriter) fingerprints(f finding) map[string]string {
	prints := map[string]string{"syncguard/v2": f.Fingerprint}
	if !f.at.inFile() {
		prints["primaryLocationLineHash"] = f.Fingerprint + ":1"
	}
	return prints
}

// locate returns a range in the file, or the start of the file if there is none: code scanning requires a range, and lines
// of signed content are not lines of the file.
func (s *sarifWriter) locate(at location, file *sarifFile) *sarif.Location {
	start, end := diag.Position{Line: 1, Column: 1}, diag.Position{Line: 1, Column: 1}
	if at.inFile() {
		start, end = at.start, at.end
	}
	return sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(s.location(at.file, file)).WithRegion(sarifRegion(start, end)))
}

func sarifRegion(start, end diag.Position) *sarif.Region {
	return sarif.NewRegion().WithStartLine(start.Line).WithStartColumn(start.Column).WithEndLine(end.Line).WithEndColumn(end.Column)
}

// fix returns nil without a fix, in signed content, and if its text may hold a secret.
func (s *sarifWriter) fix(f finding, file *sarifFile) *sarif.Fix {
	if f.Fix == nil || f.HideSource || !f.at.inFile() {
		return nil
	}
	fix := sarif.NewFix().WithDescription(sarif.NewTextMessage(escapeLinks(sentence(f.Fix.Title))))
	if f.Fix.Unsafe {
		fix.WithProperties(sarif.NewPropertyBag().Add("unsafe", true))
	}
	changes := map[*diag.File]*sarif.ArtifactChange{}
	for _, e := range f.Fix.Edits {
		change := changes[e.Span.File]
		if change == nil {
			change = sarif.NewArtifactChange().WithArtifactLocation(s.location(s.run.Header.Path(e.Span.File.Name), file))
			changes[e.Span.File] = change
			fix.AddArtifactChange(change)
		}
		change.AddReplacement(sarif.NewReplacement().
			WithDeletedRegion(sarifRegion(e.Span.File.Position(e.Span.Start), e.Span.File.Position(e.Span.End))).
			WithInsertedContent(sarif.NewArtifactContent().WithText(e.Text)))
	}
	return fix
}

func (s *sarifWriter) invocation() *sarif.Invocation {
	i := sarif.NewInvocation().WithExecutionSuccessful(len(s.run.Footer.Unread) == 0)
	for _, u := range s.run.Footer.Unread {
		i.AddToolExecutionNotification(s.notification(sarif.LevelError, u.Name, u.Message))
	}
	for _, n := range s.run.Footer.Refused {
		i.AddToolExecutionNotification(s.notification(sarif.LevelNote, n.Name, "No effect (--untrusted): "+n.Message))
	}
	return i
}

func (s *sarifWriter) notification(level, file, message string) *sarif.Notification {
	return sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(escapeLinks(sentence(message)))).
		AddLocation(sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(s.location(s.run.Header.Path(file), nil))))
}

// sarifMessage returns a finding in sentences. The first one makes sense alone, where room is scarce.
func sarifMessage(f finding) string {
	parts := []string{sentence(f.Message)}
	if note := f.at.note(); note != "" {
		parts = append(parts, sentence(note))
	}
	if f.Help != "" {
		parts = append(parts, sentence(f.Help))
	}
	return escapeLinks(strings.Join(parts, " "))
}

// sentence makes text printable, and adds a full stop if there is none.
func sentence(s string) string {
	s = view.Clean(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// escapeLinks keeps text from reading as a link: [text](target) is one in SARIF's messages.
func escapeLinks(s string) string { return strings.ReplaceAll(s, "](", "] (") }
