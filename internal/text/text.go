// Package text holds the small words that messages are made of: numbers of things, quoted texts, lists, articles, and what
// a misspelt name was meant to be (DidYouMean). It knows nothing of what the messages are about.
package text

import (
	"strconv"
	"strings"
)

// MaxShown is how many characters of a text from a file a message shows.
const MaxShown = 60

// Count names a number of things: 1 file, 2 files.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Quote shows a text from a file: no control character gets through, and a long one is cut.
func Quote(s string) string { return strconv.Quote(Shorten(s)) }

// Shorten cuts what is longer than MaxShown characters.
func Shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > MaxShown {
			return s[:i] + "..."
		}
	}
	return s
}

// Article puts a or an before a noun; data takes neither.
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
