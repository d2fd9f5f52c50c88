package view

import (
	"bytes"
	"strings"
	"testing"

	"syncguard/internal/fact"
)

// samplePage has one of each block, with words that mean something to a terminal, to HTML or to Markdown.
func samplePage() *Page {
	return &Page{Title: "A <page>", Above: "Acme", Lead: words("What *it* is about."), Foot: "the end", Blocks: []Block{
		Section{Title: words("Tables"), ID: "tables", Nav: "Tables", Blocks: []Block{
			Table{Headers: []string{"key", "by hand\n26", "MDM\n26"}, Labels: 1, Sections: "payload", Below: "nothing else", Rows: []Row{
				{Section: "com.apple.<x>", Cells: []Text{{{Text: "a|b", Style: Code, Footnotes: []int{1}}}, classCell("enforced", nil), classCell("none", []int{1, 2})}},
				{Section: "com.apple.<x>", Cells: []Text{{styled(Code, "c")}, classCell("manual", nil), words("x\x1b[31m")}},
			}},
			Terms{{Text{styled(Strong, "one")}, []Text{words("thing")}}, {words("two"), []Text{words("things"), {{Text: "here", URL: "https://example.com/"}}}}},
			numbering{{Text: "first", Evidence: fact.Apple, Source: "https://example.com/a"}, {Text: "second", Evidence: fact.Community, Source: "a <book>"}}.footnotes("and so on"),
		}},
		Section{Title: words("Cards"), Cards: true, Blocks: []Block{
			Paragraph{Text: words("Beside each other:")},
			Section{Title: words("One"), Lang: "de", Blocks: []Block{List{Steps: true, Items: []Item{
				{Text: Text{styled(Strong, "First")}, Blocks: []Block{List{Items: []Item{{Text: withEvidence(words("this"), fact.Unverified)}}}}}, {Text: words("then")}}}}},
			Section{Title: words("Details"), Folded: true, Blocks: []Block{Paragraph{Look: Small, Text: words("few read it")}}},
		}},
	}}
}

// A page says the same in three formats.
func TestPage(t *testing.T) {
	p := samplePage()
	var text, markdown, html bytes.Buffer
	NewPrinter(&text, nil, 40).Blocks(p.Blocks...)
	golden(t, "page.txt", text.String())
	if err := p.Markdown(&markdown); err != nil {
		t.Fatal(err)
	}
	golden(t, "page.md", markdown.String())
	if err := p.HTML(&html); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(html.String(), "</style>") // the style sheet is looked at in a browser
	golden(t, "page.html", body)
}
