package fix

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
)

// Scalars of YAML and JSON. A span in JSON excludes the quotes, a span in YAML includes them.

// quoting is the quote around a scalar, or bare.
type quoting byte

const (
	bare   quoting = 0
	single quoting = '\''
	double quoting = '"'
)

// parseScalar parses the scalar at a span, and returns its span with the quotes. It is false for block scalars, texts over
// several lines, and escapes unknown to JSON.
func parseScalar(at diag.Span) (whole diag.Span, text string, q quoting, ok bool) {
	data := at.File.Data
	written := string(data[at.Start:at.End])
	if strings.ContainsAny(written, "\r\n") || usesAliases(at.File) {
		return at, "", bare, false
	}
	n := len(written)
	switch {
	case n >= 2 && written[0] == '\'' && written[n-1] == '\'':
		return at, strings.ReplaceAll(written[1:n-1], "''", "'"), single, true
	case n >= 2 && written[0] == '"' && written[n-1] == '"':
		ok = json.Unmarshal([]byte(written), &text) == nil
		return at, text, double, ok
	case at.Start > 0 && at.End < len(data) && data[at.Start-1] == '"' && data[at.End] == '"':
		at.Start, at.End = at.Start-1, at.End+1
		ok = json.Unmarshal(data[at.Start:at.End], &text) == nil
		return at, text, double, ok
	case n == 0 || strings.ContainsRune("|>&*!%@`\"'", rune(written[0])):
		return at, "", bare, false
	}
	return at, written, bare, true
}

// replaceSource replaces a scalar with source, if its text is from.
func replaceSource(at diag.Span, from, source string) []diag.Edit {
	whole, text, _, ok := parseScalar(at)
	if !ok || text != from {
		return nil
	}
	return []diag.Edit{{Span: whole, Text: source}}
}

// replaceText replaces a scalar with the text to, in the same quotes, if its text is from.
func replaceText(at diag.Span, from, to string) []diag.Edit {
	whole, text, q, ok := parseScalar(at)
	if !ok || text != from || strings.ContainsFunc(to, func(c rune) bool { return c < ' ' || c > '~' }) {
		return nil
	}
	source := to
	switch {
	case q == single:
		source = "'" + strings.ReplaceAll(to, "'", "''") + "'"
	case q == double, !isPlainWord(to):
		source = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(to) + `"`
	}
	return []diag.Edit{{Span: whole, Text: source}}
}

var plainWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]*$`) })

// isPlainWord reports whether YAML 1.1 and 1.2 both read an unquoted text as this string.
func isPlainWord(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return false
	}
	return plainWord().MatchString(s)
}

// usesAliases reports whether a YAML file may use aliases, so that correcting a value in one place would change others. It
// can be true for a file without any.
func usesAliases(f *diag.File) bool {
	for at := 0; ; at++ {
		n := bytes.IndexByte(f.Data[at:], '*')
		if n < 0 {
			return false
		}
		at += n
		before, after := byte('\n'), byte(' ')
		if at > 0 {
			before = f.Data[at-1]
		}
		if at+1 < len(f.Data) {
			after = f.Data[at+1]
		}
		if strings.IndexByte(" \t\r\n[{,:-?", before) >= 0 && strings.IndexByte(" \t\r\n.*/\"'", after) < 0 {
			return true
		}
	}
}
