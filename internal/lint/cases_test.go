package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

func ruleCases() []ruleCase {
	return slices.Concat(structureCases(), keyCases(), valueCases(), effectCases(), enrollmentCases(), dnsCases(), syncCases())
}

// values makes a profile with one payload of the type that has a key for everything.
func values(pairs ...any) *plist.Value { return with(pl("com.example.values", pairs...)) }

func structureCases() []ruleCase {
	id := "12345678-90AB-4CDE-8F00-1234567890AB"
	wireless := func(certificate string, keys ...any) *plist.Value {
		return with(pl(certificate, "PayloadUUID", id), pl(wifi, append(keys, "SSID_STR", "Home")...))
	}
	anchors := func(ids ...any) *plist.Value { return d("PayloadCertificateAnchorUUID", arr(ids...)) }
	return []ruleCase{
		{rule: "duplicate-payload-uuid", path: "PayloadContent[1].PayloadUUID",
			bad:     with(pl("com.example.values", "PayloadUUID", id), pl("com.example.values", "PayloadUUID", "12345678-90ab-4cde-8f00-1234567890ab")),
			good:    with(pl("com.example.values"), pl("com.example.values")),
			message: `"PayloadUUID" "12345678-90ab-4cde-8f00-1234567890ab" is used more than once in the profile`},
		{rule: "duplicate-payload-uuid", path: "PayloadContent[0].PayloadUUID",
			bad: with(pl("com.example.values", "PayloadUUID", "10000000-0000-4000-8000-000000000001"))},
		{rule: "duplicate-payload-identifier", path: "PayloadContent[1].PayloadIdentifier",
			bad:  with(pl("com.example.values", "PayloadIdentifier", "a.b"), pl("com.example.values", "PayloadIdentifier", "a.b")),
			good: with(pl("com.example.values", "PayloadIdentifier", "a.b"), pl("com.example.values", "PayloadIdentifier", "a.B"))},
		{rule: "malformed-uuid", path: "PayloadContent[0].PayloadUUID",
			bad: values("PayloadUUID", "my uuid"), good: values("PayloadUUID", id),
			message: `"PayloadUUID" is "my uuid", want a UUID`},
		{rule: "malformed-uuid", path: "PayloadContent[0].PayloadUUID",
			bad: values("PayloadUUID", "00000000-0000-0000-0000-000000000000"), good: values("PayloadUUID", "$FLEET_VAR_UUID")},
		{rule: "malformed-uuid", path: "PayloadUUID",
			bad: with().Set("PayloadUUID", value("x")), good: with()},
		{rule: "single-instance-payload-repeated", path: "PayloadContent[1]",
			bad: with(pl("com.example.single"), pl("com.example.single")), good: with(pl("com.example.single"))},
		{rule: "single-instance-payload-repeated", path: "PayloadContent[1]", targets: "iOS",
			bad: with(pl("com.example.single"), pl("com.example.single")), good: with(pl("com.example.values"), pl("com.example.values"))},
		{rule: "not-a-profile", bad: arr(), message: "the top level is an array, want the dictionary of a profile"},
		{rule: "not-a-profile", bad: d("autohide", true), good: with(), message: `the top level has none of the keys of a profile, such as "PayloadContent"`},
		{rule: "encrypted-content", path: "EncryptedPayloadContent",
			bad:  without(with(), "PayloadContent").Set("EncryptedPayloadContent", value([]byte("x"))),
			good: with()},
		{rule: "dangling-certificate-reference", path: "PayloadContent[1].PayloadCertificateUUID",
			bad:  wireless("com.apple.security.scep", "PayloadCertificateUUID", "12345678-90AB-4CDE-8F00-1234567890AC"),
			good: wireless("com.apple.security.scep", "PayloadCertificateUUID", strings.ToLower(id))},
		{rule: "dangling-certificate-reference", path: "PayloadContent[1].EAPClientConfiguration.PayloadCertificateAnchorUUID[1]",
			bad:     wireless("com.apple.security.root", "EAPClientConfiguration", anchors(id, "x")),
			good:    wireless("com.apple.security.root", "EAPClientConfiguration", anchors(id, "{{cert}}")),
			message: `"PayloadCertificateAnchorUUID[1]" is "x", but no payload in the profile has this PayloadUUID`},
		{rule: "wrong-certificate-payload", path: "PayloadContent[1].PayloadCertificateUUID",
			bad:  wireless("com.apple.security.root", "PayloadCertificateUUID", id),
			good: wireless("com.apple.security.scep", "PayloadCertificateUUID", id),
			message: `"PayloadCertificateUUID" points at payload "com.apple.security.root", want a payload of type "com.apple.security.pkcs12", ` +
				`"com.apple.security.scep", "com.apple.security.acme" or "com.apple.ADCertificate.managed"`},
		{rule: "wrong-certificate-payload", path: "PayloadContent[1].EAPClientConfiguration.PayloadCertificateAnchorUUID[0]",
			bad: wireless("com.example.values", "EAPClientConfiguration", anchors(id))},
	}
}

func keyCases() []ruleCase {
	mcxSettings := func(domain string, pairs ...any) *plist.Value {
		return with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
			d(domain, d("Forced", arr(d("mcx_preference_settings", d(pairs...)))))))
	}
	return []ruleCase{
		{rule: "missing-required-key", path: "", bad: without(with(), "PayloadIdentifier"), good: with(),
			message: `the profile lacks the required key "PayloadIdentifier"`, help: `add "PayloadIdentifier", a string`},
		{rule: "missing-required-key", path: "PayloadContent[0]", bad: with(without(pl("com.example.values"), "PayloadVersion")),
			message: `payload "com.example.values" lacks the required key "PayloadVersion"`, help: `add "PayloadVersion", an integer`},
		{rule: "missing-required-key", path: "PayloadContent[0]", bad: with(without(pl("com.example.values"), "PayloadType"))},
		{rule: "missing-required-key", path: "PayloadContent[0].Outer", bad: values("Outer", d()), good: values("Outer", d("Inner", "x")),
			message: `"Outer" lacks the required key "Inner"`},
		{rule: "missing-required-key", path: "PayloadContent[0]", bad: with(pl(mcx, "RequireAdmin", true)),
			good: with(pl(mcx, "RequireAdmin", true, "RequiredOfWiFi", true, "timeServer", "time.apple.com"))},
		{rule: "unknown-key", path: "PayloadContent[0].Whatever", bad: values("Whatever", 1), good: values("Flag", true),
			message: `"Whatever" is not a key of payload "com.example.values"`},
		{rule: "unknown-key", path: "PayloadContent[0].EncryptonType", bad: values("EncryptonType", "WPA"), good: values("EncryptionType", "WPA"),
			severity: diag.Error, help: `did you mean "EncryptionType"?`},
		{rule: "unknown-key", path: "PayloadContent[0].flag", bad: values("flag", true), severity: diag.Error, help: `did you mean "Flag"?`},
		{rule: "unknown-key", path: "PayloadContent[0].flag", bad: values("flag", true, "Flag", true)},
		{rule: "unknown-key", path: "PayloadContent[0].Deep", bad: values("Deep", "x"), good: values("Outer", d("Inner", "x", "Deep", "y")),
			severity: diag.Error, help: "move it to Outer.Deep"},
		{rule: "unknown-key", path: "PayloadContent[0].Outer.Certificate", bad: values("Outer", d("Inner", "x", "Certificate", "y")),
			severity: diag.Error, help: "move it to Certificate"},
		{rule: "dropped-key", path: "PayloadContent[0].Dropped", bad: values("Dropped", true), good: values(), help: "remove it unless older devices need it"},
		{rule: "dropped-key", path: "PayloadContent[0].Moved", bad: values("Moved", true), help: "move it to Outer.Moved, its place in the newest schema"},
		{rule: "unknown-key", path: "PayloadContent[0].Deep", bad: values("Deep", "x", "Outer", d("Inner", "x", "Deep", "y"))},
		{rule: "unknown-key", path: "PayloadContent[0].Proxies.Deep", bad: values("Proxies", d("Deep", "x")), good: values("Proxies", d("Host", "x")), help: "move it to Outer.Deep"},
		{rule: "unknown-key", path: "PayloadContent[0].PayloadEnabled", bad: values("PayloadEnabled", true), severity: diag.Note},
		{rule: "unknown-key", path: "PayloadContent[0].Tree.Children[0].Children[1].Nmae",
			bad: values("Tree", d("Children", arr(d("Children", arr(d(), d("Nmae", "x")))))), good: values("Tree", d("Children", arr(d("Children", arr(d(), d("Name", "x")))))),
			severity: diag.Error},
		{rule: "unknown-key", path: `PayloadContent[0]["a.\x1b[31m b"]`, bad: values("a.\x1b[31m b", 1),
			message: `"a.\x1b[31m b" is not a key of payload "com.example.values"`},
		{rule: "unknown-key", path: `PayloadContent[0].PayloadContent["com.apple.finder"].Forced[0].mcx_preference_settings.FXRemoveOldTrashItem`,
			bad: mcxSettings("com.apple.finder", "FXRemoveOldTrashItem", true), good: mcxSettings("com.apple.finder", "FXRemoveOldTrashItems", true, "Other", 1),
			help: `did you mean "FXRemoveOldTrashItems"?`},
		{rule: "value-not-in-rangelist", path: `PayloadContent[0].PayloadContent["com.apple.finder"].Forced[0].mcx_preference_settings.FXView`,
			bad: mcxSettings("com.apple.finder", "FXView", "grid"), good: mcxSettings("com.example.unheard", "FXView", "grid"), severity: diag.Note},
		{rule: "unknown-payload-type", path: "PayloadContent[0].PayloadType", bad: with(pl("org.example.app", "A", 1)), good: values(),
			message: `unknown payload type "org.example.app", so its keys are not checked`},
		{rule: "unknown-payload-type", path: "PayloadContent[0].PayloadType", bad: with(pl("com.apple.wifi.manged")), good: with(pl(wifi, "SSID_STR", "Home")),
			severity: diag.Error, help: `did you mean "com.apple.wifi.managed"?`},
		{rule: "unknown-payload-type", path: "PayloadContent[0].PayloadType", bad: with(pl("com.apple.iTunes")), good: with(pl("com.apple.finder", "Other", 1))},
	}
}

func valueCases() []ruleCase {
	long := string(slices.Repeat([]byte("é"), 100))
	return []ruleCase{
		{rule: "wrong-type", path: "PayloadContent[0].Flag", bad: values("Flag", 1), good: values("Flag", true),
			message: `"Flag" is an integer, want a boolean`, help: "write it as the boolean true"},
		{rule: "wrong-type", path: "PayloadContent[0].Flag", bad: values("Flag", "false"), help: "write it as the boolean false"},
		{rule: "wrong-type", path: "PayloadContent[0].Count", bad: values("Count", "30"), good: values("Count", 30), help: "write it as the integer 30"},
		{rule: "wrong-type", path: "PayloadContent[0].Count", bad: values("Count", 1.0)},
		{rule: "wrong-type", path: "PayloadContent[0].Count", bad: values("Count", true)},
		{rule: "wrong-type", path: "PayloadContent[0].Ratio", bad: values("Ratio", "1"), good: values("Ratio", 1)},
		{rule: "wrong-type", path: "PayloadContent[0].Text", bad: values("Text", 7), good: values("Text", "7"), help: `write it as the string "7"`},
		{rule: "wrong-type", path: "PayloadContent[0].Password", bad: values("Password", 1234), good: values("Password", "1234"),
			message: `"Password" is an integer, want a string`},
		{rule: "wrong-type", path: "PayloadContent[0].Blob", bad: values("Blob", "aGk="), good: values("Blob", []byte("hi"))},
		{rule: "wrong-type", path: "PayloadContent[0].Outer", bad: values("Outer", arr()), good: values("Outer", d("Inner", "x"))},
		{rule: "wrong-type", path: "PayloadContent[0].Pair", bad: values("Pair", "a"), good: values("Pair", arr("a", "b")), help: "put it into an array, also if it is the only one"},
		{rule: "wrong-type", path: "PayloadContent[0].Pair[1]", bad: values("Pair", arr("a", 1)), good: values("Pair", arr("a", "b")),
			message: `"Pair[1]" is an integer, want a string`},
		{rule: "wrong-type", path: "PayloadContent[0]", bad: with().Set("PayloadContent", arr("x")), good: with()},
		{rule: "wrong-type", path: "ConsentText.default", bad: with().Set("ConsentText", d("default", 1)), good: with().Set("ConsentText", d("default", "yes", "fr", "oui"))},
		{rule: "wrong-type", path: "DurationUntilRemoval", bad: with().Set("DurationUntilRemoval", value("60")), good: with().Set("DurationUntilRemoval", value(60))},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].EncryptionType", bad: values("EncryptionType", "wpa2"), good: values("EncryptionType", "WPA2"),
			message: `"EncryptionType" is "wpa2", want one of "WEP", "WPA", "WPA2", "Any"`, help: `did you mean "WPA2"?`},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].EncryptionType", bad: values("EncryptionType", "\x1b]0;x\a\u202e"), good: values("EncryptionType", "$WIFI_TYPE"),
			message: `"EncryptionType" is "\x1b]0;x\a\u202e", want one of "WEP", "WPA", "WPA2", "Any"`},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].EncryptionType", bad: values("EncryptionType", long),
			message: `"EncryptionType" is "` + long[:2*60] + `...", want one of "WEP", "WPA", "WPA2", "Any"`},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].Secret", bad: values("Secret", "hunter2"), good: values("Secret", "a"),
			message: `"Secret" is a secret string, want "a"`},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].EncryptionType",
			bad:     values("EncryptionType", &plist.Value{Kind: plist.String, Text: "hunter2", Secret: true}),
			message: `"EncryptionType" is a secret string, want one of "WEP", "WPA", "WPA2", "Any"`},
		{rule: "value-not-in-rangelist", path: "PayloadContent[0].Level", bad: values("Level", 1), good: values("Level", 2)},
		{rule: "value-not-in-rangelist", path: "PayloadVersion", bad: with().Set("PayloadVersion", value(2)), good: with(), message: `"PayloadVersion" is 2, want 1`},
		{rule: "value-out-of-range", path: "PayloadContent[0].Bounded", bad: values("Bounded", 11), good: values("Bounded", 10), message: `"Bounded" is 11, want 0 to 10`},
		{rule: "value-out-of-range", path: "PayloadContent[0].Bounded", bad: values("Bounded", -1), good: values("Bounded", 0)},
		{rule: "value-out-of-range", path: "PayloadContent[0].AtLeast", bad: values("AtLeast", -0.5), good: values("AtLeast", 1e9), message: `"AtLeast" is -0.5, want at least 0`},
		{rule: "value-not-in-format", path: "PayloadContent[0].Code", bad: values("Code", "12345"), good: values("Code", "123456"),
			message: `"Code" is "12345", want text matching "^[0-9]{6}$"`},
		{rule: "value-not-in-format", path: "PayloadContent[0].Code", bad: values("Code", "123456\n"), good: values("Unreadable", "anything")},
		{rule: "value-not-of-subtype", path: "PayloadContent[0].URL", bad: values("URL", "example.com/x"), good: values("URL", "mailto:a@example.com")},
		{rule: "value-not-of-subtype", path: "PayloadContent[0].URL", bad: values("URL", "http://[::1"), good: values("URL", "https://example.com/?q=%20")},
		{rule: "value-not-of-subtype", path: "PayloadContent[0].Host", bad: values("Host", "https://example.com"), good: values("Host", "[fe80::1]")},
		{rule: "value-not-of-subtype", path: "PayloadContent[0].Mail", bad: values("Mail", "nobody"), good: values("Mail", "%Email%")},
		{rule: "wrong-item-count", path: "PayloadContent[0].Pair", bad: values("Pair", arr("a")), good: values("Pair", arr("a", "b")),
			message: `"Pair" has 1 item, want exactly 2`},
	}
}

func effects(pairs ...any) *plist.Value { return with(pl("com.example.effects", pairs...)) }

func effectCases() []ruleCase {
	one := func(t string) *plist.Value { return with(pl(t)) }
	return []ruleCase{
		{rule: "not-on-platform", path: "PayloadContent[0].NotOnMac", targets: "iOS macOS", bad: effects("NotOnMac", true), good: effects(),
			message: `"NotOnMac" does nothing on macOS`},
		{rule: "not-on-platform", path: "PayloadContent[0].NotOnMac", targets: "macOS", bad: effects("NotOnMac", false), severity: diag.Note},
		{rule: "not-on-platform", path: "PayloadContent[0]", targets: "macOS iOS iPadOS/supervised", bad: one("com.example.mac"), good: one("com.example.values"),
			message: `payload "com.example.mac" does nothing on iOS, iPadOS`},
		{rule: "not-on-platform", path: "PayloadContent[0]", targets: "iOS tvOS", bad: one("com.example.mac"), severity: diag.Error},
		{rule: "not-on-platform", path: "PayloadContent[0]", targets: "watchOS", bad: effects("New", true, "Supervised", true), severity: diag.Error},
		{rule: "not-yet-introduced", path: "PayloadContent[0].New", targets: "iOS@26 macOS@27", bad: effects("New", true), good: effects(),
			message: `"New" does nothing before iOS 27`},
		{rule: "removed-key", path: "PayloadContent[0].Gone", targets: "iOS", bad: effects("Gone", true), good: effects(),
			message: `"Gone" was removed in iOS 20 and does nothing from that version on`},
		{rule: "removed-key", path: "PayloadContent[0].Going", targets: "iOS macOS", bad: effects("Going", true), good: effects(),
			message: `"Going" was removed in iOS 27, macOS 27 and does nothing from that version on`},
		{rule: "removed-payload", path: "PayloadContent[0]", targets: "iOS", bad: one("com.example.removed"), good: one("com.example.values"), severity: diag.Error},
		{rule: "removed-payload", path: "PayloadContent[0]", targets: "iOS macOS@15", bad: one("com.example.removed")},
		{rule: "deprecated", path: "PayloadContent[0]", targets: "iOS macOS", bad: with(pl("com.example.deprecated", "A", "x")), good: one("com.example.values"),
			message: `payload "com.example.deprecated" has been deprecated since iOS 20, macOS 20`},
		{rule: "deprecated", path: "PayloadContent[0].Old", targets: "iOS", bad: effects("Old", true)},
		{rule: "deprecated", path: "PayloadContent[0].Aging", targets: "iOS", bad: effects("Aging", true), severity: diag.Note,
			message: `"Aging" is deprecated from iOS 27 on`, help: "use the declaration com.apple.configuration.aging on devices that support it"},
	}
}

func enrollmentCases() []ruleCase {
	one := func(t string) *plist.Value { return with(pl(t)) }
	scoped := func(v *plist.Value, scope string) *plist.Value { return v.Set("PayloadScope", value(scope)) }
	return []ruleCase{
		{rule: "needs-supervision", path: "PayloadContent[0].Supervised", targets: "iOS macOS/device macOS@10.15/device iOS/supervised iOS@18", bad: effects("Supervised", true), good: effects(),
			message: `"Supervised" needs supervision and does nothing on iOS/manual, macOS/device`},
		{rule: "needs-supervision", path: "PayloadContent[0].Supervised", targets: "macOS/manual macOS/device", bad: effects("Supervised", true), good: effects(),
			message: `"Supervised" needs supervision and does nothing on macOS/manual`, help: "send it by MDM, which supervises these devices, or accept that it does nothing there"},
		{rule: "needs-supervision", path: "PayloadContent[0].Group", targets: "iOS", bad: effects("Group", d("Member", true)), good: effects()},
		{rule: "needs-mdm", path: "PayloadContent[0]", targets: "iOS", bad: one("com.example.mdm"), good: one("com.example.values"),
			message: `payload "com.example.mdm" needs an MDM server and cannot be installed by hand on iOS`},
		{rule: "needs-mdm", path: "PayloadContent[0].ByMDM", targets: "iOS", bad: effects("ByMDM", true), severity: diag.Warning},
		{rule: "needs-user-approved-mdm", path: "PayloadContent[0]", targets: "macOS", bad: one("com.example.approved"), good: one("com.example.values")},
		{rule: "needs-user-approved-mdm", path: "PayloadContent[0]", targets: "macOS@10.15/device", bad: one("com.example.approved"), severity: diag.Note},
		{rule: "needs-automated-enrollment", path: "PayloadContent[0]", targets: "iOS/supervised", bad: one("com.example.ade"), good: one("com.example.values")},
		{rule: "not-in-user-enrollment", path: "PayloadContent[0]", targets: "iOS/user iOS", bad: one("com.example.no-user"), good: one("com.example.values")},
		{rule: "not-in-user-enrollment", path: "PayloadContent[0].NoUser", targets: "iOS/user", bad: effects("NoUser", true), severity: diag.Warning},
		{rule: "not-in-user-enrollment", path: "PayloadContent[0].UserIgnores", targets: "iOS/user", bad: effects("UserIgnores", true), severity: diag.Warning,
			message: `"UserIgnores" does nothing in User Enrollment on iOS`},
		{rule: "needs-user-enrollment", path: "PayloadContent[0]", targets: "iOS", bad: one("com.example.only-user"), good: one("com.example.values")},
		{rule: "not-on-shared-ipad", path: "PayloadContent[0]", targets: "iPadOS/shared-ipad", bad: one("com.example.no-shared"), good: one("com.example.values")},
		{rule: "not-on-shared-ipad", path: "PayloadContent[0].SharedIgnores", targets: "iPadOS/shared-ipad", bad: effects("SharedIgnores", true), severity: diag.Warning},
		{rule: "needs-shared-ipad", path: "PayloadContent[0]", targets: "iPadOS", bad: one("com.example.only-shared"), good: one("com.example.values")},
		{rule: "payload-in-wrong-scope", path: "PayloadContent[0]", targets: "macOS", bad: scoped(one("com.example.mac"), "User"), good: one("com.example.mac"),
			message: `payload "com.example.mac" is for the whole Mac, but PayloadScope is "User"`},
		{rule: "payload-in-wrong-scope", path: "PayloadContent[0]", targets: "macOS", bad: one("com.example.mac-user"), good: scoped(one("com.example.mac-user"), "User")},
	}
}

func dnsCases() []ruleCase {
	dns := func(pairs ...any) *plist.Value { return with(pl(dnsSettings, "DNSSettings", d(pairs...))) }
	https := func(pairs ...any) *plist.Value {
		return dns(append([]any{"DNSProtocol", "HTTPS", "ServerURL", "https://dns.google/dns-query{?dns}"}, pairs...)...)
	}
	ruled := func(rules ...any) *plist.Value {
		return with(pl(dnsSettings, "DNSSettings", d("DNSProtocol", "TLS", "ServerName", "dns.google"), "OnDemandRules", arr(rules...)))
	}
	connect, home := d("Action", "Connect"), d("Action", "Disconnect", "SSIDMatch", arr("Home"))
	evaluate := d("Action", "EvaluateConnection", "ActionParameters", arr(d("DomainAction", "NeverConnect", "Domains", arr("acme.com"))))
	const at = "PayloadContent[0].DNSSettings"
	return []ruleCase{
		{rule: "missing-server-url", path: at, bad: dns("DNSProtocol", "HTTPS"), good: https()},
		{rule: "unused-server-url", path: at + ".ServerURL", good: dns("DNSProtocol", "TLS", "ServerName", "dns.google"),
			bad: dns("DNSProtocol", "TLS", "ServerName", "dns.google", "ServerURL", "https://dns.google/dns-query")},
		{rule: "server-url-not-https", path: at + ".ServerURL", bad: dns("DNSProtocol", "HTTPS", "ServerURL", "http://dns.google/dns-query"),
			good: dns("DNSProtocol", "HTTPS", "ServerURL", "https://{{resolver}}/dns-query")},
		{rule: "server-url-not-https", path: at + ".ServerURL", bad: dns("DNSProtocol", "HTTPS", "ServerURL", "https:dns.google")},
		{rule: "missing-server-name", path: at, bad: dns("DNSProtocol", "TLS"), good: dns("DNSProtocol", "TLS", "ServerName", "dns.google")},
		{rule: "server-name-without-tls", path: at + ".ServerName", bad: https("ServerName", "dns.google"), good: https()},
		{rule: "server-address-not-ip", path: at + ".ServerAddresses[1]", bad: https("ServerAddresses", arr("8.8.8.8", "dns.google")),
			good: https("ServerAddresses", arr("8.8.8.8", "2001:4860:4860::8888")), message: `"ServerAddresses[1]" is "dns.google", want an IP address`},
		{rule: "mixed-dns-providers", path: at + ".ServerAddresses[1]", bad: https("ServerAddresses", arr("8.8.8.8", "1.1.1.1")), good: https("ServerAddresses", arr("8.8.8.8", "8.8.4.4", "192.0.2.1")),
			message: `"DNSSettings" mixes the servers of Google and Cloudflare`},
		{rule: "mixed-dns-providers", path: at + ".ServerAddresses[0]", bad: https("ServerAddresses", arr("2606:4700:4700:0::1111"))},
		{rule: "dns-without-system-scope", path: "PayloadContent[0]", targets: "macOS", bad: https().Set("PayloadScope", value("User")), good: https()},
		{rule: "dns-without-system-scope", path: "PayloadContent[0]", bad: without(https(), "PayloadScope"), good: https(), severity: diag.Warning},
		{rule: "missing-companion-key", path: "PayloadContent[0]", bad: with(pl(networkUsage)), good: with(pl(networkUsage, "ApplicationRules", arr())),
			message: `payload "com.apple.networkusagerules" needs "ApplicationRules" or "SIMRules"`},
		{rule: "ignored-key", path: "PayloadContent[0].Password", bad: with(pl(wifi, "SSID_STR", "Home", "EncryptionType", "None", "Password", "x")),
			good: with(pl(wifi, "SSID_STR", "Home", "EncryptionType", "WPA2", "Password", "x")), message: `"Password" does nothing with "EncryptionType" set to "None"`},
		{rule: "conflicting-keys", path: "PayloadContent[0].EAPClientConfiguration.SystemModeUseOpenDirectoryCredentials",
			bad:     with(pl(wifi, "SSID_STR", "Home", "EAPClientConfiguration", d("SystemModeCredentialsSource", "ActiveDirectory", "SystemModeUseOpenDirectoryCredentials", true))),
			good:    with(pl(wifi, "SSID_STR", "Home", "EAPClientConfiguration", d("SystemModeCredentialsSource", "ActiveDirectory"))),
			message: `"SystemModeUseOpenDirectoryCredentials" is not allowed together with "SystemModeCredentialsSource"`},
		{rule: "malformed-value", path: at + ".ServerName", bad: dns("DNSProtocol", "TLS", "ServerName", "1.1.1.1"), good: dns("DNSProtocol", "TLS", "ServerName", "one.one.one.one"),
			severity: diag.Warning},
		{rule: "dns-on-managed-networks-only", path: "PayloadContent[0]", targets: "iOS/supervised iOS", bad: https(), good: with(pl("com.example.values"))},
		{rule: "no-catch-all-rule", path: "PayloadContent[0].OnDemandRules", bad: ruled(home), good: ruled(home, connect)},
		{rule: "unreachable-on-demand-rule", path: "PayloadContent[0].OnDemandRules[1]", bad: ruled(connect, home, home), good: ruled(home, home, connect)},
		{rule: "unreachable-on-demand-rule", path: "PayloadContent[0].OnDemandRules[1]", bad: ruled(evaluate, connect), good: ruled(evaluate),
			message: `"OnDemandRules[1]" is never reached`,
			help:    "delete this rule: the one before it decides for every network"},
		{rule: "unreachable-on-demand-rule", path: "PayloadContent[0].OnDemandRules[1]", bad: ruled(evaluate, home, connect), good: ruled(home, evaluate),
			help: "keep one of the rules without a condition, and move it to the end"},
		{rule: "unused-action-parameters", path: "PayloadContent[0].OnDemandRules[0].ActionParameters",
			bad: ruled(d("Action", "Connect", "ActionParameters", arr())), good: ruled(d("Action", "EvaluateConnection", "ActionParameters", arr()))},
	}
}

func syncCases() []ruleCase {
	restrict := func(key string, v any) *plist.Value { return with(pl(restrictions, key, v)) }
	usage := func(pairs ...any) *plist.Value { return with(pl(networkUsage, "ApplicationRules", arr(d(pairs...)))) }
	managed := func(v any) *plist.Value {
		return with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
			d(restrictions, d("Forced", arr(d("mcx_preference_settings", d("allowCloudDocumentSync", v)))))))
	}
	return []ruleCase{
		{rule: "cloud-sync-disabled", path: "PayloadContent[0].allowCloudDocumentSync", bad: restrict("allowCloudDocumentSync", false), good: restrict("allowCloudDocumentSync", true),
			message: `"allowCloudDocumentSync" is false, so documents and app data in iCloud stop syncing`},
		{rule: "cloud-sync-disabled", path: `PayloadContent[0].PayloadContent["com.apple.applicationaccess"].Forced[0].mcx_preference_settings.allowCloudDocumentSync`,
			bad: managed(false), good: managed(true)},
		{rule: "cloud-backup-disabled", path: "PayloadContent[0].allowCloudBackup", bad: restrict("allowCloudBackup", false), good: restrict("allowCloudBackup", true)},
		{rule: "cellular-toggles-frozen", path: "PayloadContent[0].allowAppCellularDataModification",
			bad: restrict("allowAppCellularDataModification", false), good: restrict("allowAppCellularDataModification", true)},
		{rule: "roaming-sync-disabled", path: "PayloadContent[0].allowGlobalBackgroundFetchWhenRoaming",
			bad: restrict("allowGlobalBackgroundFetchWhenRoaming", false), good: restrict("allowGlobalBackgroundFetchWhenRoaming", true)},
		{rule: "account-changes-blocked", path: "PayloadContent[0].allowAccountModification", bad: restrict("allowAccountModification", false), good: restrict("allowAccountModification", true)},
		{rule: "updates-delayed", path: "PayloadContent[0].forceDelayedSoftwareUpdates", bad: restrict("forceDelayedSoftwareUpdates", true), good: restrict("forceDelayedSoftwareUpdates", false)},
		{rule: "updates-delayed", path: "PayloadContent[0].enforcedSoftwareUpdateDelay", bad: restrict("enforcedSoftwareUpdateDelay", 30), good: restrict("enforcedSoftwareUpdateDelay", 0)},
		{rule: "captive-detection-disabled", path: "PayloadContent[0].CaptiveBypass", bad: with(pl(wifi, "SSID_STR", "Home", "CaptiveBypass", true)),
			good: with(pl(wifi, "SSID_STR", "Home", "CaptiveBypass", false))},
		{rule: "managed-apps-off-cellular", path: "PayloadContent[0].ApplicationRules[0].AllowCellularData",
			bad: usage("AllowCellularData", false), good: usage("AllowCellularData", false, "AppIdentifierMatches", arr("com.example.app"))},
	}
}
