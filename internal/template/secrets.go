package template

import (
	"fmt"

	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
)

// hideSecrets marks the secrets that a template holds in plain text, and keeps them out of excerpts.
func (s *load) hideSecrets(root *plist.Value) {
	s.hideIn(root, "", secret.Find(root))
}

func (s *load) hideIn(v *plist.Value, path string, found map[*plist.Value]secret.Reason) {
	if _, ok := found[v]; ok {
		s.hide(v, path)
	}
	for _, f := range v.Fields {
		if isFileReference(f.Value) && secret.IsKey(f.Key) {
			f.Value.Secret = true
		}
		s.hideIn(f.Value, join(path, f.Key), found)
	}
	for i, item := range v.Items {
		s.hideIn(item, fmt.Sprintf("%s[%d]", path, i), found)
	}
}

// hide marks one value as secret. What came from a reference is secret already.
func (s *load) hide(v *plist.Value, path string) {
	if v.Secret {
		return
	}
	v.Secret = true
	if s.unknown[v] {
		return
	}
	s.mask(v)
	s.out.warn(rule.PlainTextSecret, place{v.Span, path}, "%q is not taken from a secret variable", path).
		Help = "declare a variable with secret: env:NAME and write ${name} here"
}
