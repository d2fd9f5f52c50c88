package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"syncguard/internal/inspect"
)

const masked = "(secret)"

// value returns the value of a key within some columns, printable, and its style. It is empty for an array or a dictionary
// with elements: they follow below.
func (t *tree) value(k *inspect.Node, columns int) (text string, style func(...string) string) {
	switch {
	case k.Secret && k.Data == nil:
		return masked, yellow.Render
	case k.Managed != "":
		return Clean(managed(k.Managed)), faint.Render
	case k.Data != nil:
		return t.data(k.Data, columns), nil
	case k.Type == "dictionary" && len(k.Keys) == 0:
		return "(empty dictionary)", faint.Render
	case k.Type == "array" && len(k.Keys) == 0:
		return "(empty array)", faint.Render
	case k.Type == "array" && isInline(k):
		var items []string
		for _, item := range k.Keys {
			items = append(items, plainText(item))
		}
		return Clean("[" + strings.Join(items, ", ") + "]"), cyan.Render
	case k.Type == "array", k.Type == "dictionary":
		return "", nil
	}
	return t.scalar(k, columns), cyan.Render
}

// managed returns the management state of a preference domain in words.
func managed(state string) string {
	switch state {
	case "Forced":
		return "forced"
	case "Set-Once":
		return "set once"
	}
	text, _ := truncate(state, maxNoteValue)
	return text
}

const maxInline = 48 // columns of an array in one line

// isInline reports whether an array fits on one line: a few short scalars.
func isInline(k *inspect.Node) bool {
	if k.Type != "array" || len(k.Keys) > maxInline {
		return false
	}
	width := 0
	for _, item := range k.Keys {
		if item.Keys != nil || item.Data != nil || item.Secret || item.Type == "array" || item.Type == "dictionary" || len(item.Obstacles) > 0 || len(item.Text) > maxInline {
			return false
		}
		width += lipgloss.Width(Clean(plainText(item))) + 2
	}
	return width <= maxInline
}

// scalar returns a scalar within some columns.
func (t *tree) scalar(k *inspect.Node, columns int) string {
	if k.Secret {
		return masked
	}
	return t.shorten(plainText(k), columns)
}

// shorten makes text printable within some columns. It cuts longer text and adds its length, except with --full. A key or an
// identifier stays whole where a line of its own holds it.
func (t *tree) shorten(s string, columns int) string {
	if t.full {
		return Clean(s)
	}
	columns = max(columns, 20)
	if word, whole := truncate(s, max(t.width(), unknownWidth)-4); whole && !strings.Contains(s, " ") {
		return word
	}
	text, whole := truncate(s, columns)
	if !whole {
		length := fmt.Sprintf("… (%d characters)", utf8.RuneCountInString(s))
		text, _ = truncate(s, max(columns-lipgloss.Width(length), 8))
		text += length
	}
	return text
}

// plainText returns a scalar as a person writes it. Ambiguous text stands in quotes.
func plainText(k *inspect.Node) string {
	if k.Type != "string" {
		return k.Text
	}
	if isAmbiguous(k.Text) {
		if len(k.Text) > 200 {
			return `"` + k.Text + `"`
		}
		return strconv.Quote(k.Text)
	}
	return k.Text
}

func isAmbiguous(s string) bool {
	if s == "" || s == "true" || s == "false" || s == "null" || strings.ContainsAny(s[:1], `("[`) || strings.Contains(s, ", ") && len(s) < maxInline {
		return true
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return true
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(first) || unicode.IsSpace(last)
}

// truncate makes text printable and no wider than some columns, and reports whether it is whole. The columns bound work and
// memory, whatever the length of the text.
func truncate(s string, columns int) (text string, whole bool) {
	const longest = 10 // bytes of one escaped character: \u{10ffff}
	head := s
	if limit := 4 * longest * max(columns, 1); len(s) > limit {
		head = strings.ToValidUTF8(s[:limit], "")
	}
	text = Clean(head)
	if len(head) == len(s) && lipgloss.Width(text) <= columns {
		return text, true
	}
	width := 0
	for i, r := range text {
		width += lipgloss.Width(string(r))
		if width > columns {
			return text[:i], false
		}
	}
	return text, len(head) == len(s)
}

func (t *tree) data(d *inspect.Data, columns int) string {
	text := d.Kind
	if d.Size > 0 {
		text += ", " + size(d.Size)
	}
	if sum := ", SHA-256 " + d.SHA256; d.SHA256 != "" && len(d.Certificates) == 0 && d.Size > 0 {
		if !t.full {
			sum = sum[:len(", SHA-256 ")+16] + "…"
		}
		if t.full || len(text)+lipgloss.Width(sum) <= columns {
			text += sum
		}
	}
	return Clean(text)
}

// certificate returns a certificate in a few rows.
func (t *tree) certificate(c inspect.Certificate, depth int) []row {
	kind := ", not a CA"
	if c.CA {
		kind = ", CA"
	}
	var expired []note
	if c.Expired {
		expired = []note{{"expired", true}}
	}
	var rows []row
	for _, x := range []struct {
		name, text string
		notes      []note
	}{
		{"subject", c.Subject, nil},
		{"issuer", c.Issuer, nil},
		{"serial", c.Serial, nil},
		{"valid", c.NotBefore.Format(time.DateOnly) + " to " + c.NotAfter.Format(time.DateOnly), expired},
		{"key", c.Key + kind, nil},
	} {
		k := &inspect.Node{Type: "text", Text: x.text}
		rows = append(rows, row{depth: min(depth, maxIndent), name: x.name, notes: x.notes,
			render: func(columns int) (string, func(...string) string) { return t.scalar(k, columns), nil }})
	}
	return append(rows, row{depth: min(depth, maxIndent), name: "SHA-256", render: constant(Clean(c.SHA256))}) // never cut: people compare it
}
