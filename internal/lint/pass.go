package lint

import (
	"fmt"

	"syncguard/internal/diag"
)

// run is one check of one profile.
type run struct {
	profile *profile
	passes  []*pass
	found   []diag.Diagnostic
}

func newRun(p *profile) *run {
	r := &run{profile: p}
	for i := range Rules {
		r.passes = append(r.passes, &pass{r, &Rules[i]})
	}
	return r
}

// pass is what one rule sees of a run.
type pass struct {
	*run
	rule *Rule
}

// place is where a finding points.
type place struct {
	path   *path
	span   diag.Span
	secret bool // the source there is not to be shown
}

// report adds a finding with the rule's severity. The result may be refined until the next report.
func (p *pass) report(at place, format string, args ...any) *diag.Diagnostic {
	p.found = append(p.found, diag.Diagnostic{
		Rule:     p.rule.ID,
		Severity: p.rule.Severity,
		Message:  fmt.Sprintf(format, args...),
		Span:     at.span,
		Path:     at.path.String(),

		HideSource: at.secret || isSecretName(at.path.lastKey()),
	})
	return &p.found[len(p.found)-1]
}

// reportSchema reports what a schema forbids: never an error where the schema is a community's and not Apple's.
func (p *pass) reportSchema(n *node, at place, format string, args ...any) *diag.Diagnostic {
	d := p.report(at, format, args...)
	if n.community {
		d.Severity = min(d.Severity, diag.Warning)
	}
	return d
}

// related points at another place that explains a finding, unless the input has no places.
func related(message string, at diag.Span) []diag.Related {
	if at.IsZero() {
		return nil
	}
	return []diag.Related{{Message: message, Span: at}}
}
