package plain

import "strings"

// markdownSize limits a summary, in bytes: a comment on GitHub holds 65536 characters.
const markdownSize = 60000

// Fits writes text if the comment has room for it, and reports whether it did.
func Fits(b *strings.Builder, text string) bool {
	if b.Len()+len(text) > markdownSize {
		return false
	}
	b.WriteString(text)
	return true
}

// CodeSpan makes text safe in a cell of a table. It escapes a pipe; after a backslash, where an escape does not work, it
// shows the pipe's code point.
func CodeSpan(s string) string {
	s = strings.TrimSpace(Clean(s))
	s = strings.ReplaceAll(s, `\|`, `\\u{7c}`)
	s = strings.ReplaceAll(s, "|", `\|`)
	if s == "" {
		s = " "
	}
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 {
		s = " " + s + " " // keeps its backquotes off the fence
	}
	return fence + s + fence
}
