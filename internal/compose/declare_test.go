package compose

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// composeAs composes in a chosen form; the template may have findings.
func composeAs(t *testing.T, o Options, text, to string) *Result {
	t.Helper()
	spec, _ := load(t, text)
	at, err := target.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.Compose(spec, at, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rulesOf(found []diag.Diagnostic) string {
	var names []string
	for _, d := range found {
		names = append(names, d.Rule)
	}
	return strings.Join(names, " ")
}

const passcode = organization + `
prevention: false
payloads:
  - id: passcode
    type: com.apple.configuration.passcode.settings
    keys: {MinimumLength: 8}
`

func TestEachConfigurationHasAnActivation(t *testing.T) {
	r := compose(t, passcode, "iOS/supervised")
	if len(r.Declarations) != 2 || !r.Empty() || r.SetsNothing() || r.Embedded {
		t.Fatalf("%d declarations, embedded: %t, profile empty: %t", len(r.Declarations), r.Embedded, r.Empty())
	}
	configuration, activation := r.Declarations[0], r.Declarations[1]
	if configuration.Identifier != "com.acme.icloud-sync.ios-supervised.passcode" || activation.Identifier != configuration.Identifier+".activation" {
		t.Errorf("the identifiers are %s and %s", configuration.Identifier, activation.Identifier)
	}
	if got := activation.Payload.Get("StandardConfigurations").Items[0].Text; got != configuration.Identifier {
		t.Errorf("the activation names %s", got)
	}
}

// An activation that the template writes out counts.
func TestOwnActivation(t *testing.T) {
	r := compose(t, passcode+`    identifier: com.acme.passcode
  - id: when
    type: com.apple.activation.simple
    keys: {StandardConfigurations: [com.acme.passcode]}
`, "iOS/supervised")
	if len(r.Declarations) != 2 || r.Declarations[0].Identifier != "com.acme.passcode" {
		t.Errorf("got %+v", r.Declarations)
	}
}

// By hand the profile carries the declarations, decoded they are the very same.
func TestProfileCarriesDeclarations(t *testing.T) {
	r := compose(t, passcode, "iOS/manual")
	if !r.Embedded || len(r.Profile.Payloads) != 1 || r.Profile.Payloads[0].Type != "com.apple.declarations" {
		t.Fatalf("embedded: %t, payloads %+v", r.Embedded, r.Profile.Payloads)
	}
	for i, item := range r.Profile.Payloads[0].Keys.Get("Declarations").Items {
		want, err := r.Declarations[i].Encode()
		if err != nil || !bytes.Equal(item.Data, want) {
			t.Errorf("item %d is %s, %v", i, item.Data, err)
		}
	}
}

// Findings about declarations point at the template, once, whether the profile carries them or not.
func TestFindingsInDeclarations(t *testing.T) {
	for _, to := range []string{"iOS/manual", "iOS/supervised"} {
		r := composeAs(t, Options{}, strings.Replace(passcode, "MinimumLength: 8", "MinimumLength: 99, Unknown: 1", 1), to)
		if got := rulesOf(r.Findings); got != "value-out-of-range unknown-key" {
			t.Errorf("%s: got %s", to, got)
			continue
		}
		at := r.Findings[0].Span
		if p := at.File.Position(at.Start); p != (diag.Position{Line: 7, Column: 27}) {
			t.Errorf("%s: the finding is at %v", to, p)
		}
		if len(r.Written()) != 2 {
			t.Errorf("%s: %d findings are in what is written out", to, len(r.Written()))
		}
	}
}

// A payload of DNS settings beside the declaration is two entries: nobody states what a device makes of both.
func TestTwoDNSForms(t *testing.T) {
	r := composeAs(t, Options{}, organization+"payloads:\n  - id: x\n    type: com.apple.dnsSettings.managed\n    keys: {DNSSettings: {DNSProtocol: TLS, ServerName: one.one.one.one, ServerAddresses: [1.1.1.1]}}\n", "iOS@27/manual")
	found := slices.DeleteFunc(r.Findings, func(d diag.Diagnostic) bool { return d.Rule != "two-dns-forms" })
	if len(found) != 1 || found[0].Severity != diag.Warning || found[0].Span.IsZero() {
		t.Errorf("got %v, want one warning with a place", found)
	}
}

func TestRefusedDeclarations(t *testing.T) {
	for _, c := range []struct{ name, text, to, want string }{
		{"not by hand", passcode + "  - id: x\n    type: com.apple.configuration.softwareupdate.settings\n    keys: {}\n", "iOS/manual", "not-in-enrollment"},
		{"long identifier", passcode + "    identifier: " + strings.Repeat("x", 65) + "\n", "iOS/supervised", "malformed-value"},
		{"the name of an intent's", organization + "payloads:\n  - id: dns.cloudflare\n    type: com.apple.configuration.passcode.settings\n    keys: {}\n", "iOS@27/supervised", "repeated-item"},
		{"the name of an activation", organization + "payloads:\n  - id: dns.cloudflare.activation\n    type: com.apple.configuration.passcode.settings\n    keys: {}\n", "iOS@27/supervised", "repeated-item"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := composeAs(t, Options{}, c.text, c.to)
			found := slices.DeleteFunc(r.Findings, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
			if rulesOf(found) != c.want || found[0].Span.IsZero() {
				t.Errorf("got %v, want %s with a place", found, c.want)
			}
		})
	}
}

// The payload that carries declarations is newer than some of them.
func TestCarrierIsTooNew(t *testing.T) {
	r := composeAs(t, Options{}, passcode, "iOS@16/manual")
	if rulesOf(r.Findings) != "not-yet-introduced" || !strings.Contains(r.Findings[0].Message, "com.apple.declarations") {
		t.Errorf("got %v", r.Findings)
	}
}

func TestKeysWithoutEffect(t *testing.T) {
	r := composeAs(t, Options{}, passcode+"    displayName: Passcode\n    description: Eight characters.\n", "iOS/supervised")
	if rulesOf(r.Findings) != "key-without-effect key-without-effect" || !strings.Contains(r.Findings[0].Message, "payloads[0].displayName") {
		t.Errorf("got %v", r.Findings)
	}
}

func TestOutputLeavesOut(t *testing.T) {
	text := passcode + "  - id: wifi\n    type: com.apple.wifi.managed\n    keys: {SSID_STR: Office}\n"
	for _, c := range []struct {
		o            Options
		to           string
		payloads     int
		declarations int
		want         string
	}{
		{Options{}, "iOS/supervised", 1, 2, ""},
		{Options{Choice: intent.Choice{Output: intent.Profiles}}, "iOS/supervised", 1, 0, "not-for-output"},
		{Options{Choice: intent.Choice{Output: intent.Declarations}}, "iOS/supervised", 0, 2, "not-for-output"},
		{Options{Choice: intent.Choice{Output: intent.Declarations}, LegacyURL: "https://mdm.acme.net"}, "iOS/supervised", 1, 4, ""},
		{Options{Choice: intent.Choice{Output: intent.Declarations}}, "iOS/manual", 2, 2, ""}, // it carries them
	} {
		r := composeAs(t, c.o, text, c.to)
		if len(r.Profile.Payloads) != c.payloads || len(r.Declarations) != c.declarations || rulesOf(r.Findings) != c.want {
			t.Errorf("%+v %s: %d payloads, %d declarations, %v", c.o, c.to, len(r.Profile.Payloads), len(r.Declarations), r.Findings)
		}
	}
}

// The declaration that wraps a profile has another token as soon as the file differs.
func TestSeal(t *testing.T) {
	token := func(file string) string {
		r := composeAs(t, Options{LegacyURL: "https://mdm.acme.net/profiles/"}, organization, "iOS/supervised")
		r.Finalize([]byte(file))
		i := slices.IndexFunc(r.Declarations, func(d Declared) bool { return d.Type == profiles.LegacyType })
		if got := r.Declarations[i].Payload.Get("ProfileURL").Text; got != "https://mdm.acme.net/profiles/icloud-sync.ios-supervised.mobileconfig" {
			t.Errorf("the URL is %s", got)
		}
		token, err := r.Declarations[i].ServerToken()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first, again, other := token("a"), token("a"), token("b")
	if first != again || first == other {
		t.Errorf("the tokens are %s, %s and %s", first, again, other)
	}
}

func TestResolvers(t *testing.T) {
	text := organization + "prevention: {dns: {providers: [cloudflare, google]}}\n"
	for _, to := range []string{"iOS@26/manual", "iOS@27/supervised"} {
		got := compose(t, text, to).Resolvers()
		if !slices.Equal(got, []Resolver{{"cloudflare-dns.com", 443}, {"dns.google", 443}}) {
			t.Errorf("%s: got %v", to, got)
		}
	}
	if got, ok := resolverOf(plist.NewDictionary().Set("ServerName", plist.NewString("dns.acme.net"))); !ok || got.Port != 853 {
		t.Errorf("got %v", got)
	}
}

func TestConsentInLanguages(t *testing.T) {
	r := compose(t, organization+"profile: {languages: [de, ja], consent: {ja: 独自の文}}\n", "iOS/manual")
	texts := r.Profile.ConsentText
	if len(texts) != 3 || !strings.Contains(texts["default"], "Acme asks") || !strings.Contains(texts["de"], "Acme möchte") || texts["ja"] != "独自の文" {
		t.Errorf("got %v", texts)
	}
	if r.Profile.DisplayName != "iCloud synchron halten (iOS)" {
		t.Errorf("the name is %s", r.Profile.DisplayName)
	}
	if !strings.HasPrefix(r.Profile.Description, "Hält iCloud synchron.\n") || !strings.Contains(r.Profile.Description, "Einstellungen > Mobilfunk > iCloud Drive: ein (nicht belegt)") {
		t.Errorf("the description is %s", r.Profile.Description)
	}
}
