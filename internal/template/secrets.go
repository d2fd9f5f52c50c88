package template

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
)

// hideSecrets marks plain-text secrets in a template, and keeps them out of excerpts.
func (s *load) hideSecrets(root *plist.Value) {
	found := secret.Find(root)
	for n := range plist.Walk(root) {
		if n.Field != nil && isFileReference(n.Value) && secret.IsKey(n.Field.Key) {
			n.Secret = true
		}
		if _, ok := found[n.Value]; ok {
			s.hide(n.Value, n.Path(nil))
		}
	}
}

// hide marks one value as secret. Values from a reference are secret already.
func (s *load) hide(v *plist.Value, path diag.Path) {
	if v.Secret {
		return
	}
	v.Secret = true
	if s.unknown[v] {
		return
	}
	s.mask(v)
	s.out.warn(rule.PlainTextSecret, place{v.Span, path}, "%q is a secret in plain text", path).
		Help = "declare a variable with secret: env:NAME and write ${name} here"
}
