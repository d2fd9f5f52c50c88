package template

import (
	"fmt"
	"strings"
	"testing"
)

func TestOverlay(t *testing.T) {
	files := map[string]string{
		"builtin:prevention": "profile: {displayName: Built in, scope: User}\ntargets: [iOS, macOS]\npayloads:\n" +
			"  - {id: one, type: com.one, keys: {a: 1, b: {c: 1, d: 2}, l: [1, 2], f: {$file: x}}}\n  - {id: two, type: com.two}\n",
		"base/b.yaml": "extends: builtin:prevention\nprofile: {scope: null}\n" + organization,
		"t.yaml": "extends: base/b.yaml\norganization: {name: Overlay}\ntargets: [tvOS]\npayloads:\n" +
			"  - {id: three, type: com.three}\n  - {id: one, keys: {a: null, b: {d: 3, e: 4}, l: [9], f: {$text: t.txt}}}\n",
		"t.txt": "text",
	}
	spec, found := loadFiles(t, files, Input{Name: "t.yaml"})
	expect(t, found)
	if spec == nil {
		t.FailNow()
	}
	got := fmt.Sprint(spec.Files, spec.Organization.Name, spec.Organization.Identifier, spec.Profile.DisplayName, spec.Profile.Scope, len(spec.Targets))
	if want := "[builtin:prevention base/b.yaml t.yaml] Overlay com.acme Built in System 1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var ids []string
	for _, p := range spec.Payloads {
		ids = append(ids, p.ID.Value+" "+p.Type.Value)
	}
	if got := strings.Join(ids, ", "); got != "one com.one, two com.two, three com.three" {
		t.Errorf("payloads are %s", got)
	}
	keys := spec.Payloads[0].Keys
	if got := shapeOf(keys); got != `{"b":{"c":integer,"d":integer,"e":integer,},"l":[integer,],"f":string,}` {
		t.Errorf("keys are %s", got)
	}
	if d := keys.Lookup("b", "d"); d.Int.String() != "3" || d.Span.File.Name != "t.yaml" {
		t.Errorf("d is %s from %s", d.Int, d.Span.File.Name)
	}
	if c := keys.Lookup("b", "c"); c.Span.File.Name != "builtin:prevention" {
		t.Errorf("c is from %s", c.Span.File.Name)
	}
}

// An overlay gives a payload another type, with other keys, or removes one.
func TestOverlayReplacesPayloads(t *testing.T) {
	files := map[string]string{
		"b.yaml": organization + "payloads:\n  - {id: ca, type: com.ca}\n  - {id: id, type: com.scep, displayName: Identity, keys: {Challenge: x}}\n" +
			"  - {id: wifi, type: com.wifi, keys: {Of: {$uuid: id}}}\n",
		"t.yaml": "extends: b.yaml\npayloads:\n  - {id: ca, type: null}\n  - {id: id, type: com.acme, keys: {URL: y}}\n  - {id: wifi, type: com.wifi}\n  - {id: ca, type: com.other}\n",
	}
	spec, found := loadFiles(t, files, Input{Name: "t.yaml"})
	expect(t, found)
	got := ""
	for _, p := range spec.Payloads {
		got += fmt.Sprintln(p.ID.Value, p.Type.Value, p.DisplayName.Value, shapeOf(p.Keys))
	}
	if want := "id com.acme Identity {\"URL\":string,}\nwifi com.wifi  {\"Of\":{\"$uuid\":string,},}\nca com.other  {}\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOverlayFindings(t *testing.T) {
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprintf("%d.yaml", i)] = fmt.Sprintf("extends: %d.yaml\n", i+1)
	}
	tests := []struct {
		name  string
		files map[string]string
		start string
		want  []string
	}{
		{"cycle", map[string]string{"a.yaml": "extends: sub/b.yaml\n", "sub/b.yaml": "extends: ../a.yaml\n"}, "a.yaml", []string{
			`1:10-1:19 error extends-cycle: the template extends itself: a.yaml -> sub/b.yaml -> a.yaml`}},
		{"misspelt id", map[string]string{"a.yaml": "extends: b.yaml\npayloads:\n  - {id: wfi, keys: {a: 1}}\n  - {id: other}\n",
			"b.yaml": organization + "payloads:\n  - {id: wifi, type: com.x}\n"}, "a.yaml", []string{
			`3:10-3:13 error invalid-template-value: no payload to change has the id "wfi" (did you mean "wifi"?)`,
			`4:6-4:8 error missing-template-key: "payloads[2].type" is missing (add type, such as type: com.apple.wifi.managed)`}},
		{"misspelt id to remove", map[string]string{"a.yaml": "extends: b.yaml\npayloads:\n  - {id: wfi, type: null}\n  - {id: other, type: null}\n",
			"b.yaml": organization + "payloads:\n  - {id: wifi, type: com.x}\n"}, "a.yaml", []string{
			`3:10-3:13 error invalid-template-value: no payload to remove has the id "wfi" (did you mean "wifi"?)`,
			`4:10-4:15 error invalid-template-value: no payload to remove has the id "other" (use the id of a payload in the template that this one extends, or give a type)`}},
		{"keys of a removed payload", map[string]string{"a.yaml": "extends: b.yaml\npayloads:\n  - {id: wifi, type: null, keys: {a: 1}, tpye: com.y}\n  - {id: new, type: com.z, keys: {a: 1}}\n",
			"b.yaml": organization + "payloads:\n  - {id: wifi, type: com.x}\n"}, "a.yaml", []string{
			`3:28-3:32 error unknown-template-key: "keys" does nothing: type: null removes the payload (remove it, or give the payload a type)`,
			`3:42-3:46 error unknown-template-key: "tpye" does nothing: type: null removes the payload (remove it, or give the payload a type)`}},
		{"reference to a removed payload", map[string]string{"a.yaml": "extends: b.yaml\npayloads:\n  - {id: ca, type: null}\n",
			"b.yaml": organization + "payloads:\n  - {id: ca, type: com.x}\n  - {id: wifi, type: com.y, keys: {A: {$uuid: ca}}}\n"}, "a.yaml", []string{
			`4:47-4:49 error invalid-payload-reference: "payloads[0].keys.A": no payload has the id "ca" (use the id of a payload in this template)`}},
		{"itself", map[string]string{"a.yaml": "extends: ./sub/../a.yaml\n"}, "a.yaml", []string{
			`1:10-1:25 error extends-cycle: the template extends itself: a.yaml -> a.yaml`}},
		{"too many", many, "0.yaml", []string{`1:10-1:17 error extends-cycle: more than 16 templates extend each other in a chain`}},
		{"missing", map[string]string{"a.yaml": "extends: nope.yaml\n"}, "a.yaml", []string{
			`1:10-1:19 error unreadable-template: template "nope.yaml" cannot be read: no such file`}},
		{"missing builtin", map[string]string{"a.yaml": "extends: builtin:nope\n"}, "a.yaml", []string{
			`1:10-1:22 error unreadable-template: template "builtin:nope" cannot be read: no such file`}},
		{"builtin path", map[string]string{"a.yaml": "extends: builtin:../a\n"}, "a.yaml", []string{
			`1:10-1:22 error unreadable-template: template "builtin:../a" cannot be read: it is outside the folder of the template`}},
		{"outside", map[string]string{"a.yaml": "extends: ../up.yaml\n"}, "a.yaml", []string{
			`1:10-1:20 error unreadable-template: template "../up.yaml" cannot be read: it is outside the folder of the template`}},
		{"not text", map[string]string{"a.yaml": "extends: [x]\n"}, "a.yaml", []string{
			`1:10-1:13 error wrong-template-type: "extends" is a list, want a path or builtin:NAME`}},
		{"mistake in the base", map[string]string{"a.yaml": "extends: b.yaml\n", "b.yaml": "organization: {name: A, identifier: 5}\n"}, "a.yaml", []string{
			`1:37-1:38 error wrong-template-type: "organization.identifier" is 5, want text (put the value in quotes)`}},
		{"syntax in the base", map[string]string{"a.yaml": "extends: b.yaml\n", "b.yaml": "a: b: c\n"}, "a.yaml", []string{
			`1:5-1:6 error invalid-yaml: invalid YAML: the value has a colon with a space after it (put the value in quotes)`}},
		{"variable of the base that is not used", map[string]string{"a.yaml": "extends: b.yaml\norganization: {name: Acme}\nvariables: {o: x}\n",
			"b.yaml": "organization: {name: \"${n}\", identifier: com.acme}\nvariables: {n: Base}\n"}, "a.yaml", []string{
			`3:13-3:14 warning unused-variable: variable "o" is not used (remove it, or write ${o} where its value belongs)`}},
		{"variable", map[string]string{"a.yaml": "extends: ${x}\n"}, "a.yaml", []string{
			`1:10-1:14 error unreadable-template: template "${x}" cannot be read: no such file`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadFiles(t, test.files, Input{Name: test.start})
			expect(t, found, test.want...)
		})
	}
}

func TestMergeKeysAndAliases(t *testing.T) {
	spec, found := loadText(t, organization+`payloads:
  - id: p
    type: com.x
    keys:
      base: &base {a: 1, b: 2}
      more: &more {b: 3, c: 4}
      one: {<<: *base, a: 9}
      two: {<<: [*base, *more]}
      same: *base
`)
	expect(t, found)
	keys := spec.Payloads[0].Keys
	for key, want := range map[string]string{"one": "a=9 b=2", "two": "a=1 b=2 c=4", "same": "a=1 b=2"} {
		var got []string
		for _, f := range keys.Get(key).Fields {
			got = append(got, f.Key+"="+f.Value.Int.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s is %s, want %s", key, s, want)
		}
	}
}
