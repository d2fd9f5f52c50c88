package schema

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// permissive is an expression that Go cannot compile, since it looks ahead. It matches everything.
type permissive string

func (p permissive) MatchString(string) bool { return true }
func (p permissive) String() string          { return string(p) }

func compilePattern(s string) (jsonschema.Regexp, error) {
	if strings.Contains(s, "(?!") || strings.Contains(s, "(?=") {
		return permissive(s), nil
	}
	return regexp.Compile(s)
}

// compiled makes the JSON Schema of a type and compiles it, which checks it against draft-07.
func compiled(t *testing.T, c *Catalog, types []*Type) *jsonschema.Schema {
	t.Helper()
	text, err := c.JSONSchema(types)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(compilePattern)
	if err := compiler.AddResource("type.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("type.json")
	if err != nil {
		t.Fatalf("%s: %v", types[0].ID, err)
	}
	return s
}

func TestEveryJSONSchemaCompiles(t *testing.T) {
	c := Embedded()
	entries, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, e := range entries {
		if done[e.PayloadType] {
			continue
		}
		done[e.PayloadType] = true
		types, err := c.Find(e.PayloadType)
		if err != nil {
			t.Fatal(err)
		}
		compiled(t, c, types)
	}
	if len(done) < 300 {
		t.Errorf("%d types, want at least 300", len(done))
	}
}

func TestJSONSchemaAcceptsAndRefuses(t *testing.T) {
	tests := []struct {
		of, value string
		ok        bool
	}{
		{"com.apple.wifi.managed", `{"SSID_STR": "Guests", "EncryptionType": "WPA2", "PayloadType": "com.apple.wifi.managed"}`, true},
		{"com.apple.wifi.managed", `{"EncryptionType": "WPA9"}`, false},
		{"com.apple.wifi.managed", `{"AutoJoin": 1}`, false},
		{"com.apple.wifi.managed", `{"AutoJion": true}`, false},
		{"com.apple.wifi.managed", `{"PayloadType": "com.apple.vpn.managed"}`, false},
		{"com.apple.wifi.managed", `{"EAPClientConfiguration": {"UserName": "a"}}`, false}, // AcceptEAPTypes is required
		{"com.apple.wifi.managed", `{"EAPClientConfiguration": {"AcceptEAPTypes": [25]}}`, true},
		{"com.apple.wifi.managed", `{"EAPClientConfiguration": {"AcceptEAPTypes": [26]}}`, false},
		{"com.apple.dock", `{"tilesize": 15}`, false},
		{"com.apple.dock", `{"tilesize": 16}`, true},
		{"com.apple.homescreenlayout", `{"Pages": [[{"Type": "Folder", "Pages": [[{"Type": "Application", "BundleID": "a"}]]}]]}`, true},
		{"com.apple.homescreenlayout", `{"Pages": [[{"Type": "Folder", "Pages": [[{"BundleID": "a"}]]}]]}`, false}, // Type, one level down
		{"com.apple.MCX", `{"timeServer": "time.example.com"}`, true},
		{"com.apple.MCX", `{"timeServer": 1}`, false},
		{"com.apple.configuration.passcode.settings", `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "a", "ServerToken": "1", "Payload": {"MinimumLength": 16}}`, true},
		{"com.apple.configuration.passcode.settings", `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "a", "ServerToken": "1", "Payload": {"MinimumLength": 17}}`, false},
		{"com.apple.configuration.passcode.settings", `{"Type": "com.apple.configuration.passcode.settings", "ServerToken": "1", "Payload": {}}`, false}, // Identifier
		{"com.google.Chrome", `{"CloudReportingEnabled": true, "KeyOfTomorrow": 1}`, true},
		{"com.google.Chrome", `{"CloudReportingEnabled": "yes"}`, false},
		{"TopLevel", `{"PayloadContent": [], "ConsentText": {"default": "Hello", "de": "Hallo"}}`, false},
	}
	for _, x := range tests {
		types, err := Embedded().Find(x.of)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(x.value))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled(t, Embedded(), types).Validate(value); (err == nil) != x.ok {
			t.Errorf("%s: %s: %v", x.of, x.value, err)
		}
	}
}

// Keys that lead back to themselves, or an array that holds itself, end in references.
func TestJSONSchemaEnds(t *testing.T) {
	loop := &Key{Name: "Loop", Kind: 2}
	loop.Keys = []*Key{loop}
	x := folders()
	x.Keys = append(x.Keys, loop)
	x.Keys = append(x.Keys, &Key{Name: "Whole", Kind: 1})
	x.Keys[len(x.Keys)-1].Keys = x.Keys
	files := catalogOf(t, x, &Type{ID: "CommonPayloadKeys", PayloadType: "CommonPayloadKeys", Family: Envelope})
	compiled(t, files, []*Type{x})
}

func TestECMAPattern(t *testing.T) {
	tests := []struct {
		format, want string
		ok           bool
	}{
		{`^[0-9]+$`, `^[0-9]+$`, true},
		{`^((?!\:).)*$`, `^((?!:).)*$`, true},
		{`^\d{4}-\d{4}$`, `^\d{4}-\d{4}$`, true},
		{`[a\-z\:]`, `[a\-z:]`, true},
		{`a]b}c{d`, `a\]b\}c\{d`, true},
		{`a{2,}b{1,3}`, `a{2,}b{1,3}`, true},
		{`image\/png`, `image\/png`, true},
		{`(?i)abc`, ``, false},
		{`(?P<name>a)`, ``, false},
		{`\Aabc\z`, ``, false},
		{`[[:alpha:]]`, ``, false},
		{`(abc`, ``, false},
		{`[abc`, ``, false},
		{`abc\`, ``, false},
		{`\p{L}`, ``, false},
	}
	for _, x := range tests {
		got, ok := ecmaPattern(x.format)
		if ok != x.ok || ok && got != x.want {
			t.Errorf("ecmaPattern(%q) = %q, %v, want %q, %v", x.format, got, ok, x.want, x.ok)
		}
	}
}

// What is called a pattern compiles once look-ahead is put aside.
func FuzzECMAPatternCompiles(f *testing.F) {
	for _, s := range []string{`^[0-9]+$`, `^((?!\:).)*$`, `a]b}c{d`, `[[:x:]]`, `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, format string) {
		pattern, ok := ecmaPattern(format)
		if !ok {
			return
		}
		if _, err := regexp.Compile(strings.NewReplacer("(?!", "(?:", "(?=", "(?:").Replace(pattern)); err != nil {
			t.Errorf("%q: %v", pattern, err)
		}
	})
}
