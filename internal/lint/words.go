package lint

import (
	"strconv"
	"strings"

	"syncguard/internal/plist"
)

const (
	maxShown  = 60 // characters of a text from the file that a message shows
	maxListed = 12 // allowed values that a message lists
)

// quote shows a text from the file: no control character gets through, and a long one is cut.
func quote(s string) string { return strconv.Quote(shorten(s)) }

func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "..."
		}
	}
	return s
}

// describe shows a value, unless it is a secret.
func describe(v *plist.Value) string {
	if v != nil && v.Kind == plist.String && !v.Secret {
		return quote(v.Text)
	}
	return v.Describe()
}

func isSecret(v *plist.Value) bool { return v != nil && v.Secret }

func isText(v *plist.Value, text string) bool {
	return v != nil && v.Kind == plist.String && v.Text == text
}

// allowed lists values for a message.
func allowed(values []*plist.Value) string {
	shown := make([]string, 0, maxListed)
	for i, v := range values {
		if i == maxListed {
			shown = append(shown, strconv.Itoa(len(values)-maxListed)+" more")
			break
		}
		shown = append(shown, v.Describe())
	}
	if len(shown) == 1 {
		return shown[0]
	}
	return "one of " + strings.Join(shown, ", ")
}

// withArticle puts a or an before the name of a kind, where it takes one.
func withArticle(word string) string {
	switch {
	case word == plist.Data.String():
		return word
	case strings.ContainsAny(word[:1], "aeiou"):
		return "an " + word
	}
	return "a " + word
}

// count says a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
