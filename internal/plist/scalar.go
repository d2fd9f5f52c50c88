package plist

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"syncguard/internal/rules/rule"
)

// scalar reads a value other than an array or a dictionary.
func (r *xmlReader) scalar(t tag, e element) {
	c := r.content(t, e)
	span := r.contentSpan(t, c)
	v := r.newValue(span.Start, span.End)
	v.Unread = !c.ok
	switch e {
	case stringElement:
		v.Kind, v.Text = String, c.text
	case dataElement:
		v.Kind = Data
		r.data(v, t, c)
	case dateElement:
		v.Kind = Date
		r.date(v, c)
	case integerElement:
		v.Kind = Integer
		r.integer(v, c)
	case realElement:
		v.Kind = Real
		r.real(v, c)
	default:
		v.Kind, v.Bool = Boolean, e == trueElement
		if c.start != c.end && c.ok {
			r.report(rule.ContentInBoolean, quote(r.name(t))+" has content, want <"+r.name(t)+"/>", "", c.start, c.end)
		}
	}
	r.addValue(v)
	if c.unclosed {
		r.skip(t)
	}
}

func (r *xmlReader) integer(v *Value, c content) {
	if !c.ok {
		return
	}
	n, broken := parseInteger(c.text)
	if v.Int = n; broken != "" && r.isPlaceholder(c.text) {
		r.placeholder(v, c.text)
		return
	}
	v.Unread = broken != ""
	switch broken {
	case rule.BadInteger:
		r.report(broken, "integer is "+quote(c.text)+", want decimal digits with an optional sign", "", v.Span.Start, v.Span.End)
	case rule.IntegerOutOfRange:
		r.report(broken, "integer is "+quote(c.text)+", want -9223372036854775808 to 18446744073709551615", "", v.Span.Start, v.Span.End)
	}
}

// parseInteger reads an integer as CoreFoundation does: white space before it but not after it, a sign, decimal digits or 0x
// and hexadecimal digits, from -2^63 to 2^64-1. On failure it returns the broken rule.
func parseInteger(s string) (n Int, broken string) {
	s = s[skipBlank(s, 0):]
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.Negative = s[0] == '-'
		s = s[1:]
	}
	base := 10
	if len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		s, base = s[2:], 16
	}
	abs, err := strconv.ParseUint(s, base, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), n.Negative && abs > 1<<63:
		return Int{}, rule.IntegerOutOfRange
	case err != nil:
		return Int{}, rule.BadInteger
	}
	n.Abs = abs
	n.Negative = n.Negative && abs > 0
	return n, ""
}

func (r *xmlReader) real(v *Value, c content) {
	if !c.ok {
		return
	}
	f, ok := parseReal(c.text)
	if v.Real = f; !ok && r.isPlaceholder(c.text) {
		r.placeholder(v, c.text)
	} else if v.Unread = !ok; !ok {
		r.report(rule.BadReal, "real is "+quote(c.text)+", want a decimal number", "", v.Span.Start, v.Span.End)
	}
}

// parseReal reads a real as CoreFoundation does: nan, inf and infinity in any case, the latter two with an optional
// sign, or white space and a decimal number with an optional fraction and exponent. Hexadecimal reals are refused,
// and so is a number too large for a float64.
func parseReal(s string) (f float64, ok bool) {
	switch strings.ToLower(s[:min(len(s), len("-infinity")+1)]) {
	case "nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return f, true
}

func (r *xmlReader) date(v *Value, c content) {
	if !c.ok {
		return
	}
	t, ok := parseDate(c.text)
	if v.Time = t; !ok && r.isPlaceholder(c.text) {
		r.placeholder(v, c.text)
	} else if v.Unread = !ok; !ok {
		r.report(rule.BadDate, "date is "+quote(c.text)+", want the form YYYY-MM-DDTHH:MM:SSZ", "", v.Span.Start, v.Span.End)
	}
}

// dateForm is the only form accepted by every reader of property lists. Apple's also accepts years of other lengths, and
// takes 30 February for 1 March.
const dateForm = "2006-01-02T15:04:05Z"

func parseDate(s string) (t time.Time, ok bool) {
	if len(s) != len(dateForm) || s[13] != ':' { // time.Parse also accepts an hour of one digit
		return time.Time{}, false
	}
	t, err := time.Parse(dateForm, s)
	if err != nil || t.Year() < 1 {
		return time.Time{}, false
	}
	return t, true
}

func (r *xmlReader) data(v *Value, t tag, c content) {
	if !c.ok {
		return
	}
	if t.empty {
		v.Unread = true
		r.report(rule.BadData, "Apple's reader refuses the empty element <data/>, want <data></data>", "", t.start, t.end)
		return
	}
	if text := strings.Trim(c.text, " \t\r\n"); text != "" {
		v.Span.Start = skipBlank(r.text, c.start)
		v.Span.End = v.Span.Start + len(text)
	}
	r.decode = r.decode[:0]
	for i := 0; i < len(c.text); {
		i = skipBlank(c.text, i)
		start := i
		for i < len(c.text) && !isBlank(c.text[i]) {
			i++
		}
		r.decode = append(r.decode, c.text[start:i]...)
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(r.decode)))
	n, err := base64.StdEncoding.Decode(data, r.decode)
	v.Data = data[:n:n]
	if err != nil {
		v.Data = nil
		if r.isPlaceholder(c.text) {
			r.placeholder(v, c.text)
			return
		}
		v.Unread = true
		r.badData(v, c, err)
	}
}

// pemBegin and pemEnd begin the first and last line of PEM.
const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
)

// badData points at the wrong character and does not show the rest: data is often a secret.
func (r *xmlReader) badData(v *Value, c content, err error) {
	if text := strings.TrimLeft(c.text, " \t\r\n"); strings.HasPrefix(text, pemBegin) {
		line, _, _ := strings.Cut(text, "\n")
		r.report(rule.BadData, "the base64 text contains the lines of PEM", "delete the BEGIN and END lines", v.Span.Start, v.Span.Start+len(strings.TrimRight(line, " \t\r")))
		return
	}
	bad := len(r.decode)
	if e := base64.CorruptInputError(0); errors.As(err, &e) {
		bad = int(e)
	}
	for i := range len(c.text) {
		if isBlank(c.text[i]) {
			continue
		}
		if bad == 0 {
			_, size := utf8.DecodeRuneInString(c.text[i:])
			r.report(rule.BadData, "character "+quote(c.text[i:i+size])+" is not allowed in base64", "", c.start+i, c.start+i+size)
			return
		}
		bad--
	}
	r.report(rule.BadData, "the base64 text ends too early, want groups of four characters", "", v.Span.Start, v.Span.End)
}
