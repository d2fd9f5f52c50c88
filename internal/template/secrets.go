package template

import (
	"fmt"
	"slices"

	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/schema/facts"
)

// secretKeys are the keys of Apple's payloads whose values are passwords, passcodes and the like, sorted.
func secretKeys() []string {
	known, err := facts.Embedded()
	if err != nil {
		panic(err) // a test reads them
	}
	return known.Secrets.Keys
}

// hideSecrets marks the passwords that a template holds in plain text, and keeps them out of excerpts.
func (s *load) hideSecrets(root *plist.Value) {
	if passcode := root.Lookup("profile", "removal", "passcode"); passcode != nil {
		s.hide(passcode, "profile.removal.passcode")
	}
	names := secretKeys()
	eachKeys(root, func(keys *plist.Value, path string) { s.hideIn(keys, path, names) })
}

func (s *load) hideIn(v *plist.Value, path string, names []string) {
	for _, f := range v.Fields {
		if _, found := slices.BinarySearch(names, f.Key); found {
			s.hide(f.Value, join(path, f.Key))
		}
		s.hideIn(f.Value, join(path, f.Key), names)
	}
	for i, item := range v.Items {
		s.hideIn(item, fmt.Sprintf("%s[%d]", path, i), names)
	}
}

// hide marks one value as secret. What came from a reference is secret already; what an MDM server will fill in is none yet.
func (s *load) hide(v *plist.Value, path string) {
	plain := v.Kind == plist.String && v.Text != "" || v.Kind == plist.Data || v.Kind == plist.Integer
	if isFileReference(v) {
		v.Secret = true
	}
	if v.Secret || !plain || len(mdm.Filled(v.Text)) > 0 {
		return
	}
	v.Secret = true
	if s.unknown[v] {
		return
	}
	s.mask(v)
	s.out.warn("plain-text-secret", place{v.Span, path}, "%q is not taken from a secret variable", path).
		Help = "declare a variable with secret: env:NAME and write ${name} here"
}
