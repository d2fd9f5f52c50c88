package lint

import (
	"strings"

	"syncguard/internal/diag"
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
var placeholderFound = rule{
	id: plist.RulePlaceholder,
	profile: func(p *pass, profile *profile) {
		if profile.placeholders != PlaceholdersPassed {
			p.reportPlaceholders(profile.root, profile.at)
		}
	},
	declaration: func(p *pass, declaration *profile) {
		if declaration.placeholders != PlaceholdersPassed {
			p.reportPlaceholders(declaration.root, declaration.at)
		}
	},
}

func (p *pass) reportPlaceholders(v *plist.Value, at *path) {
	switch {
	case v == nil:
	case v.Kind == plist.Dictionary:
		for _, f := range v.Fields {
			p.reportPlaceholders(f.Value, at.field(f.Key))
		}
	case v.Kind == plist.Array:
		for i, item := range v.Items {
			p.reportPlaceholders(item, at.at(i))
		}
	case hasPlaceholder(v):
		p.reportPlaceholder(v, at)
	}
}

func (p *pass) reportPlaceholder(v *plist.Value, at *path) {
	what := "a secret"
	if !isSecretName(at.lastKey()) && !isSecret(v) {
		what = quote(strings.Join(plist.Placeholders(v.Text), " "))
	}
	d := p.report(place{at, v.Span, isSecret(v)}, "%s is left for a later step to fill in", what)
	p.profile.placeholders.Judge(d)
}

// Judge makes an error of a finding about a placeholder where none may be left.
func (policy PlaceholderPolicy) Judge(d *diag.Diagnostic) {
	switch policy {
	case PlaceholdersRefused:
		d.Severity, d.Help = diag.Error, "write the value itself, or lint without --no-placeholders"
	case PlaceholdersSigned:
		d.Severity, d.Help = diag.Error, "sign the profile when everything is filled in"
	}
}
