package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"

	"syncguard/internal/diag"
)

// JSONFindings returns findings for a result; it is never nil.
func JSONFindings(ds []diag.Diagnostic) []diag.Diagnostic {
	return append([]diag.Diagnostic{}, ds...)
}

// WriteJSON writes v, indented, with characters that matter to HTML left as they are. What a terminal or the log of a CI
// would obey is escaped as JSON has it: the text is the same to a program, and harmless to look at.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(harmlessJSON(b.Bytes()))
	return err
}

// harmlessJSON escapes unprintable characters, and commands to the log of a CI. Outside strings JSON has none of either.
func harmlessJSON(data []byte) []byte {
	if !bytes.ContainsFunc(data, shy) && !logCommand().Match(data) {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(logCommand().ReplaceAll(data, []byte(`#\u0023$1`))) {
		switch {
		case !shy(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// shy is true of what is unprintable; the line feeds of the layout are not.
func shy(r rune) bool { return r != '\n' && unprintable(r) }
