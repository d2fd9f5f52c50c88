package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
	"syncguard/templates"
)

const organization = "organization: {name: Acme, identifier: com.acme}\n"

func load(t *testing.T, text string) (*template.Spec, []diag.Diagnostic) {
	t.Helper()
	loader := &template.Loader{Builtin: templates.Files, Env: func(string) (string, bool) { return "hunter2hunter2", true }}
	spec, findings, err := loader.Load(template.Input{Name: "t.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return spec, findings
}

func compose(t *testing.T, text, to string) *Result {
	t.Helper()
	spec, findings := load(t, text)
	if diag.HasErrors(findings) {
		t.Fatal(findings)
	}
	at, err := target.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compose(spec, at, schema.Embedded(), lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEnvelope(t *testing.T) {
	r := compose(t, organization+`
profile:
  identifier: clock
  displayName: Clock
  description: Right time.
  removal: {disallowed: true, after: 36h}
  consent: {default: Agree, de: Zustimmen}
prevention: {dns: false, cellular: false, storage: false, updates: false}
`, "iPadOS@18/supervised")
	want := &profiles.Profile{
		Identifier:           "com.acme.clock.ipados-supervised",
		UUID:                 profiles.UUID("com.acme", "com.acme.clock.ipados-supervised"),
		DisplayName:          "Clock (iPadOS supervised)",
		Description:          "Right time.",
		Organization:         "Acme",
		Scope:                "System",
		TargetDeviceType:     profiles.IPhone,
		RemovalDisallowed:    true,
		DurationUntilRemoval: 36 * 60 * 60 * 1e9,
		ConsentText:          map[string]string{"default": "Agree", "de": "Zustimmen"},
	}
	got := *r.Profile
	got.Payloads = nil
	got.Description, _, _ = strings.Cut(got.Description, "\n\n") // steps by hand follow
	if d := cmp.Diff(want, &got); d != "" {
		t.Error(d)
	}
	if r.Profile.Payloads[0].Identifier != "com.acme.clock.ipados-supervised.prevention.restrictions" {
		t.Errorf("the first payload is %s", r.Profile.Payloads[0].Identifier)
	}
}

// The version is not part of the identity: the profile for a newer one replaces the older one.
func TestVersionIsNotPartOfTheIdentity(t *testing.T) {
	old, now := compose(t, organization, "iOS@18"), compose(t, organization, "iOS@27")
	if old.Profile.Identifier != now.Profile.Identifier || old.Profile.UUID != now.Profile.UUID {
		t.Errorf("%s is not %s", old.Profile.Identifier, now.Profile.Identifier)
	}
	seen := map[string]string{}
	for _, to := range []string{"iOS", "iOS/supervised", "iPadOS", "macOS", "macOS/device"} {
		r := compose(t, organization, to)
		for _, id := range []string{r.Profile.UUID, r.Profile.Payloads[0].UUID} {
			if first := seen[id]; first != "" {
				t.Errorf("%s and %s share the UUID %s", first, to, id)
			}
			seen[id] = to
		}
	}
}

// What a person has to do stands in the description, and nothing that the profile does.
func TestDescription(t *testing.T) {
	for to, c := range map[string]struct{ with, without string }{
		"iOS/manual":     {"Set Automatically: on", "Configure DNS"},
		"iOS/supervised": {"iCloud Drive: on", "Set Automatically"},
		"macOS/manual":   {"Optimize Mac Storage: on", "Software Update"},
		"macOS@27":       {"Software Update", "Cellular"},
	} {
		text := compose(t, organization, to).Profile.Description
		if !strings.Contains(text, c.with) || strings.Contains(text, c.without) {
			t.Errorf("%s: %q has %q: %t, and %q: %t", to, text, c.with, strings.Contains(text, c.with), c.without, strings.Contains(text, c.without))
		}
	}
}

func TestRemovalPasscodeIsSecret(t *testing.T) {
	r := compose(t, organization+"profile: {removal: {passcode: \"${p}\"}}\nvariables: {p: {secret: env:P}}\n", "iOS/supervised")
	last := r.Profile.Payloads[len(r.Profile.Payloads)-1] // there is no payload of the template's own
	v := last.Keys.Get("RemovalPassword")
	if last.Type != "com.apple.profileRemovalPassword" || v == nil || v.Text != "hunter2hunter2" || !v.Secret {
		t.Errorf("%s holds %s", last.Type, v.Describe())
	}
}

// The checks run on what was composed, and point at the template.
func TestFindingsPointAtTheTemplate(t *testing.T) {
	r := compose(t, organization+`payloads:
  - id: wifi
    type: com.apple.wifi.managed
    keys: {SSID_STR: Office, EncryptionType: wpa2}
  - id: kerberos
    type: com.apple.extensiblesso
    targets: [macOS]
    keys: {}
`, "iOS/supervised")
	if len(r.Findings) != 1 {
		t.Fatalf("got %v", r.Findings)
	}
	d := r.Findings[0]
	at := d.Span.File.Position(d.Span.Start)
	if d.Rule != "value-not-in-rangelist" || at != (diag.Position{Line: 5, Column: 46}) || !strings.HasSuffix(d.Path.String(), ".EncryptionType") {
		t.Errorf("got %s at %v, %s", d.Rule, at, d.Path.String())
	}
}

// The mistakes of payloads show although the template has others, and none that only follows from those.
func TestWrittenFindingsOfAFaultyTemplate(t *testing.T) {
	spec, findings := load(t, organization+`prevention: {dns: {provider: nobody}}
payloads:
  - id: wifi
    type: com.apple.wifi.managed
    keys: {SSID_STR: Office, EncryptionType: wpa2, AutoJoin: "${unknown}"}
`)
	if !diag.HasErrors(findings) || spec == nil {
		t.Fatalf("spec is there: %t, findings %v", spec != nil, findings)
	}
	r, err := Compose(spec, target.Target{Platform: target.IOS, Version: target.DefaultVersion(), Enrollment: target.Manual}, schema.Embedded(), lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Written(); len(got) != 1 || got[0].Rule != "value-not-in-rangelist" {
		t.Errorf("got %v", got)
	}
}

func TestNothingToSet(t *testing.T) {
	if r := compose(t, organization, "watchOS"); !r.Empty() || len(r.Outcomes) != len(intent.All()) || len(r.Findings) != 0 {
		t.Errorf("%d payloads, %d outcomes, %v", len(r.Profile.Payloads), len(r.Outcomes), r.Findings)
	}
}
