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

// check lints the profile and every declaration, and adds the findings.
func (r *Result) check(spec *template.Spec, checker *lint.Checker, o lint.Options) error {
	o.Composed = true
	if !r.Empty() {
		found, err := checker.Check(r.Root, []target.Target{r.Target}, o)
		if err != nil {
			return err
		}
		for _, f := range found {
			if len(f.Path) > 1 { // drop the profile's identifier, which differs for each target
				f.Path[1].ID = strings.TrimPrefix(f.Path[1].ID, r.Profile.Identifier+".")
			}
		}
		r.addFindings(slices.DeleteFunc(r.withRawAsWarnings(slices.Clone(found)), r.isCheckedApart), func(d diag.Diagnostic) bool { return payloadIndex(d) < r.planned })
	}
	for i := range r.Declarations {
		d := &r.Declarations[i]
		found, err := checker.CheckDeclaration(d.located(spec, r.Target), []target.Target{r.Target}, o)
		if err != nil {
			return err
		}
		for _, f := range found {
			if len(f.Path) > 0 {
				f.Path[0].ID = d.Name
			}
		}
		r.addFindings(append(d.withoutEffect(), found...), func(diag.Diagnostic) bool { return d.source == nil })
	}
	r.Findings = append(r.Findings, r.twoDNSForms()...)
	r.Findings = append(r.Findings, r.repeatedIdentifiers()...)
	r.Findings = diag.Sort(r.Findings)
	return nil
}

// withoutEffect returns findings about template keys without effect in a declaration: they exist for payloads only.
func (d *Declared) withoutEffect() []diag.Diagnostic {
	if d.source == nil {
		return nil
	}
	var found []diag.Diagnostic
	for _, e := range []template.Entry[string]{d.source.DisplayName, d.source.Description, d.source.UUID} {
		if e.IsSet {
			found = append(found, diag.Diagnostic{
				Rule: rule.KeyWithoutEffect, Severity: diag.Warning, Span: e.Span,
				Message: fmt.Sprintf("%q has no effect in a declaration", e.Path), Help: "remove it",
			})
		}
	}
	return found
}

// addFindings adds findings. It drops those about the prevention intents their outcomes repeat.
func (r *Result) addFindings(found []diag.Diagnostic, isPlanned func(diag.Diagnostic) bool) {
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

// isCheckedApart reports whether a finding is about a declaration inside the profile. The check of the declaration itself finds it
// too, with a position in the template.
func (r *Result) isCheckedApart(d diag.Diagnostic) bool {
	return r.Embedded && len(r.Declarations) > 0 && payloadIndex(d) == r.planned && len(d.Path) > 3 && d.Path[2].Key == "Declarations" &&
		d.Rule != rule.DanglingDeclarationReference && d.Rule != rule.DeclarationNotActivated
}

// twoDNSForms warns about a DNS payload together with a DNS declaration, one from the intent and one written in the template.
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
		Message: fmt.Sprintf("%s gets a DNS payload and a DNS declaration: two entries in Settings", r.Target),
		Help:    "keep one of them: turn prevention.dns off, or choose its form with --dns-form",
		Related: []diag.Related{{Message: "the declaration", Span: declaration.Span}},
	}}
}

// repeatedIdentifiers refuses a declaration written in the template with the Identifier of another one.
func (r *Result) repeatedIdentifiers() []diag.Diagnostic {
	var found []diag.Diagnostic
	seen := map[string]*Declared{}
	for i := range r.Declarations {
		d := &r.Declarations[i]
		first := seen[d.Identifier]
		seen[d.Identifier] = d
		if first != nil && d.source == nil {
			d = first // report the template's own: the identifier of the other is derived
		}
		if first == nil || d.source == nil {
			continue // activations repeat only if their configurations do
		}
		found = append(found, diag.Diagnostic{
			Rule: rule.RepeatedItem, Severity: diag.Error, Span: d.source.Span, On: r.Target.String(),
			Message: fmt.Sprintf("another declaration for %s has the same Identifier %q", r.Target, d.Identifier),
			Help:    "choose another id or identifier",
		})
	}
	return found
}
