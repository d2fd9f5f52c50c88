package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
)

// PlaceholderPolicy says what to make of text that a later step fills in, such as {{NAME}} or $SERIALNUMBER.
type PlaceholderPolicy uint8

// The policies. A string that holds one is never held against the values that its key allows.
const (
	PlaceholdersPassed  PlaceholderPolicy = iota // in strings, without a word
	PlaceholdersNoted                            // for values of any type, each with a note
	PlaceholdersRefused                          // each is an error
	PlaceholdersSigned                           // each is an error, because nothing in a signed profile can be filled in
)

func hasPlaceholder(v *plist.Value) bool {
	return v.Kind == plist.String && plist.HasPlaceholder(v.Text)
}

// isPlaceholder says whether a value is a string that is nothing but placeholders.
func isPlaceholder(v *plist.Value) bool {
	return v.Kind == plist.String && plist.IsPlaceholder(v.Text)
}

// placeholderFound looks at every string, known to a schema or not. Those that stand for other values than strings the
// reader has noted.
func placeholderFound(p *pass, profile *profile) {
	policy := profile.options.Placeholders
	if policy == PlaceholdersPassed {
		return
	}
	for n := range plist.Walk(profile.root) {
		if n.Kind != plist.String || policy == PlaceholdersSigned && len(mdm.FindVariables(n.Text)) > 0 {
			continue // of the latter mdm-variable-in-signed-profile says so
		}
		found := plist.Placeholders(n.Text)
		if len(found) > 0 && !(n.Secret && isByChance(n.Text, found)) {
			at := profile.at.place(n)
			policy.SetSeverity(p.report(at, "%s is left for a later step to fill in", describePlaceholders(at, found)))
		}
	}
}

// describePlaceholders shows placeholders, unless they may be a part of a secret.
func describePlaceholders(at place, found []string) string {
	if at.secret {
		return "a secret"
	}
	return quote(strings.Join(found, " "))
}

// isByChance says whether what looks like placeholders in a secret may be its own characters, as in the password
// Tr0ub4$dor: none has braces, and other text stands beside them.
func isByChance(text string, found []string) bool {
	return !plist.IsPlaceholder(text) && !slices.ContainsFunc(found, func(name string) bool { return strings.Contains(name, "{") })
}

// SetSeverity makes an error of a finding about a placeholder where none may be left.
func (policy PlaceholderPolicy) SetSeverity(d *diag.Diagnostic) {
	switch policy {
	case PlaceholdersRefused:
		d.Severity, d.Help = diag.Error, "write the value itself, or lint without --no-placeholders"
	case PlaceholdersSigned:
		d.Severity, d.Help = diag.Error, "sign the profile when everything is filled in"
	}
}
