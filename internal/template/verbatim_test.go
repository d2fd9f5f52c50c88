package template

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
)

func TestVerbatimProfile(t *testing.T) {
	spec, found := loadText(t, organization+`
profile:
  identifier: corp
  raw: true
  keys: {PayloadUUID: "${uuid}", Logo: {$text: t.yaml}}
payloads:
  - {id: a, type: com.apple.dock, raw: true, keys: {PayloadUUID: abc, PayloadVersion: "1"}}
  - {id: b, type: com.apple.dock, uuid: 7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11}
variables: {uuid: abc}
`)
	if len(found) > 0 {
		t.Fatal(show(found))
	}
	if got := spec.Profile.Keys.Get("PayloadUUID").Text; got != "abc" || !spec.Profile.Raw.Value {
		t.Errorf("the top level has the UUID %q, raw %v", got, spec.Profile.Raw.Value)
	}
	if logo := spec.Profile.Keys.Get("Logo"); logo.Kind != plist.String || logo.Text == "" {
		t.Errorf("a file in the keys is %s", logo.Describe())
	}
	if !spec.Payloads[0].Raw.Value || spec.Payloads[1].Raw.Value {
		t.Error("the wrong payload is raw")
	}
}

func TestVerbatimProfileFindings(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"words that the top level has no room for", "profile: {keys: {}, scope: User, removal: {disallowed: true}}\n", []string{
			`2:21-2:26 warning key-without-effect: "profile.scope" has no effect beside "profile.keys", the whole top level (write PayloadScope under profile.keys)`,
			`2:44-2:54 warning key-without-effect: "profile.removal.disallowed" has no effect beside "profile.keys", the whole top level (write PayloadRemovalDisallowed under profile.keys)`,
		}},
		{"payloads among the keys", "profile: {keys: {PayloadContent: []}}\n", []string{
			`2:18-2:32 error reserved-key: "PayloadContent" is reserved: it is made from "payloads" (list each payload under payloads)`,
		}},
		{"raw without keys", "profile: {raw: true}\npayloads: [{id: a, type: com.apple.dock, raw: true}]\n", []string{
			`2:11-2:14 warning key-without-effect: "profile.raw" has no effect without "profile.keys"`,
			`3:42-3:45 warning key-without-effect: "payloads[0].raw" has no effect without "profile.keys"`,
		}},
		{"said twice", "profile: {keys: {}}\npayloads: [{id: a, type: com.apple.dock, uuid: 7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11, keys: {PayloadUUID: x, PayloadType: y}}]\n", []string{
			`3:93-3:104 error reserved-key: "PayloadUUID" is reserved: syncguard writes it (set uuid beside keys instead)`,
			`3:109-3:120 error reserved-key: "PayloadType" is reserved: syncguard writes it (set type beside keys instead)`,
		}},
		{"an identity in keys that nobody asked for", "payloads: [{id: a, type: com.apple.dock, keys: {PayloadVersion: 2}}]\n", []string{
			`2:49-2:63 error reserved-key: "PayloadVersion" is reserved: syncguard writes it (remove it)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, found := loadText(t, organization+tt.text)
			if d := cmp.Diff(tt.want, show(found)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDataVariable(t *testing.T) {
	spec, found := loadText(t, withKeys(`a: "${p12}", b: "x${p12}"`, "p12: {type: data, default: aGVs bG8=}"))
	keys := spec.Payloads[0].Keys
	if len(found) > 0 || string(keys.Get("a").Data) != "hello" || keys.Get("b").Text != "xaGVsbG8=" {
		t.Errorf("%v, a is %s, b is %s", show(found), keys.Get("a").Describe(), keys.Get("b").Describe())
	}
	_, found = loadText(t, withKeys(`a: "${p12}"`, "p12: {type: data, default: not base64}"))
	if len(found) != 1 || found[0].Rule != "wrong-variable-type" {
		t.Errorf("text that is no base64: %v", show(found))
	}
}
