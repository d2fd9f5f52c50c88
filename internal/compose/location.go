package compose

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// locateAll gives all generated values a position in the template, for findings to point at: top-level keys get their entry,
// payloads their type or intent, and everything else the target.
func locateAll(root *plist.Value, spec *template.Spec, t target.Target, written []template.Payload) {
	fallback := targetSpan(spec, t)
	if spec.Profile.Keys == nil {
		locateEnvelope(root, spec, fallback)
	}
	items := root.Get("PayloadContent").Items
	firstWritten := len(items) - len(written)
	for i, v := range items {
		if v.Span.IsZero() {
			v.Span = fallback
		}
		span := v.Span
		if i >= firstWritten {
			span = written[i-firstWritten].Type.Span
		}
		setLocation(v, "PayloadType", span)
	}
}

// locateEnvelope gives generated top-level keys the position of their template entry.
func locateEnvelope(root *plist.Value, spec *template.Spec, fallback diag.Span) {
	s := spec.Profile
	for key, span := range map[string]diag.Span{
		"PayloadScope":             s.Scope.Span,
		"PayloadIdentifier":        s.Identifier.Span,
		"PayloadDisplayName":       s.DisplayName.Span,
		"PayloadDescription":       s.Description.Span,
		"PayloadOrganization":      spec.Organization.Name.Span,
		"PayloadRemovalDisallowed": s.Removal.Disallowed.Span,
		"RemovalDate":              s.Removal.Date.Span,
		"DurationUntilRemoval":     s.Removal.After.Span,
		"PayloadExpirationDate":    s.Expires.Span,
		"TargetDeviceType":         fallback,
	} {
		setLocation(root, key, span)
	}
}

func setLocation(v *plist.Value, key string, span diag.Span) {
	if f := v.Field(key); f != nil && !span.IsZero() {
		f.KeySpan, f.Value.Span = span, span
	}
}

// targetSpan returns the position of a target in the template, zero for a target from the command line.
func targetSpan(spec *template.Spec, t target.Target) diag.Span {
	for _, e := range spec.Targets {
		if e.Value == t {
			return e.Span
		}
	}
	return diag.Span{}
}
