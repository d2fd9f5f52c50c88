package view

import (
	"fmt"
	"io"
	"strings"
)

// ProfileDiffsMarkdown writes how profiles differ for a comment on a pull request: what happens on devices first, and the
// keys folded away. What comes from outside stands in code spans (see writeMarkdown).
func ProfileDiffsMarkdown(w io.Writer, r *ProfileDiffs) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### syncguard diff: %s\n", r.String())
	left := 0
	for _, f := range r.Files {
		if f.Kind == "equal" && f.Signature == "" {
			continue
		}
		if left > 0 || !Fits(&b, markdownDiff(f)) {
			left++
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\nNot listed, for want of room: %s.\n", Count(left, "file"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownDiff(f ProfileDiff) string {
	var b strings.Builder
	name := f.New
	if name == "" {
		name = f.Old
	}
	fmt.Fprintf(&b, "\n#### %s\n\n", CodeSpan(clip(name)))
	for i, c := range f.Consequences {
		lead := "- "
		if i == 0 {
			lead = "**On a device:** "
		}
		if c.Severity != "note" {
			lead += "**" + c.Severity + ":** "
		}
		b.WriteString(lead + CodeSpan(clip(c.Text)))
		if c.Help != "" {
			b.WriteString("<br>" + CodeSpan(clip(c.Help)))
		}
		b.WriteString("\n")
		if i == 0 {
			b.WriteString("\n")
		}
	}
	rows, n := markdownChanges("top level", f.Changes), len(f.Changes)
	for _, p := range f.Payloads {
		label := p.Type
		if p.Name != "" {
			label += fmt.Sprintf(" %q", p.Name)
		}
		rows, n = rows+markdownChanges(label, p.Changes), n+len(p.Changes)
	}
	if n > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s differ</summary>\n\n| Payload | | Key | Old | New |\n|---|---|---|---|---|\n%s\n</details>\n", Count(n, "key"), rows)
	}
	return b.String()
}

func markdownChanges(payload string, all []DiffChange) string {
	var b strings.Builder
	cell := func(s string) string {
		if s == "" {
			return " "
		}
		return CodeSpan(clip(s))
	}
	for i, c := range all {
		if i == maxChanges {
			fmt.Fprintf(&b, "| %s | | and %d more | | |\n", cell(payload), len(all)-i)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(payload), c.Kind, cell(c.Path), cell(c.from), cell(c.to))
	}
	return b.String()
}
