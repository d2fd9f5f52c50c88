package fix

import (
	"bytes"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// xmlText puts a text in the place of one between tags.
func xmlText(at diag.Span, to string) []diag.Edit {
	element, ok := plist.Element(at)
	if !ok || element == at {
		return nil
	}
	return []diag.Edit{{Span: at, Text: escape(to)}}
}

// xmlValue writes a scalar anew. An element that changes its name is replaced as a whole.
func xmlValue(v, to *plist.Value, from string) []diag.Edit {
	if v.Kind == plist.String && to.Kind == plist.String {
		return xmlText(v.Span, to.Text)
	}
	if v.Kind == plist.Integer && string(v.Span.File.Data[v.Span.Start:v.Span.End]) != from {
		return nil // leading zeros or another base may matter to whoever wrote them
	}
	element, ok := plist.Element(v.Span)
	if !ok {
		return nil
	}
	return []diag.Edit{{Span: element, Text: xmlElement(to)}}
}

func xmlElement(v *plist.Value) string {
	if v.Kind == plist.Boolean {
		return "<" + plain(v) + "/>"
	}
	return "<" + v.Kind.String() + ">" + escape(plain(v)) + "</" + v.Kind.String() + ">"
}

// escape writes text for XML in ASCII, so that it is right in every encoding that a file may declare.
func escape(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "&#x%X;", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// field is where a key and its value stand in XML.
type field struct {
	text       []byte
	key, value diag.Span // elements
	between    []byte    // what parts them
}

// fieldOf finds a key and its value; only white space may part them.
func fieldOf(f *plist.Field) (field, bool) {
	if f == nil || f.Value == nil || f.KeySpan.IsZero() || !isXML(f.KeySpan.File) {
		return field{}, false
	}
	key, okKey := plist.Element(f.KeySpan)
	value, okValue := plist.Element(f.Value.Span)
	if !okKey || !okValue || key.File != value.File || key.End > value.Start {
		return field{}, false
	}
	text := key.File.Data
	between := text[key.End:value.Start]
	return field{text, key, value, between}, len(bytes.TrimSpace(between)) == 0
}

// Insert returns the edit that adds a key with a scalar to a dictionary: behind the first of some keys that is there, or else
// behind the last one, and laid out as that is.
func Insert(dictionary *plist.Value, key string, value *plist.Value, behind ...string) []diag.Edit {
	if dictionary == nil || len(dictionary.Fields) == 0 {
		return nil
	}
	after := &dictionary.Fields[len(dictionary.Fields)-1]
	for i := len(behind) - 1; i >= 0; i-- {
		if f := dictionary.Field(behind[i]); f != nil {
			after = f
		}
	}
	f, ok := fieldOf(after)
	if !ok {
		return nil
	}
	lead := lineLead(f.text, f.key.Start)
	at := f.value.End
	if bytes.ContainsAny(lead, "\r\n") {
		at = behindComments(f.text, at)
	}
	text := string(lead) + "<key>" + escape(key) + "</key>" + string(f.between) + xmlElement(value)
	return []diag.Edit{{Span: diag.Span{File: f.key.File, Start: at, End: at}, Text: text}}
}

// Remove returns the edit that takes a key and its value out, with the line if they stand on one of their own.
func Remove(f *plist.Field) []diag.Edit {
	at, ok := fieldOf(f)
	if !ok {
		return nil
	}
	return []diag.Edit{{Span: withLead(diag.Span{File: at.key.File, Start: at.key.Start, End: at.value.End})}}
}

// Move returns the edits that take a key and its scalar out of its dictionary and put it at the end of another one.
func Move(f *plist.Field, to *plist.Value) []diag.Edit {
	from, ok := fieldOf(f)
	if !ok || to == nil || len(to.Fields) == 0 || f.Value.Kind == plist.Dictionary || f.Value.Kind == plist.Array {
		return nil
	}
	last, ok := fieldOf(&to.Fields[len(to.Fields)-1])
	if !ok || last.key.File != from.key.File || last.key.Start == from.key.Start {
		return nil
	}
	lead := lineLead(last.text, last.key.Start)
	at := behindComments(last.text, last.value.End)
	text := string(lead) + string(from.text[from.key.Start:from.key.End]) + string(last.between) + string(from.text[from.value.Start:from.value.End])
	return []diag.Edit{
		{Span: withLead(diag.Span{File: from.key.File, Start: from.key.Start, End: from.value.End})},
		{Span: diag.Span{File: from.key.File, Start: at, End: at}, Text: text},
	}
}

// MoveToEnd returns the edits that make an item of an array its last one. Where comments stand beside it there are none:
// nobody knows what they belong to.
func MoveToEnd(array *plist.Value, i int) []diag.Edit {
	if i >= len(array.Items)-1 || array.Items[i].Span.IsZero() || !isXML(array.Items[i].Span.File) {
		return nil
	}
	item, okItem := plist.Element(array.Items[i].Span)
	last, okLast := plist.Element(array.Items[len(array.Items)-1].Span)
	if !okItem || !okLast || hasCommentBeside(item) || hasCommentBeside(last) {
		return nil
	}
	text := item.File.Data
	lead := lineLead(text, item.Start)
	return []diag.Edit{
		{Span: withLead(item)},
		{Span: diag.Span{File: item.File, Start: last.End, End: last.End}, Text: string(lead) + string(text[item.Start:item.End])},
	}
}

func hasCommentBeside(at diag.Span) bool {
	text := at.File.Data
	return bytes.HasSuffix(bytes.TrimRight(text[:at.Start], " \t\r\n"), []byte("-->")) || behindComments(text, at.End) != at.End
}

// withLead widens a place over the line break and the indentation before it, unless something follows on its line.
func withLead(at diag.Span) diag.Span {
	rest := bytes.TrimLeft(at.File.Data[at.End:], " \t")
	if len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n' {
		at.Start -= len(lineLead(at.File.Data, at.Start))
	}
	return at
}

// lineLead returns the white space before an offset, from the last line break in it on.
func lineLead(text []byte, at int) []byte {
	blanks := text[len(bytes.TrimRight(text[:at], " \t\r\n")):at]
	i := bytes.LastIndexAny(blanks, "\r\n")
	if i > 0 && blanks[i] == '\n' && blanks[i-1] == '\r' {
		i--
	}
	return blanks[max(i, 0):]
}

// behindComments steps over comments on the rest of a line, if nothing else stands there.
func behindComments(text []byte, at int) int {
	for end := at; ; {
		rest := bytes.TrimLeft(text[end:], " \t")
		if len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n' {
			return end
		}
		if !bytes.HasPrefix(rest, []byte("<!--")) {
			return at
		}
		line := rest
		if n := bytes.IndexAny(rest, "\r\n"); n >= 0 {
			line = rest[:n]
		}
		n := bytes.Index(line, []byte("-->"))
		if n < 0 {
			return at
		}
		end = len(text) - len(rest) + n + len("-->")
	}
}
