package assistant

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diff"
)

type compareInput struct {
	OldPath string `json:"oldPath,omitempty" jsonschema:"the file that devices have now"`
	OldText inline `json:"oldText,omitempty" jsonschema:"its content, instead of oldPath"`
	NewPath string `json:"newPath,omitempty" jsonschema:"the file that is to replace it"`
	NewText inline `json:"newText,omitempty" jsonschema:"its content, instead of newPath"`
}

func (in *compareInput) paths() (paths []string) {
	for _, path := range []string{in.OldPath, in.NewPath} {
		if path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

type compareAnswer struct {
	Notice       string        `json:"notice" jsonschema:"how to read names and values"`
	Result       string        `json:"result" jsonschema:"equal or changed"`
	Signature    string        `json:"signature,omitempty" jsonschema:"how the signers differ; empty for no difference"`
	Consequences []consequence `json:"consequences" jsonschema:"what a device with the old file does with the new one"`
	Changes      []change      `json:"changes" jsonschema:"each key added, removed or changed"`
	More         int           `json:"more" jsonschema:"number of changes left out of this answer"`
	Sources      []source      `json:"sources" jsonschema:"who states the facts behind the consequences"`
}

type consequence struct {
	Severity string `json:"severity" jsonschema:"error, warning or note"`
	Text     string `json:"text" jsonschema:"what happens"`
	Help     string `json:"help,omitempty" jsonschema:"advice"`
}

type change struct {
	Payload string `json:"payload,omitempty" jsonschema:"type of the payload; empty for the top level"`
	Path    string `json:"path" jsonschema:"the key"`
	Kind    string `json:"kind" jsonschema:"added, removed or changed"`
	Old     string `json:"old,omitempty" jsonschema:"the old value, as JSON, unless it is a secret"`
	New     string `json:"new,omitempty" jsonschema:"the new value, as JSON, unless it is a secret"`
	Secret  bool   `json:"secret" jsonschema:"whether the value is a secret, and hidden"`
}

func compare(ctx context.Context, c *call, in *compareInput) (*compareAnswer, error) {
	old, new := given{in.OldPath, in.OldText, "old "}, given{in.NewPath, in.NewText, "new "}
	for _, side := range []given{old, new} {
		if (side.path == "") == (side.text == "") {
			return nil, fmt.Errorf("give either %sPath or %sText", strings.TrimSpace(side.before), strings.TrimSpace(side.before))
		}
	}
	h, names, err := c.world(old, new)
	if err != nil {
		return nil, err
	}
	run, err := app.Diff(ctx, h, app.DiffOptions{Old: names[0], New: names[1]})
	if err != nil {
		return nil, err
	}
	a := &compareAnswer{Notice: notice}
	c.Line(notice)
	run.Files = c.noting(a, run.Files)
	if err := c.Differences(run, func() {}); err != nil {
		return nil, err
	}
	if len(run.Footer.Failures) > 0 {
		return nil, run.Footer.Failures[0]
	}
	a.Changes, a.More = fit(a.Changes, maxList)
	a.Consequences, _ = fit(a.Consequences, maxSide)
	a.Sources, _ = fit(a.Sources, maxSide)
	c.Sources(a.Sources)
	return a, nil
}

// noting adds each difference that it passes on to the answer.
func (c *call) noting(a *compareAnswer, all iter.Seq2[*diff.Difference, error]) iter.Seq2[*diff.Difference, error] {
	return func(yield func(*diff.Difference, error) bool) {
		for d, err := range all {
			if err == nil {
				a.add(d)
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

func (a *compareAnswer) add(d *diff.Difference) {
	a.Result, a.Signature = string(d.Kind), d.Signature
	for _, x := range d.Consequences {
		a.Consequences = append(a.Consequences, consequence{x.Severity.String(), x.Text, x.Help})
		if x.Source != "" {
			a.Sources = append(a.Sources, source{string(x.ID), []string{x.Source}})
		}
	}
	a.addChanges("", d.TopLevel)
	for _, p := range d.Payloads {
		a.addChanges(p.Type, p.Changes)
	}
}

func (a *compareAnswer) addChanges(payload string, changes []diff.Change) {
	for _, x := range changes {
		var values struct{ Old, New json.RawMessage }
		if data, err := json.Marshal(x); err == nil { // leaves secrets out
			_ = json.Unmarshal(data, &values)
		}
		a.Changes = append(a.Changes, change{payload, x.Path, string(x.Kind), string(values.Old), string(values.New), x.IsSecret()})
	}
}
