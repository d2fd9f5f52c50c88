//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// declarationReader decodes a declaration with Python's json, or the declarations of a profile with plistlib and json, and
// prints them as one array.
const declarationReader = `
import json, plistlib, sys
data = sys.stdin.buffer.read()
if data.lstrip()[:1] == b"{":
    found = [json.loads(data)]
else:
    content = plistlib.loads(data)["PayloadContent"]
    found = [json.loads(item) for p in content if p["PayloadType"] == "com.apple.declarations" for item in p["Declarations"]]
print(json.dumps(found))
`

type declaration struct {
	Type, Identifier, ServerToken string
	Payload                       map[string]any
}

// read decodes a file of a build by readers that are not ours.
func (s *syncguard) read(path string) []declaration {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, path))
	if err != nil {
		s.t.Fatal(err)
	}
	var found []declaration
	if err := json.Unmarshal(Tool(s.t, data, "python3", "-c", declarationReader), &found); err != nil {
		s.t.Fatal(err)
	}
	return found
}

// The same template gives an MDM server files, and a device that nobody manages a profile that carries the declarations.
func TestDeclarations(t *testing.T) {
	s := newSyncguard(t)
	s.build("--unsigned", "-o", "out", "--target", "iOS@27/supervised", "--target", "iOS@27/manual", "--target", "iOS@26/manual")
	names, err := filepath.Glob(filepath.Join(s.dir, "out", "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	managed := map[string]declaration{}
	for _, name := range names {
		rel := filepath.Join("out", filepath.Base(name))
		found := s.read(rel)
		switch {
		case strings.HasSuffix(name, ".json"):
			if len(found) != 1 {
				t.Errorf("%s holds %d declarations", rel, len(found))
			}
			managed[found[0].Identifier] = found[0]
		case strings.Contains(name, "ios-27-manual"):
			if len(found) != 2 {
				t.Errorf("%s carries %d declarations, want the settings and their activation", rel, len(found))
			}
			checkActivations(t, found)
		case len(found) > 0:
			t.Errorf("%s carries declarations", rel)
		}
		for _, d := range found {
			if len(d.Identifier) > 64 || len(d.ServerToken) > 64 || d.Identifier == "" || d.ServerToken == "" || d.Payload == nil {
				t.Errorf("%s: %+v is not as devices want it", rel, d)
			}
		}
		if _, stderr, code := s.run("validate", rel); code != 0 {
			t.Errorf("validate finds fault with %s: %s", rel, stderr)
		}
	}
	var all []declaration
	for _, d := range managed {
		all = append(all, d)
	}
	if len(all) != 4 {
		t.Errorf("%d declarations for MDM, want two with an activation each", len(all))
	}
	checkActivations(t, all)
}

// checkActivations wants every configuration in exactly one activation, and nothing else in any.
func checkActivations(t *testing.T, all []declaration) {
	t.Helper()
	times := map[string]int{}
	for _, d := range all {
		if d.Type == "com.apple.activation.simple" {
			for _, id := range d.Payload["StandardConfigurations"].([]any) {
				times[id.(string)]++
			}
		}
	}
	configurations := 0
	for _, d := range all {
		if strings.HasPrefix(d.Type, "com.apple.configuration.") {
			if configurations++; times[d.Identifier] != 1 {
				t.Errorf("%s is in %d activations", d.Identifier, times[d.Identifier])
			}
		}
	}
	if len(times) != configurations {
		t.Errorf("activations name %v", times)
	}
}

// Tokens change exactly when the content does, also that of a profile which a declaration wraps.
func TestServerTokens(t *testing.T) {
	s := newSyncguard(t)
	tokens := func(out string, args ...string) map[string]string {
		t.Helper()
		s.build(append([]string{"--unsigned", "-o", out, "--target", "iOS@27/supervised", "--legacy-url", "https://mdm.acme.net/profiles"}, args...)...)
		names, _ := filepath.Glob(filepath.Join(s.dir, out, "*.json"))
		all := map[string]string{}
		for _, name := range names {
			for _, d := range s.read(filepath.Join(out, filepath.Base(name))) {
				all[filepath.Base(name)] = d.ServerToken
			}
		}
		return all
	}
	first, again := tokens("first"), tokens("again")
	changed := tokens("changed", "--set", "organization=Acme") // in the profile only
	for name, token := range first {
		if again[name] != token {
			t.Errorf("%s: the token changes without the content", name)
		}
		if isProfile := strings.HasSuffix(name, "supervised.profile.json"); (changed[name] != token) != isProfile {
			t.Errorf("%s: the token changes: %t", name, changed[name] != token)
		}
	}
	if len(first) != 6 {
		t.Errorf("got %d declarations, want three with an activation each", len(first))
	}
}
