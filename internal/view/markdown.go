package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// markdownSize is how long a summary may get, in bytes: a comment of GitHub's holds 65536 characters.
const markdownSize = 60000

// writeMarkdown writes a summary for a comment or a step: the totals, and a table of the findings, the worst first. All
// that comes from outside stands in code spans, in which neither Markdown nor a forge finds a link, a mention or markup.
func writeMarkdown(w io.Writer, r *LintRun) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### syncguard lint: %s\n", r.Totals.String())
	all := r.findings()
	slices.SortStableFunc(all, func(a, b lintFinding) int { return cmp.Compare(b.Severity, a.Severity) })
	if len(all) > 0 {
		b.WriteString("\n| | Place | Finding | Rule |\n|---|---|---|---|\n")
	}
	listed := 0
	for _, f := range all {
		if !fits(&b, markdownRow(f)) {
			break
		}
		listed++
	}
	if n := len(all) - listed; n > 0 {
		fmt.Fprintf(&b, "\nNot listed, for want of room: %s.\n", Count(n, "finding"))
	}
	if r.Ignored+r.Baselined > 0 {
		fmt.Fprintf(&b, "\nNot listed: %d ignored, %d in the baseline.\n", r.Ignored, r.Baselined)
	}
	for i, u := range r.Unread {
		if !fits(&b, fmt.Sprintf("\nNot checked: %s: %s\n", codeSpan(r.path(u.Name)), codeSpan(u.Message))) {
			fmt.Fprintf(&b, "\nNot checked: %s.\n", Count(len(r.Unread)-i, "file"))
			break
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fits writes text if a comment has room for it.
func fits(b *strings.Builder, text string) bool {
	if b.Len()+len(text) > markdownSize {
		return false
	}
	b.WriteString(text)
	return true
}

func markdownRow(f lintFinding) string {
	lines := strings.Split(f.text(), "\n")
	for i, line := range lines {
		lines[i] = codeSpan(line)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, codeSpan(f.at.String()), strings.Join(lines, "<br>"), codeSpan(f.title()))
}

// codeSpan makes text harmless in a cell of a table. A pipe is escaped for the cell; behind a backslash, where that
// would not do, its code point is shown.
func codeSpan(s string) string {
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
