package template

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// syntaxError reports what the YAML parser cannot read, in other words than its own: those tell what the parser expected, and
// people search for what to change. It quotes no value, as that may be a secret.
func (r *reader) syntaxError(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		r.out.add(rule.InvalidYAML, r.at(0, 0), "invalid YAML: %s", err)
		return
	}
	mark := load.Mark
	if mark.Line == 0 {
		mark = load.ContextMark
	}
	at := r.offset(mark.Line, mark.Column)
	if strings.Contains(load.Message, "max depth") {
		r.out.add(rule.TemplateTooLarge, r.at(at, at), "mappings and lists are nested more than %d deep", maxDepth)
		return
	}
	began := -1 // of the construct the parser was in
	if load.ContextMsg != "" && load.ContextMark.Line > 0 && load.ContextMark != mark {
		began = r.offset(load.ContextMark.Line, load.ContextMark.Column)
	}
	s := explainSyntax(r.data, at, began, load.Message, load.ContextMsg)
	if s.isQuote && began >= 0 {
		at, began = began, -1
	}
	r.out.add(rule.InvalidYAML, r.at(at, at+1), "invalid YAML: %s", s.message).Help = s.help
	if s.began != "" && began >= 0 {
		list := r.out.list
		list[len(list)-1].Related = []diag.Related{{Message: s.began, Span: r.at(began, began+1).span}}
	}
}

// syntaxMistake is a mistake in YAML. began names the construct it is in.
type syntaxMistake struct {
	message, help, began string
	isQuote              bool // the place is that of the construct
}

const (
	quoteValue = "put the value in quotes"
	quoteBoth  = `put the whole value in quotes: "{{NAME}}"`
)

// missingSpace matches a line with a key, a colon and no space after it.
var missingSpace = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[ \t]*(?:- )?[A-Za-z_][A-Za-z0-9_.-]*:[^ /\t]\S*[ \t]*$`)
})

// explainSyntax finds the mistake behind an error of the parser, by its words and by the text at the place.
func explainSyntax(data []byte, at, began int, message, context string) syntaxMistake {
	at = min(at, len(data))
	start := bytes.LastIndexByte(data[:at], '\n') + 1
	before := string(data[start:at]) // in the same line
	above := ""
	if start > 0 {
		above = string(data[bytes.LastIndexByte(data[:start-1], '\n')+1 : start-1])
	}
	first := strings.TrimSpace(before) == ""
	is := func(words string) bool { return strings.Contains(message, words) }
	switch {
	case is("cannot start any token") && at < len(data) && data[at] == '\t':
		return syntaxMistake{message: "a tab indents the line", help: "indent with spaces"}
	case is("cannot start any token"):
		return syntaxMistake{message: "a value cannot begin with this character", help: quoteValue}
	case is("mapping values are not allowed") && strings.Contains(before, ": "):
		return syntaxMistake{message: "the value has a colon with a space after it", help: quoteValue}
	case is("mapping values are not allowed") && missingSpace().MatchString(above):
		return syntaxMistake{message: "the line above has no space after its colon", help: `write "key: value"`}
	case is("mapping values are not allowed"):
		return syntaxMistake{message: "the line is indented below a line with a value of its own", help: "begin it in the column of the keys beside it"}
	case is("',' or ']'"):
		return syntaxMistake{message: "the list in [ ] is not closed", help: "close it with ], or put a comma between its items", began: "it begins here"}
	case is("',' or '}'") && began >= 0 && bytes.HasPrefix(data[min(began, len(data)):], []byte("{{")):
		return syntaxMistake{message: "the braces begin a mapping", help: quoteBoth, began: "they begin here"}
	case is("',' or '}'"):
		return syntaxMistake{message: "the mapping in { } is not closed", help: "close it with }, or put a comma between its keys", began: "it begins here"}
	case strings.Contains(context, "quoted scalar") && (is("end of stream") || is("document indicator")):
		return syntaxMistake{message: "the quote is never closed", help: "close it, or remove it", isQuote: true}
	case is("escape"):
		return syntaxMistake{message: "a backslash in double quotes needs one of YAML's escapes after it", help: `double the backslash, or use single quotes`}
	case is("unknown anchor"):
		return syntaxMistake{message: "a * begins an alias, and no anchor (&) of its name is above", help: "put the value in quotes if it begins with *"}
	case is("could not find expected ':'"):
		return syntaxMistake{message: "a key has no colon", help: `write "key: value", or indent the text below its key`}
	case (is("expected key") || is("'-' indicator")) && first:
		return syntaxMistake{message: "the line begins in another column than the keys beside it", help: "begin the keys of one mapping, or the dashes of one list, in the same column"}
	case (is("expected key") || is("'-' indicator")) && strings.Contains(before, "{{"):
		return syntaxMistake{message: "the braces begin a mapping, and text follows it", help: quoteBoth}
	case (is("expected key") || is("'-' indicator")) && endsInQuote(before):
		return syntaxMistake{message: "text follows the closing quote", help: "put the whole value in quotes; between single quotes, write '' for one"}
	}
	if context != "" {
		message += " " + context
	}
	return syntaxMistake{message: message, began: strings.TrimPrefix(context, "while ") + " began here"}
}

// keyHelp is the advice for a key that is no text.
func keyHelp(data []byte, key *plist.Value) string {
	if start := key.Span.Start; key.Kind == plist.Dictionary && start > 0 && bytes.HasPrefix(data[start-1:], []byte("{{")) {
		return quoteBoth
	}
	return "put the key in quotes"
}

// endsInQuote reports whether a line's last word so far ends in a quote, which the parser takes for the closing one.
func endsInQuote(before string) bool {
	before = strings.TrimRight(before, " \t")
	return strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'")
}
