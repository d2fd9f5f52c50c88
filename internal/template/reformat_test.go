package template

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/diag"
)

func TestReformat(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"the order of the reference", "payloads: []\n# who\norganization:\n    name: Acme\n    identifier: com.acme\n",
			"# who\norganization:\n  name: Acme\n  identifier: com.acme\npayloads: []\n"},
		{"blank lines", "organization: {name: Acme, identifier: com.acme}\r\n\r\n\r\n\r\n# devices\r\ntargets:\r\n- iOS\r\n\r\n- macOS   # all\r\n\r\n\r\n",
			"organization: {name: Acme, identifier: com.acme}\n\n# devices\ntargets:\n  - iOS\n\n  - macOS # all\n"},
		{"quotes and texts stay", "organization:\n  name: 'Acme'\n  identifier: \"com.acme\"\npayloads:\n  - id: a\n    type: x\n    keys:\n      T: |+\n        # no comment  \n\n        end\n\n",
			"organization:\n  name: 'Acme'\n  identifier: \"com.acme\"\npayloads:\n  - id: a\n    type: x\n    keys:\n      T: |+\n        # no comment  \n\n        end\n\n"},
		{"a long line stays one", "organization:\n  name: " + strings.Repeat("long ", 60) + "name\n", "organization:\n  name: " + strings.Repeat("long ", 60) + "name\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Reformat(diag.NewFile("in.yaml", []byte(c.in)), false)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n%s\nwant:\n%s", err, got, c.want)
			}
		})
	}
	for _, in := range []string{"", "a: [", "a: 1\n---\nb: 2\n"} {
		if out, err := Reformat(diag.NewFile("in.yaml", []byte(in)), false); err == nil {
			t.Errorf("%q is formed: %q", in, out)
		}
	}
}

// The templates that are part of syncguard, and those of the documentation, are in the canonical form.
func TestOurTemplatesAreFormatted(t *testing.T) {
	paths, _ := filepath.Glob("../../templates/*.yaml")
	more, _ := filepath.Glob("../../docs/examples/*.yaml")
	for _, path := range append(paths, more...) {
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data, []byte("\norganization:")) {
			continue
		}
		if got, err := Reformat(diag.NewFile(path, data), false); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %v\n%s", path, err, got)
		}
	}
}

func FuzzFormKeepsWhatATemplateSaysAndIsIdempotent(f *testing.F) {
	for _, s := range []string{
		"# head\n\nb: 1\n\n# a\na:\n    - x # y\n\n    - {c: d}\n", "a: &x\n  k: v\nb: *x\n", "t: |\n  # no\n\n  x\nu: >-\n  y\n\n\nv: 'z'\n", "payloads:\n  - id: a # b\n# end\n",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, keepOrder bool) {
		once, err := Reformat(diag.NewFile("in.yaml", data), keepOrder) // which compares what is said itself
		if err != nil {
			t.Skip()
		}
		twice, err := Reformat(diag.NewFile("in.yaml", once), keepOrder)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\nonce:\n%s\ntwice:\n%s", err, once, twice)
		}
	})
}
