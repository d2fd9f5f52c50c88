package secret

import (
	"testing"
)

// Names that IsName takes for one of a secret pass the cheap test before.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"Password", "PSK", "pw", "API_KEY", "paswsord", "passphras", "AuthorizationHeader", "toKen", "kennwort", "PIN", "x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !mayBeName(name) && isNameOf(splitWords(name)) {
			t.Errorf("%q is a name of a secret", name)
		}
	})
}
