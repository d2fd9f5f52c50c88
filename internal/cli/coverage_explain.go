package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

// explain tells the stories of one intent or key, for every group of targets for which it is the same.
func (c *coverageRun) explain(makers []coverage.Maker, parts []*coverage.Matrix) error {
	var stories []*coverage.Story
	var places []string
	var names []string
	for i, m := range parts {
		for row, r := range m.Rows {
			names = append(names, r.Subject.Name())
			if !isCalled(r.Subject, c.o.explain) {
				continue
			}
			for _, g := range (&coverage.Matrix{Targets: m.Targets, Rows: m.Rows[row : row+1]}).Groups() {
				s, err := coverage.Tell(makers[i], row, m.Targets[g.At], c.catalog)
				if err != nil {
					return err
				}
				stories = append(stories, s)
				places = append(places, fmt.Sprintf("%s %s, %s", g.Platforms(), g.Versions(), g.Installed()))
			}
		}
	}
	if len(stories) == 0 {
		slices.Sort(names)
		names = slices.Compact(names)
		return usage(cmp.Or(text.DidYouMean(c.o.explain, names), "there is "+strings.Join(names[:min(len(names), 8)], ", ")), "nothing is called %q", c.o.explain)
	}
	return c.showStories(stories, places)
}

// isCalled says whether a subject has a name: an intent, TYPE.KEY, or the key alone.
func isCalled(s coverage.Subject, name string) bool {
	return strings.EqualFold(s.Name(), name) || s.Key != "" && (strings.EqualFold(s.Key, name) || strings.HasSuffix(s.Key, "."+name))
}

func (c *coverageRun) showStories(stories []*coverage.Story, places []string) error {
	switch c.o.format.value {
	case "json":
		cells := []view.CoverageCell{}
		for _, s := range stories {
			cells = append(cells, view.StoryCell(s))
		}
		return view.WriteJSON(c.env.Stdout, cells)
	case "markdown":
		return view.StoriesMarkdown(c.env.Stdout, stories, func(i int) string { return places[i] })
	case "html":
		var told []view.StoryHTML
		for i, s := range stories {
			told = append(told, view.NewStoryHTML(s, places[i]))
		}
		return view.CoverageHTML(c.env.Stdout, nil, told)
	}
	p := c.env.out()
	for i, s := range stories {
		if i > 0 {
			p.Line("")
		}
		p.Story(s, places[i])
	}
	return nil
}
