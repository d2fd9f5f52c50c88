package lint

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

func TestCheckReportsAnUnreadableCatalog(t *testing.T) {
	profile := with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
		d("com.example.domain", d("Forced", arr(d("mcx_preference_settings", d("A", 1)))))))
	profile.Get("PayloadContent").Items = append(profile.Get("PayloadContent").Items, d("PayloadType", "com.example.unheard"),
		d("PayloadType", declarationsPayload, "Declarations", arr(declarationData("com.apple.configuration.example", "a", "{}"))))
	for _, method := range []string{"Lookup", "Envelope", "Common", "Entries", "Lookup of com.example.domain", "Declaration", "DeclarationBase"} {
		_, err := Check(brokenCatalog{testCatalog(), method}, profile, nil)
		if !errors.Is(err, errBroken) || !strings.HasPrefix(err.Error(), "reading the ") {
			t.Errorf("%s fails: got error %v, want one that wraps %v", method, err, errBroken)
		}
	}
}

func TestCheckTakesAnythingForARoot(t *testing.T) {
	for _, v := range []*plist.Value{nil, {}, plist.NewString("x"), plist.NewDictionary(), plist.NewArray(nil)} {
		if found := check(t, v, "iOS"); len(found) != 1 || found[0].Rule != "not-a-profile" {
			t.Errorf("%s: got %v, want not-a-profile alone", v.Describe(), found)
		}
	}
}

func TestCheckFindsEverythingAtOnce(t *testing.T) {
	v := with(pl("com.example.values", "Flag", 1, "Bounded", 99, "Outer", d(), "Whatever", 1),
		pl(dnsSettings, "DNSSettings", d("DNSProtocol", "QUIC", "ServerAddresses", arr("x", "y"))))
	want := []string{
		"missing-required-key PayloadContent[0].Outer",
		"server-address-not-ip PayloadContent[1].DNSSettings.ServerAddresses[0]",
		"server-address-not-ip PayloadContent[1].DNSSettings.ServerAddresses[1]",
		"unknown-key PayloadContent[0].Whatever",
		"value-not-in-rangelist PayloadContent[1].DNSSettings.DNSProtocol",
		"value-out-of-range PayloadContent[0].Bounded",
		"wrong-type PayloadContent[0].Flag",
	}
	if got := rulesAndPaths(check(t, v, "")); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func rulesAndPaths(found []diag.Diagnostic) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Rule+" "+f.Path.String())
	}
	return all
}

// Without a target nothing is said of what a profile does, however old its keys are.
func TestNoTargetNoEffect(t *testing.T) {
	v := effects("NotOnMac", true, "Gone", true, "Supervised", true, "ByMDM", true)
	v.Get("PayloadContent").Items = append(v.Get("PayloadContent").Items, with(pl("com.example.mac", "PayloadIdentifier", "x",
		"PayloadUUID", "20000000-0000-4000-8000-000000000001")).Get("PayloadContent").Items...)
	if found := check(t, v, ""); len(found) != 0 {
		t.Errorf("got %v, want nothing", found)
	}
}

func TestOneFindingNamesAllTargets(t *testing.T) {
	found := check(t, effects("Supervised", true, "New", true), "iOS iOS@18 iPadOS/device macOS")
	want := []string{
		`"Supervised" needs supervision and does nothing on iOS/manual, iPadOS/device, macOS/manual`,
		`"New" does nothing before iOS 27, iPadOS 27, macOS 27`,
	}
	var got []string
	for _, f := range found {
		got = append(got, f.Message)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A required key that exists on none of the targets cannot be required there.
func TestRequiredKeyOfAnotherPlatform(t *testing.T) {
	c := testCatalog()
	for _, ty := range c.types {
		if ty.PayloadType == "com.example.effects" {
			k := *keyNamed(ty.Keys, "NotOnMac")
			k.Name, k.Required = "RequiredOnIOS", true
			ty.Keys = append(ty.Keys, &k)
		}
	}
	for on, want := range map[string]int{"macOS": 0, "iOS": 1, "macOS iOS": 1, "": 1} {
		found, err := Check(c, effects(), targets(t, on))
		if err != nil || len(found) != want {
			t.Errorf("targets %q: got %v, %v; want %d findings", on, found, err, want)
		}
	}
}

func TestSeveralTypesShareAPayloadType(t *testing.T) {
	general := payloadType("com.example.sso", since("13", schema.Availability{}), key("Identifier", plist.String), key("Host", plist.String),
		dict("Data", anything()))
	special := payloadType("com.example.sso", since("13", schema.Availability{}),
		&schema.Key{Name: "Identifier", Kind: plist.String, RangeList: list("kerberos")}, key("Realm", plist.String),
		dict("Data", key("Cache", plist.Boolean)))
	special.ID = "com.example.sso(kerberos)"
	c := fakeCatalog{[]*schema.Type{special, general}}
	tests := []struct {
		payload *plist.Value
		want    []string
	}{
		{pl("com.example.sso", "Identifier", "other", "Data", d("Anything", 1)), nil},
		{pl("com.example.sso", "Identifier", "kerberos", "Data", d("Anything", 1)), []string{"unknown-key PayloadContent[0].Data.Anything"}},
		{pl("com.example.sso", "Realm", "R", "Data", d("Cache", true)), nil},
		{pl("com.example.sso", "Host", "H"), nil},
	}
	for _, tt := range tests {
		found, err := Check(c, with(tt.payload), nil)
		if got := rulesAndPaths(found); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("got %v, %v; want %v", got, err, tt.want)
		}
	}
}

// A payload of com.apple.MCX may be several of its types at once, and two payloads different ones.
func TestMCXPayloadsAreTheirParts(t *testing.T) {
	c := testCatalog()
	for _, ty := range c.types {
		if ty.PayloadType == mcx {
			ty.Availability[target.MacOS] = schema.Availability{Introduced: version("10.7"), Multiple: no()}
		}
	}
	time, wireless := pl(mcx, "timeServer", "a"), pl(mcx, "RequireAdmin", true, "RequiredOfWiFi", true)
	both := pl(mcx, "timeServer", "b", "RequireAdmin", true, "RequiredOfWiFi", true)
	if found, _ := Check(c, with(time, wireless), targets(t, "macOS")); len(found) != 0 {
		t.Errorf("two different parts: got %v, want nothing", found)
	}
	found, _ := Check(c, with(time, wireless, both), targets(t, "macOS"))
	if got, want := rulesAndPaths(found), []string{"single-instance-payload-repeated PayloadContent[2]"}; !slices.Equal(got, want) {
		t.Errorf("a part repeated: got %v, want %v", got, want)
	}
}

func TestPositions(t *testing.T) {
	text := `<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example</string>
<key>PayloadUUID</key><string>10000000-0000-4000-8000-000000000001</string>
<key>PayloadContent</key><array>
<dict>
<key>PayloadType</key><string>com.example.values</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadUUID</key><string>10000000-0000-4000-8000-000000000001</string>
<key>Flag</key><integer>1</integer>
<key>Whatever</key><true/>
<key>Outer</key><dict/>
</dict>
</array>
</dict></plist>`
	doc, found := plist.Read(diag.NewFile("test.mobileconfig", []byte(text)))
	if len(found) != 0 {
		t.Fatal(found)
	}
	want := map[string]string{
		"missing-required-key PayloadContent[0]":               "com.example.values",
		"missing-required-key PayloadContent[0].Outer":         "Outer",
		"duplicate-payload-uuid PayloadContent[0].PayloadUUID": "10000000-0000-4000-8000-000000000001",
		"wrong-type PayloadContent[0].Flag":                    "1",
		"unknown-key PayloadContent[0].Whatever":               "Whatever",
	}
	got := check(t, doc.Root, "")
	for _, f := range got {
		at := f.Span.File.Data[f.Span.Start:f.Span.End]
		if words := want[f.Rule+" "+f.Path.String()]; words == "" || !strings.Contains(string(at), words) || len(at) > len(words)+50 {
			t.Errorf("%s at %s points at %q, want %q", f.Rule, f.Path.String(), at, words)
		}
		if f.Rule == "duplicate-payload-uuid" && (len(f.Related) != 1 || f.Related[0].Span.File.Position(f.Related[0].Span.Start).Line != 5) {
			t.Errorf("the finding about a repeated UUID does not point at the first: %v", f.Related)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d findings, want %d: %v", len(got), len(want), got)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	secret := &plist.Value{Kind: plist.String, Text: "hunter2", Secret: true}
	for _, v := range []*plist.Value{
		values("Password", 7355608), values("Secret", "hunter2"), values("EncryptionType", secret), values("Code", secret),
		values("Flag", secret), values("Count", secret), values("URL", secret), values("passwrd", "hunter2"), values("Blob", secret),
		values("Pair", arr(secret)), values("Passcode", "hunter2"),
		with(pl(dnsSettings, "DNSSettings", d("DNSProtocol", "HTTPS", "ServerURL", "http://me:hunter2@dns.example.com/"))),
	} {
		found := check(t, v, "")
		if len(found) == 0 {
			t.Errorf("%v has no finding", v)
		}
		for _, f := range found {
			if text := f.Message + f.Help; strings.Contains(text, "hunter2") || strings.Contains(text, "7355608") {
				t.Errorf("%s shows a secret: %s (%s)", f.Rule, f.Message, f.Help)
			}
			if !f.HideSource && f.Path.String() != "PayloadContent[0].passwrd" && f.Path.String() != "PayloadContent[0].Pair" {
				t.Errorf("%s at %s lets the source be shown", f.Rule, f.Path.String())
			}
		}
	}
}
