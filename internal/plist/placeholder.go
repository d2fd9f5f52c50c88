package plist

import (
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// placeholderPattern matches the placeholders of later steps: {{NAME}}, ${NAME}, $NAME, %NAME% and @NAME@.
var placeholderPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{.+?\}\}|\$\{[A-Za-z_][^{}]*\}|\$[A-Za-z_]\w+|%[A-Za-z_]\w*%|@[A-Z][A-Z0-9_]*@`)
})

// encodedByte matches a percent-encoded byte easily taken for %NAME%, as in %C3%A9.
var encodedByte = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^%[0-9A-Fa-f]{2}%$`) })

// Placeholders returns the placeholders in a text, as written and in order.
func Placeholders(text string) []string {
	var found []string
	for _, at := range placeholdersIn(text) {
		found = append(found, text[at[0]:at[1]])
	}
	return found
}

// HasPlaceholder is true for a text with a placeholder.
func HasPlaceholder(text string) bool { return len(placeholdersIn(text)) > 0 }

// IsPlaceholder is true for a text of placeholders and white space only.
func IsPlaceholder(text string) bool {
	end := 0
	for _, at := range placeholdersIn(text) {
		if strings.TrimSpace(text[end:at[0]]) != "" {
			return false
		}
		end = at[1]
	}
	return end > 0 && strings.TrimSpace(text[end:]) == ""
}

func placeholdersIn(text string) [][]int {
	if !strings.ContainsAny(text, "$%{@") {
		return nil
	}
	var found [][]int
	for i := 0; i < len(text); {
		at := placeholderPattern().FindStringIndex(text[i:])
		if at == nil {
			break
		}
		start, end := i+at[0], i+at[1]
		if encodedByte().MatchString(text[start:end]) {
			i = end - 1 // its last percent sign may begin a placeholder
			continue
		}
		found = append(found, []int{start, end})
		i = end
	}
	return found
}

// maxPlaceholders bounds the memory taken by the placeholders of a hostile file.
const maxPlaceholders = 1000

// placeholder makes v the Null value of a placeholder, and adds a note.
func (r *xmlReader) placeholder(v *Value, text string) {
	v.Kind, v.Text = Null, strings.TrimSpace(text)
	r.notePlaceholder(v.Span)
}

func (r *xmlReader) notePlaceholder(at diag.Span) {
	if len(r.placeholders) < maxPlaceholders {
		r.placeholders = append(r.placeholders, diag.Diagnostic{
			Rule: rule.Placeholder, Severity: diag.Note, Span: at, Path: r.path(),
			Message: quote(strings.Join(Placeholders(r.text[at.Start:at.End]), " ")) + " is still to be filled in",
		})
	}
}

// isPlaceholder is true for a text with a placeholder, in a file for a later step.
func (r *xmlReader) isPlaceholder(text string) bool {
	return r.allowsPlaceholders && HasPlaceholder(text)
}

// placeholderText accepts placeholders outside of elements: for a value if one is due, and for keys with their values in a
// dictionary.
func (r *xmlReader) placeholderText(start, end int) (taken bool) {
	if !r.allowsPlaceholders || len(r.open) == 0 || !IsPlaceholder(r.text[start:end]) {
		return false
	}
	top := &r.open[len(r.open)-1]
	top.used = true
	if top.element == dictElement && !top.keyWaiting || top.element == plistElement && r.root != nil {
		r.incomplete = true
		r.notePlaceholder(r.span(start, end))
		return true
	}
	v := r.newValue(start, end)
	r.placeholder(v, r.text[start:end])
	r.addValue(v)
	return true
}

// placeholderTag accepts an element named by a placeholder, such as <{{FLAG}}/>, for a value.
func (r *xmlReader) placeholderTag() (taken bool) {
	if !r.allowsPlaceholders || len(r.open) == 0 {
		return false
	}
	n := strings.IndexAny(r.text[r.pos+1:], "<>")
	if n < 0 || r.text[r.pos+1+n] != '>' || !IsPlaceholder(strings.TrimSuffix(r.text[r.pos+1:r.pos+1+n], "/")) {
		return false
	}
	start := r.pos
	r.pos += n + 2
	top := &r.open[len(r.open)-1]
	top.used = true
	v := r.newValue(start, r.pos)
	r.placeholder(v, r.text[start:r.pos])
	r.addValue(v)
	return true
}
