package requirement

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// next reads the next token. At the end, and after a fault, it is an empty symbol.
func (p *parser) next() {
	p.start = p.end
	p.skip()
	p.token, p.kind = "", symbol
	if p.fault != nil || p.start == len(p.text) {
		p.start, p.end = len(p.text), len(p.text)
		return
	}
	rest := p.text[p.start:]
	switch c := rest[0]; {
	case c == '"':
		p.readQuoted(0, quoted)
	case strings.HasPrefix(rest, `H"`):
		p.readQuoted(1, hash)
	case isLetter(c):
		p.readBare(word)
	case strings.HasPrefix(rest, "0x"):
		p.setToken(2+span(rest[2:], isHexDigit), hex)
	case isDigit(c):
		p.readBare(number)
	case c == '/':
		p.setToken(span(rest, func(c byte) bool { return isBare(c) || c == '/' }), file)
	case strings.HasPrefix(rest, "=="), strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, ">="):
		p.setToken(2, symbol)
	case strings.IndexByte(`()[]<>,=~-!*;`, c) >= 0:
		p.setToken(1, symbol)
	default:
		r, _ := utf8.DecodeRuneInString(rest)
		p.unexpected(r)
	}
}

func (p *parser) unexpected(r rune) {
	p.fail(fmt.Sprintf("has %s at character %d, allowed only in quotation marks", strconv.QuoteToASCII(string(r)), p.position()))
}

func (p *parser) setToken(length int, k kind) {
	p.end, p.kind = p.start+length, k
	p.token = p.text[p.start:p.end]
}

// skip passes blanks and comments: /* to */, and // or # to the end of the line.
func (p *parser) skip() {
	for p.start < len(p.text) {
		rest := p.text[p.start:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			p.start++
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.fail(fmt.Sprintf("has an unclosed comment at character %d", p.position()))
				p.start = len(p.text)
				return
			}
			p.start += end + 4
		case rest[0] == '#', strings.HasPrefix(rest, "//"):
			line := strings.IndexByte(rest, '\n')
			if line < 0 {
				line = len(rest)
			}
			p.start += line
		default:
			return
		}
	}
}

// readQuoted reads a string in quotation marks; a backslash escapes one. before is the length of any prefix.
func (p *parser) readQuoted(before int, k kind) {
	for i := p.start + before + 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '"':
			p.setToken(i+1-p.start, k)
			if k == hash && (len(p.token) == len(`H""`) || strings.Trim(p.token[2:len(p.token)-1], "0123456789abcdefABCDEF") != "") {
				p.fail("has a hash with other than hexadecimal digits")
			}
			return
		}
	}
	p.fail(fmt.Sprintf("has an unclosed string at character %d", p.position()))
}

// readBare reads a word, the parts of a dotted one, or a number. Any other value must be quoted, as codesign does: 1AB2,
// com.my-app.
func (p *parser) readBare(k kind) {
	p.setToken(span(p.text[p.start:], isBare), k)
	if k == word && strings.Trim(p.token, letters+digits+".") != "" || k == number && strings.Trim(p.token, digits) != "" {
		p.kind = quoted
		p.unquoted = append(p.unquoted, extent{p.start, p.end})
	}
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func isBare(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '-' || c == '_' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func span(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}
