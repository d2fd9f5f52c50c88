package plain

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/text"
)

// DiffMarkdown writes the differences between profiles for a comment on a pull request: the consequences on devices first,
// the keys folded. Text from outside stands in code spans (see CodeSpan).
func DiffMarkdown(w io.Writer, run *app.DiffRun) error {
	var files strings.Builder
	left := 0
	for d, err := range run.Files {
		if err != nil {
			return err
		}
		if !d.IsUnchanged() && (left > 0 || !Fits(&files, markdownDiff(d))) {
			left++
		}
	}
	if left > 0 {
		fmt.Fprintf(&files, "\nNot listed, for lack of space: %s.\n", text.Count(left, "file"))
	}
	_, err := fmt.Fprintf(w, "### syncguard diff: %s\n%s", DiffTotals(run.Footer), files.String())
	return err
}

func markdownDiff(d *diff.Difference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n#### %s\n\n", CodeSpan(Clip(cmp.Or(d.NewName, d.OldName))))
	for i, c := range d.Consequences {
		lead := "- "
		if i == 0 {
			lead = "**On a device:** "
		}
		if c.Severity != diag.Note {
			lead += "**" + c.Severity.String() + ":** "
		}
		b.WriteString(lead + CodeSpan(Clip(c.Text)))
		if c.Help != "" {
			b.WriteString("<br>" + CodeSpan(Clip(c.Help)))
		}
		b.WriteString("\n")
		if i == 0 {
			b.WriteString("\n")
		}
	}
	rows, n := markdownChanges("top level", d.TopLevel), len(d.TopLevel)
	for _, p := range d.Payloads {
		label := p.Type
		if p.Name != "" {
			label += fmt.Sprintf(" %q", p.Name)
		}
		rows, n = rows+markdownChanges(label, p.Changes), n+len(p.Changes)
	}
	if n > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n| Payload | | Key | Old | New |\n|---|---|---|---|---|\n%s\n</details>\n", text.Count(n, "key")+" "+Differ(n), rows)
	}
	return b.String()
}

func markdownChanges(payload string, all []diff.Change) string {
	var b strings.Builder
	cell := func(s string) string {
		if s == "" {
			return " "
		}
		return CodeSpan(Clip(s))
	}
	for i, c := range all {
		if i == MaxChanges {
			fmt.Fprintf(&b, "| %s | | and %d more | | |\n", cell(payload), len(all)-i)
			break
		}
		from, to := Contrast(c.Old, c.New)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(payload), c.Kind, cell(c.Path), cell(from), cell(to))
	}
	return b.String()
}

// MaxChanges limits the keys listed of a payload; JSON has them all.
const MaxChanges = 200

// DiffTotals returns the result in one line: 1 of 3 files differs.
func DiffTotals(r *app.DiffFooter) string {
	all := r.Equal + r.Differ
	if r.Differ == 0 {
		return "no difference in " + text.Count(all, "file")
	}
	return fmt.Sprintf("%d of %s %s", r.Differ, text.Count(all, "file"), Differ(r.Differ))
}

// Differ returns the verb for a number of things: 1 key differs.
func Differ(n int) string {
	if n == 1 {
		return "differs"
	}
	return "differ"
}

// MaxText limits a name, a path or a sentence, in bytes.
const MaxText = 500

// Clip cuts the middle out of overlong text.
func Clip(s string) string {
	if len(s) <= MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:MaxText/2], "") + "…" + strings.ToValidUTF8(s[len(s)-MaxText/2:], "")
}

// ValuesOfChange returns the value of a key, or the old and the new one.
func ValuesOfChange(c *diff.Change) []string {
	from, to := Contrast(c.Old, c.New)
	switch {
	case c.Kind != diff.Changed:
		return []string{cmp.Or(to, from)}
	case c.IsSecret():
		return []string{"changed (secret)"}
	}
	return []string{from, to}
}
