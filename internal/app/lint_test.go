package app

import (
	"strings"
	"testing"

	"syncguard/internal/diag"
)

// Lines added above a finding leave its fingerprint, and so does another message; another key path or file does not.
func TestFingerprints(t *testing.T) {
	of := func(name, text, path, message string) string {
		l := &linting{alike: map[string]int{}}
		at := strings.Index(text, "x")
		d := diag.Diagnostic{Rule: "a", Message: message, Path: diag.Keys(path), Span: diag.Span{File: diag.NewFile(name, []byte(text)), Start: at, End: at + 1}}
		l.identify(&d, name, l.alike)
		return d.Fingerprint
	}
	first := of("a", "x", "P", "m")
	for what, c := range map[string]struct {
		got  string
		same bool
	}{
		"lines above":      {of("a", "\n\n x", "P", "m"), true},
		"./ before it":     {of("./a", "x", "P", "m"), true},
		"another file":     {of("b", "x", "P", "m"), false},
		"another key path": {of("a", "x", "Q", "m"), false},
		"another message":  {of("a", "x", "P", "n"), true},
	} {
		if (c.got == first) != c.same {
			t.Errorf("%s: same is %t", what, c.got == first)
		}
	}
}
