package plist

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"syncguard/internal/diag"
)

const (
	appleDoctype = `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`
	xmlHeader    = xmlDeclaration + "\n" + appleDoctype + "\n" + plistTag
)

// Write returns v as an XML property list in the one canonical form: the layout of Apple's writer, with keys sorted by their
// bytes. Reading it again gives an equal value and no findings.
//
// It refuses null and UID values, text with characters forbidden in XML, duplicate keys, dates outside the years 1 to 9999,
// and anything beyond the limits of Read. The error names the key path.
func Write(v *Value) ([]byte, error) {
	w := &writer{out: []byte(xmlHeader), escaper: newEscaper()}
	w.value(v, 0)
	if w.err == nil && len(w.out) > MaxBytes {
		w.fail("more than %d bytes", MaxBytes)
	}
	if w.err != nil {
		return nil, fmt.Errorf("writing %s: %w", w.place(), w.err)
	}
	return append(w.out, "</plist>\n"...), nil
}

// Layout is the place of a Fragment in a text.
type Layout struct {
	Break  string // line break; "" for all in one line
	Indent string // of the line that the fragment begins in
	Unit   string // indentation of one level
	Depth  int    // dictionaries and arrays around
}

// Fragment returns a value as an element of an XML property list, in the form of Write but for the layout.
func Fragment(v *Value, l Layout) (string, error) {
	w := &writer{escaper: newEscaper(), layout: &l}
	w.value(v, l.Depth)
	if w.err != nil {
		return "", fmt.Errorf("writing %s: %w", w.place(), w.err)
	}
	return string(w.out[len(l.Indent) : len(w.out)-len(l.Break)]), nil
}

func newEscaper() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
}

// writer stops at the first error; path is then its place.
type writer struct {
	out     []byte
	escaper *strings.Replacer
	nodes   int
	path    diag.Path
	err     error

	keepOrder bool            // of keys
	comments  *placedComments // nil for none
	layout    *Layout         // of a fragment
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *writer) place() string {
	if len(w.path) == 0 {
		return "property list"
	}
	return w.path.String()
}

// value recurses at most MaxDepth deep.
func (w *writer) value(v *Value, indent int) {
	w.nodes++
	switch {
	case v == nil:
		w.fail("no value")
	case w.nodes > MaxNodes:
		w.fail("more than %d values", MaxNodes)
	case (v.Kind == Dictionary || v.Kind == Array) && indent >= MaxDepth:
		w.fail("nested deeper than %d levels", MaxDepth)
	case len(w.out) > MaxBytes:
		w.fail("more than %d bytes", MaxBytes)
	}
	if w.err != nil {
		return
	}
	switch v.Kind {
	case Dictionary:
		w.dictionary(v, indent)
	case Array:
		w.array(v, indent)
	case Data:
		w.data(v.Data, indent)
	case String:
		w.element(indent, "string", w.text(v.Text))
	case Boolean:
		w.line(indent, "<"+strconv.FormatBool(v.Bool)+"/>")
	case Integer:
		w.element(indent, "integer", w.integer(v.Int))
	case Real:
		w.element(indent, "real", formatReal(v.Real))
	case Date:
		w.element(indent, "date", w.date(v.Time))
	case Null:
		w.placeholder(v, indent)
	default:
		w.fail("a %s cannot be written", v.Kind)
	}
}

func (w *writer) dictionary(v *Value, indent int) {
	inside := w.comments.inside(v)
	if len(v.Fields) == 0 && inside == nil {
		w.line(indent, "<dict/>")
		return
	}
	fields := slices.Clone(v.Fields)
	byKey := slices.Clone(fields)
	slices.SortStableFunc(byKey, func(a, b Field) int { return strings.Compare(a.Key, b.Key) })
	if !w.keepOrder {
		fields = byKey
	}
	w.line(indent, "<dict>")
	w.commentAtStart(inside)
	for i, f := range fields {
		w.path = append(w.path, diag.Step{Key: f.Key})
		if i > 0 && byKey[i-1].Key == byKey[i].Key {
			w.fail("key repeats in one dictionary")
		}
		w.commentsBefore(f.Value, indent+1)
		w.element(indent+1, "key", w.text(f.Key))
		w.commentsBetween(f.Value, indent+1)
		w.value(f.Value, indent+1)
		w.commentAtEnd(f.Value)
		if w.err != nil {
			return
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.commentsLast(inside, indent+1)
	w.line(indent, "</dict>")
}

func (w *writer) array(v *Value, indent int) {
	inside := w.comments.inside(v)
	if len(v.Items) == 0 && inside == nil {
		w.line(indent, "<array/>")
		return
	}
	w.line(indent, "<array>")
	w.commentAtStart(inside)
	for i, item := range v.Items {
		w.path = append(w.path, diag.Step{IsItem: true, Index: i})
		w.commentsBefore(item, indent+1)
		w.value(item, indent+1)
		w.commentAtEnd(item)
		if w.err != nil {
			return
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.commentsLast(inside, indent+1)
	w.line(indent, "</array>")
}

func (w *writer) line(indent int, parts ...string) {
	w.indent(indent, indent)
	for _, s := range parts {
		w.out = append(w.out, s...)
	}
	w.lineEnd()
}

// indent begins a line of a level; without a layout by tabs.
func (w *writer) indent(level, tabs int) {
	if l := w.layout; l != nil {
		w.out = append(w.out, l.Indent...)
		for range level - l.Depth {
			w.out = append(w.out, l.Unit...)
		}
		return
	}
	for range tabs {
		w.out = append(w.out, '\t')
	}
}

func (w *writer) lineEnd() {
	if w.layout != nil {
		w.out = append(w.out, w.layout.Break...)
		return
	}
	w.out = append(w.out, '\n')
}

func (w *writer) element(indent int, name, text string) {
	w.line(indent, "<", name, ">", text, "</", name, ">")
}

// data breaks base64 into lines as Apple's writer does: 76 columns, a tab counting eight, and at most eight tabs.
func (w *writer) data(data []byte, indent int) {
	tabs := min(indent, 8)
	inLine := (76 - 8*tabs) / 4 * 3
	w.line(indent, "<data>")
	w.out = slices.Grow(w.out, base64.StdEncoding.EncodedLen(len(data))+(len(data)/inLine+1)*(tabs+1))
	for part := range slices.Chunk(data, inLine) {
		w.indent(indent, tabs)
		w.out = base64.StdEncoding.AppendEncode(w.out, part)
		w.lineEnd()
	}
	w.line(indent, "</data>")
}

// text escapes a string. A carriage return becomes a reference, because XML readers turn a bare one into a line feed.
func (w *writer) text(s string) string {
	if !utf8.ValidString(s) {
		w.fail("text is not UTF-8")
	}
	for _, r := range s {
		if !isXMLChar(r) {
			w.fail("text contains %U, forbidden in XML", r)
		}
	}
	return w.escaper.Replace(s)
}

func (w *writer) integer(n Int) string {
	if n.Negative && n.Abs > 1<<63 {
		w.fail("integer %s is less than -9223372036854775808", n)
	}
	if n.Abs == 0 {
		return "0"
	}
	return n.String()
}

func (w *writer) date(t time.Time) string {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		w.fail("date lies in the year %d, want 1 to 9999", t.Year())
	}
	return t.Format(dateForm)
}

// formatReal writes the shortest number of the same value, in Apple's manner: nan, +infinity, -infinity, 0.0, and an
// exponent only if C's %.17g has one.
func formatReal(f float64) string {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "+infinity"
	case math.IsInf(f, -1):
		return "-infinity"
	case f == 0:
		return "0.0"
	case abs >= 1e-4 && abs < 1e17:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
