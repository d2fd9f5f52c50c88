package template

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/work"
)

const referring = organization + `payloads:
  - {id: scep, type: com.apple.security.scep}
  - {id: rules, type: com.apple.configuration.passcode.settings, keys: {Inner: %s}}
  - {id: wifi, type: com.apple.wifi.managed, keys: {Outer: [{Key: %s}]}}
variables: {which: scep, password: {secret: env:TOKEN}, none: {type: string}}
`

func TestReferences(t *testing.T) {
	const inWiFi = `error invalid-payload-reference: "payloads[2].keys.Outer[0].Key": `
	tests := []struct {
		value string
		want  string // the one finding, without its place; "" for a reference to scep
	}{
		{`{$uuid: scep}`, ""},
		{`{$uuid: "${which}"}`, ""},
		{`{$uuid: sce}`, inWiFi + `no payload has the id "sce" | did you mean "scep"?`},
		{`{$uuid: ""}`, inWiFi + `no payload has the id "" | use the id of a payload in this template`},
		{`{$uuid: "a\e[31m\nb"}`, inWiFi + `no payload has the id "a\x1b[31m\nb" | use the id of a payload in this template`},
		{`{$uuid: wifi}`, inWiFi + `payload "wifi" names itself | use the id of another payload`},
		{`{$uuid: rules}`, inWiFi + `"rules" is a declaration, which has no PayloadUUID | use the id of a payload`},
		{`{$uuid: 5}`, inWiFi + `its $uuid is 5, want the id of a payload | put the id in quotes`},
		{`{$uuid: [scep]}`, inWiFi + `its $uuid is a list, want the id of a payload | use the id of a payload in this template`},
		{`{$uuid: {$uuid: scep}}`, inWiFi + `its $uuid is a mapping, want the id of a payload | use the id of a payload in this template`},
		{`{$uuid: scep, b: 1}`, inWiFi + `it has other keys beside $uuid | keep only $uuid`},
		{`{b: 1, $uuid: scep}`, inWiFi + `it has other keys beside $uuid | keep only $uuid`},
		{`{$uuid: "${password}"}`, `error secret-in-name: "payloads[2].keys.Outer[0].Key" is a secret, but names, identifiers, types, UUIDs and settings are shown everywhere` +
			` | write it without a secret: a text, or a variable set with --set NAME=VALUE`},
		{`{$uuid: "${none}"}`, `error unset-variable: variable "none" has no value | add --set none=VALUE, or a default`},
		{`{$uuid: }`, `error null-in-payload: "payloads[2].keys.Outer[0].Key[\"$uuid\"]" has no value, and a payload cannot contain null | give it a value, or remove the key`},
	}
	for _, test := range tests {
		spec, found := loadText(t, fmt.Sprintf(referring, "1", test.value))
		var got []string
		for _, d := range found {
			if d.Rule != "unused-variable" {
				got = append(got, fmt.Sprintf("%s %s: %s | %s", d.Severity, d.Rule, d.Message, d.Help))
			}
		}
		if text := strings.Join(got, "\n"); text != test.want {
			t.Errorf("%s: got  %s\nwant %s", test.value, text, test.want)
		}
		if test.want == "" {
			if r := spec.Payloads[2].References; len(r) != 1 || r[0].Value != "scep" || r[0].Path.String() != "payloads[2].keys.Outer[0].Key" {
				t.Errorf("%s: the references are %v", test.value, r)
			}
		}
	}
}

func TestReferencesElsewhere(t *testing.T) {
	_, found := loadText(t, fmt.Sprintf(referring, "{$uuid: scep}", "1")+"profile: {keys: {Some: {$uuid: scep}}}\n")
	var got []string
	for _, d := range found {
		if d.Rule == "invalid-payload-reference" {
			got = append(got, d.Message)
		}
	}
	want := `"profile.keys.Some": the top level of a profile names no payload` + "\n" +
		`"payloads[1].keys.Inner": a declaration names others by their Identifier, not by a PayloadUUID`
	if text := strings.Join(got, "\n"); len(got) != 2 || !strings.Contains(want, got[0]) || !strings.Contains(want, got[1]) {
		t.Errorf("found %s\nwant %s", text, want)
	}
	_, found = loadText(t, organization+"profile: {keys: {}}\npayloads: [{id: a, type: b, keys: {PayloadUUID: {$uuid: c}}}, {id: c, type: d, keys: {PayloadUUID: {$uuid: a}}}]\n")
	expect(t, found,
		`3:57-3:58 error invalid-payload-reference: "payloads[0].keys.PayloadUUID": a payload has a PayloadUUID of its own, not that of another (write the text)`,
		`3:108-3:109 error invalid-payload-reference: "payloads[1].keys.PayloadUUID": a payload has a PayloadUUID of its own, not that of another (write the text)`)
	_, found = loadText(t, organization+"payloads: [{id: a, type: b}, {id: c, type: d, keys: {$uuid: a}}]\n")
	expect(t, found, `2:54-2:59 error invalid-payload-reference: "payloads[1].keys": a reference cannot replace all keys (write it as the value of a key)`)
}

// An overlay replaces a reference whole, and refers to payloads of its base.
func TestReferencesInOverlays(t *testing.T) {
	files := map[string]string{
		"base.yaml": organization + "payloads:\n  - {id: one, type: t, keys: {A: {$uuid: two}, B: {$uuid: two}, C: text, D: {$uuid: two}}}\n  - {id: two, type: t}\n",
		"t.yaml":    "extends: base.yaml\npayloads:\n  - {id: one, keys: {A: {$uuid: three}, B: text, C: {$uuid: three}, D: null}}\n  - {id: three, type: t, keys: {A: {$uuid: two}}}\n",
	}
	spec, found := loadFiles(t, files, Input{Name: "t.yaml"})
	expect(t, found)
	var got []string
	for _, p := range spec.Payloads {
		for _, r := range p.References {
			got = append(got, p.ID.Value+"."+r.Path.String()+"="+r.Value+" in "+r.Span.File.Name)
		}
	}
	if text := strings.Join(got, ", "); text != "one.payloads[0].keys.A=three in t.yaml, one.payloads[0].keys.C=three in t.yaml, three.payloads[2].keys.A=two in t.yaml" {
		t.Error(text)
	}
	delete(files, "base.yaml") // what it holds is unknown
	_, found = loadFiles(t, files, Input{Name: "t.yaml"})
	for _, d := range found {
		if d.Rule == "invalid-payload-reference" {
			t.Error(d.Message)
		}
	}
}

func TestWorkOfReferencesIsLinear(t *testing.T) {
	for name, to := range map[string]string{"right": "p0", "wrong": "nobody", "each another": "p%d"} {
		count := func(n int) int {
			var b strings.Builder
			b.WriteString(organization + "payloads:\n")
			for i := range n {
				fmt.Fprintf(&b, "  - {id: p%d, type: t, keys: {A: {$uuid: %s}}}\n", i+1, strings.ReplaceAll(to, "%d", fmt.Sprint(i)))
			}
			b.WriteString("  - {id: p0, type: t}\n")
			data := []byte(b.String())
			return work.Measure(func() {
				if _, _, err := (&Loader{}).Load(Input{Name: "t", Data: data}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if small, large := count(200), count(400); large > small*5/2 || small < 200 {
			t.Errorf("%s: %d units, then %d for twice as many", name, small, large)
		}
	}
}
