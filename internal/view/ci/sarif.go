package ci

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

// sarifRoot stands for the base folder of relative URIs. Its path on this machine stays private.
const sarifRoot = "%SRCROOT%"

const sarifLanguage = "en-US"

// sarifLevels maps severities to SARIF's levels.
var sarifLevels = map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "note"}

// sarifHead is what stands before the results of a run. It and the types below are objects of the standard, with the
// properties that differ from their defaults.
type sarifHead struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Language         string               `json:"language"`
	ColumnKind       string               `json:"columnKind"`
	NewlineSequences []string             `json:"newlineSequences"`
	BaseIDs          map[string]sarifBase `json:"originalUriBaseIds"`
}

type sarifBase struct {
	Description sarifText `json:"description"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri,omitempty"`
	Language       string      `json:"language"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID                   string    `json:"id"`
	ShortDescription     sarifText `json:"shortDescription"`
	FullDescription      sarifText `json:"fullDescription"`
	DefaultConfiguration struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
	HelpURI    string    `json:"helpUri,omitempty"`
	Help       sarifText `json:"help"`
	Properties struct {
		Tags []rules.Group `json:"tags"`
	} `json:"properties"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level     string              `json:"level"`
	Message   sarifText           `json:"message"`
	Locations []sarifFileLocation `json:"locations"`
}

type sarifFileLocation struct {
	PhysicalLocation struct {
		ArtifactLocation json.RawMessage `json:"artifactLocation"`
	} `json:"physicalLocation"`
}

// sarifWriter holds the indexes of rules and files, for results to refer to.
type sarifWriter struct {
	run       *Run
	rules     map[string]int  // index by ID
	index     map[string]int  // of files, by their names in reports
	artifacts []sarifArtifact // the files of a run so far, without repeats
}

// sarifArtifact is what is kept of a file.
type sarifArtifact struct {
	location          string // as JSON
	signed, encrypted bool
}

// sarifFile is a file with its place among the artifacts.
type sarifFile struct {
	*app.LintedFile
	path     string // as in reports
	location string // with the index of its artifact, as JSON
}

// writeSARIF writes a run, its results one a line and the files behind them: neither is known before the last file. Results and
// files are written without reflection, since there are many.
func writeSARIF(w io.Writer, r *Run) error {
	s := &sarifWriter{run: r, rules: map[string]int{}, index: map[string]int{}}
	head, err := plain.JSONLine(s.head())
	if err != nil {
		return err
	}
	const schema = "https://json.schemastore.org/sarif-2.1.0.json" // the address documented by GitHub
	start := fmt.Sprintf("{\"$schema\":%q,\"version\":\"2.1.0\",\"runs\":[%s,\n\"results\":[", schema, head[:len(head)-1])
	if _, err := plain.WriteList(w, start, "\n", plain.Rendered(s.files, s.results)); err != nil {
		return err
	}
	artifacts := func(yield func([]byte, error) bool) {
		var line bytes.Buffer
		for _, a := range s.artifacts {
			line.Reset()
			err := plain.WriteJSONLine(&line, a.write)
			if !yield(line.Bytes(), err) {
				return
			}
		}
	}
	if _, err := plain.WriteList(w, "\n],\n\"artifacts\":[", "\n", artifacts); err != nil {
		return err
	}
	invocation, err := plain.JSONLine(s.invocation())
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
		if !yield(s.add(f), nil) {
			return
		}
	}
}

// results writes the results of a file, one a line.
func (s *sarifWriter) results(w io.Writer, file sarifFile) error {
	for i, f := range s.run.findings(file.LintedFile) {
		if i > 0 {
			io.WriteString(w, ",\n")
		}
		if err := plain.WriteJSONLine(w, func(j *text.JSON) { s.writeResult(j, f, &file) }); err != nil {
			return err
		}
	}
	return nil
}

// head describes syncguard and every rule, so an index means the same in each run of one version.
func (s *sarifWriter) head() (h sarifHead) {
	h.Language, h.ColumnKind, h.NewlineSequences = sarifLanguage, "unicodeCodePoints", []string{"\r\n", "\n", "\r"}
	h.BaseIDs = map[string]sarifBase{sarifRoot: {sarifText{Text: "The base folder of file names, usually the root of the repository."}}}
	h.Tool.Driver = sarifDriver{Name: "syncguard", Version: s.run.Header.Syncguard, InformationURI: s.run.RulesURL, Language: sarifLanguage}
	for i, page := range rules.Pages() {
		s.rules[page.ID] = i
		h.Tool.Driver.Rules = append(h.Tool.Driver.Rules, s.rule(&page))
	}
	return h
}

func (s *sarifWriter) rule(p *rules.Page) sarifRule {
	full, _, _ := strings.Cut(cmp.Or(p.Why, sentence(p.Summary)), "\n\n")
	r := sarifRule{
		ID:               p.ID,
		ShortDescription: sarifText{Text: sentence(p.Summary)},
		FullDescription:  sarifText{Text: strings.ReplaceAll(full, "\n", " ")},
		Help:             sarifText{ruleHelp(p, ""), ruleHelp(p, "`")},
	}
	r.DefaultConfiguration.Level = sarifLevels[p.Severity]
	r.Properties.Tags = p.Groups
	if s.run.RulesURL != "" {
		r.HelpURI = s.run.RulesURL + "/" + p.ID + ".md"
	}
	return r
}

// ruleHelp returns a rule's page without its examples, since a finding is one. It puts code between quotes.
func ruleHelp(r *rules.Page, quote string) string {
	parts := []string{cmp.Or(r.Why, sentence(r.Summary))}
	if r.Fix != "" {
		parts = append(parts, "syncguard lint --fix: "+r.Fix)
	}
	if len(r.Sources) > 0 {
		parts = append(parts, "Sources: "+strings.Join(r.Sources, ", "))
	}
	return strings.Join(append(parts, "The whole page: "+quote+"syncguard rules "+r.ID+quote), "\n\n")
}

// add adds a file and returns it with its index.
func (s *sarifWriter) add(f *app.LintedFile) sarifFile {
	path := s.run.Header.Path(f.Name)
	i, again := s.index[path]
	if !again {
		i = len(s.artifacts)
		s.index[path] = i
	}
	file := sarifFile{f, path, artifactLocation(path, i)}
	if !again {
		s.artifacts = append(s.artifacts, sarifArtifact{file.location, f.Signed, f.Encrypted})
	}
	return file
}

func (a *sarifArtifact) write(j *text.JSON) {
	j.Open('{')
	j.IntField("length", -1)
	j.Key("location")
	j.Raw(a.location)
	j.IntField("parentIndex", -1)
	if a.signed || a.encrypted {
		j.Key("properties")
		j.Open('{')
		j.BoolField("encrypted", a.encrypted)
		j.BoolField("signed", a.signed)
		j.Close('}')
	}
	j.Key("roles")
	j.Raw(`["analysisTarget"]`)
	j.Close('}')
}

// locationOf names a file by its URI, and the one being written also by its index.
func (f *sarifFile) locationOf(path string) string {
	if path == f.path {
		return f.location
	}
	return artifactLocation(path, -1)
}

// artifactLocation names a file by its URI, as JSON. An index of -1 is none.
func artifactLocation(path string, index int) string {
	uri, relative := fileURI(path)
	j := text.NewJSON()
	j.Open('{')
	j.IntField("index", index)
	j.TextField("uri", uri)
	if relative {
		j.TextField("uriBaseId", sarifRoot)
	}
	j.Close('}')
	return string(j.Data)
}

// uriEscapes turns the escapes of a query into those of a path.
var uriEscapes = strings.NewReplacer("+", "%20", "%7E", "~")

// fileURI turns a path with slashes into a URI, and reports whether the URI is relative. It encodes every byte except
// letters, digits and -._~/, so nothing in a name reads as a part of the URI.
func fileURI(name string) (uri string, relative bool) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = uriEscapes.Replace(url.QueryEscape(part))
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

// writeResult writes the object of a finding.
func (s *sarifWriter) writeResult(j *text.JSON, f finding, file *sarifFile) {
	j.Open('{')
	j.Key("partialFingerprints")
	writeFingerprints(j, f)
	j.Raw(`,"attachments":[],"codeFlows":[]`)
	j.Key("fixes")
	j.Open('[')
	s.writeFix(j, f, file)
	j.Close(']')
	j.Raw(`,"graphTraversals":[],"graphs":[]`)
	j.TextField("kind", "fail")
	j.TextField("level", sarifLevels[f.Severity])
	j.Key("locations")
	j.Open('[')
	j.Next()
	writeLocation(j, sarifLocation{location: f.at, id: -1, path: f.Path}, file)
	j.Close(']')
	writeMessage(j, "message", sarifMessage(f))
	j.IntField("rank", -1)
	j.Key("relatedLocations")
	j.Open('[')
	for i, related := range f.Related {
		text := related.Message
		if note := f.related[i].note(); note != "" {
			text += " (" + note + ")"
		}
		j.Next()
		writeLocation(j, sarifLocation{location: f.related[i], id: i + 1, message: escapeLinks(sentence(text))}, file)
	}
	j.Close(']')
	j.TextField("ruleId", f.Rule)
	if i, ok := s.rules[f.Rule]; ok {
		j.IntField("ruleIndex", i)
	} else {
		j.IntField("ruleIndex", -1)
	}
	j.Raw(`,"stacks":[],"taxa":[]`)
	j.Close('}')
}

// writeFingerprints sets GitHub's own fingerprint only for a finding without a line in the file. For any other the upload
// computes it from the line; without a line that would be equal for all findings of a file.
func writeFingerprints(j *text.JSON, f finding) {
	j.Open('{')
	if !f.at.inFile() {
		j.TextField("primaryLocationLineHash", f.Fingerprint+":1")
	}
	j.TextField("syncguard/v2", f.Fingerprint)
	j.Close('}')
}

// sarifLocation is a place with what a result adds to it.
type sarifLocation struct {
	location
	id      int // -1 for none
	path    diag.Path
	message string
}

// writeLocation writes a range in a file, or its start if there is none: code scanning requires a range, and lines of signed
// content are not lines of the file.
func writeLocation(j *text.JSON, at sarifLocation, file *sarifFile) {
	j.Open('{')
	j.Key("annotations")
	j.Raw("[]")
	j.IntField("id", at.id)
	j.Key("logicalLocations")
	j.Open('[')
	if len(at.path) > 0 {
		j.Next()
		j.Open('{')
		j.TextField("fullyQualifiedName", plain.Clean(at.path.String()))
		j.IntField("index", -1)
		j.TextField("kind", "property")
		j.TextField("name", plain.Clean(at.path.Name()))
		j.IntField("parentIndex", -1)
		j.Close('}')
	}
	j.Close(']')
	if at.message != "" {
		writeMessage(j, "message", at.message)
	}
	j.Key("physicalLocation")
	j.Open('{')
	j.Key("artifactLocation")
	j.Raw(file.locationOf(at.file))
	start, end := diag.Position{Line: 1, Column: 1}, diag.Position{Line: 1, Column: 1}
	if at.inFile() {
		start, end = at.start, at.end
	}
	writeRegion(j, "region", start, end)
	j.Close('}')
	j.Raw(`,"relationships":[]`)
	j.Close('}')
}

func writeRegion(j *text.JSON, name string, start, end diag.Position) {
	j.Key(name)
	j.Raw(`{"byteOffset":-1,"charOffset":-1`)
	for _, field := range [...]struct {
		name string
		n    int
	}{{"endColumn", end.Column}, {"endLine", end.Line}, {"startColumn", start.Column}, {"startLine", start.Line}} {
		j.IntField(field.name, field.n)
	}
	j.Raw("}")
}

func writeMessage(j *text.JSON, name, text string) {
	j.Key(name)
	j.Raw(`{"arguments":[]`)
	j.TextField("text", text)
	j.Raw("}")
}

// writeFix writes the fix of a finding: nothing without one, in signed content, and if its text may hold a secret.
func (s *sarifWriter) writeFix(j *text.JSON, f finding, file *sarifFile) {
	if f.Fix == nil || f.HideSource || !f.at.inFile() {
		return
	}
	j.Next()
	j.Open('{')
	j.Key("artifactChanges")
	j.Open('[')
	for _, changed := range filesOf(f.Fix.Edits) {
		j.Next()
		j.Open('{')
		j.Key("artifactLocation")
		j.Raw(file.locationOf(s.run.Header.Path(changed.Name)))
		j.Key("replacements")
		j.Open('[')
		for _, e := range f.Fix.Edits {
			if e.Span.File == changed {
				j.Next()
				j.Open('{')
				at := e.Span.At()
				writeRegion(j, "deletedRegion", at.Start, at.End)
				j.Key("insertedContent")
				j.Open('{')
				j.TextField("text", e.Text)
				j.Close('}')
				j.Close('}')
			}
		}
		j.Close(']')
		j.Close('}')
	}
	j.Close(']')
	writeMessage(j, "description", escapeLinks(sentence(f.Fix.Title)))
	if f.Fix.Unsafe {
		j.Key("properties")
		j.Raw(`{"unsafe":true}`)
	}
	j.Close('}')
}

// filesOf returns the files changed by edits, in their order.
func filesOf(edits []diag.Edit) (changed []*diag.File) {
	for _, e := range edits {
		if !slices.Contains(changed, e.Span.File) {
			changed = append(changed, e.Span.File)
		}
	}
	return changed
}

func (s *sarifWriter) invocation() sarifInvocation {
	i := sarifInvocation{ExecutionSuccessful: len(s.run.Footer.Unread) == 0}
	for _, u := range s.run.Footer.Unread {
		i.Notifications = append(i.Notifications, s.notification(diag.Error, u.Name, u.Message))
	}
	for _, n := range s.run.Footer.Refused {
		i.Notifications = append(i.Notifications, s.notification(diag.Note, n.Name, "No effect (--untrusted): "+n.Message))
	}
	return i
}

func (s *sarifWriter) notification(severity diag.Severity, file, message string) sarifNotification {
	at := sarifFileLocation{}
	at.PhysicalLocation.ArtifactLocation = json.RawMessage(artifactLocation(s.run.Header.Path(file), -1))
	return sarifNotification{sarifLevels[severity], sarifText{Text: escapeLinks(sentence(message))}, []sarifFileLocation{at}}
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
	s = plain.Clean(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// escapeLinks keeps text from reading as a link: [text](target) is one in SARIF's messages.
func escapeLinks(s string) string { return strings.ReplaceAll(s, "](", "] (") }
