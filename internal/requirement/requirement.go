// Package requirement reads Apple's code signing requirement language, used by payloads to name apps: identifier
// "com.acme.app" and anchor apple generic. Start with Check. The package knows only the grammar; it does not evaluate a
// requirement against an app.
//
// Sources: Apple, Code Signing Guide, Code Signing Requirement Language; TN3127, Inside Code Signing: Requirements; the
// grammar published by Apple with the Security framework.
package requirement

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fault explains why a text is no requirement.
type Fault struct {
	Problem string // a clause without a subject: has an unclosed string at character 12
	Fixed   string // the only requirement the text can mean, or "" if unknown
}

// maxDepth bounds nested parentheses. codesign prints at most two.
const maxDepth = 100

// Check returns the first fault of a requirement, or nil.
func Check(text string) *Fault {
	if kind, rest, ok := cutKind(text); ok {
		f := &Fault{Problem: fmt.Sprintf("begins with %s =>, the prefix printed by codesign, which is not part of a requirement", kind)}
		if kind == "designated" && parse(rest) == nil {
			f.Fixed = rest
		}
		return f
	}
	f := parse(text)
	if straight := straighten(text); f != nil && straight != text {
		f = &Fault{Problem: `has typographic quotation marks, want "`}
		if parse(straight) == nil {
			f.Fixed = straight
		}
	}
	return f
}

// cutKind removes codesign's prefix of a requirement: designated =>, or, for a requirement derived by the system, #
// designated =>, possibly after a line with the program's path.
func cutKind(text string) (kind, rest string, ok bool) {
	before, rest, ok := strings.Cut(text, "=>")
	if path, last, two := strings.Cut(before, "\n"); two && strings.HasPrefix(strings.TrimSpace(path), "Executable=") {
		before = last
	}
	kind = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(before), "#"))
	switch kind {
	case "designated", "host", "guest", "library", "plugin":
		return kind, strings.TrimSpace(rest), ok
	}
	return "", "", false
}

// straighten replaces the typographic quotation marks of word processors.
func straighten(text string) string {
	return strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(text)
}

func parse(text string) *Fault {
	p := &parser{text: text}
	if p.next(); p.isToken("") && p.fault == nil {
		return &Fault{Problem: "is empty"}
	}
	p.expression(0)
	for p.fault == nil && p.take(";") {
	}
	if p.fault == nil && !p.isToken("") {
		p.expect("and, or, or the end")
	}
	if p.fault == nil && len(p.unquoted) > 0 {
		return p.missingQuotes()
	}
	return p.fault
}

// missingQuotes is the fault of values in need of quotation marks. It is nil if there is any other fault, so adding the
// marks gives the intended text.
func (p *parser) missingQuotes() *Fault {
	var b strings.Builder
	end := 0
	for _, u := range p.unquoted {
		b.WriteString(p.text[end:u.from] + `"` + p.text[u.from:u.to] + `"`)
		end = u.to
	}
	first := p.unquoted[0]
	return &Fault{fmt.Sprintf("has %s without quotation marks: only a letter followed by letters, digits and dots needs none", quoteStart(p.text[first.from:first.to])), b.String() + p.text[end:]}
}

// parser reads the tokens of a requirement up to its end, or to the first fault.
type parser struct {
	text  string
	start int // start of the token
	end   int // end of the token
	token string
	kind  kind
	fault *Fault

	unquoted []extent // values without their quotation marks
}

type extent struct{ from, to int }

type kind int

const (
	symbol kind = iota // also the end, with an empty token
	word
	number
	quoted
	hash // H"0123"
	hex  // 0x0123
	file // /path/to/certificate
)

func (p *parser) isToken(token string) bool { return p.kind <= word && p.token == token }

func (p *parser) isValue() bool {
	return p.kind == quoted || p.kind == word && !isReserved(p.token)
}

// fail keeps the first fault.
func (p *parser) fail(problem string) {
	if p.fault == nil {
		p.fault = &Fault{Problem: problem}
	}
	p.token, p.kind = "", symbol
}

// describeToken names the current token for a message.
func (p *parser) describeToken() string {
	if p.token == "" && p.kind == symbol {
		return "its end"
	}
	return fmt.Sprintf("%s at character %d", quoteStart(p.text[p.start:p.end]), p.position())
}

// position counts the characters up to the token, from 1.
func (p *parser) position() int { return utf8.RuneCountInString(p.text[:p.start]) + 1 }

// quoteStart quotes the beginning of a text.
func quoteStart(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		text = string(runes[:40]) + "..."
	}
	return strconv.QuoteToASCII(text)
}

// take consumes the token if it is one of tokens, and reports whether it did.
func (p *parser) take(tokens ...string) bool {
	for _, t := range tokens {
		if p.isToken(t) {
			p.next()
			return true
		}
	}
	return false
}

func (p *parser) expect(what string) { p.fail("has " + p.describeToken() + ", want " + what) }

// expression reads terms joined by or and and. The grammar binds and closer; this makes no difference here.
func (p *parser) expression(depth int) {
	for p.primary(depth); p.fault == nil && p.take("and", "or"); {
		p.primary(depth)
	}
}

func (p *parser) primary(depth int) {
	for p.take("!") {
	}
	switch {
	case p.take("("):
		p.group(depth)
	case p.take("always", "true", "never", "false", "notarized", "legacy"):
	case p.take("identifier"):
		p.equals()
		p.value("an identifier, such as \"com.acme.app\"")
	case p.take("cdhash"):
		p.equals()
		p.expectKind(hash, `a hash, such as H"0123"`)
	case p.take("platform"):
		p.equals()
		p.expectKind(number, "a number")
	case p.take("anchor"):
		p.anchor()
	case p.take("certificate", "cert"):
		p.certificate()
	case p.take("info", "entitlement"):
		p.field()
	default:
		p.expect("a condition, such as identifier, anchor or certificate")
	}
}

// group reads the inside of parentheses: an expression, or the name of a requirement kept by the system.
func (p *parser) group(depth int) {
	if depth == maxDepth {
		p.fail(fmt.Sprintf("nests parentheses deeper than %d levels", maxDepth))
		return
	}
	if p.isValue() {
		p.next()
	} else {
		p.expression(depth + 1)
	}
	if p.fault == nil && !p.take(")") {
		p.expect("a closing parenthesis")
	}
}

func (p *parser) anchor() {
	switch {
	case p.take("apple"):
		if !p.take("generic") && p.isValue() {
			p.next()
		}
	case p.take("generic"):
		if !p.take("apple") {
			p.expect("apple")
		}
	case p.take("trusted"):
	default:
		p.certificateContent("apple, trusted, a field in brackets or a hash")
	}
}

func (p *parser) certificate() {
	switch {
	case p.take("trusted"):
		return
	case p.take("-"):
		p.expectKind(number, "a number")
	case p.take("leaf", "root"):
	default:
		p.expectKind(number, "leaf, root or a number")
	}
	if !p.take("trusted") {
		p.certificateContent("a field in brackets, a hash or trusted")
	}
}

func (p *parser) certificateContent(want string) {
	if p.isToken("[") {
		p.field()
		return
	}
	p.equals()
	if p.kind == hash || p.kind == file || p.isValue() {
		p.next()
		return
	}
	p.expect(want)
}

// field reads a key in brackets and its comparison.
func (p *parser) field() {
	if !p.take("[") {
		p.expect("a field in brackets")
		return
	}
	if p.kind != quoted && p.kind != word {
		p.expect("the name of a field")
		return
	}
	if p.next(); !p.take("]") {
		p.expect("a closing bracket")
		return
	}
	switch {
	case p.take("exists", "absent"):
	case p.take("=", "=="):
		p.take("*")
		p.comparedValue()
		p.take("*")
	case p.take("~", "<", ">", "<=", ">="):
		p.comparedValue()
	}
}

func (p *parser) equals() { p.take("=", "==") }

func (p *parser) comparedValue() {
	p.take("timestamp")
	if p.kind == hex {
		p.next()
		return
	}
	p.value("a value")
}

func (p *parser) value(want string) {
	if !p.isValue() {
		p.expect(want)
		return
	}
	p.next()
}

func (p *parser) expectKind(k kind, want string) {
	if p.kind != k {
		p.expect(want)
		return
	}
	p.next()
}

// isReserved reports whether a word needs quotation marks to be a value.
func isReserved(w string) bool {
	switch w {
	case "certificate", "cert", "always", "host", "guest", "cdhash", "entitlement", "library", "never", "plugin", "or", "leaf", "info",
		"designated", "apple", "trusted", "true", "and", "root", "anchor", "false", "generic", "identifier", "exists", "platform",
		"notarized", "legacy", "absent", "timestamp":
		return true
	}
	return false
}
