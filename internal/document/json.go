package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

const utf8BOM = "\xef\xbb\xbf"

// blanks is the white space of JSON.
const blanks = " \t\r\n"

// isJSON is true for a JSON object, even a damaged one. An OpenStep property list begins with the same brace, but its first
// separator is never a colon.
func isJSON(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte(utf8BOM)), blanks)
	if !bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte(`{\rtf`)) {
		return false
	}
	i := bytes.IndexAny(text, ":=;")
	return i < 0 || text[i] == ':' || json.Valid(text)
}

func openJSON(f *diag.File) (*Document, []diag.Diagnostic) {
	r := &jsonReader{file: f}
	root := r.read()
	return &Document{File: f, Root: root, Format: JSON, Whole: root != nil}, diag.Sort(r.found)
}

// jsonReader reads JSON into values with places. It checks the text as a whole before reading tokens, because the tokens
// alone would let some malformed text pass.
type jsonReader struct {
	file   *diag.File
	start  int // of the text, after a byte order mark
	tokens *json.Decoder
	nodes  int
	found  []diag.Diagnostic
}

// maxFindings bounds the memory taken by the findings of a hostile file.
const maxFindings = 200

// errStop ends reading after a reported finding.
var errStop = errors.New("stop")

func (r *jsonReader) read() *plist.Value {
	if !r.isSound() {
		return nil
	}
	r.tokens = json.NewDecoder(bytes.NewReader(r.file.Data[r.start:]))
	r.tokens.UseNumber()
	root, err := r.value()
	if err != nil && !errors.Is(err, errStop) {
		r.malformed(err, 0)
	}
	if err != nil {
		return nil
	}
	return root
}

// isSound checks size, encoding, depth and grammar.
func (r *jsonReader) isSound() bool {
	data := r.file.Data
	if len(data) > plist.MaxBytes {
		r.fail(rule.FileTooLarge, 0, 0, "the file has %d bytes, want at most %d", len(data), plist.MaxBytes)
		return false
	}
	if bytes.HasPrefix(data, []byte(utf8BOM)) {
		r.start = len(utf8BOM)
		r.fail(rule.ByteOrderMark, 0, 0, "the text begins with a byte order mark, want none before JSON")
		r.found[0].Severity = diag.Warning
		r.found[0].Fix = &diag.Fix{Title: "delete the byte order mark", Edits: []diag.Edit{{Span: r.span(0, len(utf8BOM))}}}
	}
	if i := invalidUTF8(data); i >= 0 {
		r.fail(rule.InvalidUTF8, i, i+1, "byte 0x%02X is not valid UTF-8", data[i])
		return false
	}
	if i := tooDeep(data); i >= 0 {
		r.fail(rule.NestingTooDeep, i, i+1, "arrays and objects are nested deeper than %d levels", plist.MaxDepth)
		return false
	}
	return r.isWellFormed()
}

func (r *jsonReader) isWellFormed() bool {
	text := r.file.Data[r.start:]
	decoder := json.NewDecoder(bytes.NewReader(text))
	var object json.RawMessage
	if err := decoder.Decode(&object); err != nil {
		r.malformed(err, r.start)
		return false
	}
	end := int(decoder.InputOffset())
	if rest := bytes.Trim(text[end:], blanks); len(rest) > 0 {
		at := r.start + end + bytes.Index(text[end:], rest)
		r.fail(rule.ContentAfterJSON, at, at+len(rest), "text follows the JSON object, want one object only")
		return false
	}
	return true
}

// malformed reports an error of the decoder. start is the offset of the decoder's text.
func (r *jsonReader) malformed(err error, start int) {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		end := len(r.file.Data)
		r.fail(rule.TruncatedFile, end, end, "the file ends inside the JSON object")
	case errors.As(err, &syntax):
		at := start + int(syntax.Offset)
		from, message := max(start, at-1), syntax.Error()
		if c, size := utf8.DecodeRune(r.file.Data[min(from, len(r.file.Data)):]); size > 1 { // the decoder names one byte of it
			at, message = from+size, strings.Replace(message, quoted(rune(r.file.Data[from])), quoted(c), 1)
		}
		r.fail(rule.MalformedJSON, from, at, "%s", message)
	default:
		r.fail(rule.MalformedJSON, start, start, "%s", err)
	}
}

func quoted(c rune) string { return "'" + string(c) + "'" }

// invalidUTF8 returns the offset of the first byte of invalid UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// tooDeep returns the offset of the first bracket beyond MaxDepth, or -1. It counts brackets outside strings, so it works for
// malformed text too.
func tooDeep(data []byte) int {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > plist.MaxDepth {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

// next returns the next token and its place.
func (r *jsonReader) next() (json.Token, diag.Span, error) {
	before := r.start + int(r.tokens.InputOffset())
	token, err := r.tokens.Token()
	end := r.start + int(r.tokens.InputOffset())
	text := r.file.Data[before:end]
	return token, r.span(end-len(bytes.TrimLeft(text, blanks+",:")), end), err
}

// value reads the next value. It recurses at most MaxDepth deep, as checked before.
func (r *jsonReader) value() (*plist.Value, error) {
	token, at, err := r.next()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > plist.MaxNodes {
		r.fail(rule.TooManyValues, at.Start, at.End, "the file holds more than %d values", plist.MaxNodes)
		return nil, errStop
	}
	v := &plist.Value{Span: at}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return r.object(v)
		}
		return r.array(v)
	case string:
		v.Kind, v.Text, v.Span = plist.String, t, r.inside(at)
		r.checkEscapes(t, at)
	case bool:
		v.Kind, v.Bool = plist.Boolean, t
	case json.Number:
		r.number(v, t.String())
	}
	return v, nil
}

func (r *jsonReader) object(v *plist.Value) (*plist.Value, error) {
	v.Kind = plist.Dictionary
	first := map[string]diag.Span{}
	for r.tokens.More() {
		token, at, err := r.next()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // well-formed JSON has nothing else here
		r.checkEscapes(key, at)
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		at = r.inside(at)
		if before, ok := first[key]; ok {
			r.fail(rule.DuplicateKey, at.Start, at.End, "key %s repeats in one object, want it once", text.Quote(key)).Related =
				[]diag.Related{{Message: "the first one", Span: before}}
		} else {
			first[key] = at
		}
		v.Fields = append(v.Fields, plist.Field{Key: key, KeySpan: at, Value: value})
	}
	return r.close(v)
}

func (r *jsonReader) array(v *plist.Value) (*plist.Value, error) {
	v.Kind = plist.Array
	for r.tokens.More() {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
	}
	return r.close(v)
}

// close reads the last bracket of a container.
func (r *jsonReader) close(v *plist.Value) (*plist.Value, error) {
	_, at, err := r.next()
	v.Span.End = at.End
	return v, err
}

// number reads a number without fraction and exponent as an integer.
func (r *jsonReader) number(v *plist.Value, digits string) {
	v.Kind = plist.Integer
	if strings.ContainsAny(digits, ".eE") {
		v.Kind = plist.Real
	}
	var err error
	if v.Kind == plist.Real {
		v.Real, err = strconv.ParseFloat(digits, 64)
	} else {
		v.Int, err = parseInt(digits)
	}
	if err != nil {
		v.Real = 0
		r.fail(rule.NumberOutOfRange, v.Span.Start, v.Span.End, "number %s does not fit into 64 bits", text.Shorten(digits))
	}
}

func parseInt(text string) (plist.Int, error) {
	digits, negative := strings.CutPrefix(text, "-")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || negative && n > 1<<63 {
		return plist.Int{}, strconv.ErrRange
	}
	return plist.Int{Negative: negative && n > 0, Abs: n}, nil
}

// checkEscapes reports an escape such as \ud800, half a character, because the decoder silently replaces it.
func (r *jsonReader) checkEscapes(text string, at diag.Span) {
	const replacement = "\uFFFD"
	if !strings.Contains(text, replacement) {
		return
	}
	raw := string(r.file.Data[at.Start:at.End])
	written := strings.Count(raw, replacement) + strings.Count(strings.ToLower(raw), `\ufffd`)
	if strings.Count(text, replacement) > written {
		r.fail(rule.InvalidUTF16, at.Start, at.End, "an escape is only half a surrogate pair, want both halves")
	}
}

// inside is the text of a string between its quotes; an empty one keeps them, to have something to point at.
func (r *jsonReader) inside(at diag.Span) diag.Span {
	if at.End-at.Start <= len(`""`) {
		return at
	}
	return r.span(at.Start+1, at.End-1)
}

func (r *jsonReader) span(start, end int) diag.Span {
	return diag.Span{File: r.file, Start: start, End: end}
}

// fail adds an error. The caller may refine the result until the next call.
func (r *jsonReader) fail(id string, start, end int, format string, args ...any) *diag.Diagnostic {
	d := finding(id, fmt.Sprintf(format, args...), r.span(start, end), "")
	switch n := len(r.found); {
	case n > maxFindings:
		return &d
	case n == maxFindings:
		r.found = append(r.found, finding(rule.TooManyFindings, fmt.Sprintf("reporting stopped after %d findings", maxFindings), d.Span, ""))
		return &d
	}
	r.found = append(r.found, d)
	return &r.found[len(r.found)-1]
}
