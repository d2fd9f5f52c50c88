package lint

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

// moreCase is a profile, and what the rules that validate leaves out say of it: "severity rule path", one a line.
type moreCase struct {
	name    string
	profile *plist.Value
	server  string
	file    Container
	want    []string
}

// own makes a profile that lacks nothing and has names of its own.
func own(payloads ...*plist.Value) *plist.Value {
	for i, p := range payloads {
		p.Set("PayloadIdentifier", value("com.acme."+string(rune('a'+i))))
	}
	return with(payloads...).Set("PayloadIdentifier", value("com.acme")).Set("PayloadDisplayName", value("Acme"))
}

func TestMoreRules(t *testing.T) {
	c := New(schema.Embedded())
	groups := []rules.Group{rules.Security, rules.Hygiene, rules.Delivery}
	for _, tt := range moreCases() {
		t.Run(tt.name, func(t *testing.T) {
			found, err := c.Check(tt.profile, nil, Options{Groups: groups, Now: testNow, For: mdm.Find(tt.server), Container: tt.file})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range found {
				got = append(got, d.Severity.String()+" "+d.Rule+" "+d.Path.String())
				if strings.Contains(d.Message+d.Help, "hunter2") {
					t.Errorf("%s shows a secret: %s", d.Rule, d.Message)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

func moreCases() []moreCase {
	return slices.Concat(nameCases(), secretCases(), deliveryCases(), textCases())
}

func nameCases() []moreCase {
	text := func(key, s string) *plist.Value { return own(pl(wifi, "SSID_STR", "Home")).Set(key, value(s)) }
	name := func(s string) *plist.Value { return text("PayloadDisplayName", s) }
	looks := []string{"warning misleading-character PayloadDisplayName"}
	placeholder := []string{"warning placeholder-identifier PayloadIdentifier"}
	return []moreCase{
		{name: "example domain", profile: text("PayloadIdentifier", "org.Example.x"), want: placeholder},
		{name: "your company", profile: text("PayloadIdentifier", "com.yourcompany.wifi"), want: placeholder},
		{name: "only looks like one", profile: text("PayloadIdentifier", "com.examples.x")},
		{name: "a company of that name", profile: text("PayloadIdentifier", "com.mycompanyname.x")},
		{name: "a payload alone", profile: own(pl(wifi)).Set("PayloadContent", arr(pl(wifi, "PayloadIdentifier", "com.example.a"), pl(wifi, "PayloadIdentifier", "com.example.b"))),
			want: []string{"warning placeholder-identifier PayloadContent[0].PayloadIdentifier"}},
		{name: "Japanese", profile: name("社内Wi-Fi（東京）")},
		{name: "Cyrillic", profile: name("Сеть офиса")},
		{name: "Greek beside Latin", profile: name("Δίκτυο Office")},
		{name: "unit", profile: name("5μm sensor")},
		{name: "Russian brand", profile: name("iPhoneы")},
		{name: "Persian with joiner", profile: name("می\u200cخواهم")},
		{name: "family emoji", profile: name("Team 👩\u200d👩\u200d👧")},
		{name: "Arabic", profile: name("شبكة")},
		{name: "description of two lines", profile: text("PayloadDescription", "one\n\ttwo")},
		{name: "Cyrillic a", profile: name("\u0430cme"), want: looks},
		{name: "Greek o", profile: name("Rοοt CA"), want: looks},
		{name: "zero width", profile: name("Ac\u200bme"), want: looks},
		{name: "joiner in ASCII", profile: name("Ac\u200dme"), want: looks},
		{name: "override", profile: name("Acme \u202egpj"), want: looks},
		{name: "mark", profile: name("Acme\u200f"), want: looks},
		{name: "tag characters", profile: name("Acme\U000e0041"), want: looks},
		{name: "C1 control", profile: name("Acme\u0085"), want: looks},
		{name: "line in an identifier", profile: text("PayloadIdentifier", "com.acme\n"), want: []string{"warning misleading-character PayloadIdentifier"}},
		{name: "whole label of twins", profile: text("PayloadIdentifier", "com.\u0430\u0440\u0440\u04cf\u0435"), want: []string{"warning misleading-character PayloadIdentifier"}},
		{name: "Russian label", profile: text("PayloadIdentifier", "com.фирма")},
	}
}

func secretCases() []moreCase {
	password := func(v any) *plist.Value { return own(pl(wifi, "SSID_STR", "Home", "Password", v)) }
	leak := []string{"warning secret-in-clear-text PayloadContent[0].Password"}
	app := func(pairs ...any) *plist.Value { return own(pl("net.acme.app", pairs...)) }
	url := func(payloadType, key, url string) *plist.Value { return own(pl(payloadType, key, url)) }
	cases := []moreCase{
		{name: "password", profile: password("hunter2"), want: leak},
		{name: "password with a sign", profile: password("pa$hunter2"), want: leak},
		{name: "password in percent signs", profile: password("100%hunter2%"), want: leak},
		{name: "password for Intune", profile: password("hunter2"), server: "intune", want: leak},
		{name: "no string", profile: password(true)},
		{name: "identity beside its password", profile: own(pl(pkcs12, "PayloadContent", []byte("x"), "Password", "hunter2")), want: leak},
		{name: "shared secret", profile: own(pl("com.apple.vpn.managed", "IPSec", d("SharedSecret", []byte("hunter2")))),
			want: []string{"warning secret-in-clear-text PayloadContent[0].IPSec.SharedSecret"}},
		{name: "challenge", profile: own(pl("com.apple.security.scep", "PayloadContent", d("Challenge", "hunter2"))),
			want: []string{"warning secret-in-clear-text PayloadContent[0].PayloadContent.Challenge"}},
		{name: "token of an app", profile: app("EnrollmentToken", "hunter2"), want: []string{"warning secret-in-clear-text PayloadContent[0].EnrollmentToken"}},
		{name: "managed preferences", profile: own(pl(profiles.ManagedPreferences, "PayloadContent", d("net.acme.app", d("Forced", arr(d("mcx_preference_settings", d("APIKey", "hunter2"))))))),
			want: []string{`warning secret-in-clear-text PayloadContent[0].PayloadContent["net.acme.app"].Forced[0].mcx_preference_settings.APIKey`}},
		{name: "about passwords", profile: app("PasswordManagerEnabled", true, "PasswordProtectionChangePasswordURL", "https://acme.com")},
		{name: "a key of Apple's that only ends so", profile: own(pl("com.apple.extensiblesso", "TokenToUserMapping", d("AccountName", "x")))},
		{name: "pac file", profile: url(wifi, "ProxyPACURL", "HTTP://proxy.acme.com/x"), want: []string{"warning http-url PayloadContent[0].ProxyPACURL"}},
		{name: "pac file here", profile: url(wifi, "ProxyPACURL", "http://localhost:8080/x")},
		{name: "web clip", profile: url("com.apple.webClip.managed", "URL", "http://acme.com"), want: []string{"note http-url PayloadContent[0].URL"}},
		{name: "SCEP", profile: own(pl("com.apple.security.scep", "PayloadContent", d("URL", "http://scep.acme.com"))), want: []string{"note http-url PayloadContent[0].PayloadContent.URL"}},
		{name: "ACME", profile: url("com.apple.security.acme", "DirectoryURL", "http://acme.com"), want: []string{"warning http-url PayloadContent[0].DirectoryURL"}},
		{name: "captive probe", profile: own(pl(dnsSettings, "OnDemandRules", arr(d("Action", "Connect", "URLStringProbe", "http://acme.com"))))},
	}
	for _, stand := range []string{"", "${WIFI_PASSWORD}", "$FLEET_SECRET_WIFI", "{{wifi}}", "%Password%", "@WIFI@", "<password>", "[password]", "__PASSWORD__", "password_here", "XXXXXXXX-XXXX-XXXX-XXXXXXXXXXXX",
		"CHANGEME", "your password", "Password", "********"} {
		cases = append(cases, moreCase{name: "stand-in " + stand, profile: password(stand)})
	}
	return cases
}

func deliveryCases() []moreCase {
	plain := func() *plist.Value { return own(pl(wifi, "SSID_STR", "Home")) }
	ssid := func(s string) *plist.Value { return own(pl(wifi, "SSID_STR", s)) }
	unknown := func(severity string) []string {
		return []string{severity + " unknown-mdm-variable PayloadContent[0].SSID_STR"}
	}
	homes := own(pl("com.apple.homescreenlayout", "Pages", arr(arr(), arr())))
	homes.Get("PayloadContent").Items[0].Get("Pages").Items[0].Span = diag.Span{File: diag.NewFile("x", nil), Start: 5, End: 10}
	homes.Get("PayloadContent").Items[0].Get("Pages").Items[1].Span = diag.Span{File: diag.NewFile("x", nil), Start: 11, End: 16}
	return []moreCase{
		{name: "nothing to say", profile: plain(), server: "fleet"},
		{name: "no server named", profile: ssid("{{deviceID}} $UDID"), file: Container{Size: 1 << 30}},
		{name: "1,000,000 bytes", profile: plain(), server: "intune", file: Container{Size: 1_000_000}},
		{name: "one byte more", profile: plain(), server: "intune", file: Container{Size: 1_000_001}, want: []string{"warning too-large-for-mdm "}},
		{name: "too large for Fleet", profile: plain(), server: "fleet", file: Container{Size: 1<<20 + 1}, want: []string{"error too-large-for-mdm "}},
		{name: "no limit known", profile: plain(), server: "jamf", file: Container{Size: 1 << 24}},
		{name: "signed for Fleet", profile: plain(), server: "fleet", file: Container{Signed: true}, want: []string{"error signed-for-mdm "}},
		{name: "signed for Apple", profile: plain(), server: "apple-business", file: Container{Signed: true}, want: []string{"warning signed-for-mdm "}},
		{name: "signed for Jamf", profile: plain(), server: "jamf", file: Container{Signed: true}, want: []string{"warning signed-for-mdm "}},
		{name: "signed for Intune", profile: plain(), server: "intune", file: Container{Signed: true}, want: []string{"warning signed-for-mdm "}},
		{name: "signed for NanoMDM", profile: plain(), server: "nanomdm", file: Container{Signed: true}},
		{name: "binary for Apple", profile: plain(), server: "apple-business", file: Container{Binary: true}, want: []string{"error binary-for-mdm "}},
		{name: "binary for Jamf", profile: plain(), server: "jamf", file: Container{Binary: true}},
		{name: "variable in a signed file", profile: ssid("{{serialnumber}}"), file: Container{Signed: true}, want: []string{"error mdm-variable-in-signed-profile PayloadContent[0].SSID_STR"}},
		{name: "what a Mac fills in itself", profile: ssid("%ComputerName%"), file: Container{Signed: true}},
		{name: "case in Intune", profile: ssid("{{DeviceID}}"), server: "intune", want: unknown("warning")},
		{name: "Jamf's in Fleet", profile: ssid("$SERIALNUMBER"), server: "fleet", want: unknown("warning")},
		{name: "perhaps newer in Fleet", profile: ssid("$FLEET_VAR_HOST_SERIAL"), server: "fleet", want: unknown("warning")},
		{name: "case in Fleet", profile: ssid("$FLEET_VAR_Host_UUID"), server: "fleet", want: unknown("error")},
		{name: "newer in data for Fleet", profile: identityWith("$FLEET_VAR_BOZO"), server: "fleet", want: []string{"warning unknown-mdm-variable PayloadContent[0].PayloadContent"}},
		{name: "case in data for Fleet", profile: identityWith("$FLEET_VAR_digicert_data_CA"), server: "fleet", want: []string{"warning unknown-mdm-variable PayloadContent[0].PayloadContent"}},
		{name: "only in strings for Fleet", profile: identityWith("${FLEET_VAR_HOST_UUID}"), server: "fleet", want: []string{"error unknown-mdm-variable PayloadContent[0].PayloadContent"}},
		{name: "in data for Fleet", profile: identityWith("${FLEET_VAR_DIGICERT_DATA_CA}"), server: "fleet"},
		{name: "Jamf's in data for Fleet", profile: identityWith("$SERIALNUMBER"), server: "fleet", want: []string{"warning unknown-mdm-variable PayloadContent[0].PayloadContent"}},
		{name: "for a number", profile: own(pl(wifi, "SSID_STR", "Home", "QoSMarkingPolicy", &plist.Value{Kind: plist.Null, Text: "$FLEET_VAR_HOST_UUID"})), server: "fleet",
			want: []string{"error unknown-mdm-variable PayloadContent[0].QoSMarkingPolicy"}},

		{name: "odd text for Fleet", profile: plain(), server: "fleet", file: Container{Odd: []plist.Oddity{plist.NoDeclaration}}, want: []string{"error text-refused-by-mdm "}},
		{name: "odd text for Intune", profile: plain(), server: "intune", file: Container{Odd: []plist.Oddity{plist.ByteOrderMark}}, want: []string{"warning text-refused-by-mdm "}},
		{name: "text that Intune takes", profile: plain(), server: "intune", file: Container{Odd: []plist.Oddity{plist.NoDeclaration}}},
		{name: "odd text for NanoMDM", profile: plain(), server: "nanomdm", file: Container{Odd: []plist.Oddity{plist.ByteOrderMark}}},

		{name: "not renewed", profile: own(acme("OU", "Wi-Fi")), server: "fleet", want: []string{"warning not-renewed-by-mdm PayloadContent[0]"}},
		{name: "renewed", profile: own(acme("OU", "$FLEET_VAR_CERTIFICATE_RENEWAL_ID")), server: "fleet"},
		{name: "renewed by the older name", profile: own(acme("2.5.4.11", "x ${FLEET_VAR_SCEP_RENEWAL_ID}")), server: "fleet"},
		{name: "not renewed by the CN", profile: own(acme("CN", "$FLEET_VAR_CERTIFICATE_RENEWAL_ID")), server: "fleet", want: []string{"warning not-renewed-by-mdm PayloadContent[0]"}},
		{name: "not renewed elsewhere", profile: own(acme("OU", "Wi-Fi")), server: "jamf"},
		{name: "proxied", profile: own(scep("OU", "x")), server: "fleet", want: []string{"error not-renewed-by-mdm PayloadContent[0]"}},
		{name: "proxied, by the CN", profile: own(scep("CN", "$FLEET_VAR_SCEP_RENEWAL_ID")), server: "fleet"},
		{name: "proxied, by both", profile: own(scep("CN", "$FLEET_VAR_SCEP_RENEWAL_ID", "OU", "$FLEET_VAR_SCEP_RENEWAL_ID")), server: "fleet",
			want: []string{"error not-renewed-by-mdm PayloadContent[0]"}},

		{name: "a shell's", profile: ssid("$HOME"), server: "jamf"},
		{name: "FileVault in Fleet", profile: own(pl("com.apple.MCX.FileVault2", "Enable", "On")), server: "fleet",
			want: []string{"error payload-refused-by-mdm PayloadContent[0]"}},
		{name: "FileVault options in Fleet", profile: own(pl(mcx, "dontAllowFDEDisable", true)), server: "fleet",
			want: []string{"warning payload-refused-by-mdm PayloadContent[0].dontAllowFDEDisable"}},
		{name: "FileVault key in Fleet", profile: own(pl(mcx, "DestroyFVKeyOnStandby", true)), server: "fleet",
			want: []string{"error payload-refused-by-mdm PayloadContent[0].DestroyFVKeyOnStandby"}},
		{name: "other options in Fleet", profile: own(pl(mcx, "timeServer", "time.acme.com")), server: "fleet"},
		{name: "FileVault in Jamf", profile: own(pl("com.apple.MCX.FileVault2", "Enable", "On")), server: "jamf"},
		{name: "name of Fleet's", profile: plain().Set("PayloadDisplayName", value("Fleetd configuration")), server: "fleet", want: []string{"error value-reserved-by-mdm PayloadDisplayName"}},
		{name: "no name in Fleet", profile: without(plain(), "PayloadDisplayName"), server: "fleet", want: []string{"error key-missing-for-mdm "}},
		{name: "no scope of an iPhone in Fleet", profile: without(plain(), "PayloadScope").Set("TargetDeviceType", value(1)), server: "fleet"},
		{name: "no scope in Fleet", profile: without(plain(), "PayloadScope"), server: "fleet", want: []string{"note scope-left-to-mdm "}},
		{name: "no scope on iPhones", profile: without(own(pl("com.apple.app.lock", "App", d("Identifier", "a.b"))), "PayloadScope"), server: "fleet"},
		{name: "arrays in Jamf", profile: homes, server: "jamf", want: []string{"warning arrays-side-by-side PayloadContent[0].Pages"}},
		{name: "arrays in Fleet", profile: homes, server: "fleet"},
	}
}

// textCases are texts that Jamf Pro changes: by what stands in them, by the type of the payload, and by the devices.
func textCases() []moreCase {
	clip := func(url string) *plist.Value { return own(pl("com.apple.webClip.managed", "Label", "a", "URL", url)) }
	changed := func(severity, path string) []string { return []string{severity + " text-changed-by-mdm " + path} }
	const at = "PayloadContent[0].URL"
	settings := func(text string) *plist.Value {
		return own(pl(profiles.ManagedPreferences, "PayloadContent", d("net.acme.app", d("Forced", arr(d("mcx_preference_settings", d("Hint", text)))))))
	}
	const inSettings = `PayloadContent[0].PayloadContent["net.acme.app"].Forced[0].mcx_preference_settings.Hint`
	restricted := own(pl(restrictions, "allowListedAppBundleIDs", arr("a&b")))
	return []moreCase{
		{name: "plain text in Jamf", profile: clip("https://acme.com/?a=1 > 'b' \"c\" \u2028 é"), server: "jamf"},
		{name: "an ampersand in Jamf", profile: clip("https://acme.com/?a=1&b=2"), server: "jamf", want: changed("warning", at)},
		{name: "an ampersand elsewhere", profile: clip("https://acme.com/?a=1&b=2"), server: "fleet"},
		{name: "a tab", profile: clip("a\tb"), server: "jamf", want: changed("warning", at)},
		{name: "an emoji", profile: clip("a 🍏"), server: "jamf", want: changed("warning", at)},
		{name: "line feeds", profile: clip("a\nb\r\nc"), server: "jamf", want: changed("note", at)},
		{name: "carriage returns", profile: clip("a\rb\r\nc"), server: "jamf"},
		{name: "white space at the ends", profile: clip("a \n"), server: "jamf", want: changed("note", at)},
		{name: "a key", profile: own(pl("com.apple.webClip.managed", "a&b", "c")), server: "jamf", want: changed("warning", `PayloadContent[0]["a&b"]`)},
		{name: "managed preferences arrive", profile: settings("a & b\n\tc"), server: "jamf", want: nil},
		{name: "and not with an emoji", profile: settings("🍏"), server: "jamf", want: changed("error", inSettings)},
		{name: "and iPhones have none", profile: settings("a & b").Set("TargetDeviceType", value(1)), server: "jamf"},
		{name: "restrictions of Macs", profile: restricted.Set("TargetDeviceType", value(5)), server: "jamf", want: changed("warning", "PayloadContent[0].allowListedAppBundleIDs[0]")},
		{name: "a secret", profile: own(pl(wifi, "SSID_STR", "Home", "Password", "a&b")), server: "jamf",
			want: append([]string{"warning secret-in-clear-text PayloadContent[0].Password"}, changed("error", "PayloadContent[0].Password")...)},
		{name: "what Jamf fills in itself", profile: clip("a").Set("PayloadDescription", value("a & b\n")).Set("PayloadOrganization", value("a & b")), server: "jamf"},
		{name: "the text of a consent", profile: clip("a").Set("ConsentText", d("default", "a & b")), server: "jamf", want: changed("warning", "ConsentText.default")},
	}
}

// Nothing of what the rules of validate find is found twice, and nothing is found that was not asked for.
func TestGroups(t *testing.T) {
	profile := own(pl(wifi, "SSID_STR", "Home", "Password", "hunter2", "EncryptionType", "None"), pl(restrictions, "allowCloudBackup", false))
	c := New(schema.Embedded())
	for _, tt := range []struct {
		groups []rules.Group
		want   string
	}{
		{nil, "cloud-backup-disabled ignored-key"},
		{[]rules.Group{rules.Sync}, "cloud-backup-disabled"},
		{[]rules.Group{rules.Security}, "secret-in-clear-text"},
		{[]rules.Group{rules.Hygiene}, ""},
		{rules.Groups(), "cloud-backup-disabled ignored-key secret-in-clear-text"},
	} {
		found, err := c.Check(profile, nil, Options{Groups: tt.groups})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range found {
			got = append(got, d.Rule)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%v: got %q, want %q", tt.groups, got, tt.want)
		}
	}
}

// What is not confirmed says so, and is no error.
func TestCommunityFactsSaySo(t *testing.T) {
	found, err := New(schema.Embedded()).Check(own(pl(wifi, "SSID_STR", "x")), nil, Options{Groups: rules.Groups(), For: mdm.Find("jamf"), Container: Container{Signed: true}})
	if err != nil || len(found) != 1 || !strings.Contains(found[0].Message, "not confirmed") || found[0].Severity != diag.Warning {
		t.Errorf("got %v, %v", found, err)
	}
}

// identityWith makes a profile with a PKCS#12 whose content a server is to fill in.
func identityWith(variable string) *plist.Value {
	return own(pl("com.apple.security.pkcs12", "PayloadContent", &plist.Value{Kind: plist.Null, Text: variable}))
}

// subject makes the value of Subject from attributes and texts.
func subject(pairs ...string) *plist.Value {
	subject := &plist.Value{Kind: plist.Array}
	for i := 0; i < len(pairs); i += 2 {
		subject.Items = append(subject.Items, &plist.Value{Kind: plist.Array, Items: []*plist.Value{plist.NewStrings(pairs[i], pairs[i+1])}})
	}
	return subject
}

func acme(pairs ...string) *plist.Value {
	return pl("com.apple.security.acme", "Subject", subject(pairs...))
}

// scep makes a payload for which Fleet asks for the certificate.
func scep(pairs ...string) *plist.Value {
	return pl("com.apple.security.scep", "PayloadContent", d("URL", "$FLEET_VAR_NDES_SCEP_PROXY_URL", "Subject", subject(pairs...)))
}
