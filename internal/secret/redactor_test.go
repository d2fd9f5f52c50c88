package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/plist"
)

// echoes are the ways a server, a shell or a log writes a text it was sent.
func echoes() map[string]func(string) string {
	each := func(format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				fmt.Fprintf(&b, format, c)
			}
			return b.String()
		}
	}
	eachRune := func(format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range utf16.Encode([]rune(s)) {
				fmt.Fprintf(&b, format, c)
			}
			return b.String()
		}
	}
	quoted := func(s string) string {
		text, _ := json.Marshal(s)
		return string(text)
	}
	wide := func(s string) string {
		var b []byte
		for _, c := range utf16.Encode([]rune(s)) {
			b = append(b, byte(c), byte(c>>8))
		}
		return string(b)
	}
	base := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	all := map[string]func(string) string{
		"as it is": func(s string) string { return s }, "form": url.QueryEscape, "path": url.PathEscape,
		"percent, lower case": func(s string) string { return strings.ToLower(each("%%%02X")(s)) }, "percent, all": each("%%%02X"), "percent, twice": func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"HTML": html.EscapeString, "HTML, twice": func(s string) string { return html.EscapeString(html.EscapeString(s)) }, "entities": func(s string) string { return eachRune("&#%d;")(strings.ToValidUTF8(s, "")) }, "entities, hex": eachRune("&#x%X;"),
		"XML":  func(s string) string { return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s) },
		"JSON": quoted, `\u00XX`: eachRune(`\u%04x`), "JSON with slashes": func(s string) string { return strings.ReplaceAll(quoted(s), "/", `\/`) }, "JSON in JSON": func(s string) string { return quoted(quoted(s)) },
		"JSON in HTML": func(s string) string { return html.EscapeString(quoted(s)) }, "JSON in a form": func(s string) string { return url.QueryEscape(quoted(s)) },
		"Go": func(s string) string { return fmt.Sprintf("%q", s) }, "Go, ASCII": func(s string) string { return fmt.Sprintf("%+q", s) }, `\xXX`: each(`\x%02x`), "octal": each(`\%03o`),
		"shell": func(s string) string { return `'` + strings.ReplaceAll(s, `'`, `'\''`) + `'` }, "shell, other quotes": func(s string) string { return `'` + strings.ReplaceAll(s, `'`, `'"'"'`) + `'` },
		"hex": func(s string) string { return hex.EncodeToString([]byte(s)) }, "HEX": func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }, "hex with colons": each("%02x:"), "hex with blanks": each("%02X "), "0x": each("0x%02x, "),
		"base64 of base64": func(s string) string { return base(base(s)) }, "base64 of JSON": func(s string) string { return base(`{"a":` + quoted(s) + `}`) }, "base64 of HTML": func(s string) string { return base("<p>" + html.EscapeString(s) + "</p>") },
		"base64 of UTF-16": func(s string) string { return base(wide(s)) }, "base64 in a form": func(s string) string { return url.QueryEscape(base("~~" + s)) }, "base64 of a form": func(s string) string { return base("a=" + url.QueryEscape(s)) }, "hex of base64": func(s string) string { return hex.EncodeToString([]byte(base(s))) },
	}
	for name, encoding := range map[string]*base64.Encoding{"std": base64.StdEncoding, "url": base64.URLEncoding, "raw": base64.RawURLEncoding} {
		for before := range 4 {
			all[fmt.Sprintf("base64 %s, %d before", name, before)] = func(s string) string {
				return encoding.EncodeToString([]byte("abc"[:min(before, 3)] + s + "z"))
			}
		}
		all["a pair in "+name] = func(s string) string { return "Basic " + encoding.EncodeToString([]byte("client-id:"+s)) }
	}
	return all
}

// wrapped breaks a text into lines.
func wrapped(s string, width int, end string) string {
	var b strings.Builder
	for ; len(s) > width; s = s[width:] {
		b.WriteString(s[:width] + end)
	}
	return b.String() + s
}

// A secret is masked in every encoding a server may echo, wrapped at any width, wherever the rest stays.
func TestRedactorFindsEveryEncoding(t *testing.T) {
	secrets := []string{`k&n<A>r"y'7/s+p=ü \ %41~`, "hunter2-canary", "0123456789", "pä€𝄞word?/>", "Qx7!", "a b c d", `{"a": "b\n"}`, strings.Repeat("long-secret-", 40)}
	for _, secret := range secrets {
		var r Redactor
		r.Add("something else")
		r.Add(secret)
		for name, echo := range echoes() {
			for _, width := range []int{0, 5, 7, 60, 64, 76} {
				for _, end := range []string{"\n", "\r\n", "\r\n\t"} {
					text := echo(secret)
					if width > 0 && width < 60 && (len(secret) < 8 || strings.Contains(name, "JSON") || strings.ContainsAny(text, `\&%`)) || width == 0 && end != "\n" {
						continue // nobody breaks a line inside an escape, nor a short word
					}
					if width > 0 {
						if strings.ContainsAny(text, `\&%`) || len(secret) < 8 && end == "\r\n\t" {
							continue
						}
						text = wrapped(text, width, end)
					}
					got := r.Hide("The server says: " + text + " ... sorry")
					rest := strings.TrimSuffix(strings.TrimPrefix(got, "The server says: "), " ... sorry")
					// What is left are the words around, and characters of an encoding that hold a part of a byte.
					if !strings.Contains(rest, Shown) || len(rest) > len(Shown)*2+40 && len(rest) > len(text)/2 {
						t.Errorf("%q as %s, width %d: %q becomes %q", secret, name, width, text, got)
					}
					if !strings.HasPrefix(got, "The server says: ") || !strings.HasSuffix(got, " sorry") {
						t.Errorf("%q as %s: too much is hidden: %q", secret, name, got)
					}
				}
			}
		}
	}
}

// A server may cut what it echoes.
func TestRedactorFindsParts(t *testing.T) {
	var key []byte
	for i := range 2000 {
		key = append(key, byte(i*i%251), byte(i%199))
	}
	var r Redactor
	r.AddAll(&plist.Value{Kind: plist.Data, Data: key, Secret: true})
	all := base64.StdEncoding.EncodeToString(key)
	for _, from := range []int{0, 1, 2, 3, 400, 1001} {
		for _, n := range []int{45, 60, 120, 1000} {
			shown := all[from : from+n]
			if got := r.Hide("Invalid data: " + shown); strings.Contains(got, shown[8:len(shown)-8]) {
				t.Errorf("%d characters from %d: %s", n, from, got)
			}
		}
	}
}

func TestRedactorLeavesOtherText(t *testing.T) {
	var r Redactor
	for _, secret := range []string{"abc", "", "hunter2-canary", "1234", "these words"} {
		r.Add(secret)
	}
	for _, text := range []string{"", "the server responded 404 Not Found", "abc", "those words", "PayloadContent[0].Password is wrong & unusual: 100% \\ \"x\"", "7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11", "&#", "%4", `\u12`, `\`, "%", "&amp;amp;amp;amp;", "aGVsbG8gd29ybGQ=", "\xff\xfe\x00"} {
		if got := r.Hide(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	var none *Redactor
	if got := none.Hide("x\x00"); got != "x\x00" {
		t.Errorf("got %q", got)
	}
}

// The words of others pass one door: one line, at most 500 bytes, control characters escaped, masked before they are cut.
func TestQuote(t *testing.T) {
	const secret = "hunter2-canary"
	var r Redactor
	r.Add(secret)
	block := strings.Repeat("QUJD", 200)
	for words, want := range map[string]string{
		"a\r\n  b\tc":                       "a b c",
		"red \x1b[31m\u202e\x00 \xff end":   `red \x1b[31m\u202e\x00 \xff end`,
		"no " + secret:                      "no (secret)",
		"got " + block + " end":             "got (data) end",
		"got " + wrapped(block, 60, "\n"):   "got (data)",
		"got " + wrapped(block, 64, "\r\n"): "got (data)", "got " + wrapped(block, 76, `\n`): "got (data)",
	} {
		if got := r.Quote(words); got != want {
			t.Errorf("%q becomes %q", words, got)
		}
	}
	for _, before := range []int{480, 490, 495, 498, 499, 500, 501, 14<<10 - 5, 14 << 10, 16<<10 - 5} {
		for _, filler := range []string{"x", "\n", "é", "\x01", "x "} {
			words := strings.Repeat(filler, before/len(filler)) + secret + strings.Repeat(" "+secret, 5000)
			got := r.Quote(words)
			if strings.Contains(got, secret[:5]) || len(got) > MaxWords {
				t.Errorf("%d of %q: %d bytes: %q", before, filler, len(got), got)
			}
		}
	}
	cause := errors.New("no " + secret)
	if err := r.HideError(cause); strings.Contains(err.Error(), secret) || !errors.Is(err, cause) || r.HideError(nil) != nil {
		t.Errorf("got %v", err)
	}
}

// The work is linear in the words, whatever they and the secrets are.
func BenchmarkRedactor(b *testing.B) {
	var r Redactor
	for i := range 1000 {
		r.Add(fmt.Sprintf("secret number %d of the profiles", i))
	}
	r.Add(strings.Repeat("A", 1<<20))
	for name, unit := range map[string]string{"prose": "the server is not amused ", "hex": "0123456789abcdef", "same": "A", "escapes": `\u0041%41&amp;`} {
		words := strings.Repeat(unit, 64<<10/len(unit))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(words)))
			for b.Loop() {
				r.Hide(words)
			}
		})
	}
}
