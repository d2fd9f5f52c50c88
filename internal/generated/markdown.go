package generated

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// MaxLine is the longest line of the documentation, in characters. TestLinesAreShort (internal/cli) lists the exceptions.
const MaxLine = 120

// fill is the width of a paragraph that has to be wrapped. It leaves room for a word more.
const fill = 110

var (
	listItem = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^( *)([*-]|\d+\.) +`) })
	fence    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^ *(```|~~~)") })
	// A line that begins with such a word is no longer a part of its paragraph.
	opensBlock = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([*+>|-]|#+|=+|-+|\d+[.)]|<!--.*)$`)
	})
)

// Wrap breaks the long lines of a Markdown text: those of paragraphs and list items, between words and never in code.
// A paragraph without a long line stays as it is, and so do code, tables and headings.
func Wrap(markdown string) string {
	var out, paragraph []string
	first, rest := "", "" // what stands before the first line of the paragraph, and before the others
	flush := func() {
		out = append(out, wrapped(paragraph, first, rest)...)
		paragraph, first, rest = nil, "", ""
	}
	inCode := false
	for line := range strings.SplitSeq(markdown, "\n") {
		item := listItem().FindString(line)
		switch {
		case fence().MatchString(line):
			flush()
			inCode = !inCode
			out = append(out, line)
		case inCode, strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "|"), strings.HasPrefix(line, "<!--"),
			item == "" && len(paragraph) == 0 && strings.HasPrefix(line, "    "):
			flush()
			out = append(out, line)
		case item != "":
			flush()
			paragraph, first, rest = []string{line[len(item):]}, item, strings.Repeat(" ", len(item))
		case len(paragraph) == 0:
			indent := line[:len(line)-len(strings.TrimLeft(line, " >"))]
			paragraph, first, rest = []string{line[len(indent):]}, indent, indent
		default:
			paragraph = append(paragraph, strings.TrimLeft(line, " >"))
		}
	}
	flush()
	return strings.Join(out, "\n")
}

func wrapped(paragraph []string, first, rest string) []string {
	var lines []string
	long := false
	for i, line := range paragraph {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		lines = append(lines, prefix+line)
		long = long || utf8.RuneCountInString(prefix+line) > MaxLine
	}
	if !long {
		return lines
	}
	lines = []string{first}
	empty := true // the last of lines has no word yet
	for _, word := range words(strings.Join(paragraph, " ")) {
		last := len(lines) - 1
		switch {
		case empty:
			lines[last] += word
		case utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) > fill && !opensBlock().MatchString(word):
			lines = append(lines, rest+word)
		default:
			lines[last] += " " + word
		}
		empty = false
	}
	return lines
}

// words splits a text between words, but not inside of `code` shorter than half a line.
func words(text string) []string {
	var all []string
	open := false
	for word := range strings.FieldsSeq(text) {
		if last := len(all) - 1; open && utf8.RuneCountInString(all[last]) < fill/2 {
			all[last] += " " + word
		} else {
			all = append(all, word)
		}
		if strings.Count(word, "`")%2 == 1 {
			open = !open
		}
	}
	return all
}
