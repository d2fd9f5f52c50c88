package lint

import (
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema/facts"
)

// run is one check of one profile.
type run struct {
	profile *profile
	passes  []pass
	found   []diag.Diagnostic
	within  diag.Span // where everything stands that is checked, when it has no places of its own
	levels  [plist.MaxDepth + 1]*node

	values, effects, settings []*pass // by what they are called for
}

func newRun(p *profile) *run {
	r := &run{profile: p, passes: make([]pass, len(checks))}
	wanted := p.options.Groups
	if len(wanted) == 0 {
		wanted = usualGroups
	}
	for i, page := range pages() {
		e, of := &checks[i], &r.passes[i]
		*of = pass{r, e, page.Severity, page.Has(wanted...) && e.isFor(p.options)}
		switch {
		case !of.chosen:
		case e.value != nil:
			r.values = append(r.values, of)
		case e.effect != nil:
			r.effects = append(r.effects, of)
		case e.settings != nil:
			r.settings = append(r.settings, of)
		}
	}
	return r
}

// pass is what one rule sees of a run.
type pass struct {
	*run
	rule     *entry
	severity diag.Severity // of what it reports, where it says nothing else
	chosen   bool          // its group is checked
}

// of returns the pass of a rule by its ID.
func (r *run) of(id string) *pass {
	i, ok := find(id)
	if !ok {
		panic("the table of checks has no " + id)
	}
	return &r.passes[i]
}

// node returns the node of a level of the walk, to be filled in anew.
func (r *run) node(level int) *node {
	if r.levels[level] == nil {
		r.levels[level] = &node{}
	}
	return r.levels[level]
}

// place is where a finding points.
type place struct {
	path   *path
	span   diag.Span
	secret bool // the source there is not to be shown
}

// report adds a finding with the rule's severity. The result may be refined until the next report.
func (p *pass) report(at place, format string, args ...any) *diag.Diagnostic {
	if !p.chosen {
		return &diag.Diagnostic{} // of a rule that a fact names
	}
	d := diag.Diagnostic{
		Rule:     p.rule.id,
		Severity: p.severity,
		Message:  fmt.Sprintf(format, args...),
		Span:     at.span,
		Path:     at.path.steps(),

		HideSource: at.secret,
	}
	d.Domain, d.Key = p.profile.owner(d.Path)
	if !p.within.IsZero() {
		d.Span, d.HideSource = p.within, true
	}
	p.found = append(p.found, d)
	return &p.found[len(p.found)-1]
}

// reportSchema reports what a schema forbids: never an error where managed preferences hold it, which nobody refuses, and
// a note at most where the schema is a community's and not Apple's.
func (p *pass) reportSchema(n *node, at place, format string, args ...any) *diag.Diagnostic {
	d := p.report(at, format, args...)
	switch {
	case n.community:
		d.Severity = min(d.Severity, diag.Note)
	case n.payload != nil && n.domain != n.payload.payloadType:
		d.Severity = min(d.Severity, diag.Warning)
	}
	tolerate(d, n.facts)
	return d
}

// tolerate lowers a finding at a key where what the schema forbids is known to be in working use.
func tolerate(d *diag.Diagnostic, at *facts.Place) {
	if t := at.Tolerance(d.Rule); t != nil {
		d.Severity = min(d.Severity, t.Severity)
	}
}

// related points at another place that explains a finding, unless the input has no places.
func related(message string, at diag.Span) []diag.Related {
	if at.IsZero() {
		return nil
	}
	return []diag.Related{{Message: message, Span: at}}
}
