package template

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// variablePattern matches the use of a variable, for the JSON Schema.
const variablePattern = `\$\{[A-Za-z_][A-Za-z0-9_-]*\}`

// maxVariableName bounds the bytes of ${name}.
const maxVariableName = 200

// maxSubstituted bounds the bytes put into one template by variables.
const maxSubstituted = 16 << 20

// substitute replaces the variables in every text below v. Only texts change: a value can never become structure.
func (vs *variables) substitute(root *plist.Value) {
	for n := range plist.Walk(root) {
		if n.Kind == plist.String && strings.Contains(n.Text, "${") {
			vs.substituteText(n.Value, n.Path(nil))
			n.Skip()
		}
	}
}

func (vs *variables) substituteText(v *plist.Value, path diag.Path) {
	parts := split(v.Text)
	var b strings.Builder
	cursor := v.Span.Start
	for _, p := range parts {
		if p.name == "" && !p.malformed {
			b.WriteString(p.text)
			continue
		}
		at := place{locate(v.Span, &cursor, p.source), path}
		value := vs.valueOf(p, at)
		if declared := vs.byName[p.name]; declared != nil && declared.Secret {
			v.Secret = true // also without a value
		}
		if value == nil {
			vs.unknown[v] = true
			continue
		}
		if !vs.countBytes(value, at) {
			return
		}
		if len(parts) == 1 {
			span := v.Span
			*v = *value
			v.Span = span
			return
		}
		v.Secret = v.Secret || value.Secret
		b.WriteString(asText(value))
	}
	v.Text = b.String()
}

// valueOf returns the value of a used variable, or nil after a finding.
func (vs *variables) valueOf(p piece, at place) *plist.Value {
	if p.malformed {
		vs.out.add(rule.InvalidVariable, at, "%q is not a variable, want ${name}", p.source).
			Help = "write $${ for a literal ${"
		return nil
	}
	v := vs.byName[p.name]
	if v == nil && vs.out.full() {
		return nil
	}
	if v == nil {
		fallback := fmt.Sprintf("declare it under variables, or write $%s for the literal text", p.source)
		vs.out.add(rule.UndeclaredVariable, at, "variable %q is not declared", p.name).
			Help = didYouMean(p.name, vs.order, fallback)
		return nil
	}
	return vs.resolve(v)
}

func (vs *variables) countBytes(v *plist.Value, at place) bool {
	before := vs.bytes
	vs.bytes -= len(v.Text) + len(v.Data)
	if before > 0 && vs.bytes <= 0 {
		vs.out.add(rule.TemplateTooLarge, at, "variables add more than %d bytes to the template", vs.most.substituted)
	}
	return vs.bytes > 0
}

// asText is a value as part of a text.
func asText(v *plist.Value) string {
	switch v.Kind {
	case plist.Integer:
		return v.Int.String()
	case plist.Real:
		return strconv.FormatFloat(v.Real, 'g', -1, 64)
	case plist.Boolean:
		return strconv.FormatBool(v.Bool)
	case plist.Date:
		return v.Time.Format(time.RFC3339)
	case plist.Data:
		return base64.StdEncoding.EncodeToString(v.Data)
	}
	return v.Text
}

// locate returns the span of the next use of a variable in the text of a scalar, or of the whole scalar.
func locate(span diag.Span, cursor *int, source string) diag.Span {
	if span.File == nil {
		return span
	}
	text := span.File.Data[min(*cursor, span.End):span.End]
	i := bytes.Index(text, []byte(source))
	if i < 0 {
		*cursor = span.End
		return span
	}
	start := *cursor + i
	*cursor = start + len(source)
	return diag.Span{File: span.File, Start: start, End: *cursor}
}

// piece is a part of a text: literal, a use of a variable, or a malformed one.
type piece struct {
	text      string // literal
	name      string // of a variable
	source    string // as written
	malformed bool
}

// split splits a text at its variables. $${ is a literal ${, and the variables of MDM servers are literal.
func split(s string) []piece {
	work.Add(len(s))
	var parts []piece
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, piece{text: literal.String()})
			literal.Reset()
		}
	}
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			literal.WriteString(s)
			flush()
			return parts
		}
		if i > 0 && s[i-1] == '$' {
			literal.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		literal.WriteString(s[:i])
		p := variableAt(s[i:])
		s = s[i+len(p.source):]
		if strings.HasPrefix(p.name, "FLEET_VAR_") || strings.HasPrefix(p.name, "FLEET_SECRET_") {
			literal.WriteString(p.source)
			continue
		}
		flush()
		parts = append(parts, p)
	}
}

// variableAt reads the use of a variable at the start of s.
func variableAt(s string) piece {
	end := strings.IndexByte(s[:min(len(s), maxVariableName)], '}')
	switch {
	case end >= 0 && isVariableName(s[2:end]):
		return piece{name: s[2:end], source: s[:end+1]}
	case end >= 0 && end < 40:
		return piece{source: s[:end+1], malformed: true}
	}
	return piece{source: "${", malformed: true}
}

func isVariableName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
