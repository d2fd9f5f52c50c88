package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	howett "howett.net/plist"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
)

// A key that chooses from a list of values, by any schema, is not one of a secret, whatever its name.
func TestChoicesAreNoSecrets(t *testing.T) {
	c := schema.Embedded()
	entries, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(keys []*schema.Key, of string, depth int)
	walk = func(keys []*schema.Key, of string, depth int) {
		for _, k := range keys {
			if k.Kind == plist.String && len(k.RangeList) > 0 {
				if seen++; secret.IsKey(k.Name) {
					t.Errorf("%s: %s has a list of values and is taken for a secret", of, k.Name)
				}
			}
			if depth > 0 {
				walk(k.Keys, of, depth-1)
			}
		}
	}
	for _, e := range entries {
		found, err := c.Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		walk(found.Keys, e.ID, 6)
	}
	if seen < 100 {
		t.Errorf("only %d keys have a list of values", seen)
	}
}

// What ProfileManifests mark as sensitive is a secret.
func TestSensitiveKeysAreSecrets(t *testing.T) {
	data := os.Getenv("SYNCGUARD_DATA")
	if data == "" {
		t.Skip("SYNCGUARD_DATA names no folder with profile-manifests")
	}
	seen := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if name, _ := v["pfm_name"].(string); v["pfm_sensitive"] == true && name != "" {
				if seen++; !secret.IsKey(name) {
					t.Errorf("%s is sensitive and is taken for no secret", name)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	err := filepath.WalkDir(filepath.Join(data, "profile-manifests"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".plist" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var manifest any
		if _, err := howett.Unmarshal(text, &manifest); err == nil { // what does not read is the importer's business
			walk(manifest)
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("%d keys are sensitive: %v", seen, err)
	}
}
