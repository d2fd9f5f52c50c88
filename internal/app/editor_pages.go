package app

import (
	"context"
	"path/filepath"

	"syncguard/internal/diag"
	"syncguard/internal/outline"
)

// Inspection is the content of a text, and the findings in it.
type Inspection struct {
	*Inspected
	Findings []diag.Diagnostic
}

// Inspect describes the content of a profile or a declaration as Inspect does. What cannot be read is an error or a finding.
func (t *Text) Inspect(ctx context.Context, targets []string, found []diag.Diagnostic) (*Inspection, error) {
	run, err := Inspect(ctx, t.host, InspectOptions{Paths: []string{filepath.Base(t.Path)}, Targets: targets, As: InspectTree})
	if err != nil {
		return nil, err
	}
	all := &Inspection{Findings: found}
	for f, err := range run.Files {
		if err != nil {
			return nil, err
		}
		all.Inspected = f
	}
	if len(run.Footer.Failures) > 0 {
		return nil, run.Footer.Failures[0]
	}
	if all.Inspected == nil && len(found) == 0 {
		all.Findings = run.Footer.Unreadable
	}
	return all, nil
}

// Coverage evaluates the effect of a text on devices as Coverage does: of a template its intents, if it has some, and the keys that it
// sets, on its own targets.
func (t *Text) Coverage(ctx context.Context, targets []string) (*CoverageResult, error) {
	o := CoverageOptions{Paths: []string{filepath.Base(t.Path)}, Targets: targets}
	if t.Format != outline.YAML {
		return Coverage(ctx, t.host, o)
	}
	all := &CoverageResult{}
	for _, o.Keys = range []bool{false, true} {
		o.Targets = nil
		r, err := Coverage(ctx, t.host, o)
		if err == nil && setUnset(&o.Template, r.Findings) {
			r, err = Coverage(ctx, t.host, o)
		}
		if err != nil || r.Findings != nil {
			return r, err
		}
		for _, m := range r.Matrices {
			if len(m.Rows) > 0 {
				all.Matrices = append(all.Matrices, m)
			}
		}
	}
	return all, nil
}

// setUnset gives the variables without a value one, if nothing else is wrong: it hardly changes what a key does.
func setUnset(v *TemplateValues, findings []diag.Diagnostic) bool {
	var set []string
	for _, d := range findings {
		switch {
		case isAboutMissingValue(d) && len(d.Path) > 1 && d.Path[0].Key == "variables":
			set = append(set, d.Path[1].Key+"=value")
		case d.Severity == diag.Error:
			return false
		}
	}
	v.Set = append(v.Set, set...)
	return len(set) > 0
}
