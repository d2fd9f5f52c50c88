package compose

import (
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

const frozen = organization + `
profile:
  identifier: corp
  keys:
    PayloadIdentifier: org.other.corp
    PayloadUUID: 5f0cba31-0e7b-5d0a-9b60-3f2a9c3c0e11
    PayloadRemovalDisallowed: false
prevention: false
payloads:
  - id: dock
    type: com.apple.dock
    keys: {PayloadIdentifier: "odd id", PayloadUUID: abc, autohide: true}
  - id: more
    type: com.apple.screensaver
`

// A profile that stands as it is has its keys and an identity, and nothing else.
func TestFrozen(t *testing.T) {
	r := compose(t, frozen, "macOS/manual")
	text := plist.NewString
	want := plist.NewDictionary().
		Set("PayloadType", text("Configuration")).Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", text("org.other.corp")).Set("PayloadUUID", text("5f0cba31-0e7b-5d0a-9b60-3f2a9c3c0e11")).
		Set("PayloadRemovalDisallowed", plist.NewBoolean(false))
	got := *r.Root
	if content := got.Get("PayloadContent"); len(content.Items) != 2 || content.Items[0].Get("PayloadDisplayName") != nil {
		t.Errorf("the payloads are %v", content.Items)
	} else if more := content.Items[1]; more.Get("PayloadIdentifier").Text != "org.other.corp.more" {
		t.Errorf("a payload without an identity gets %s", more.Get("PayloadIdentifier").Describe())
	}
	want.Set("PayloadContent", got.Get("PayloadContent"))
	if !plist.Equal(want, &got) {
		t.Errorf("the top level is %v", got.Fields)
	}
	if r.Profile.Identifier != "org.other.corp" {
		t.Errorf("it is reported as %s", r.Profile.Identifier)
	}
}

// What is raw is built as it is, and what a check says of it is a warning; what is not is refused as ever.
func TestRaw(t *testing.T) {
	const payload = `
payloads:
  - id: dock
    type: com.apple.dock
    keys: {PayloadIdentifier: a, PayloadUUID: b, autohide: "yes", PayloadVersion: "1"}
`
	text, _, _ := strings.Cut(frozen, "payloads:")
	r := compose(t, text+payload, "macOS/manual")
	if !diag.HasErrors(r.Findings) {
		t.Error("the wrong type of a key is no error")
	}
	raw := compose(t, text+strings.Replace(payload, "keys:", "raw: true\n    keys:", 1), "macOS/manual")
	if diag.HasErrors(raw.Findings) {
		t.Errorf("errors in what is raw: %v", raw.Findings)
	}
	if len(raw.Findings) != len(r.Findings) {
		t.Errorf("%d findings in what is raw, want the %d as warnings", len(raw.Findings), len(r.Findings))
	}
	for _, d := range raw.Findings {
		if d.Span.IsZero() {
			t.Errorf("no place for %s", d.Message)
		}
	}
	item := raw.Root.Get("PayloadContent").Items[0]
	if len(item.Fields) != 5 || item.Get("PayloadVersion").Text != "1" {
		t.Errorf("the payload is built as %v", item.Fields)
	}
	// Raw payloads do not excuse the top level, nor the other way about.
	top := compose(t, strings.Replace(text, "  keys:", "  keys:\n    PayloadVersion: \"1\"", 1)+strings.Replace(payload, "keys:", "raw: true\n    keys:", 1), "macOS/manual")
	if !diag.HasErrors(top.Findings) {
		t.Error("the top level is not checked beside a raw payload")
	}
}

// A profile without payloads is one where it stands as it is.
func TestFrozenWithoutPayloads(t *testing.T) {
	text, _, _ := strings.Cut(frozen, "payloads:")
	if r := compose(t, text, "macOS/manual"); r.Empty() {
		t.Error("nothing is built")
	}
}
