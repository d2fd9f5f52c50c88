package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"syncguard/internal/schema"
)

// manifestLosses are attributes of keys that the catalog leaves out, with the reason. Those that end in * are prefixes.
var manifestLosses = map[string]string{
	"pfm_title": "prose", "pfm_description*": "prose", "pfm_note": "prose", "pfm_documentation*": "prose", "pfmx_comment": "prose",
	"pfm_app_*": "versions of programs, which a target does not have", "pfm_macos_max": "excludes a release without naming it",
	"pfm_exclude": "conditions between keys", "pfm_excluded": "conditions between keys", "pfm_conditionals": "conditions between keys",
	"pfm_default_copy": "hint for editors", "pfm_value_*": "hint for editors", "pfm_view": "hint for editors",
	"pfm_range_list_titles": "prose", "pfm_hidden": "hint for editors", "pfm_enabled": "hint for editors",
	"pfm_allowed_file_types": "hint for editors", "pfm_date_*": "hint for editors", "pfm_type_input": "hint for editors",
	"pfm_imazing_*": "hint for editors", "pfm_substitution_variables": "prose", "pfm_tile": "slip of pfm_title",
}

// kept are attributes that the catalog has.
var kept = []string{
	"pfm_name", "pfm_type", "pfm_require", "pfm_required", "pfm_default", "pfm_range_list", "pfm_range_list_allow_custom_value",
	"pfm_range_min", "pfm_range_max", "pfm_format", "pfm_repetition_min", "pfm_repetition_max", "pfm_subkeys", "pfm_platforms",
	"pfm_n_platforms", "pfm_targets", "pfm_supervised", "pfm_macos_min", "pfm_macos_deprecated", "pfm_ios_min",
	"pfm_ios_deprecated", "pfm_tvos_min", "pfm_tvos_deprecated",
}

type manifestComparer struct {
	t             *testing.T
	catalog       *schema.Catalog
	losses        map[string]int
	domains, keys int
}

// TestNoManifestKeyIsLost compares the embedded preference domains with the manifests, key by key.
func TestNoManifestKeyIsLost(t *testing.T) {
	data := sourceData(t)
	comparer := manifestComparer{t: t, catalog: schema.Embedded(), losses: map[string]int{}}
	for _, pattern := range []string{"ManagedPreferences*/*.plist", "ManifestsApple/com.apple.SubmitDiagInfo.plist"} {
		files, err := filepath.Glob(filepath.Join(data, "profile-manifests/Manifests", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d manifests match %s, %v", len(files), pattern, err)
		}
		for _, file := range files {
			comparer.compareFile(file)
		}
	}
	t.Logf("%d domains, %d keys compared", comparer.domains, comparer.keys)
	for _, loss := range slices.Sorted(maps.Keys(comparer.losses)) {
		t.Logf("left out %d times: %s", comparer.losses[loss], loss)
	}
}

// TestKeysBesideApples holds that the catalog has every key of a manifest of Apple's payloads, and marks those that Apple's
// own files do not have.
func TestKeysBesideApples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sourceData(t), "profile-manifests/Manifests/ManifestsApple/*.plist"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d manifests, %v", len(files), err)
	}
	c, keys := schema.Embedded(), 0
	sources, _ := sourceFacts(t, sourceData(t))
	dropped := func(k *schema.Key) bool { return k.Dropped || k.Name == schema.Any }
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if _, err := plist.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		domain := m["pfm_domain"].(string)
		apple, _ := c.Payloads(domain)
		for _, item := range m["pfm_subkeys"].([]any) {
			k, _ := item.(map[string]any)
			name, _ := k["pfm_name"].(string)
			if len(apple) == 0 || k["pfm_segments"] != nil || strings.HasPrefix(name, "Payload") || name == "{{key}}" || name == "{{value}}" {
				continue
			}
			i := slices.IndexFunc(apple, func(a *schema.Type) bool { return a.Key(name) != nil })
			if i < 0 {
				t.Errorf("%s: %s is lost", file, name)
			} else if own := sources[apple[i].ID][name] != nil || dropped(apple[i].Key(name)); own == apple[i].Key(name).Community {
				t.Errorf("%s: %s: Apple has it: %v", file, name, own)
			}
			keys++
		}
	}
	t.Logf("%d keys of %d manifests compared", keys, len(files))
}

func (c *manifestComparer) compareFile(file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	var m map[string]any
	if _, err := plist.Unmarshal(raw, &m); err != nil {
		c.t.Fatal(err)
	}
	types, err := c.catalog.Preferences(m["pfm_domain"].(string))
	if err != nil {
		c.t.Fatal(err)
	}
	x := fromFile(types, file)
	if x == nil {
		c.t.Errorf("%s is not in the catalog", file)
		return
	}
	c.domains++
	c.compare(x.ID, m["pfm_subkeys"].([]any), x.Keys, true)
}

func fromFile(types []*schema.Type, file string) *schema.Type {
	for _, x := range types {
		if strings.HasSuffix(file, "/"+x.Sources[0].Path) {
			return x
		}
	}
	return nil
}

func (c *manifestComparer) compare(path string, items []any, keys []*schema.Key, top bool) {
	var names []string
	for _, item := range items {
		m := item.(map[string]any)
		name, _ := m["pfm_name"].(string)
		switch {
		case m["pfm_segments"] != nil:
			c.losses["a row of buttons, and no key"]++
			continue
		case name == "{{key}}":
			c.losses["the name of ANY"]++
			continue
		case top && strings.HasPrefix(name, "Payload") && name != "PayloadContent":
			c.losses["a key of every payload"]++
			continue
		case name != "" && slices.Contains(names, name):
			c.losses["a repeated key"]++
			continue
		}
		names = append(names, name)
		if len(names) > len(keys) {
			c.t.Errorf("%s/%s is lost", path, name)
			continue
		}
		c.compareKey(path+"/"+name, m, keys[len(names)-1])
	}
	if len(names) < len(keys) {
		c.t.Errorf("%s has keys that its manifest does not", path)
	}
}

func (c *manifestComparer) compareKey(path string, m map[string]any, k *schema.Key) {
	c.keys++
	name, _ := m["pfm_name"].(string)
	if name == "{{value}}" {
		name = schema.Any
	}
	if k.Name != name {
		c.t.Errorf("%s is %s", path, k.Name)
	}
	kind := m["pfm_type"].(string)
	if kind == "float" {
		kind = "real"
	}
	if k.Kind.String() != kind {
		c.t.Errorf("%s is of type %s, not %s", path, k.Kind, kind)
	}
	if always := strings.HasPrefix(fmt.Sprint(m["pfm_require"]), "always") && name != schema.Any; always && !k.Required {
		c.t.Errorf("%s is not required", path)
	}
	if d, stated := m["pfm_default"]; stated && k.Default == nil {
		if _, isText := d.(string); isText {
			c.losses["a default that is a message or of another kind"]++
		} else {
			c.losses[fmt.Sprintf("a default of another kind (%T in %s)", d, kind)]++
		}
	}
	for attribute := range m {
		if !slices.Contains(kept, attribute) {
			c.lose(path, attribute)
		}
	}
	subkeys, _ := m["pfm_subkeys"].([]any)
	c.compare(path, subkeys, k.Keys, false)
}

func (c *manifestComparer) lose(path, attribute string) {
	for loss, reason := range manifestLosses {
		prefix, isPrefix := strings.CutSuffix(loss, "*")
		if attribute == loss || isPrefix && strings.HasPrefix(attribute, prefix) {
			c.losses[loss+": "+reason]++
			return
		}
	}
	c.t.Errorf("%s: %s is lost without a reason", path, attribute)
}
