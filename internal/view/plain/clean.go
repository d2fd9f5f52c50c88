// Package plain makes output that needs no terminal: text made safe to show, JSON, and Markdown for comments on a forge. It is
// what package view and the page in a browser share.
//
// Start with Clean, which every text from outside goes through, and WriteStream. The package decides nothing.
package plain

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"syncguard/internal/text"
)

// Clean makes text from outside safe on a terminal and in the log of a CI. It shows control characters, invisible
// characters that reorder text and line separators as \u{…}, invalid bytes as \x…, and line feeds and tabs as spaces. It
// also breaks up the commands of CI runners (runner.go), by \u{…} for one character.
func Clean(s string) string {
	s = escapeUnprintable(s)
	if mayBeginCommand(s) {
		s = BreakLines(s, EscapeRune)
	}
	return BreakCommands(s, EscapeRune)
}

// mayBeginCommand reports whether RunnerLine may match a text of one line, without tabs.
func mayBeginCommand(s string) bool {
	start := strings.TrimLeft(s, " ")
	if start == "" {
		return false
	}
	return start[0] == ':' || start[0] >= utf8.RuneSelf || len(start) == len(s) && strings.IndexByte("-+~^", s[0]) >= 0
}

func EscapeRune(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }

func escapeUnprintable(s string) string {
	if IsPlainASCII(s) || !strings.ContainsFunc(s, Unprintable) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "\\x%02x", s[i])
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case Unprintable(r):
			fmt.Fprintf(&b, "\\u{%x}", r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// IsPlainASCII is true for printable characters of ASCII alone: each is one column wide.
func IsPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Unprintable reports whether Clean escapes a character.
func Unprintable(r rune) bool { return text.Unprintable(r) }

// textIf returns text if a condition holds, or nothing.
func textIf(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}
