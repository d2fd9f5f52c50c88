package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A template puts no hidden file into a profile, whichever way its path takes.
func TestTemplateReadsNoHiddenFile(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		".env": "TOKEN", ".git/config": "TOKEN", "sub/.secret": "TOKEN", "\u200c.ignored": "TOKEN", "sub/logo.png": "LOGO", "a..b/c.d": "LOGO",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"logo": "sub/logo.png", "chain": "logo", "up": "sub/../logo", "down": "sub", "sub/env": "../.env", "env": ".env", "git": ".git", "through": "git/config",
		"around": "down/../.env", "back": ".git/../sub/logo.png", "absolute": filepath.Join(folder, ".env"), "loop": "loop",
	} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, why := range map[string]string{
		"sub/logo.png": "", "./sub/logo.png": "", "logo": "", "chain": "", "up": "", "down/logo.png": "", "a..b/c.d": "", "sub/../logo": "",
		".env": `".env" is hidden`, ".git/config": `".git" is hidden`, "sub/.secret": `".secret" is hidden`, "./.env": `".env" is hidden`, "sub/../.env": `".env" is hidden`,
		"sub/env": `".env" is hidden`, "env": `".env" is hidden`, "git/config": `".git" is hidden`, "through": `".git" is hidden`, "around": `".env" is hidden`,
		"back": `".git" is hidden`, "down/env": `".env" is hidden`, "absolute": "outside", "loop": "too many links", "\u200c.ignored": "is hidden",
	} {
		for _, form := range []string{"f: {$file: NAME}", "f: {$text: NAME}", `f: "${s}"`} {
			secret := `"env:X"`
			if strings.Contains(form, "${s}") {
				secret = `"file:` + name + `"`
			}
			text := organization + "payloads: [{id: p, type: com.x, keys: {g: \"${s}\", " + strings.Replace(form, "NAME", `"`+name+`"`, 1) + "}}]\nvariables: {s: {secret: " + secret + "}}\n"
			if err := os.WriteFile(filepath.Join(folder, "t.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			loader := Loader{Root: root.FS(), Env: func(string) (string, bool) { return "x", true }}
			spec, found, err := loader.Load(Input{Name: "t.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(show(found), "\n"); (why == "") != (got == "") || !strings.Contains(got, why) || strings.Contains(got, "TOKEN") {
				t.Errorf("%s: %s: got %q, want %q", name, form, got, why)
			}
			if spec == nil {
				continue
			}
			if f := spec.Payloads[0].Keys.Get("f"); f != nil && strings.Contains(f.Text+string(f.Data), "TOKEN") {
				t.Errorf("%s: %s: the profile holds the file", name, form)
			}
		}
	}
}
