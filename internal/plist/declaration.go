package plist

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// declaration is <?xml version="1.0" encoding="..." standalone="..."?>.
type declaration struct {
	start, end    int // offsets in the text; end is after "?>", or at the first error
	version       string
	encoding      string
	encodingStart int
}

const declarationStart = "<?xml"

// findDeclaration reads the XML declaration at the start of the text, after a byte order mark and white space.
// ok is false without a well-formed one; d then holds the readable part.
func findDeclaration(text string) (d declaration, ok bool) {
	d.start = skipBlank(text, bomLength(text))
	if !isDeclaration(text[d.start:]) {
		return declaration{}, false
	}
	i := d.start + len(declarationStart)
	for _, name := range [...]string{"version", "encoding", "standalone"} {
		value, at, next, found := pseudoAttribute(text, i, name)
		if !found {
			continue
		}
		i = next
		switch name {
		case "version":
			d.version = value
		case "encoding":
			d.encoding, d.encodingStart = value, at
		case "standalone":
			if value != "yes" && value != "no" {
				d.end = i
				return d, false
			}
		}
	}
	d.end = skipBlank(text, i)
	if !strings.HasPrefix(text[d.end:], "?>") {
		return d, false
	}
	d.end += len("?>")
	return d, d.version != ""
}

func isDeclaration(text string) bool {
	n := len(declarationStart)
	return len(text) > n && text[:n] == declarationStart && isBlank(text[n])
}

// pseudoAttribute reads white space, the name, an equals sign and a quoted value from i on.
func pseudoAttribute(text string, i int, name string) (value string, at, next int, ok bool) {
	j := skipBlank(text, i)
	if j == i || !strings.HasPrefix(text[j:], name) {
		return "", 0, i, false
	}
	j = skipBlank(text, j+len(name))
	if j >= len(text) || text[j] != '=' {
		return "", 0, i, false
	}
	j = skipBlank(text, j+1)
	if j >= len(text) || text[j] != '"' && text[j] != '\'' {
		return "", 0, i, false
	}
	n := strings.IndexAny(text[j+1:], text[j:j+1]+"<>\n")
	if n < 0 || text[j+1+n] != text[j] {
		return "", 0, i, false
	}
	return text[j+1 : j+1+n], j + 1, j + 2 + n, true
}

// declaration reads the byte order mark, white space and XML declaration at the start of the text.
func (r *xmlReader) declaration() {
	bom := bomLength(r.text)
	r.pos = bom
	start := skipBlank(r.text, bom)
	if !isDeclaration(r.text[start:]) {
		return
	}
	if start > bom {
		r.add(diag.Diagnostic{
			Rule:     rule.LeadingBlank,
			Severity: diag.Note,
			Message:  "white space before the XML declaration, want the declaration at the very start",
			Help:     "delete the blank lines above it",
			Span:     r.span(bom, start),
		})
	}
	d, ok := findDeclaration(r.text)
	r.pos = d.end
	switch {
	case !ok:
		if !strings.HasSuffix(r.text[:r.pos], ">") {
			r.skipPast(">")
		}
		report := r.warn
		if !strings.HasSuffix(r.text[:r.pos], "?>") { // CoreFoundation refuses it without one
			report = r.report
		}
		report(rule.BadXMLDeclaration, "the XML declaration is malformed", `write <?xml version="1.0" encoding="UTF-8"?>`, start, d.end)
	case d.version != "1.0":
		r.warn(rule.BadXMLDeclaration, "the XML version is "+quote(d.version)+`, want "1.0"`, "", start, d.end)
	}
}

func bomLength(text string) int {
	if strings.HasPrefix(text, utf8BOM) {
		return len(utf8BOM)
	}
	return 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipBlank returns the offset of the first byte from i on other than white space.
func skipBlank(text string, i int) int {
	for i < len(text) && isBlank(text[i]) {
		i++
	}
	return i
}
