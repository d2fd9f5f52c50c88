package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/diag"
)

// TestUntrustedLimits loads a template just within each limit of untrusted templates, and one just beyond it.
func TestUntrustedLimits(t *testing.T) {
	const head = "organization: {name: Acme, identifier: com.acme}\ntargets: [macOS/manual]\n"
	payload := func(value string) string {
		return head + "payloads:\n  - id: a\n    type: com.apple.a\n    keys:\n      A: " + value + "\n"
	}
	list := func(n int) string { return payload("[" + strings.Repeat("1,", n) + "1]") }
	for _, c := range []struct {
		name          string
		within, above string
		data          int // bytes of the file above reads; the one within reads half
	}{
		{"file", head + "#" + strings.Repeat(" ", MaxFile/2-len(head)-2), head + "#" + strings.Repeat(" ", MaxFile/2), 0},
		{"values", list(maxNodes/2 - 100), list(maxNodes / 2), 0},
		{"data", payload("{$file: half}"), payload("{$file: all}"), maxDataFile},
	} {
		load := func(text string, untrusted bool) (found []diag.Diagnostic) {
			root := fstest.MapFS{"t.yaml": {Data: []byte(text)}, "half": {Data: make([]byte, c.data/2)}, "all": {Data: make([]byte, c.data)}}
			_, found, err := (&Loader{Root: root, Untrusted: untrusted}).Load(Input{Name: "t.yaml"})
			if err != nil {
				return []diag.Diagnostic{{Severity: diag.Error, Message: err.Error()}}
			}
			return found
		}
		if found := load(c.within, true); diag.HasErrors(found) {
			t.Errorf("%s: refused within the limit: %v", c.name, found)
		}
		if !diag.HasErrors(load(c.above, true)) {
			t.Errorf("%s: accepted beyond the limit", c.name)
		}
		if found := load(c.above, false); diag.HasErrors(found) {
			t.Errorf("%s: refused for a trusted template: %v", c.name, found)
		}
	}
}

// TestUntrustedLinks reads through a real folder: os.Root alone follows links inside it.
func TestUntrustedLinks(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{".git", "real"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, "config"), []byte("k4n4ry"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"folder": ".git", "file": "real/config"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]error{
		"real/config": nil, "folder/config": errLink, "file": errLink, ".git/config": errHidden, "real/../.git/config": errOutside, "gone": os.ErrNotExist,
	} {
		s := &load{Loader: &Loader{Untrusted: true}, most: (&Loader{}).limits()}
		_, err := s.readRegular(origin{root.FS(), name}, 100)
		if want == nil && err != nil || want != nil && (err == nil || plainError(err) != plainError(want)) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}
