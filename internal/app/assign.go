package app

import (
	"fmt"

	"syncguard/internal/assign"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/outline"
	"syncguard/internal/secret"
)

// TreeOptions are a text that is being edited, and its name, which tells a template by its ending.
type TreeOptions struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// TreeResult are the values of a text.
type TreeResult struct {
	Kind    string       `json:"kind"`              // `profile`, `declaration`, `template`; empty if the text does not tell
	Format  string       `json:"format"`            // `xml`, `json`, `yaml`
	Tree    *TreeNode    `json:"tree,omitempty"`    // none if the text cannot be read as a whole
	Problem *TextProblem `json:"problem,omitempty"` // why there is none
}

// TextProblem is a place in a text with what is wrong there, in UTF-16 units.
type TextProblem struct {
	Message string `json:"message"`
	Help    string `json:"help,omitempty"`
	Line    int    `json:"line"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

func (o *TreeOptions) read() *assign.Text {
	return assign.Read(diag.NewFile(o.Name, []byte(o.Text)), outline.FormatOf(o.Name) == outline.YAML)
}

// Tree reads the values of a text.
func Tree(o TreeOptions) *TreeResult {
	t := o.read()
	r := &TreeResult{Kind: string(document.Profile), Format: string(t.Format)}
	switch t.Format {
	case assign.JSON:
		r.Kind = string(document.Declaration)
	case assign.YAML:
		r.Kind = "template"
	}
	places := newUnits([]byte(o.Text))
	if t.Root != nil && t.Whole {
		r.Tree = new(treeNode(t.Root, places))
		return r
	}
	r.Problem = &TextProblem{Message: "the text cannot be read", Line: 1}
	secret.Scrub(t.Found)
	for i := range t.Found {
		if d := &t.Found[i]; d.Severity == diag.Error {
			r.Problem.Message, r.Problem.Help = d.Message, d.Help
			if at := d.Span; !at.IsZero() {
				r.Problem.Line = at.File.Position(at.Start).Line
				r.Problem.Start, r.Problem.End = places.at(at.Start), places.at(at.End)
			}
			break
		}
	}
	return r
}

// AssignOptions are a text and the change of one of its values.
type AssignOptions struct {
	TreeOptions
	Change string     `json:"change"` // `set`, `insert` (before an element), `remove`, `move` (an element), `rename` (a key)
	Path   []any      `json:"path"`   // keys as texts, and indices of elements as numbers
	Value  *TreeValue `json:"value,omitempty"`
	To     int        `json:"to,omitempty"`  // new index, for move
	Key    string     `json:"key,omitempty"` // new key, for rename
}

// AssignResult are the edits that make a change. They are in order and do not overlap; each place is one of the text before all of them.
type AssignResult struct {
	Edits []TextEdit `json:"edits"` // none if the value is there already
}

// TextEdit replaces a range of a text, in UTF-16 units.
type TextEdit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// Assign changes one value of a text. Every other byte stays.
func Assign(o AssignOptions) (*AssignResult, error) {
	path, err := stepsOf(o.Path)
	if err != nil {
		return nil, err
	}
	c := assign.Change{Kind: assign.Kind(o.Change), Path: path, To: o.To, Key: o.Key}
	if o.Value != nil {
		if c.Value, err = o.Value.Value(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	edits, err := assign.Edits(o.read(), c)
	if err != nil {
		return nil, err
	}
	places := newUnits([]byte(o.Text))
	r := &AssignResult{Edits: []TextEdit{}}
	for _, e := range edits {
		r.Edits = append(r.Edits, TextEdit{places.at(e.Span.Start), places.at(e.Span.End), e.Text})
	}
	return r, nil
}
