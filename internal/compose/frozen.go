package compose

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// freeze makes the profile what a template says that stands as it is: the top level is profile.keys, and a payload what the
// template writes of it. Of what is made for others only an identity is added where there is none, and to what is raw nothing.
func (r *Result) freeze(spec *template.Spec, written []template.Payload) {
	made := r.Root
	r.Root = standing(spec.Profile.Keys, made, spec.Profile.Raw.Value)
	content := made.Get("PayloadContent")
	r.Root.Set("PayloadContent", content)
	for i, t := range written {
		item := &content.Items[len(content.Items)-len(written)+i]
		*item = standing(inAppleKeys(t), *item, t.Raw.Value)
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

// inAppleKeys is a payload with what a template has words of its own for.
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

// standing is a copy of keys, with the identity that was made where they have none.
func standing(keys, made *plist.Value, isRaw bool) *plist.Value {
	v := copyOf(keys)
	for _, key := range []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"} {
		if !isRaw && v.Get(key) == nil {
			v.Set(key, made.Get(key))
		}
	}
	return v
}

// copyOf is another dictionary with the same values.
func copyOf(v *plist.Value) *plist.Value {
	return &plist.Value{Kind: plist.Dictionary, Fields: slices.Clone(v.Fields), Secret: v.Secret, Span: v.Span}
}

// asFound makes warnings of errors in what the template wants to have as it was found.
func (r *Result) asFound(found []diag.Diagnostic) []diag.Diagnostic {
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
