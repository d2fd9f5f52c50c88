package compose

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/work"
)

const referring = organization + `
prevention: false
payloads:
  - id: wifi
    type: com.apple.wifi.managed
    keys: {SSID_STR: Office, EncryptionType: WPA2, PayloadCertificateUUID: {$uuid: scep}, EAPClientConfiguration: {AcceptEAPTypes: [13], TLSTrustedServerNames: [a.acme.com]}}
  - id: scep
    type: com.apple.security.scep
    keys: {PayloadContent: {URL: "https://scep.acme.com"}}
`

// named returns what wifi names, and the PayloadUUID of the payload after it.
func named(r *Result) (reference, uuid *plist.Value) {
	items := r.Root.Get("PayloadContent").Items
	return items[0].Get("PayloadCertificateUUID"), items[1].Get("PayloadUUID")
}

func TestReferencesAreResolvedForEachTarget(t *testing.T) {
	spec, found := load(t, referring)
	if len(found) > 0 {
		t.Fatal(found)
	}
	seen := map[string]bool{}
	for _, name := range []string{"iOS/supervised", "macOS/manual", "iOS/supervised"} {
		to, err := target.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Compose(spec, to, schema.Embedded(), lint.Options{})
		if err != nil || len(r.Findings) > 0 {
			t.Fatal(err, r.Findings)
		}
		reference, uuid := named(r)
		if !plist.Equal(reference, uuid) || reference.Text == "" || reference.Span.File == nil {
			t.Errorf("%s: wifi names %s, scep is %s", name, reference.Describe(), uuid.Describe())
		}
		seen[uuid.Text] = true
	}
	if len(seen) != 2 {
		t.Errorf("UUIDs of 2 targets: %v", seen)
	}
}

func TestReferencesToOwnUUIDs(t *testing.T) {
	const top = "profile: {keys: {PayloadDisplayName: Wi-Fi}}\n"
	const lower = "5f0cba31-0e7b-5d0a-9b60-3f2a9c3c0e11"
	scep := "type: com.apple.security.scep\n    "
	for name, text := range map[string]string{
		strings.ToUpper(lower): strings.Replace(referring, scep, scep+"uuid: "+strings.ToUpper(lower)+"\n    ", 1),
		lower:                  top + strings.Replace(referring, "keys: {PayloadContent", "keys: {PayloadUUID: "+lower+", PayloadContent", 1),
		"odd":                  top + strings.Replace(referring, "keys: {PayloadContent", "raw: true\n    keys: {PayloadUUID: odd, PayloadContent", 1),
	} {
		reference, uuid := named(compose(t, text, "iOS/supervised"))
		if reference.Text != name || uuid.Text != name {
			t.Errorf("wifi names %s, scep is %s, want %s", reference.Describe(), uuid.Describe(), name)
		}
	}
	r := compose(t, top+strings.Replace(referring, scep, scep+"raw: true\n    ", 1), "iOS/supervised")
	if text := messages(r); !strings.Contains(text, `"wifi" names payload "scep", which is raw and has no PayloadUUID`) {
		t.Error(text)
	}
}

func TestReferencesToWhatIsLeftOut(t *testing.T) {
	text := strings.Replace(referring, "type: com.apple.security.scep", "type: com.apple.security.scep\n    targets: [macOS]", 1)
	if r := compose(t, text, "macOS/manual"); diag.HasErrors(r.Findings) {
		t.Error(r.Findings)
	}
	r := compose(t, text, "iOS/supervised")
	if got := messages(r); got != `"wifi" names payload "scep", which is not built for iOS@26/supervised` || len(r.Written()) != 1 {
		t.Error(got)
	}
}

func messages(r *Result) string {
	var all []string
	for _, d := range r.Findings {
		if d.Severity == diag.Error {
			all = append(all, d.Message)
		}
	}
	return strings.Join(all, "\n")
}

func TestWorkOfResolvingIsLinear(t *testing.T) {
	count := func(n int) int {
		var anchors []string
		for i := range n {
			anchors = append(anchors, fmt.Sprintf("{$uuid: %s}", [...]string{"scep", "gone"}[i%2]))
		}
		text := strings.Replace(referring, "TLSTrustedServerNames", "PayloadCertificateAnchorUUID: ["+strings.Join(anchors, ", ")+"], TLSTrustedServerNames", 1)
		spec, _ := load(t, text+"  - {id: gone, type: com.apple.security.root, targets: [tvOS], keys: {PayloadContent: !!binary YQ==}}\n")
		to, err := target.Parse("iOS/supervised")
		if err != nil {
			t.Fatal(err)
		}
		return work.Measure(func() {
			r, err := Compose(spec, to, schema.Embedded(), lint.Options{})
			if err != nil || strings.Count(messages(r), "gone") != 1 {
				t.Fatal(err, messages(r))
			}
		})
	}
	if small, large := count(1000), count(2000); large > small*5/2 || small < 1000 {
		t.Errorf("%d units, then %d for twice as many", small, large)
	}
}
