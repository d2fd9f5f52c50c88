package fix

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
)

// Scalars of YAML and JSON. A place in JSON is inside the quotes, one in YAML has them in it.

// quoting is how a scalar is written.
type quoting byte

const (
	bare   quoting = 0
	single quoting = '\''
	double quoting = '"'
)

// scalar takes the text of a scalar apart, and returns its place with the quotes. It is false for block scalars, for texts
// over several lines, and for escapes that JSON does not have.
func scalar(at diag.Span) (whole diag.Span, text string, q quoting, ok bool) {
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

// token writes source in the place of a scalar whose text is from.
func token(at diag.Span, from, source string) []diag.Edit {
	whole, text, _, ok := scalar(at)
	if !ok || text != from {
		return nil
	}
	return []diag.Edit{{Span: whole, Text: source}}
}

// tokenText writes a text in the place of a scalar whose text is from, quoted as that is.
func tokenText(at diag.Span, from, to string) []diag.Edit {
	whole, text, q, ok := scalar(at)
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

// isPlainWord says whether YAML reads a text without quotes as that text, in its versions 1.1 and 1.2.
func isPlainWord(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return false
	}
	return plainWord().MatchString(s)
}

// usesAliases says whether a value of a YAML file may stand in several places, so that correcting it in one would change
// the others. It may be true of a file that has none.
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
