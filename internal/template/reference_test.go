package template

import (
	"bytes"
	"encoding/json"
	goflag "flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"syncguard/internal/diag"
)

var update = goflag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is stale, run the tests with -update (-want +got):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	schema, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "template.schema.json", schema)
	golden(t, "reference.md", []byte(referenceTable()))
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("template.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("template.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML as an editor does: dates stay text.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	stripDates(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func stripDates(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		stripDates(child)
	}
}

// TestSchemaAgrees holds Load and the JSON Schema against each other.
func TestSchemaAgrees(t *testing.T) {
	schema := compileSchema(t)
	overlay := "extends: base.yaml\n"
	files := map[string]string{"base.yaml": organization, "logo.bin": "x", "script.sh": "x"}
	tests := []struct {
		valid bool
		text  string
	}{
		{true, organization},
		{true, fullTemplate},
		{true, overlay},
		{true, overlay + "profile: null\ntargets: null\n"},
		{true, organization + "prevention: {date-time: false, dns: true, cellular: {allowRoaming: true}, storage: {steps: false}}\n"},
		{true, organization + "prevention: {updates: {automatic: \"${b}\"}}\nvariables: {b: true}\n"},
		{true, organization + "profile: {scope: \"${b}\", expires: \"2028-01-31\", consent: Yes}\nvariables: {b: User}\n"},
		{true, organization + "prevention: {dns: {exemptNetworks: [a], exemptServers: [\"10.*\"], localDomains: [lan], matchDomains: [\"*.a.b\"]}}\n"},
		{true, organization + "targets: [iOS, ipados@18.2/SUPERVISED, watchOS@11]\n"},
		{true, organization + "payloads: [{id: a, type: b, targets: [macOS, supervised, ios/manual], keys: {a: [1, {b: 2.5}]}}]\n"},
		{true, organization + "payloads: [{id: a, type: b, keys: {x: {$uuid: c}, y: [{$uuid: \"${v}\"}, {$file: logo.bin}]}}, {id: c, type: d}]\nvariables: {v: c}\n"},
		{false, organization + "payloads: [{id: a, type: b, keys: {x: {$uuid: 5}}}]\n"},
		{false, organization + "payloads: [{id: a, type: b, keys: {x: {$uuid: c d}}}]\n"},
		{false, "{}"},
		{false, "profile: {}\n"},
		{false, "organization: {name: Acme}\n"},
		{false, "organization: {name: Acme, identifier: null}\n"},
		{false, "organization: {name: \" \", identifier: com.acme}\n"},
		{false, "organization: {name: Acme, identifier: acme}\n"},
		{false, organization + "unknown: 1\n"},
		{false, organization + "prevention: {dns: {serverAdresses: [1.1.1.1]}}\n"},
		{false, organization + "prevention: {dns: {provider: opendns}}\n"},
		{false, organization + "prevention: {dns: {providers: []}}\n"},
		{false, organization + "prevention: {dns: {providers: [google, google]}}\n"},
		{false, organization + "prevention: {dns: yes}\n"},
		{false, organization + "prevention: {date-time: {automatic: \"yes\"}}\n"},
		{false, organization + "prevention: {date-time: {timeZone: Mars}}\n"},
		{false, organization + "prevention: {cellular: {wifiAssist: {policy: default}}}\n"},
		{false, organization + "prevention: {cellular: {wifiAssist: {policy: default, iccids: [\"12\"]}}}\n"},
		{false, organization + "profile: {scope: system}\n"},
		{false, organization + "profile: {targetDeviceType: 5}\n"},
		{false, organization + "profile: {removal: {after: 30}}\n"},
		{false, organization + "profile: {removal: {after: 30 days}}\n"},
		{false, organization + "profile: {expires: tomorrow}\n"},
		{false, organization + "targets: []\n"},
		{false, organization + "targets: [windows]\n"},
		{false, organization + "targets: iOS\n"},
		{false, organization + "payloads: [{type: b}]\n"},
		{false, organization + "payloads: [{id: a}]\n"},
		{false, organization + "payloads: [{id: a b, type: b}]\n"},
		{false, organization + "payloads: [{id: a, type: b, keys: {x: null}}]\n"},
		{false, organization + "payloads: [{id: a, type: b, keys: {x: {y: [null]}}}]\n"},
		{false, organization + "payloads: [{id: a, type: b, keys: [1]}]\n"},
		{false, organization + "payloads: [{id: a, type: b, uuid: x}]\n"},
		{false, organization + "variables: {a: [1]}\n"},
		{false, organization + "variables: {a: {type: number}}\n"},
		{false, organization + "variables: {a: {secret: hunter2}}\n"},
	}
	for _, test := range tests {
		err := schema.Validate(asJSON(t, test.text))
		if (err == nil) != test.valid {
			t.Errorf("JSON Schema: want valid %t\n%s%v", test.valid, test.text, err)
		}
		files["t.yaml"] = test.text
		_, found := loadFiles(t, files, Input{Name: "t.yaml"})
		if diag.HasErrors(found) == test.valid {
			t.Errorf("Load: want valid %t\n%s%q", test.valid, test.text, show(found))
		}
	}
}

// TestShapes holds every shape to what documentation and defaults need.
func TestShapes(t *testing.T) {
	var walk func(s *shape, path string)
	walk = func(s *shape, path string) {
		if s.meaning == "" || !strings.HasSuffix(s.meaning, ".") {
			t.Errorf("%s: meaning is %q, want a sentence", path, s.meaning)
		}
		if s.kind == list && s.item == nil {
			t.Errorf("%s: a list without an item", path)
		}
		for _, sample := range []string{s.fallback, s.example} {
			if s.kind != plain || sample == "" || strings.Contains(sample, "${") {
				continue
			}
			if s.format != nil && !s.format.matches(sample) {
				t.Errorf("%s: %q is not %s", path, sample, s.format.want)
			}
			if s.choices != nil && !strings.Contains(strings.Join(s.choices, " "), sample) {
				t.Errorf("%s: %q is no choice", path, sample)
			}
		}
		for _, k := range s.keys {
			walk(k, strings.TrimPrefix(path+"."+k.name, "."))
		}
		if s.item != nil {
			walk(s.item, path+"[]")
		}
	}
	walk(templateShape(), "")
}

func TestFormats(t *testing.T) {
	tests := []struct {
		format    *format
		good, bad []string
	}{
		{reverseDNS, []string{"com.acme", "de.b-c.d1"}, []string{"acme", "com.", ".com.a", "com.a_b", "com.-a", strings.Repeat("a.", 120) + "b"}},
		{identifierPart, []string{"icloud-sync", "a.b"}, []string{"", "a..b", "a_b", "a."}},
		{addressFormat, []string{"1.1.1.1", "::1", "2001:db8::53"}, []string{"1.1.1", "1.1.1.1/24", "fe80::1%en0", "a.b"}},
		{httpsURL, []string{"https://a.b/q", "https://[::1]/q"}, []string{"http://a", "https://", "https://u:p@a/", "https://a/ b", "https://a/#x", "https:///q"}},
		{durationFormat, []string{"30d", "12h", "90m", "1d12h"}, []string{"", "30", "0d", "d", "36600d1s", "99999999999999999999d", "1w", "-1d"}},
		{domainFormat, []string{"lan", "a.b", "*.a.b", "*a.b"}, []string{"", "a..b", "*", "a b", "a.*"}},
		{serverPattern, []string{"10.*", "1.1.1.1", "fe80:*"}, []string{"", "10.*.1", "a.b.x"}},
		{ssidFormat, []string{"Büro", "a b"}, []string{"", "a\nb", strings.Repeat("ü", 17)}},
		{iccidFormat, []string{"89310410106543789301"}, []string{"8931", "8931041010654378930a"}},
		{timeZoneFormat, []string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"}, []string{"", "Berlin", "CEST", "../etc"}},
		{referenceFormat, []string{"env:A_1", "file:a/b.txt"}, []string{"env:", "env:1", "file:", "secret"}},
		{targetFormat, []string{"iOS", "ios@18.2/manual", "iPadOS/shared-ipad"}, []string{"", "iOS/", "iOS@", "iOS@1.2.3.4", "macOS/shared-ipad", "iOS@0"}},
		{filterFormat, []string{"iOS", "supervised", "macos/Device"}, []string{"", "iOS@26", "/manual", "iOS/", "phone"}},
		{upperUUID, []string{"7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11"}, []string{"7c1f9e52-0e7b-5d0a-9b60-3f2a9c3c0e11", "x"}},
		{languageFormat, []string{"default", "en", "de-CH", "zh-Hans-CN"}, []string{"", "english!", "e"}},
	}
	for _, test := range tests {
		for _, s := range test.good {
			if !test.format.matches(s) {
				t.Errorf("%q is refused, want %s", s, test.format.want)
			}
		}
		for _, s := range test.bad {
			if test.format.matches(s) {
				t.Errorf("%q is taken, want %s", s, test.format.want)
			}
		}
		if _, err := regexp.Compile(test.format.pattern()); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loader := &Loader{Env: testEnv}
		if _, _, err := loader.Load(Input{Name: "t", Data: []byte(fullTemplate)}); err != nil {
			b.Fatal(err)
		}
	}
}
