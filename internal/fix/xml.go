package fix

import (
	"bytes"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// xmlText replaces the text between two tags.
func xmlText(at diag.Span, to string) []diag.Edit {
	element, ok := plist.Element(at)
	if !ok || element == at {
		return nil
	}
	return []diag.Edit{{Span: at, Text: escape(to)}}
}

// xmlValue replaces a scalar. If the element's name changes, it replaces the whole element.
func xmlValue(v, to *plist.Value, from string) []diag.Edit {
	if v.Kind == plist.String && to.Kind == plist.String {
		return xmlText(v.Span, to.Text)
	}
	if v.Kind == plist.Integer && string(v.Span.File.Data[v.Span.Start:v.Span.End]) != from {
		return nil // leading zeros or another base may matter to the author
	}
	element, ok := plist.Element(v.Span)
	if !ok {
		return nil
	}
	return []diag.Edit{{Span: element, Text: xmlElement(to)}}
}

func xmlElement(v *plist.Value) string {
	if v.Kind == plist.Boolean {
		return "<" + plainText(v) + "/>"
	}
	return "<" + v.Kind.String() + ">" + escape(plainText(v)) + "</" + v.Kind.String() + ">"
}

// escape escapes a text for XML in ASCII, so that it is correct in every declared encoding.
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

// field is the position of a key and its value in XML.
type field struct {
	text       []byte
	key, value diag.Span // elements
	between    []byte    // the white space between them
}

// fieldOf finds a key and its value. It is false if anything but white space is between them.
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

// Insert returns the edit adding a key with a scalar to a dictionary: after the first key of behind present there, or else
// after the last key, with the same layout. It returns nil for anything but XML.
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

// Remove returns the edit removing a key and its value, with their line if nothing else is on it. It is nil for anything but XML.
func Remove(f *plist.Field) []diag.Edit {
	at, ok := fieldOf(f)
	if !ok {
		return nil
	}
	return []diag.Edit{{Span: withLead(diag.Span{File: at.key.File, Start: at.key.Start, End: at.value.End})}}
}

// Move returns the edits moving a key and its scalar to the end of another dictionary, nil for anything but XML.
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

// MoveToEnd returns the edits moving an item of an array to its end. It returns nil next to comments, since they may belong
// to the item or not, and for anything but XML.
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

// withLead widens a span over the line break and the indentation before it, unless something follows on its line.
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

// behindComments returns the offset after the comments on the rest of a line, or at if anything else is there.
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
