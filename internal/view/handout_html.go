package view

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"syncguard/internal/app"
	"syncguard/internal/baseline"
	"syncguard/internal/hints"
)

//go:embed handout.html
var handoutSource string

var handoutTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("handout").Funcs(template.FuncMap{
		"last": func(path []string) string { return path[len(path)-1] },
		"way":  func(path []string) []string { return path[:len(path)-1] },
		"size": size,
	}).Parse(handoutSource))
})

// handoutPage is what the template shows. Everything in it is clean text, but for Style and Matrix, which are made of code
// and of what another template has escaped.
type handoutPage struct {
	Title, Organizations string
	Signer               string
	Development          bool
	Style                template.CSS
	Parts                []partPage
	Servers              []app.Delivered
	Manual, MDM          bool
	Networks             string
}

type partPage struct {
	ID                        string
	Heading, Template, Counts string
	Summary                   []shared
	Targets                   []targetPage
	Matrix                    template.HTML
	Guides                    []languagePage
	Endpoints                 []Endpoint
}

type targetPage struct {
	ID, Title, File, SHA256 string
	Size                    int
	Signed                  bool
	Intents                 []intentPage
	Payloads                []string
	Declarations            []Declaration
}

type intentPage struct {
	Title, Class string
	Mechanisms   []string
	Notes        []noteText
}

type noteText struct{ Text, Evidence string }

type languagePage struct {
	ID, Language, Name                      string
	Title, Lead                             string
	Switch, Install, Check, Remove, Warning string
	Guides                                  []guide
}

// HandoutHTML writes the handout as one page with nothing to load from elsewhere, for light and dark screens and for paper.
func HandoutHTML(w io.Writer, h *Handout) error {
	page := handoutPage{Style: template.CSS(CoverageStyle()), Servers: app.Deliveries(), Networks: appleNetworks} // our own style sheet
	page.Title, page.Organizations = h.title(), h.organizations()
	if s := h.Build.Signer; s != nil {
		page.Signer, page.Development = Clean(s.Name), s.Development
	}
	for i, p := range h.Parts {
		part, err := newPartPage(p, fmt.Sprintf("part-%d", i+1))
		if err != nil {
			return err
		}
		page.Parts = append(page.Parts, part)
		page.Manual, page.MDM = page.Manual || p.isManual(), page.MDM || p.hasMDM()
	}
	return handoutTemplate().Execute(w, page)
}

func (h *Handout) title() string {
	if len(h.Parts) == 1 {
		return h.Parts[0].heading()
	}
	return "What keeps iCloud syncing"
}

func (h *Handout) organizations() string {
	var names []string
	for _, p := range h.Parts {
		if name := Clean(p.Organization); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func newPartPage(p HandoutPart, id string) (partPage, error) {
	part := partPage{ID: id, Heading: p.heading(), Template: Clean(p.Template), Counts: p.written(), Summary: p.summary(), Endpoints: p.Endpoints()}
	var matrix strings.Builder
	if err := CoverageFragment(&matrix, p.Matrix, id+"-note"); err != nil {
		return part, err
	}
	part.Matrix = template.HTML(matrix.String()) // escaped by the template that made it
	for i, profile := range p.Profiles {
		part.Targets = append(part.Targets, newTargetPage(profile, fmt.Sprintf("%s-target-%d", id, i+1)))
	}
	for _, language := range p.Languages {
		l := hints.In(language)
		part.Guides = append(part.Guides, languagePage{
			ID: id + "-" + l.Language, Language: l.Language, Name: l.Name, Title: l.Text("title"), Lead: l.Text("lead"),
			Switch: l.Text("switch"), Install: l.Text("install"), Check: l.Text("check"), Guides: p.guides(l),
		})
	}
	for i := range part.Endpoints {
		part.Endpoints[i].Host = Clean(part.Endpoints[i].Host)
	}
	return part, nil
}

func newTargetPage(p Profile, id string) targetPage {
	t := targetPage{ID: id, Title: Clean(p.Title), File: Clean(p.File), SHA256: p.SHA256, Size: p.Size, Signed: p.Signed, Payloads: cleaned(p.Payloads)}
	for _, d := range p.Declarations {
		d.Type, d.Identifier, d.File = Clean(d.Type), Clean(d.Identifier), Clean(d.File)
		t.Declarations = append(t.Declarations, d)
	}
	for _, i := range p.Intents {
		intent := intentPage{Title: capital(baseline.Intent(i.Intent).Title()), Class: i.Class, Mechanisms: cleaned(i.Mechanisms)}
		for _, n := range i.Notes {
			note := noteText{Text: Clean(n.Text)}
			if n.Evidence != string(baseline.Apple) {
				note.Evidence = n.Evidence
			}
			intent.Notes = append(intent.Notes, note)
		}
		t.Intents = append(t.Intents, intent)
	}
	return t
}
