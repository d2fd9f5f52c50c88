package view

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/intent"
	"syncguard/internal/view/plain"
)

// Markdown writes a page as Markdown.
func (p *Page) Markdown(w io.Writer) error {
	m := &markdownWriter{level: 1}
	fmt.Fprintf(&m.b, "# %s\n", inMarkdown(p.Title))
	if p.Above != "" {
		fmt.Fprintf(&m.b, "\n%s\n", inMarkdown(p.Above))
	}
	if p.Lead != nil {
		fmt.Fprintf(&m.b, "\n%s\n", p.Lead.markdown())
	}
	m.blocks("\n", "", p.Blocks)
	_, err := io.WriteString(w, m.b.String())
	return err
}

// Markdown writes blocks as Markdown, their sections with headings of the given level.
func Markdown(w io.Writer, level int, all ...Block) error {
	m := &markdownWriter{level: level - 1}
	m.blocks("", "", all)
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdownWriter struct {
	b     strings.Builder
	level int // of the heading around the current block
}

// blocks writes blocks with an empty line between them, and before ahead of the first one. indent stands before each line
// of a list.
func (m *markdownWriter) blocks(before, indent string, all []Block) {
	for _, b := range all {
		m.b.WriteString(before)
		m.block(indent, b)
		before = "\n"
	}
}

func (m *markdownWriter) block(indent string, b Block) {
	switch b := b.(type) {
	case Section:
		m.section(b)
	case Paragraph:
		fmt.Fprintf(&m.b, "%s%s\n", indent, b.Text.markdown())
	case Table:
		m.table(b)
	case Chart:
		m.table(b.table(0))
	case List:
		m.list(indent, b)
	case Terms:
		for _, t := range b {
			if len(t.Is) == 1 {
				fmt.Fprintf(&m.b, "* %s: %s\n", t.Name.markdown(), t.Is[0].markdown())
				continue
			}
			fmt.Fprintf(&m.b, "* %s:\n", t.Name.markdown())
			for _, is := range t.Is {
				fmt.Fprintf(&m.b, "  * %s\n", is.markdown())
			}
		}
	case Footnotes:
		for i, n := range b.All {
			source := ""
			if n.Source != "" {
				source = " (" + sourceInMarkdown(n.Source) + ")"
			}
			fmt.Fprintf(&m.b, "%d. %s%s\n", i+1, n.Text.markdown(), source)
		}
		if b.Below != "" {
			fmt.Fprintf(&m.b, "\n%s.\n", inMarkdown(capital(b.Below)))
		}
	}
}

func (m *markdownWriter) section(s Section) {
	switch {
	case s.Title == nil:
		m.blocks("", "", s.Blocks)
	case s.Folded:
		fmt.Fprintf(&m.b, "<details><summary>%s</summary>\n", inMarkdown(s.Title.String()))
		m.blocks("\n", "", s.Blocks)
		m.b.WriteString("\n</details>\n")
	default:
		m.level++
		fmt.Fprintf(&m.b, "%s %s\n", strings.Repeat("#", m.level), inMarkdown(s.Title.String()))
		m.blocks("\n", "", s.Blocks)
		m.level--
	}
}

func (m *markdownWriter) list(indent string, l List) {
	for i, item := range l.Items {
		bullet := "* "
		switch {
		case l.Steps:
			bullet = fmt.Sprintf("%d. ", i+1)
		case l.Tasks:
			bullet = "- "
		}
		box := ""
		if l.Tasks {
			box = "[ ] "
		}
		fmt.Fprintf(&m.b, "%s%s%s%s\n", indent, bullet, box, item.Text.markdown())
		within := indent + strings.Repeat(" ", len(bullet))
		for _, b := range item.Blocks {
			if _, ok := b.(List); !ok {
				m.b.WriteString("\n")
			}
			m.block(within, b)
		}
	}
}

func (m *markdownWriter) table(t Table) {
	if len(t.Rows) > 0 {
		var headers []string
		if t.Sections != "" {
			headers = append(headers, inMarkdown(t.Sections))
		}
		for _, h := range t.Headers {
			headers = append(headers, inMarkdown(oneLine(h)))
		}
		fmt.Fprintf(&m.b, "| %s |\n|%s\n", strings.Join(headers, " | "), strings.Repeat("---|", len(headers)))
		for _, r := range t.Rows {
			var cells []string
			if t.Sections != "" {
				section := styled(Code, r.Section)
				if t.Grouped {
					section.Style = Plain
				}
				cells = append(cells, Text{section}.markdown())
			}
			for _, c := range r.Cells {
				cells = append(cells, c.markdown())
			}
			fmt.Fprintf(&m.b, "| %s |\n", strings.Join(cells, " | "))
		}
		if t.Below != "" {
			m.b.WriteString("\n")
		}
	}
	if t.Below != "" {
		m.b.WriteString(inMarkdown(t.Below) + "\n")
	}
}

func (t Text) markdown() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.markdown())
		if r.Footnotes != nil {
			b.WriteString(" <sup>" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(r.Footnotes)), ", "), "[]") + "</sup>")
		}
	}
	return b.String()
}

func (r Run) markdown() string {
	text := inMarkdown(r.label())
	switch {
	case r.Style == Code:
		text = plain.CodeSpan(r.Text)
	case r.Style == Strong, r.Style == Class && intent.Stronger(intent.Class(r.Text), intent.Manual):
		text = "**" + text + "**"
	case r.Style == Evidence:
		text = " (" + text + ")"
	}
	switch {
	case !isAddress(r.URL):
	case r.URL == r.Text:
		text = "<" + r.URL + ">"
	default:
		text = "[" + text + "](<" + r.URL + ">)"
	}
	return text
}

// isAddress reports whether text is an address safe in any format.
func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, "<> \"\n")
}

// sourceInMarkdown returns a source, an address as a link.
func sourceInMarkdown(source string) string { return Run{Text: source, URL: source}.markdown() }

// forgeLink matches words that a forge makes a link of, or a message to somebody: addresses, mentions, issues.
var forgeLink = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\S*(?:://|\bwww\.|[#!][0-9]|\bGH-[0-9]|(?:^|[^\pL\pN])@[\pL\pN]|@[\pL\pN-]+\.[\pL\pN])\S*`)
})

// inMarkdown escapes text from outside: Markdown shows it unchanged, and a forge makes no link of it.
func inMarkdown(s string) string {
	s = Clean(s)
	var b strings.Builder
	at := 0
	for _, word := range forgeLink().FindAllStringIndex(s, -1) {
		start := word[0] + len(s[word[0]:word[1]]) - len(strings.TrimLeft(s[word[0]:word[1]], " "))
		b.WriteString(escapeMarks(s[at:start]) + plain.CodeSpan(s[start:word[1]]))
		at = word[1]
	}
	return b.String() + escapeMarks(s[at:])
}

func escapeMarks(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`).Replace(s)
}
