package compose

import (
	"regexp"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/templates"
)

// checkTemplate finds what is wrong with a template and with what it composes for some targets.
func checkTemplate(t *testing.T, targets ...string) fix.Check {
	return func(f *diag.File) ([]diag.Diagnostic, error) {
		loader := &template.Loader{Builtin: templates.Files, Env: func(string) (string, bool) { return "", false }}
		spec, found, err := loader.Load(template.Input{Name: f.Name, Data: f.Data})
		if err != nil || spec == nil {
			return found, err
		}
		for _, name := range targets {
			at, err := target.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Compose(spec, at, schema.Embedded(), lint.Options{})
			if err != nil {
				return nil, err
			}
			found = append(found, r.Written()...)
		}
		return found, nil
	}
}

// wifiTemplate is right; each case spoils it.
const wifiTemplate = `# yaml-language-server: $schema=syncguard.json
organization: {name: "Büro", identifier: org.acme}
prevention: false   # another profile has it
variables:
  type: {default: WPA2}
profile: {identifier: org.acme.wifi, scope: System}
payloads:
  - id: office
    uuid: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F"
    type: com.apple.wifi.managed
    keys:
      SSID_STR: 'Büro'
      EncryptionType: WPA2 # as in the plan
      AutoJoin: true
      Password: hunter2hunter2
  - id: guests
    type: "com.apple.wifi.managed"
    keys: {"SSID_STR": Guests, EncryptionType: "${type}"}
`

func TestTemplatesAreCorrected(t *testing.T) {
	for _, c := range []struct {
		name, good, bad string
		none            bool
	}{
		{name: "template key", good: "prevention:", bad: "preventoin:"},
		{name: "template key in a mapping", good: ", identifier:", bad: ", identifer:"},
		{name: "boolean in quotes", good: "false   #", bad: `"no"   #`},
		{name: "boolean of YAML 1.1", good: "false   #", bad: "off   #"},
		{name: "text that is a number", good: `"Büro"`, bad: "123"},
		{name: "word of a template", good: "scope: System", bad: "scope: system"},
		{name: "UUID in lower case", good: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: "1d3c1b0e-5c6f-4e2b-8b56-0a1d2c3b4e5f"},
		{name: "payload key", good: "EncryptionType: WPA2", bad: "EncryptonType: WPA2"},
		{name: "payload key in quotes", good: `"SSID_STR"`, bad: `"SSID_Str"`},
		{name: "payload key, secret", good: "Password:", bad: "Pasword:"},
		{name: "allowed value", good: "WPA2 #", bad: "wpa2 #"},
		{name: "allowed value in a variable", good: "{default: WPA2}", bad: "{default: wpa2}", none: true},
		{name: "boolean as an integer", good: "AutoJoin: true", bad: "AutoJoin: 1"},
		{name: "boolean as a text", good: "AutoJoin: true", bad: "AutoJoin: 'true'"},
		{name: "text as an integer", good: "'Büro'", bad: "2024"},
		{name: "payload type", good: `"com.apple.wifi.managed"`, bad: `"com.apple.wifi.manged"`},
		{name: "several at once", good: "SSID_STR: 'Büro'\n      EncryptionType: WPA2", bad: "ssid_str: 'Büro'\n      encryptionType: wpa2"},
	} {
		for _, newline := range []string{"\n", "\r\n"} {
			good := strings.ReplaceAll(wifiTemplate, "\n", newline)
			bad := strings.Replace(good, strings.ReplaceAll(c.good, "\n", newline), strings.ReplaceAll(c.bad, "\n", newline), 1)
			want := good
			switch {
			case c.none:
				want = bad
			case c.bad == "123" || c.bad == "2024":
				want = strings.Replace(good, c.good, `"`+c.bad+`"`, 1)
			}
			check := checkTemplate(t, "iOS/supervised", "macOS/device")
			r, err := fix.Run("t.yaml", []byte(bad), check, false)
			if err != nil || string(r.Data) != want {
				t.Errorf("%s: got\n%s\nfixed %v, left %v, %v", c.name, r.Data, r.Fixed, r.Left, err)
			}
			if again, err := fix.Run("t.yaml", r.Data, check, false); err != nil || len(again.Fixed) > 0 {
				t.Errorf("%s: the second run corrects %v, %v", c.name, again.Fixed, err)
			}
			if string(r.Data) == bad && !c.none {
				t.Errorf("%s: nothing is corrected", c.name)
			}
			if len(r.Fixed) > 0 && strings.Contains(string(r.ShownBefore)+string(r.ShownAfter), "hunter2") {
				t.Errorf("%s: a secret is shown:\n%s\n%s", c.name, r.ShownBefore, r.ShownAfter)
			}
		}
	}
}

// A value that stands in several places is right in some of them, perhaps: it is left to a person.
func TestAliasesAreLeft(t *testing.T) {
	bad := strings.NewReplacer("keys:\n      SSID", "keys: &keys\n      ssid", `keys: {"SSID_STR": Guests, EncryptionType: "${type}"}`, "keys: *keys").Replace(wifiTemplate)
	r, err := fix.Run("t.yaml", []byte(bad), checkTemplate(t, "iOS/supervised"), true)
	if err != nil || string(r.Data) != bad || len(r.Left) == 0 {
		t.Errorf("got\n%s\nfixed %v, left %v, %v", r.Data, r.Fixed, r.Left, err)
	}
}

var comment = regexp.MustCompile(`(?m)(^|\s)#`)

// FuzzTemplateFixKeepsTheRest corrects arbitrary templates: comments stay, and a second run has nothing to do.
func FuzzTemplateFixKeepsTheRest(f *testing.F) {
	f.Add([]byte(wifiTemplate))
	f.Add([]byte(strings.NewReplacer("prevention", "preventoin", "true   #", "'yes' #", "\n", "\r\n").Replace(wifiTemplate)))
	f.Add([]byte("{\"organisation\": {\"name\": 1, identifier: 'a'}, payloads: [{id: a, tpye: b, uuid: 1d3c1b0e-5c6f-4e2b-8b56-0a1d2c3b4e5f}]} # x"))
	check := checkTemplate(nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20_000 {
			return
		}
		r, err := fix.Run("t.yaml", data, check, true)
		if err != nil {
			return
		}
		if was, is := len(comment.FindAll(data, -1)), len(comment.FindAll(r.Data, -1)); was != is {
			t.Fatalf("%q became %q", data, r.Data)
		}
		again, err := fix.Run("t.yaml", r.Data, check, true)
		if err != nil || len(again.Fixed) > 0 || string(again.Data) != string(r.Data) {
			t.Fatalf("%q: the second run corrects %v, %v", r.Data, again.Fixed, err)
		}
	})
}
