// Package diag is the vocabulary of findings: a Diagnostic, its Severity, its Span in a File, its key Path and its Fix.
//
// Start with Diagnostic. Readers and rules make them, Sort orders them, packages view and view/ci print them. Errors for
// users, with a hint, are in advice.go. The package reads no files and knows no rules.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Span is the half-open range of bytes [Start, End) in File. The zero Span is no place at all.
type Span struct {
	File       *File
	Start, End int
}

// IsZero is true for a span without a place.
func (s Span) IsZero() bool { return s.File == nil }

// Severity is the consequence of a finding for the device.
type Severity uint8

// Note is worth knowing. With a Warning the profile installs, but has not the effect it states, or does harm.
// With an Error a device or an MDM refuses it, or the schema forbids it.
const (
	Note Severity = iota + 1
	Warning
	Error
)

func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "unknown"
}

// ParseSeverity reads error, warning or note, the words of String.
func ParseSeverity(s string) (Severity, error) {
	for _, severity := range []Severity{Error, Warning, Note} {
		if s == severity.String() {
			return severity, nil
		}
	}
	return 0, fmt.Errorf("want error, warning or note")
}

// MarshalText writes the word of the severity.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word of MarshalText.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeverity(string(text))
	return err
}

// Diagnostic is one finding. It is a value, not an error: an error means the work could not be done.
type Diagnostic struct {
	Rule     string // kebab-case name of the defect
	Severity Severity
	Message  string // one clause, lower case, no full stop
	Help     string // one imperative sentence, may be empty
	Span     Span   // zero for inputs without text positions
	File     string // name of the input, if Span has none
	Path     Path   // to the value in the file, may be empty
	Domain   string // the value's payload type, preference domain or declaration type; may be empty
	Key      string // the keys from there to the value, separated by dots
	On       string // the targets, platforms or versions concerned; empty for all
	Related  []Related
	Fix      *Fix // a correction; nil if only a person can make it

	Fingerprint string // identifies the finding in the next run; set only in reports
	HideSource  bool   // never show the source text: it may hold a secret
}

// Related is another place to explain a finding.
type Related struct {
	Message string
	Span    Span
	Place   Place // in a file whose text is no longer held; Span is zero then
}

// Place is lines and columns in a file, for when its text is no longer held. The zero Place is none.
type Place struct {
	File       string
	Start, End Position
	Signed     bool // they are those of the signed content
}

// At returns the place of a span. Signed is left to the caller.
func (s Span) At() Place {
	if s.IsZero() {
		return Place{}
	}
	return Place{s.File.Name, s.File.Position(s.Start), s.File.Position(s.End), false}
}

// At returns the place.
func (r Related) At() Place {
	if r.Span.IsZero() {
		return r.Place
	}
	return r.Span.At()
}

// Fix is a correction of the text.
type Fix struct {
	Title  string // imperative, such as: write "WPA2"
	Unsafe bool   // needs a person's look: it may change the effect of the profile
	Edits  []Edit // in the order of the text, without overlap
}

// Edit replaces the text of Span with Text.
type Edit struct {
	Span Span
	Text string
}

// IsAbout reports whether a finding concerns a type, or a key or anything below it. key has the form TYPE or TYPE.KEY.KEY.
func (d *Diagnostic) IsAbout(key string) bool {
	below, ok := strings.CutPrefix(key, d.Domain)
	return d.Domain != "" && ok && (below == "" || below[0] == '.' && strings.HasPrefix("."+d.Key+".", below+"."))
}

// HasErrors is true if any finding is an Error.
func HasErrors(ds []Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Reword is nil, except in a test. It then changes every message in Sort, because only people may depend on the words.
var Reword func(*Diagnostic)

// Sort orders findings by file, place, rule and path, and drops exact repeats.
func Sort(ds []Diagnostic) []Diagnostic {
	if ds == nil {
		return nil
	}
	order := make([]*Diagnostic, len(ds)) // a Diagnostic is large
	for i := range ds {
		order[i] = &ds[i]
	}
	slices.SortStableFunc(order, compare)
	sorted := make([]Diagnostic, 0, len(ds))
	for i, d := range order {
		if i > 0 && compare(order[i-1], d) == 0 && order[i-1].Message == d.Message {
			continue
		}
		sorted = append(sorted, *d)
		if Reword != nil {
			Reword(&sorted[len(sorted)-1])
		}
	}
	return sorted
}

func compare(a, b *Diagnostic) int {
	if a.Span.File != b.Span.File {
		if c := cmp.Compare(a.fileName(), b.fileName()); c != 0 {
			return c
		}
	}
	if c := cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Rule, b.Rule); c != 0 {
		return c
	}
	return cmp.Or(a.Path.compare(b.Path), cmp.Compare(a.On, b.On))
}

func (d *Diagnostic) fileName() string {
	if d.Span.File == nil {
		return ""
	}
	return d.Span.File.Name
}

// InFile returns copies of the findings with the name of their file. The result is never nil.
func InFile(name string, found []Diagnostic) []Diagnostic {
	out := append([]Diagnostic{}, found...)
	for i := range out {
		out[i].File = name
	}
	return out
}
