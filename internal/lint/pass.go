package lint

import (
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema/facts"
)

// run is one check of one profile. The Checker uses it again for the next profile, so that a file costs no tables.
type run struct {
	profile *profile
	found   []diag.Diagnostic
	within  diag.Span // of all findings, if the document has no positions of its own (a declaration inside a data item)
	levels  [plist.MaxDepth + 1]*node
	inside  *plist.Budget // of the declarations in data

	kind                                          runKind
	passes                                        []pass
	values, dictionaries, effects, settings, once []*pass // the chosen rules by the kind of node they take; once for a document
}

// runKind are the options that decide on the rules of a run.
type runKind struct {
	groups            []rules.Group
	damaged, composed bool
}

func (k runKind) equal(other runKind) bool {
	return slices.Equal(k.groups, other.groups) && k.damaged == other.damaged && k.composed == other.composed
}

// newRun returns a run for a profile. Release it.
func (p *profile) newRun() *run {
	kind := runKind{p.options.Groups, p.options.Container.Damaged, p.options.Composed}
	r, _ := p.checker.runs.Get().(*run)
	if r == nil || !r.kind.equal(kind) {
		r = makeRun(kind)
	}
	r.profile, r.inside = p, plist.NewBudget()
	return r
}

// release gives a run back. Its findings must have been copied.
func (r *run) release() {
	runs := &r.profile.checker.runs
	for _, n := range r.levels {
		if n != nil {
			*n = node{}
		}
	}
	clear(r.found)
	r.profile, r.found, r.within, r.inside = nil, r.found[:0], diag.Span{}, nil
	runs.Put(r)
}

func makeRun(kind runKind) *run {
	r := &run{passes: make([]pass, len(checks)), kind: kind}
	wanted := kind.groups
	if len(wanted) == 0 {
		wanted = usualGroups
	}
	for i := range pages() {
		e, of, page := &checks[i], &r.passes[i], &pages()[i]
		*of = pass{r, e, page.Severity, page.Has(wanted...) && e.isFor(kind)}
		switch {
		case !of.chosen:
		case e.value != nil:
			r.values = append(r.values, of)
		case e.dictionary != nil:
			r.dictionaries = append(r.dictionaries, of)
		case e.effect != nil:
			r.effects = append(r.effects, of)
		case e.settings != nil:
			r.settings = append(r.settings, of)
		case e.isOnce():
			r.once = append(r.once, of)
		}
	}
	return r
}

// pass is one rule's view of a run.
type pass struct {
	*run
	rule     *ruleCheck
	severity diag.Severity // the default for its findings
	chosen   bool          // its group is selected
}

// passOf returns the pass of a rule by its ID. The rule must be in the table.
func (r *run) passOf(id string) *pass {
	i, ok := findCheck(id)
	if !ok {
		panic("the table of checks has no " + id)
	}
	return &r.passes[i]
}

// node returns the node of a level of the walk; the caller overwrites it.
func (r *run) node(level int) *node {
	if r.levels[level] == nil {
		r.levels[level] = &node{}
	}
	return r.levels[level]
}

// place is the position of a finding.
type place struct {
	path   *path
	span   diag.Span
	secret bool // do not show the source there
}

// report adds a finding with the rule's severity. The caller may modify the result until the next report.
func (p *pass) report(at place, format string, args ...any) *diag.Diagnostic {
	if !p.chosen {
		return &diag.Diagnostic{} // discarded: a fact named a rule outside the selected groups
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
	p.makeRoom(1)
	p.found = append(p.found, d)
	return &p.found[len(p.found)-1]
}

// makeRoom keeps n more findings from being too many.
func (r *run) makeRoom(n int) { r.found = r.profile.options.Bound.makeRoom(r.found, n) }

// reportSchema reports a breach of a schema. In managed preferences it is a warning at most, since nothing refuses them; by
// a community schema, as opposed to Apple's, it is a note at most.
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

// tolerate lowers the severity at a key whose breach of the schema is known to work in practice.
func tolerate(d *diag.Diagnostic, at *facts.Place) {
	if t := at.Tolerance(d.Rule); t != nil {
		d.Severity = min(d.Severity, t.Severity)
	}
}

// relatedTo points at another place to explain a finding. It returns nil for input without positions.
func relatedTo(message string, at diag.Span) []diag.Related {
	if at.IsZero() {
		return nil
	}
	return []diag.Related{{Message: message, Span: at}}
}
