package view

import "strings"

// markdownSize is how long a summary may get, in bytes: a comment of GitHub's holds 65536 characters.
const markdownSize = 60000

// Fits writes text if a comment has room for it.
func Fits(b *strings.Builder, text string) bool {
	if b.Len()+len(text) > markdownSize {
		return false
	}
	b.WriteString(text)
	return true
}

// CodeSpan makes text harmless in a cell of a table. A pipe is escaped for the cell; behind a backslash, where that
// would not do, its code point is shown.
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
		s = " " + s + " " // so that its own backquotes do not touch the fence
	}
	return fence + s + fence
}
