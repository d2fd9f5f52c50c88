package ci

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"syncguard/internal/text"
	"syncguard/internal/view"
)

// writeMarkdown writes a summary for a comment or a step: the totals, and a table of the findings, the worst first. Text
// from outside stands in code spans, so neither Markdown nor a forge finds a link, a mention or markup in it.
func writeMarkdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### syncguard lint: %s\n", view.Totals(&r.Totals))
	all := r.findings()
	slices.SortStableFunc(all, func(a, b finding) int { return cmp.Compare(b.Severity, a.Severity) })
	if len(all) > 0 {
		b.WriteString("\n| | Place | Finding | Rule |\n|---|---|---|---|\n")
	}
	listed := 0
	for _, f := range all {
		if !view.Fits(&b, markdownRow(f)) {
			break
		}
		listed++
	}
	if n := len(all) - listed; n > 0 {
		fmt.Fprintf(&b, "\nNot listed, for lack of space: %s.\n", text.Count(n, "finding"))
	}
	if r.Ignored+r.Baselined > 0 {
		fmt.Fprintf(&b, "\nNot listed: %d ignored, %d in the baseline.\n", r.Ignored, r.Baselined)
	}
	for i, n := range r.Refused {
		if !view.Fits(&b, fmt.Sprintf("\nNo effect (--untrusted): %s: %s\n", view.CodeSpan(r.Path(n.Name)), view.CodeSpan(n.Message))) {
			fmt.Fprintf(&b, "\nNo effect (--untrusted): %d more.\n", len(r.Refused)-i)
			break
		}
	}
	for i, u := range r.Unread {
		if !view.Fits(&b, fmt.Sprintf("\nNot checked: %s: %s\n", view.CodeSpan(r.Path(u.Name)), view.CodeSpan(u.Message))) {
			fmt.Fprintf(&b, "\nNot checked: %s.\n", text.Count(len(r.Unread)-i, "file"))
			break
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownRow(f finding) string {
	lines := strings.Split(f.text(), "\n")
	for i, line := range lines {
		lines[i] = view.CodeSpan(line)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, view.CodeSpan(f.at.String()), strings.Join(lines, "<br>"), view.CodeSpan(f.title()))
}
