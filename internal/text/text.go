// Package text builds the parts of messages: counts, quoted texts, lists, articles, and suggestions for misspelt names.
//
// Start with Quote, for every text from a file, and DidYouMean, for every unknown name. The package knows nothing of the
// subject of a message.
package text

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxShown is the number of characters shown of a text from a file.
const MaxShown = 60

// Choices lists words to choose from: text, json or markdown.
func Choices[T ~string](words []T) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

// Count names a number of things: 1 file, 2 files.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Quote quotes a text from a file: it escapes control characters, and cuts after MaxShown characters.
func Quote(s string) string {
	s = Shorten(s)
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return strconv.Quote(s)
		}
	}
	return `"` + s + `"` // most texts need no escapes
}

// Shorten cuts a text after MaxShown characters and appends "...".
func Shorten(s string) string {
	if len(s) <= MaxShown {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > MaxShown {
			return s[:i] + "..."
		}
	}
	return s
}

// Article puts a or an before a noun; data takes none.
func Article(noun string) string {
	switch {
	case noun == "data":
		return noun
	case strings.ContainsAny(noun[:1], "aeio"):
		return "an " + noun
	}
	return "a " + noun
}

// QuotedList lists texts from a file, with a word such as or before the last one: "A", "B" or "C".
func QuotedList(texts []string, last string) string {
	var b strings.Builder
	for i, t := range texts {
		switch {
		case i > 0 && i == len(texts)-1:
			b.WriteString(" " + last + " ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(Quote(t))
	}
	return b.String()
}

// Unprintable is true for control characters (C0, DEL, C1), format characters, line and paragraph separators, private-use
// code points and surrogates. Format characters include those without width and those that reorder text (bidi).
func Unprintable(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r > '~' // most text is ASCII
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

// EscapeJSON writes Unprintable characters of JSON as escapes, but for the line feeds of the layout.
func EscapeJSON(data []byte) []byte {
	isUnsafe := func(r rune) bool { return r != '\n' && Unprintable(r) }
	if isPlainASCII(data) || !bytes.ContainsFunc(data, isUnsafe) {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(data) {
		switch {
		case !isUnsafe(r):
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

// isPlainASCII is true for printable characters of ASCII and line feeds alone: almost all data has nothing else.
func isPlainASCII(data []byte) bool {
	for _, c := range data {
		if (c < ' ' || c > '~') && c != '\n' {
			return false
		}
	}
	return true
}

// WithFile puts the name of a file in place of the word FILE in a command, quoted for the shell if needed. Without a name, and
// for stdin, the word stays.
func WithFile(command, name string) string {
	if name == "" || name == "-" || name == "stdin" || !strings.Contains(command, "FILE") {
		return command
	}
	if strings.HasPrefix(name, "-") { // not a flag
		name = "./" + name
	}
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/+:@%,=", r)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		name = "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return strings.ReplaceAll(command, "FILE", name)
}
