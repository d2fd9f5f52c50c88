package view

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
)

// CoverageMarkdown writes a matrix as Markdown tables, what the classes mean, and footnotes with their sources.
func CoverageMarkdown(w io.Writer, m *coverage.Matrix) error {
	s := sheetsOf(m)
	var b strings.Builder
	for _, t := range s.all {
		if t.title != "" {
			fmt.Fprintf(&b, "### %s\n\n", inMarkdown(t.title))
		}
		markdownSheet(&b, t)
		if t.nowhere != "" {
			fmt.Fprintf(&b, "%s\n\n", inMarkdown(t.nowhere))
		}
	}
	for _, c := range s.classes {
		fmt.Fprintf(&b, "* %s: %s\n", markdownClass(c), s.meaning(c))
	}
	b.WriteString("\n")
	for _, m := range s.means {
		var by []string
		for _, t := range m.types {
			text := "`" + code(t.name) + "`"
			if len(t.keys) > 0 {
				text += " (`" + strings.Join(coded(t.keys), "`, `") + "`)"
			}
			by = append(by, text)
		}
		fmt.Fprintf(&b, "* %s: by %s\n", m.title, strings.Join(by, "; "))
	}
	if len(s.means) > 0 {
		b.WriteString("\n")
	}
	for i, n := range s.notes {
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, inMarkdown(n.Label()), markdownSource(n.Source))
	}
	if s.byHand {
		fmt.Fprintf(&b, "\n%s.\n", capital(removable))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownSheet(b *strings.Builder, t sheet) {
	if len(t.rows) == 0 {
		return
	}
	header := append([]string{}, t.labels...)
	if len(t.labels) == 1 {
		header = []string{"payload or declaration", "key"}
	}
	rule := strings.Repeat("---|", len(header)+len(t.headers))
	for _, h := range t.headers {
		header = append(header, inMarkdown(oneLine(h)))
	}
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(header, " | "), rule)
	section := ""
	for _, r := range t.rows {
		if r.section != "" {
			section = r.section
		}
		var cells []string
		if len(t.labels) == 1 {
			cells = append(cells, "`"+code(section)+"`", "`"+code(r.labels[0])+"`"+markdownMarks(r.marks))
		} else {
			for _, l := range r.labels {
				cells = append(cells, inMarkdown(l))
			}
		}
		for _, c := range r.cells {
			cells = append(cells, markdownClass(c.class)+markdownMarks(c.marks))
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
	b.WriteString("\n")
}

func markdownMarks(marks []int) string {
	if len(marks) == 0 {
		return ""
	}
	return " <sup>" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(marks)), ", "), "[]") + "</sup>"
}

// markdownClass writes what a profile does in bold, and what it does not plainly.
func markdownClass(c baseline.Class) string {
	if baseline.Stronger(c, baseline.Hint) {
		return "**" + string(c) + "**"
	}
	return string(c)
}

func markdownSource(source string) string {
	switch {
	case source == "":
		return ""
	case strings.HasPrefix(source, "https://") && !strings.ContainsAny(source, "<> "):
		return " (<" + source + ">)"
	}
	return " (" + inMarkdown(source) + ")"
}

// inMarkdown makes text from outside harmless in Markdown: it is shown as it is.
func inMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`).Replace(Clean(s))
}

// code makes text harmless between backquotes in a table.
func code(s string) string { return strings.NewReplacer("`", "'", "|", `\|`).Replace(Clean(s)) }

func coded(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = code(s)
	}
	return out
}

// StoriesMarkdown writes stories, a heading each.
func StoriesMarkdown(w io.Writer, stories []*coverage.Story, where func(int) string) error {
	var b strings.Builder
	for i, s := range stories {
		fmt.Fprintf(&b, "### %s on %s: %s\n\n", inMarkdown(storyTitle(s.Subject)), inMarkdown(where(i)), s.Cell.Class)
		for _, l := range storyLines(s) {
			fmt.Fprintf(&b, "* %s\n", inMarkdown(l))
		}
		for _, source := range s.Sources {
			fmt.Fprintf(&b, "* source: %s\n", strings.Trim(markdownSource(source), " ()"))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
