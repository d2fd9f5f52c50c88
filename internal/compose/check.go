package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// check checks the profile and every declaration.
func (r *Result) check(spec *template.Spec, checker *lint.Checker, o lint.Options) error {
	o.Composed = true
	if !r.Empty() {
		found, err := checker.Check(r.Root, []target.Target{r.Target}, o)
		if err != nil {
			return err
		}
		for _, f := range found {
			if len(f.Path) > 1 { // identifiers begin with that of the profile, which is another one for each target
				f.Path[1].ID = strings.TrimPrefix(f.Path[1].ID, r.Profile.Identifier+".")
			}
		}
		r.take(slices.DeleteFunc(r.asFound(slices.Clone(found)), r.isCheckedApart), func(d diag.Diagnostic) bool { return payloadIndex(d) < r.planned })
	}
	for i := range r.Declarations {
		d := &r.Declarations[i]
		found, err := checker.CheckDeclaration(d.placed(spec, r.Target), []target.Target{r.Target}, o)
		if err != nil {
			return err
		}
		for _, f := range found {
			if len(f.Path) > 0 {
				f.Path[0].ID = d.Name
			}
		}
		r.take(append(d.withoutEffect(), found...), func(diag.Diagnostic) bool { return d.source == nil })
	}
	r.Findings = append(r.Findings, r.twoDNSForms()...)
	r.Findings = append(r.Findings, r.repeatedIdentifiers()...)
	r.Findings = diag.Sort(r.Findings)
	return nil
}

// withoutEffect finds what the template says of a declaration that only a payload has a place for.
func (d *Declared) withoutEffect() []diag.Diagnostic {
	if d.source == nil {
		return nil
	}
	var found []diag.Diagnostic
	for _, e := range []template.Entry[string]{d.source.DisplayName, d.source.Description, d.source.UUID} {
		if e.IsSet {
			found = append(found, diag.Diagnostic{
				Rule: rule.KeyWithoutEffect, Severity: diag.Warning, Span: e.Span,
				Message: fmt.Sprintf("%q has no place in a declaration", e.Path), Help: "remove it",
			})
		}
	}
	return found
}

// take keeps what a check found. What it says of the prevention intents their outcomes say already.
func (r *Result) take(found []diag.Diagnostic, isPlanned func(diag.Diagnostic) bool) {
	for _, d := range found {
		planned := isPlanned(d)
		if planned && inOutcomes(d) {
			continue
		}
		r.Findings = append(r.Findings, d)
		if !planned && !d.Span.IsZero() {
			r.written = append(r.written, d)
		}
	}
}

// isCheckedApart says whether a finding is about one of the carried declarations: the check of that declaration alone
// finds it too, and points at the template.
func (r *Result) isCheckedApart(d diag.Diagnostic) bool {
	return r.Carried && len(r.Declarations) > 0 && payloadIndex(d) == r.planned && len(d.Path) > 3 && d.Path[2].Key == "Declarations" &&
		d.Rule != rule.DanglingDeclarationReference && d.Rule != rule.DeclarationNotActivated
}

// twoDNSForms warns of a delivery in which the template writes out the form of DNS settings that the intent does not have.
func (r *Result) twoDNSForms() []diag.Diagnostic {
	var payload, declaration *plist.Value
	for _, v := range r.Root.Get("PayloadContent").Items {
		if v.Get("PayloadType").Text == "com.apple.dnsSettings.managed" {
			payload = v.Get("PayloadType")
		}
	}
	for i := range r.Declarations {
		if d := &r.Declarations[i]; d.Type == "com.apple.configuration.network.dns-settings" {
			declaration = cmp.Or(d.Payload, plist.NewDictionary())
			if d.source != nil {
				declaration = &plist.Value{Span: d.source.Type.Span}
			}
		}
	}
	if payload == nil || declaration == nil {
		return nil
	}
	return []diag.Diagnostic{{
		Rule: rule.TwoDNSForms, Severity: diag.Warning, Span: payload.Span, On: r.Target.String(),
		Message: fmt.Sprintf("%s gets the DNS payload and the DNS declaration, which are two entries", r.Target),
		Help:    "keep one of the two: turn prevention.dns off, or choose its form with --dns-form",
		Related: []diag.Related{{Message: "the declaration", Span: declaration.Span}},
	}}
}

// repeatedIdentifiers refuses a declaration of the template's own that has the Identifier of another one.
func (r *Result) repeatedIdentifiers() []diag.Diagnostic {
	var found []diag.Diagnostic
	seen := map[string]*Declared{}
	for i := range r.Declarations {
		d := &r.Declarations[i]
		first := seen[d.Identifier]
		seen[d.Identifier] = d
		if first != nil && d.source == nil {
			d = first // the other one is derived, and cannot give way
		}
		if first == nil || d.source == nil {
			continue // two activations that repeat do so because their configurations do
		}
		found = append(found, diag.Diagnostic{
			Rule: rule.RepeatedItem, Severity: diag.Error, Span: d.source.Span, On: r.Target.String(),
			Message: fmt.Sprintf("the Identifier %q is that of another declaration for %s", d.Identifier, r.Target),
			Help:    "choose another id or identifier",
		})
	}
	return found
}
