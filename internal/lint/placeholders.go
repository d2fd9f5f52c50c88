package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
)

// PlaceholderPolicy tells how to report placeholders for a later step, such as {{NAME}} or $SERIALNUMBER.
type PlaceholderPolicy uint8

// The policies. Under each, a string with a placeholder is not compared with the values allowed for its key.
const (
	PlaceholdersPassed  PlaceholderPolicy = iota // allowed in strings, unreported
	PlaceholdersNoted                            // allowed for values of any type, a note each
	PlaceholdersRefused                          // each is an error
	PlaceholdersSigned                           // each is an error, since filling it in would break the signature
)

func hasPlaceholder(v *plist.Value) bool {
	return v.Kind == plist.String && plist.HasPlaceholder(v.Text)
}

// isPlaceholder reports whether a value is a string of placeholders alone.
func isPlaceholder(v *plist.Value) bool {
	return v.Kind == plist.String && plist.IsPlaceholder(v.Text)
}

// placeholderFound reports placeholders in all strings, known to a schema or not. The document reader reports those in the
// place of other types.
func placeholderFound(p *pass, profile *profile) {
	policy := profile.options.Placeholders
	if policy == PlaceholdersPassed {
		return
	}
	for n := range plist.Walk(profile.root) {
		if n.Kind != plist.String || policy == PlaceholdersSigned && len(mdm.FindVariables(n.Text)) > 0 {
			continue // mdm-variable-in-signed-profile reports those of an MDM server
		}
		found := plist.Placeholders(n.Text)
		if len(found) > 0 && !(n.Secret && isByChance(n.Text, found)) {
			at := profile.at.place(n)
			policy.SetSeverity(p.report(at, "%s is still to be filled in", describePlaceholders(at, found)))
		}
	}
}

// describePlaceholders quotes placeholders, unless they may be part of a secret.
func describePlaceholders(at place, found []string) string {
	if at.secret {
		return "a secret"
	}
	return quote(strings.Join(found, " "))
}

// isByChance reports whether placeholders in a secret may be its own characters, as in the password Tr0ub4$dor: without
// braces, and next to other text.
func isByChance(text string, found []string) bool {
	return !plist.IsPlaceholder(text) && !slices.ContainsFunc(found, func(name string) bool { return strings.Contains(name, "{") })
}

// SetSeverity turns a finding about a placeholder into an error if the policy forbids placeholders.
func (policy PlaceholderPolicy) SetSeverity(d *diag.Diagnostic) {
	switch policy {
	case PlaceholdersRefused:
		d.Severity, d.Help = diag.Error, "write the value, or run lint without --no-placeholders"
	case PlaceholdersSigned:
		d.Severity, d.Help = diag.Error, "fill in everything before signing the profile"
	}
}
