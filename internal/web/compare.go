package web

import (
	"context"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diff"
	"syncguard/internal/view/plain"
)

// CompareParams are two files of the request.
type CompareParams struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// Compared is the result of compare.
type Compared struct {
	Difference *diff.Difference  `json:"difference"`
	TopLevel   []ComparedKey     `json:"topLevel"` // the keys of the top level, or of a declaration
	Payloads   []ComparedPayload `json:"payloads"`
	Markdown   string            `json:"markdown"` // for a pull request
}

// ComparedPayload is a payload that differs.
type ComparedPayload struct {
	Kind        diff.Kind     `json:"kind"`
	Type        string        `json:"type"`
	Name        string        `json:"name"`
	Reinstalled bool          `json:"reinstalled"`
	Keys        []ComparedKey `json:"keys"`
}

// ComparedKey is a key that differs, with its values in a few words; those of a secret are not there.
type ComparedKey struct {
	Kind     diff.Kind `json:"kind"`
	Path     string    `json:"path"`
	Old      string    `json:"old"`
	New      string    `json:"new"`
	Secret   bool      `json:"secret"`
	Identity bool      `json:"identity"`
	Note     string    `json:"note"`
}

// compare tells what differs between two files, and what a device does about it.
func compare(ctx context.Context, c *call, p CompareParams) (*Compared, error) {
	run, err := app.Diff(ctx, c.Host, app.DiffOptions{Old: p.Old, New: p.New})
	if err != nil {
		return nil, err
	}
	var r Compared
	files := run.Files
	run.Files = func(yield func(*diff.Difference, error) bool) { // seen once, and then written
		for d, err := range files {
			r.Difference = d
			if !yield(d, err) {
				return
			}
		}
	}
	var b strings.Builder
	if err := plain.DiffMarkdown(&b, run); err != nil {
		return nil, err
	}
	r.Markdown = b.String()
	r.TopLevel = comparedKeys(r.Difference.TopLevel)
	for _, of := range r.Difference.Payloads {
		r.Payloads = append(r.Payloads, ComparedPayload{of.Kind, of.Type, of.Name, of.Reinstalled, comparedKeys(of.Changes)})
	}
	return &r, nil
}

func comparedKeys(changes []diff.Change) (all []ComparedKey) {
	for _, c := range changes {
		from, to := plain.Contrast(c.Old, c.New)
		all = append(all, ComparedKey{c.Kind, c.Path, from, to, c.IsSecret(), c.Identity, c.Note})
	}
	return all
}

var compareMethods = []Method{
	method("compare", compare),
}
