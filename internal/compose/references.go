package compose

import (
	"cmp"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/template"
	"syncguard/internal/work"
)

// resolve puts the PayloadUUIDs of this profile in the place of {$uuid: ID}. It adds a finding for each payload named but left out.
func (r *Result) resolve(spec *template.Spec, payloads []template.Payload) {
	if !slices.ContainsFunc(payloads, func(p template.Payload) bool { return len(p.References) > 0 }) {
		return
	}
	all, uuids := make(map[string]template.Payload, len(spec.Payloads)), make(map[string]*plist.Value, len(payloads))
	for _, p := range spec.Payloads {
		all[p.ID.Value] = p
	}
	for _, p := range payloads {
		uuids[p.ID.Value] = r.uuidOf(spec, p)
	}
	for i := range payloads {
		p := &payloads[i]
		if len(p.References) == 0 {
			continue
		}
		reported := map[string]bool{}
		for _, to := range p.References {
			if uuids[to.Value] == nil && !reported[to.Value] {
				reported[to.Value] = true
				r.reportLeftOut(p, to, all[to.Value])
			}
		}
		p.Keys = plist.Map(p.Keys, func(v *plist.Value) (*plist.Value, bool) {
			work.Add(1)
			id, ok := template.ReferenceTo(v)
			if !ok {
				return v, true
			}
			uuid := *cmp.Or(uuids[id], &plist.Value{Kind: plist.Null}) // no check reports a Null
			uuid.Span = v.Span
			return &uuid, false
		})
	}
}

// uuidOf returns the PayloadUUID of a payload as it is built, or nil for a raw payload without one.
func (r *Result) uuidOf(spec *template.Spec, p template.Payload) *plist.Value {
	if spec.Profile.Keys != nil {
		if own := inAppleKeys(p).Get("PayloadUUID"); own != nil || p.Raw.Value {
			return own
		}
	}
	return plist.NewString(written(p, spec, r.Profile).UUID)
}

// reportLeftOut reports a reference from p to a payload without a PayloadUUID in this profile.
func (r *Result) reportLeftOut(p *template.Payload, reference template.Entry[string], to template.Payload) {
	d := diag.Diagnostic{
		Rule: rule.ReferencedPayloadLeftOut, Severity: diag.Error, Span: reference.Span, Path: reference.Path, On: r.Target.String(),
		Message: fmt.Sprintf("%q names payload %q, which is not built for %s", p.ID.Value, to.ID.Value, r.Target),
		Help:    "give both payloads the same targets, or name another payload",
	}
	if to.AppliesTo(r.Target) {
		d.Message, d.Help = fmt.Sprintf("%q names payload %q, which is raw and has no PayloadUUID", p.ID.Value, to.ID.Value), "add uuid to the payload"
	} else {
		d.Related = []diag.Related{{Message: "its targets", Span: to.Targets[0].Span}}
	}
	r.Findings, r.written = append(r.Findings, d), append(r.written, d)
}
