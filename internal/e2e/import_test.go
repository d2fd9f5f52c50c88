//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asTyped writes a property list so that true, 1 and 1.0 are three values, or why it cannot be read.
const asTyped = `
import plistlib, sys
def typed(v):
    if isinstance(v, dict): return {k: typed(x) for k, x in sorted(v.items())}
    if isinstance(v, list): return [typed(x) for x in v]
    return (type(v).__name__, v)
try: print(typed(plistlib.loads(sys.stdin.buffer.read())))
except Exception as e: print("unreadable:", e)`

// Templates that import makes build what Python's plistlib reads as the same profile, types and all. SYNCGUARD_CORPUS names a
// folder of further profiles.
func TestImportBuildsTheSameProfile(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "signed")
	s.build("-o", "plain", "--unsigned")
	s.sameWhenImported(t, "signed", "plain")
	if corpus := os.Getenv("SYNCGUARD_CORPUS"); corpus != "" {
		s.sameWhenImported(t, corpus)
	}
}

func (s *syncguard) sameWhenImported(t *testing.T, paths ...string) {
	stdout, stderr, _ := s.run(append([]string{"import", "--format", "json", "-o", "templates", "--force", "--secrets", "secrets.yaml"}, paths...)...)
	var r struct {
		Secrets string
		Files   []struct {
			File, Template, Refused string
			Same                    bool
		}
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	counts := map[string]int{}
	for _, f := range r.Files {
		if filepath.Ext(f.File) != ".mobileconfig" {
			continue
		}
		if f.Refused != "" {
			counts["not imported: "+f.Refused]++
			continue
		}
		args := []string{filepath.Join("templates", f.Template), "--unsigned", "-o", filepath.Join("built", f.Template)}
		if r.Secrets != "" {
			args = append(args, "--vars", r.Secrets)
		}
		s.build(args...)
		original, err := os.ReadFile(s.path(f.File))
		if err != nil {
			t.Fatal(err)
		}
		want := Tool(t, unsigned(t, original), "python3", "-c", asTyped)
		for name, built := range profilesIn(t, filepath.Join(s.dir, "built", f.Template)) {
			got := Tool(t, built, "python3", "-c", asTyped)
			switch {
			case bytes.HasPrefix(want, []byte("unreadable:")):
				counts["not read by plistlib"]++
			case !f.Same || !bytes.Equal(got, want):
				t.Errorf("%s: %s differs", f.File, name)
			default:
				counts["the same"]++
			}
		}
	}
	t.Logf("%s: %v", strings.Join(paths, " "), counts)
}

// path is that of a file in the folder in which the binary runs.
func (s *syncguard) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, name)
}

// unsigned is the content of a signed profile, or the profile itself.
func unsigned(t *testing.T, data []byte) []byte {
	t.Helper()
	if !bytes.HasPrefix(data, []byte{0x30}) {
		return data
	}
	return Tool(t, data, "openssl", "cms", "-verify", "-inform", "DER", "-noverify", "-binary")
}
