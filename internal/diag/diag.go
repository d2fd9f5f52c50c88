// Package diag holds findings and the places in source text that they point at.
package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// File is one input: its name as the user gave it, and its bytes.
type File struct {
	Name string
	Data []byte

	once  sync.Once
	lines []int // byte offset at which each line begins
}

// NewFile returns a File over data, which must not change afterwards.
func NewFile(name string, data []byte) *File {
	return &File{Name: name, Data: data}
}

// Position is a place that a person can find: Line and Column count from 1, Column in Unicode code points.
// A byte that is not valid UTF-8 counts as one code point; a byte order mark at the start counts as none.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Position returns the place of a byte offset, clamped to the file. LF, CRLF and a lone CR each end a line.
func (f *File) Position(offset int) Position {
	f.index()
	offset = min(max(offset, 0), len(f.Data))
	line := sort.SearchInts(f.lines, offset+1) - 1
	return Position{line + 1, utf8.RuneCount(f.Data[f.start(line):max(offset, f.start(line))]) + 1}
}

// Offset returns the byte offset of a place, clamped to its line.
func (f *File) Offset(p Position) int {
	f.index()
	if p.Line < 1 {
		return 0
	}
	if p.Line > len(f.lines) {
		return len(f.Data)
	}
	offset := f.start(p.Line - 1)
	end := offset + len(f.Line(p.Line))
	for range p.Column - 1 {
		if offset >= end {
			break
		}
		_, size := utf8.DecodeRune(f.Data[offset:])
		offset += size
	}
	return offset
}

// Line returns a line by its number from 1, without its ending. Outside the file it is empty.
func (f *File) Line(n int) []byte {
	f.index()
	if n < 1 || n > len(f.lines) {
		return nil
	}
	end := len(f.Data)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	return bytes.TrimRight(f.Data[f.start(n-1):end], "\r\n")
}

// start returns where the text of a line (from 0) begins, after a byte order mark.
func (f *File) start(line int) int {
	if line == 0 && bytes.HasPrefix(f.Data, []byte("\xef\xbb\xbf")) {
		return 3
	}
	return f.lines[line]
}

func (f *File) index() {
	f.once.Do(func() {
		f.lines = []int{0}
		for i, b := range f.Data {
			if b == '\n' || b == '\r' && (i+1 == len(f.Data) || f.Data[i+1] != '\n') {
				f.lines = append(f.lines, i+1)
			}
		}
	})
}

// Span is the half-open range of bytes [Start, End) in File. The zero Span is no place at all.
type Span struct {
	File       *File
	Start, End int
}

// IsZero says whether the span points nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// Severity is what a finding means for the device.
type Severity uint8

// Note is worth knowing. With a Warning the profile installs, but will not do what it says, or does harm.
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

// ParseSeverity reads what String writes.
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

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeverity(string(text))
	return err
}

// Diagnostic is one finding. It is a value, not an error: an error means that the work could not be done.
type Diagnostic struct {
	Rule     string // kebab-case name of the defect
	Severity Severity
	Message  string // one clause, lower case, no full stop
	Help     string // one imperative sentence, may be empty
	Span     Span   // zero where the input has no text positions
	File     string // name of the input that it is about, where Span has none
	Path     Path   // to the value in the file, may be empty
	Domain   string // payload type, preference domain or type of declaration that the value belongs to; may be empty
	Key      string // the keys that lead to it there, parted by dots
	On       string // the targets, platforms or versions that it is about, where it is not about all
	Related  []Related
	Fix      *Fix // how to correct it, nil where a person has to

	Fingerprint string // set where a run is reported: the same in the next one
	HideSource  bool   // the source text there may hold a secret: never show it
}

// Related is another place that explains a finding.
type Related struct {
	Message string
	Span    Span
}

// Fix is a correction of the text.
type Fix struct {
	Title  string `json:"title"`  // imperative, such as: write "WPA2"
	Unsafe bool   `json:"unsafe"` // a person should look at it: it may change what the profile does
	Edits  []Edit `json:"edits"`  // in the order of the text; they do not overlap
}

// Edit puts Text in the place of what Span spans.
type Edit struct {
	Span Span
	Text string
}

// IsAbout reports whether a finding is about a type, or about a key of one or what is below it, named as TYPE.KEY.KEY.
func (d *Diagnostic) IsAbout(key string) bool {
	below, ok := strings.CutPrefix(key, d.Domain)
	return d.Domain != "" && ok && (below == "" || below[0] == '.' && strings.HasPrefix("."+d.Key+".", below+"."))
}

// HasErrors says whether any finding is an Error.
func HasErrors(ds []Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Reword is nil. A test sets it to give every finding other words each time that it passes Sort: nothing but people may go by them.
var Reword func(*Diagnostic)

// Sort orders findings by file, place, rule and path, and drops exact repeats.
func Sort(ds []Diagnostic) []Diagnostic {
	ds = slices.Clone(ds)
	slices.SortStableFunc(ds, compare)
	ds = slices.CompactFunc(ds, func(a, b Diagnostic) bool { return compare(a, b) == 0 && a.Message == b.Message }) // read once is enough
	for i := range ds {
		if Reword != nil {
			Reword(&ds[i])
		}
	}
	return ds
}

func compare(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.fileName(), b.fileName()),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Rule, b.Rule),
		a.Path.compare(b.Path),
		cmp.Compare(a.On, b.On),
	)
}

func (d Diagnostic) fileName() string {
	if d.Span.File == nil {
		return ""
	}
	return d.Span.File.Name
}

// InFile returns findings with the name of the file that they are about; it is never nil.
func InFile(name string, found []Diagnostic) []Diagnostic {
	out := append([]Diagnostic{}, found...)
	for i := range out {
		out[i].File = name
	}
	return out
}
