package assistant

import (
	"context"
	"fmt"
	"slices"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

type coverageInput struct {
	Paths   list   `json:"paths,omitempty" jsonschema:"templates, profiles or declarations; without paths and text, the built-in template"`
	Text    inline `json:"text,omitempty" jsonschema:"the content of one file, instead of paths"`
	Targets list   `json:"targets,omitempty" jsonschema:"devices, as PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised; without any, a template's own, or every platform"`
	Explain string `json:"explain,omitempty" jsonschema:"one intent or key to explain in full, such as date-time"`
}

func (in *coverageInput) paths() []string { return in.Paths }

type coverageAnswer struct {
	Notice  string   `json:"notice" jsonschema:"how to read names and values"`
	Cells   []cell   `json:"cells" jsonschema:"one a setting and target"`
	More    int      `json:"more" jsonschema:"number of cells left out of this answer: give targets, or explain one setting"`
	Notes   []string `json:"notes" jsonschema:"what was used or read otherwise than given"`
	Sources []source `json:"sources" jsonschema:"who states the facts"`
}

type cell struct {
	Setting   string   `json:"setting" jsonschema:"an intent of a template, or TYPE.KEY"`
	Value     string   `json:"value,omitempty" jsonschema:"true or false for such a key; else empty"`
	Target    string   `json:"target" jsonschema:"PLATFORM@VERSION/ENROLLMENT"`
	Class     string   `json:"class" jsonschema:"enforced, locked (nobody can change it), preset (set, but a person can change it), manual (a person has to do it) or none"`
	Mechanism string   `json:"mechanism,omitempty" jsonschema:"payload and key, or declaration, that does it; empty if nothing is set"`
	Condition string   `json:"condition,omitempty" jsonschema:"conditions of the class"`
	Verified  bool     `json:"verified" jsonschema:"whether class and condition rest on Apple's word alone"`
	Story     []string `json:"story,omitempty" jsonschema:"the explanation, with explain; the target stands for all with the same answer"`
}

func coverage(ctx context.Context, c *call, in *coverageInput) (*coverageAnswer, error) {
	h, names := c.host(c.noFiles()), []string{builtin}
	if len(in.Paths) > 0 || in.Text != "" {
		files, err := givenIn(in.Paths, in.Text)
		if err != nil {
			return nil, err
		}
		if h, names, err = c.world(files...); err != nil {
			return nil, err
		}
	}
	r, err := app.Coverage(ctx, h, app.CoverageOptions{Paths: names, Targets: in.Targets, Explain: in.Explain})
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(r.Findings, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }); i >= 0 {
		d := r.Findings[i]
		return nil, fmt.Errorf("the file cannot be used: %s (line %d; check_profile lists every finding)", d.Message, d.Span.At().Start.Line)
	}
	c.Line(notice)
	c.Blocks(view.Coverage(r)...)
	a := &coverageAnswer{Notice: notice, Notes: c.notes}
	cells := r.Cells()
	for _, x := range cells {
		a.Cells = append(a.Cells, cell{x.Intent, x.Value, x.Target, string(x.Class), x.Mechanism, x.Condition, x.Verified, x.Story})
	}
	a.Sources = coverageSources(cells)
	a.Cells, a.More = fit(a.Cells, maxList)
	c.Notes(a.Notes)
	c.Sources(a.Sources)
	return a, nil
}

// coverageSources lists who states the facts of cells, by setting.
func coverageSources(cells []app.CoverageCell) (all []source) {
	at := map[string]int{}
	for _, x := range cells {
		sources := []string{x.Source}
		for _, note := range x.Notes {
			sources = append(sources, note.Source)
		}
		if sources = slices.DeleteFunc(sources, func(s string) bool { return s == "" }); len(sources) == 0 {
			continue
		}
		i, ok := at[x.Intent]
		if !ok {
			i, at[x.Intent] = len(all), len(all)
			all = append(all, source{About: x.Intent})
		}
		all[i].Sources = first(maxSources, append(all[i].Sources, sources...))
	}
	all, _ = fit(all, maxSide)
	return all
}

// builtin is the built-in template.
const builtin = "builtin:prevention"
