package compose

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// keepVerbatim replaces the profile by the template's keys, verbatim: profile.keys at the top level, and each payload's own keys. It
// adds a missing identity (type, version, identifier, UUID), but to raw keys nothing at all.
func (r *Result) keepVerbatim(spec *template.Spec, written []template.Payload) {
	made := r.Root
	r.Root = withIdentity(spec.Profile.Keys, made, spec.Profile.Raw.Value)
	content := made.Get("PayloadContent")
	r.Root.Set("PayloadContent", content)
	for i, t := range written {
		item := &content.Items[len(content.Items)-len(written)+i]
		*item = withIdentity(inAppleKeys(t), *item, t.Raw.Value)
	}
	firstWritten := len(content.Items) - len(written)
	r.isRaw = func(d diag.Diagnostic) bool {
		i := payloadIndex(d)
		if i >= len(content.Items) {
			return spec.Profile.Raw.Value
		}
		return i >= firstWritten && written[i-firstWritten].Raw.Value
	}
}

// inAppleKeys returns a payload's keys, with the template's own words for some of them turned into Apple's keys.
func inAppleKeys(t template.Payload) *plist.Value {
	v := copyOf(t.Keys)
	for _, word := range []struct {
		key string
		template.Entry[string]
	}{
		{"PayloadType", t.Type}, {"PayloadIdentifier", t.Identifier}, {"PayloadUUID", t.UUID},
		{"PayloadDisplayName", t.DisplayName}, {"PayloadDescription", t.Description},
	} {
		if word.IsSet {
			text := plist.NewString(word.Value)
			text.Span, text.Secret = word.Span, word.Secret
			v.Set(word.key, text)
		}
	}
	return v
}

// withIdentity returns a copy of keys. Unless raw, missing identity keys are taken from made.
func withIdentity(keys, made *plist.Value, isRaw bool) *plist.Value {
	v := copyOf(keys)
	for _, key := range []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"} {
		if !isRaw && v.Get(key) == nil {
			v.Set(key, made.Get(key))
		}
	}
	return v
}

// copyOf returns a shallow copy of a dictionary.
func copyOf(v *plist.Value) *plist.Value {
	return &plist.Value{Kind: plist.Dictionary, Fields: slices.Clone(v.Fields), Secret: v.Secret, Span: v.Span}
}

// withRawAsWarnings turns errors in raw keys into warnings.
func (r *Result) withRawAsWarnings(found []diag.Diagnostic) []diag.Diagnostic {
	if r.isRaw == nil {
		return found
	}
	found = slices.Clone(found)
	for i, d := range found {
		if d.Severity == diag.Error && r.isRaw(d) {
			found[i].Severity = diag.Warning
			found[i].Message += ", and is built raw"
		}
	}
	return found
}
