package ci

import (
	"cmp"
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

// sarifRoot stands for the folder that relative URIs are relative to. Where it lies on this machine is nobody's business.
const sarifRoot = "%SRCROOT%"

// sarifLevels are the levels of the severities.
var sarifLevels = map[diag.Severity]string{diag.Error: sarif.LevelError, diag.Warning: sarif.LevelWarning, diag.Note: sarif.LevelNote}

// sarifWriter holds what results refer to by index.
type sarifWriter struct {
	run       *Report
	rules     map[string]int
	artifacts map[string]int // by URI
}

func writeSARIF(w io.Writer, r *Report) error {
	s := &sarifWriter{r, map[string]int{}, map[string]int{}}
	run := sarif.NewRun().WithTool(sarif.NewTool().WithDriver(s.driver())).WithColumnKind("unicodeCodePoints")
	run.NewlineSequences = append(run.NewlineSequences, "\r")
	run.OriginalUriBaseIds = map[string]sarif.ArtifactLocation{sarifRoot: *sarif.NewArtifactLocation().
		WithDescription(sarif.NewTextMessage("The folder that names of files are relative to, usually the root of the repository."))}
	for i := range r.Files {
		s.artifact(run, r.Files[i])
	}
	for _, f := range r.findings() {
		run.AddResult(s.result(f))
	}
	run.Invocations = append(run.Invocations, s.invocation())
	log := sarif.NewReport().AddRun(run)
	log.Schema = "https://json.schemastore.org/sarif-2.1.0.json" // the address that GitHub documents
	return view.WriteJSON(w, log)
}

// driver describes syncguard and every rule, so that an index means the same in each run of a version.
func (s *sarifWriter) driver() *sarif.ToolComponent {
	d := sarif.NewToolComponent().WithName("syncguard").WithVersion(s.run.Syncguard)
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
	full, _, _ := strings.Cut(cmp.Or(r.Why, ended(r.Summary)), "\n\n")
	d := sarif.NewRule(r.ID).
		WithShortDescription(sarifText(ended(r.Summary))).
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

// ruleHelp says a rule's page without its examples, which a finding has one of. Code is put between quotes.
func ruleHelp(r *rules.Rule, quote string) string {
	parts := []string{cmp.Or(r.Why, ended(r.Summary))}
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

func (s *sarifWriter) artifact(run *sarif.Run, f *app.LintedFile) {
	location := s.location(s.run.Path(f.Name))
	if _, again := s.artifacts[*location.URI]; again {
		return
	}
	s.artifacts[*location.URI] = len(run.Artifacts)
	a := sarif.NewArtifact().WithLocation(location.WithIndex(len(run.Artifacts))).AddRole("analysisTarget")
	if f.Signed || f.Encrypted {
		a.WithProperties(sarif.NewPropertyBag().Add("signed", f.Signed).Add("encrypted", f.Encrypted))
	}
	run.AddArtifact(a)
}

// location names a file by its URI, and by its index where it is an artifact.
func (s *sarifWriter) location(file string) *sarif.ArtifactLocation {
	uri, relative := fileURI(file)
	location := sarif.NewSimpleArtifactLocation(uri)
	if i, ok := s.artifacts[uri]; ok {
		location.WithIndex(i)
	}
	if relative {
		location.WithURIBaseID(sarifRoot)
	}
	return location
}

// fileURI turns a path with slashes into a URI, and says whether that is relative. Every byte that is no letter, digit or
// one of -._~/ is encoded, so that nothing in a name is read as a part of the URI.
func fileURI(name string) (uri string, relative bool) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("+", "%20", "%7E", "~").Replace(url.QueryEscape(part))
	}
	uri = strings.Join(parts, "/")
	switch {
	case path.IsAbs(name):
		return "file://" + uri, false
	case len(name) > 2 && name[1] == ':' && name[2] == '/': // a drive of Windows
		return "file:///" + name[:2] + uri[len("C%3A"):], false
	}
	return uri, !strings.HasPrefix(name, "../")
}

func (s *sarifWriter) result(f lintFinding) *sarif.Result {
	location := s.place(f.at)
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
		if note := f.others[i].note(); note != "" {
			text += " (" + note + ")"
		}
		result.AddRelatedLocation(s.place(f.others[i]).WithID(i + 1).WithMessage(sarif.NewTextMessage(noLink(ended(text)))))
	}
	if fix := s.fix(f); fix != nil {
		result.WithFixes([]*sarif.Fix{fix})
	}
	return result
}

// fingerprints has GitHub's own only where a finding has no line of its own in the file: elsewhere the upload computes it
// from the line, here it would be the same for all such findings of a file.
func (s *sarifWriter) fingerprints(f lintFinding) map[string]string {
	prints := map[string]string{"syncguard/v2": f.Fingerprint}
	if !f.at.inFile() {
		prints["primaryLocationLineHash"] = f.Fingerprint + ":1"
	}
	return prints
}

// place is a range in the file. Where there is none, it is the start of the file: code scanning wants one, and the lines of
// signed content are not lines of the file.
func (s *sarifWriter) place(at lintPlace) *sarif.Location {
	start, end := diag.Position{Line: 1, Column: 1}, diag.Position{Line: 1, Column: 1}
	if at.inFile() {
		start, end = at.start, at.end
	}
	return sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(s.location(at.file)).WithRegion(sarifRegion(start, end)))
}

func sarifRegion(start, end diag.Position) *sarif.Region {
	return sarif.NewRegion().WithStartLine(start.Line).WithStartColumn(start.Column).WithEndLine(end.Line).WithEndColumn(end.Column)
}

// fix is nil where there is none, where its text may hold a secret, and in signed content.
func (s *sarifWriter) fix(f lintFinding) *sarif.Fix {
	if f.Fix == nil || f.HideSource || !f.at.inFile() {
		return nil
	}
	fix := sarif.NewFix().WithDescription(sarif.NewTextMessage(noLink(ended(f.Fix.Title))))
	if f.Fix.Unsafe {
		fix.WithProperties(sarif.NewPropertyBag().Add("unsafe", true))
	}
	changes := map[*diag.File]*sarif.ArtifactChange{}
	for _, e := range f.Fix.Edits {
		change := changes[e.Span.File]
		if change == nil {
			change = sarif.NewArtifactChange().WithArtifactLocation(s.location(s.run.Path(e.Span.File.Name)))
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
	i := sarif.NewInvocation().WithExecutionSuccessful(len(s.run.Unread) == 0)
	for _, u := range s.run.Unread {
		i.AddToolExecutionNotification(sarif.NewNotification().WithLevel(sarif.LevelError).
			WithMessage(sarif.NewTextMessage(noLink(ended(u.Message)))).
			AddLocation(sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(s.location(s.run.Path(u.Name))))))
	}
	return i
}

// sarifMessage says a finding in sentences, of which the first stands alone where room is scarce.
func sarifMessage(f lintFinding) string {
	parts := []string{ended(f.Message)}
	if note := f.at.note(); note != "" {
		parts = append(parts, ended(note))
	}
	if f.Help != "" {
		parts = append(parts, ended(f.Help))
	}
	return noLink(strings.Join(parts, " "))
}

// ended makes text harmless, and ends it.
func ended(s string) string {
	s = view.Clean(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// noLink keeps text from being read as a link: in a message of SARIF's [text](target) is one.
func noLink(s string) string { return strings.ReplaceAll(s, "](", "] (") }
