package view

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

//go:embed page.html
var pageSource string

var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageSource)) })

// HTML writes a page for light and dark screens, phones and paper. It loads nothing from elsewhere.
func (p *Page) HTML(w io.Writer) error {
	body := &htmlWriter{level: 1}
	body.blocks(p.Blocks)
	return pageTemplate().Execute(w, map[string]any{
		"Title": Clean(p.Title), "Above": Clean(p.Above), "Foot": Clean(p.Foot), "Nav": navigation(p.Blocks),
		"Lead": template.HTML(p.Lead.html("")), "Body": template.HTML(body.b.String()), // escaped by their writers
	})
}

// navigation lists the sections with a link at the top of a page, at any depth.
func navigation(blocks []Block) []Section {
	var all []Section
	for _, b := range blocks {
		if s, ok := b.(Section); ok {
			if s.Nav != "" {
				all = append(all, Section{ID: s.ID, Nav: Clean(s.Nav)})
			}
			all = append(all, navigation(s.Blocks)...)
		}
	}
	return all
}

type htmlWriter struct {
	b     strings.Builder
	level int    // of the heading around the current block
	id    string // of the section around it, the prefix of its footnotes' anchors
	card  bool   // the sections of the current section are cards
	title string // anchor of the heading above, which names a table
	count int    // of headings
}

func (w *htmlWriter) printf(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *htmlWriter) text(t Text) string { return t.html(w.id) }

func (w *htmlWriter) blocks(all []Block) {
	for _, b := range all {
		w.block(b)
		w.b.WriteString("\n")
	}
}

func (w *htmlWriter) block(b Block) {
	switch b := b.(type) {
	case Section:
		w.section(b)
	case Paragraph:
		w.printf("<p%s>%s</p>", attribute("class", string(b.Look)), w.text(b.Text))
	case Table:
		w.table(b)
	case Chart:
		w.chart(b)
	case List:
		w.list(b)
	case Terms:
		w.printf("<dl>\n")
		for _, t := range b {
			w.printf("<dt>%s</dt>", w.text(t.Name))
			for _, is := range t.Is {
				w.printf("<dd>%s</dd>", w.text(is))
			}
			w.printf("\n")
		}
		w.printf("</dl>")
	case Footnotes:
		w.footnotes(b)
	}
}

func (w *htmlWriter) section(s Section) {
	outer := *w
	tag, class := "section", ""
	switch {
	case s.Folded:
		tag = "details"
	case w.card:
		tag, class = "article", "card"
	}
	w.card = s.Cards
	if s.ID != "" {
		w.id = s.ID
	}
	w.printf("<%s%s%s%s>\n", tag, attribute("id", s.ID), attribute("class", class), attribute("lang", s.Lang))
	switch {
	case s.Folded:
		w.printf("<summary>%s</summary>\n", w.text(s.Title))
	case s.Title != nil:
		w.level++
		w.count++
		w.title = fmt.Sprintf("heading-%d", w.count)
		w.printf("<h%d id=\"%s\">%s</h%d>\n", w.level, w.title, w.text(s.Title), w.level)
	}
	if s.Cards {
		w.cards(s.Blocks)
	} else {
		w.blocks(s.Blocks)
	}
	w.printf("</%s>", tag)
	w.level, w.id, w.card, w.title = outer.level, outer.id, outer.card, outer.title
}

// cards writes sections side by side, below any blocks before the first section.
func (w *htmlWriter) cards(blocks []Block) {
	for len(blocks) > 0 {
		if _, ok := blocks[0].(Section); ok {
			break
		}
		w.blocks(blocks[:1])
		blocks = blocks[1:]
	}
	w.printf("<div class=\"cards\">\n")
	w.blocks(blocks)
	w.printf("</div>\n")
}

func (w *htmlWriter) list(l List) {
	tag := "ul"
	if l.Steps {
		tag = "ol"
	}
	w.printf("<%s>\n", tag)
	for _, item := range l.Items {
		w.printf("<li>%s", w.text(item.Text))
		w.blocks(item.Blocks)
		w.printf("</li>\n")
	}
	w.printf("</%s>", tag)
}

func (w *htmlWriter) footnotes(f Footnotes) {
	if f.All != nil {
		w.printf("<ol class=\"notes\">\n")
		for i, n := range f.All {
			source := ""
			switch {
			case isAddress(n.Source):
				source = " (" + Text{{Text: "source", URL: n.Source}}.html("") + ")"
			case n.Source != "":
				source = " (" + escapeHTML(n.Source) + ")"
			}
			w.printf("<li id=\"%s-%d\">%s%s</li>\n", escapeHTML(w.id), i+1, w.text(n.Text), source)
		}
		w.printf("</ol>")
	}
	if f.Below != "" {
		w.printf("<p class=\"small\">%s.</p>", escapeHTML(capital(f.Below)))
	}
}

func (w *htmlWriter) table(t Table) {
	if len(t.Rows) > 0 {
		name := cmp.Or(attribute("aria-labelledby", w.title), attribute("aria-label", "Table"))
		if t.Stacks {
			w.printf("<table class=\"stack%s\"%s>\n<thead><tr>", textIf(t.Grouped, " grouped"), name)
		} else {
			w.printf("<div class=\"scroll\" tabindex=\"0\" role=\"region\"%s><table%s>\n<thead><tr>", name, name)
		}
		for _, h := range t.Headers {
			first, second, two := strings.Cut(h, "\n")
			w.printf("<th scope=\"col\">%s", escapeHTML(first))
			if two {
				w.printf("<span>%s</span>", escapeHTML(second))
			}
			w.printf("</th>")
		}
		w.printf("</tr></thead>\n<tbody>\n")
		for i, begins := range t.sectionStarts() {
			w.row(t, i, begins)
		}
		w.printf("</tbody></table>")
		if !t.Stacks {
			w.printf("</div>")
		}
	}
	if t.Below != "" {
		w.printf("<p>%s</p>", escapeHTML(t.Below))
	}
}

// row writes a row, with the heading or the line of a section beginning there.
func (w *htmlWriter) row(t Table, i int, begins bool) {
	switch {
	case begins && t.Grouped: // a cell: axe knows no header over the cells of several columns
		w.printf("<tr><td class=\"section\" colspan=\"%d\">%s</td></tr>\n<tr>", len(t.Headers), escapeHTML(t.Rows[i].Section))
	case begins && t.Sections != "":
		w.printf("<tr><th scope=\"rowgroup\" class=\"section\" colspan=\"%d\">%s</th></tr>\n<tr>", len(t.Headers), escapeHTML(t.Rows[i].Section))
	case begins && i > 0:
		w.printf("<tr class=\"first\">")
	default:
		w.printf("<tr>")
	}
	for j, c := range t.Rows[i].Cells {
		if j < t.Labels {
			w.printf("<th scope=\"row\">%s</th>", w.text(c))
			continue
		}
		w.printf("<td data-label=\"%s\">%s</td>", escapeHTML(oneLine(t.Headers[j])), w.text(c))
	}
	w.printf("</tr>\n")
}

// html returns text with markup. Its footnote numbers link to anchors with the prefix id.
func (t Text) html(id string) string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.html())
		if len(r.Footnotes) > 0 {
			b.WriteString("<sup>")
			for _, n := range r.Footnotes {
				fmt.Fprintf(&b, "<a href=\"#%s-%d\">%d</a>", escapeHTML(id), n, n)
			}
			b.WriteString("</sup>")
		}
	}
	return b.String()
}

func (r Run) html() string {
	text := breakable(escapeHTML(r.label()))
	if isAddress(r.URL) {
		text = "<a href=\"" + escapeHTML(r.URL) + "\" rel=\"noreferrer\">" + text + "</a>"
	}
	switch r.Style {
	case Strong:
		return "<b>" + text + "</b>"
	case Code:
		return "<code>" + text + "</code>"
	case Faint:
		return "<span class=\"faint\">" + text + "</span>"
	case Class:
		return "<span class=\"class " + escapeHTML(r.Text) + "\">" + text + "</span>"
	case Evidence:
		return " <span class=\"mark\">" + text + "</span>"
	}
	return text
}

// typeName matches names such as com.apple.configuration.legacy, at least two dots long.
var typeName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\pL\pN_-]+(?:\.[\pL\pN_()-]+){2,}`) })

// breakable lets a long name in escaped text break after its dots, and before capitals.
func breakable(text string) string {
	return typeName().ReplaceAllStringFunc(text, func(name string) string {
		var b strings.Builder
		lower := false
		for _, r := range name {
			if lower && unicode.IsUpper(r) {
				b.WriteString("<wbr>")
			}
			b.WriteRune(r)
			if r == '.' {
				b.WriteString("<wbr>")
			}
			lower = unicode.IsLower(r)
		}
		return b.String()
	})
}

func escapeHTML(s string) string { return template.HTMLEscapeString(Clean(s)) }

// attribute returns an attribute of a tag, or nothing for an empty value.
func attribute(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + "=\"" + escapeHTML(value) + "\""
}
