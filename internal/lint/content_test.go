package lint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"

	store "software.sslmate.com/src/go-pkcs12"

	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

// contentCase is a profile, and what all rules say of what stands in its payloads: "severity rule path", one a line.
type contentCase struct {
	name    string
	profile *plist.Value
	targets string
	want    string
}

func TestContent(t *testing.T) {
	c := New(schema.Embedded())
	for _, tt := range contentCases() {
		t.Run(tt.name, func(t *testing.T) {
			found, err := c.Check(tt.profile, targets(t, tt.targets), Options{Groups: rules.Groups(), Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range found {
				if d.Rule == rule.SecretInClearText {
					continue
				}
				got = append(got, d.Severity.String()+" "+d.Rule+" "+d.Path.String())
				if strings.Contains(d.Message+d.Help, "hunter2") {
					t.Errorf("%s shows a secret: %s", d.Rule, d.Message)
				}
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), tt.want)
			}
		})
	}
}

func contentCases() []contentCase {
	return slices.Concat(requirementCases(), privacyCases(), certificateCases(), dataCases(), identityCases(), preferenceCases(), networkCases(), extensionCases())
}

const privacyPolicy = "com.apple.TCC.configuration-profile-policy"

// privacy makes a profile with one entry for one service.
func privacy(service string, pairs ...any) *plist.Value {
	entry := d("Identifier", "com.acme.app", "IdentifierType", "bundleID", "CodeRequirement", `identifier "com.acme.app" and anchor apple generic`)
	for i := 0; i < len(pairs); i += 2 {
		entry.Set(pairs[i].(string), value(pairs[i+1]))
	}
	return own(pl(privacyPolicy, "Services", d(service, arr(entry))))
}

func requirementCases() []contentCase {
	at := func(payloadType, path string, pairs ...any) []contentCase {
		bad := own(pl(payloadType, pairs...))
		return []contentCase{{name: payloadType + " " + path, profile: bad, want: "error malformed-code-requirement PayloadContent[0]." + path}}
	}
	mapping := func(requirement string) *plist.Value {
		return arr(d("Identifier", "a.b", "VPNUUID", "x", "SigningIdentifier", "a.b", "DesignatedRequirement", requirement))
	}
	cases := []contentCase{
		{name: "prefix", profile: privacy("SystemPolicyAllFiles", "Allowed", true, "CodeRequirement", `designated => identifier "a.b"`),
			want: "error malformed-code-requirement PayloadContent[0].Services.SystemPolicyAllFiles[0].CodeRequirement"},
		{name: "receiver", profile: privacy("AppleEvents", "Allowed", true, "AEReceiverIdentifier", "a.b", "AEReceiverIdentifierType", "bundleID", "AEReceiverCodeRequirement", `identifier "a.b`),
			want: "error malformed-code-requirement PayloadContent[0].Services.AppleEvents[0].AEReceiverCodeRequirement"},
		{name: "a later step", profile: privacy("SystemPolicyAllFiles", "Allowed", true, "CodeRequirement", `{{REQUIREMENT}}`)},
		{name: "team identifier of a wrong form", profile: own(pl("com.apple.system-extension-policy", "AllowedTeamIdentifiers", arr("ABCDE12345", "abcde12345", "ABCDE1234"))),
			want: "warning malformed-value PayloadContent[0].AllowedTeamIdentifiers[1]\nwarning malformed-value PayloadContent[0].AllowedTeamIdentifiers[2]"},
		{name: "Apple's team", profile: own(pl("com.apple.extensiblesso", "ExtensionIdentifier", "com.apple.AppSSOKerberos.KerberosExtension", "Type", "Credential",
			"TeamIdentifier", "apple", "Realm", "ACME.COM", "Hosts", arr("acme.com")))},
	}
	cases = append(cases, at("com.apple.systempolicy.rule", "Requirement", "Requirement", "")...)
	cases = append(cases, at("com.apple.webcontent-filter", "FilterDataProviderDesignatedRequirement", "FilterType", "Plugin", "UserDefinedName", "x", "PluginBundleID", "a.b",
		"FilterDataProviderBundleIdentifier", "a.b", "FilterDataProviderDesignatedRequirement", "anchor apple generic and")...)
	cases = append(cases, at("com.apple.dnsProxy.managed", "ProviderDesignatedRequirement", "AppBundleIdentifier", "a.b", "ProviderDesignatedRequirement", "a.b")...)
	return append(cases, at("com.apple.vpn.managed.appmapping", "AppLayerVPNMapping[0].DesignatedRequirement", "AppLayerVPNMapping", mapping("identifier “a.b”"))...)
}

func privacyCases() []contentCase {
	conflict := func(service, key string) string {
		return "error conflicting-keys PayloadContent[0].Services." + service + "[0]." + key
	}
	cases := []contentCase{
		{name: "camera denied", profile: privacy("SystemPolicyAllFiles", "Authorization", "Deny")},
		{name: "standard users and screens", profile: privacy("ScreenCapture", "Authorization", "AllowStandardUserToSetSystemService")},
		{name: "standard users and files", profile: privacy("SystemPolicyAllFiles", "Authorization", "AllowStandardUserToSetSystemService"),
			want: conflict("SystemPolicyAllFiles", "Authorization")},
		{name: "files allowed", profile: privacy("SystemPolicyAllFiles", "Authorization", "Allow")},
		{name: "receiver where there is none", profile: privacy("SystemPolicyAllFiles", "Allowed", true, "AEReceiverIdentifier", "a.b"),
			want: "warning ignored-key PayloadContent[0].Services.SystemPolicyAllFiles[0].AEReceiverIdentifier"},
		{name: "both", profile: privacy("SystemPolicyAllFiles", "Allowed", true, "Authorization", "Allow"),
			want: "warning conflicting-keys PayloadContent[0].Services.SystemPolicyAllFiles[0].Authorization"},
	}
	for _, service := range []string{"Camera", "Microphone", "ScreenCapture", "ListenEvent"} {
		cases = append(cases, contentCase{name: service + " allowed", profile: privacy(service, "Authorization", "Allow"), want: conflict(service, "Authorization")},
			contentCase{name: service + " allowed by the older key", profile: privacy(service, "Allowed", true), want: conflict(service, "Allowed")},
			contentCase{name: service + " denied", profile: privacy(service, "Authorization", "Deny")})
	}
	return cases
}

// certificate makes one in DER, valid from so many years after the day of the tests on, by itself or by another authority.
func certificate(from int, isCA, isSelfIssued bool) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme"}, NotBefore: testNow.AddDate(from, 0, 0), NotAfter: testNow.AddDate(from+10, 0, 0),
		BasicConstraintsValid: true, IsCA: isCA}
	issuer := &x509.Certificate{Subject: pkix.Name{CommonName: "Acme Root CA"}}
	if isSelfIssued {
		issuer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return der
}

func inPEM(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func certificateCases() []contentCase {
	const rootType, derType, pemType = "com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem"
	holds := func(payloadType string, data []byte) *plist.Value {
		return own(pl(payloadType, "PayloadContent", data))
	}
	at := func(severityAndRule string) string { return severityAndRule + " PayloadContent[0].PayloadContent" }
	root, leaf := certificate(-1, true, true), certificate(-1, false, false)
	malformed := at("error malformed-content")
	return []contentCase{
		{name: "root", profile: holds(rootType, root)},
		{name: "root as any certificate", profile: holds(derType, root)},
		{name: "authority under another", profile: holds(rootType, certificate(-1, true, false))},
		{name: "server that signs itself", profile: holds(rootType, certificate(-1, false, true))},
		{name: "server", profile: holds(derType, leaf)},
		{name: "server as root", profile: holds(rootType, leaf), want: at("note not-a-root-certificate")},
		{name: "PEM", profile: holds(pemType, inPEM("CERTIFICATE", root))},
		{name: "PEM as root", profile: holds(rootType, inPEM("CERTIFICATE", root)), want: at("warning wrong-certificate-encoding")},
		{name: "DER as PEM", profile: holds(pemType, root), want: at("warning wrong-certificate-encoding")},
		{name: "two in PEM", profile: holds(pemType, append(inPEM("CERTIFICATE", root), inPEM("CERTIFICATE", leaf)...)), want: at("warning several-certificates")},
		{name: "from next year on", profile: holds(rootType, certificate(1, true, true)), want: at("warning certificate-not-yet-valid")},
		{name: "over", profile: holds(rootType, certificate(-20, true, true)), want: at("warning expired-certificate")},
		{name: "nothing", profile: holds(rootType, []byte{}), want: malformed},
		{name: "data that could not be read", profile: holds(rootType, nil)},
		{name: "text", profile: holds(rootType, []byte("Acme Root CA")), want: malformed},
		{name: "half of one", profile: holds(rootType, root[:100]), want: malformed},
		{name: "once more", profile: holds(rootType, []byte(base64.StdEncoding.EncodeToString(root))), want: malformed},
		{name: "private key beside it", profile: holds(pemType, append(inPEM("CERTIFICATE", root), inPEM("PRIVATE KEY", []byte("hunter2"))...)), want: malformed},
		{name: "request", profile: holds(pemType, inPEM("CERTIFICATE REQUEST", []byte("x"))), want: malformed},
		{name: "PEM without its end", profile: holds(pemType, inPEM("CERTIFICATE", root)[:100]), want: malformed},
		{name: "recovery key", profile: own(pl("com.apple.MCX.FileVault2", "Enable", "On", "Certificate", []byte("x"))), want: "error malformed-content PayloadContent[0].Certificate"},
		{name: "leaf of an app", profile: own(pl("com.apple.systempolicy.rule", "Requirement", "anchor apple", "LeafCertificate", leaf))},
	}
}

func dataCases() []contentCase {
	clip := func(icon string) *plist.Value {
		return own(pl("com.apple.webClip.managed", "Label", "Help", "URL", "https://help.acme.com", "Icon", []byte(icon)))
	}
	font := func(text string) *plist.Value { return own(pl("com.apple.font", "Font", []byte(text))) }
	scep := func(fingerprint string) *plist.Value {
		return own(pl("com.apple.security.scep", "PayloadContent", d("URL", "https://scep.acme.com", "CAFingerprint", []byte(fingerprint))))
	}
	icon, wrongFont := "warning malformed-content PayloadContent[0].Icon", "error malformed-content PayloadContent[0].Font"
	digest := "warning malformed-content PayloadContent[0].PayloadContent.CAFingerprint"
	return []contentCase{
		{name: "PNG", profile: clip("\x89PNG\r\n\x1a\n")}, {name: "JPEG", profile: clip("\xff\xd8\xff")}, {name: "HEIC", profile: clip("\x00\x00\x00\x18ftypheic")},
		{name: "address of an icon", profile: clip("https://acme.com/icon.png"), want: icon}, {name: "drawing", profile: clip("<svg xmlns='http://www.w3.org/2000/svg'/>"), want: icon},
		{name: "no icon", profile: clip(""), want: icon},
		{name: "TrueType", profile: font("\x00\x01\x00\x00")}, {name: "OpenType", profile: font("OTTO")}, {name: "TrueType of Apple", profile: font("true")},
		{name: "collection", profile: font("ttcf"), want: wrongFont}, {name: "web font", profile: font("wOF2"), want: wrongFont},
		{name: "SHA-1", profile: scep(strings.Repeat("\xab", 20))}, {name: "SHA-256", profile: scep(strings.Repeat("\xab", 32))}, {name: "MD5", profile: scep(strings.Repeat("\xab", 16))},
		{name: "too short", profile: scep("\xab\xcd"), want: digest}, {name: "as text", profile: scep(strings.Repeat("ab", 20)), want: digest},
		{name: "as text with colons", profile: scep(strings.Repeat("AB:", 19) + "AB"), want: digest},
	}
}

// identityFile makes PKCS#12 that opens with hunter2.
func identityFile(encoder *store.Encoder) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(certificate(-1, false, true))
	if err != nil {
		panic(err)
	}
	data, err := encoder.Encode(key, leaf, nil, "hunter2")
	if err != nil {
		panic(err)
	}
	return data
}

func identityCases() []contentCase {
	with := func(data []byte, password string) *plist.Value {
		return own(pl(pkcs12, "PayloadContent", data, "Password", password))
	}
	old := identityFile(store.LegacyRC2)
	many := identityFile(store.LegacyRC2.WithIterations(70_000))
	many = append(bytes.Clone(many[:len(many)-3]), 0x7f, 0xff, 0xff) // that the MAC takes, which stand last
	const (
		wrong     = "error wrong-identity-password PayloadContent[0].Password"
		malformed = "error malformed-content PayloadContent[0].PayloadContent"
		unopened  = "note unopened-identity PayloadContent[0].PayloadContent"
	)
	return []contentCase{
		{name: "right password", profile: with(old, "hunter2")},
		{name: "no password", profile: own(pl(pkcs12, "PayloadContent", old))},
		{name: "wrong password", profile: with(old, "hunter3"), want: wrong},
		{name: "password with a line feed", profile: with(old, "hunter2\n"), want: wrong},
		{name: "empty password", profile: with(old, ""), want: wrong},
		{name: "password of a later step", profile: with(old, "${P12_PASSWORD}")},
		{name: "word that asks for a password", profile: with(old, "CHANGEME")},
		{name: "PBES2", profile: with(identityFile(store.Modern), "hunter2"), want: "note new-identity-encryption PayloadContent[0].PayloadContent"},
		{name: "too much work", profile: with(many, "hunter2"), want: unopened},
		{name: "certificate alone", profile: with(certificate(-1, false, true), "hunter2"), want: malformed},
		{name: "identity in PEM", profile: with(inPEM("PRIVATE KEY", []byte("x")), "hunter2"), want: malformed},
		{name: "identity once more", profile: with([]byte(base64.StdEncoding.EncodeToString(old)), "hunter2"), want: malformed},
		{name: "half an identity", profile: with(old[:len(old)/2], "hunter2"), want: malformed},
		{name: "identity of an account", profile: own(pl("com.apple.eas.account", "Host", "mail.acme.com", "Certificate", old, "CertificatePassword", "hunter3")),
			want: "error wrong-identity-password PayloadContent[0].CertificatePassword"},
		{name: "identity for certificates", profile: own(pl("com.apple.security.pkcs1", "PayloadContent", old)), want: malformed},
	}
}

// However many identities a profile has, the work of trying their passwords is bounded.
func TestTryingPasswordsIsBounded(t *testing.T) {
	file := identityFile(store.LegacyRC2.WithIterations(70_000))
	file = append(bytes.Clone(file[:len(file)-3]), 0x1e, 0x00, 0x00) // 1,966,080
	var payloads []*plist.Value
	for range 20 {
		payloads = append(payloads, pl(pkcs12, "PayloadContent", file, "Password", "hunter2"))
	}
	for untrusted, tried := range map[bool]int{false: 1, true: 0} {
		found, err := New(schema.Embedded()).Check(own(payloads...), nil, Options{Untrusted: untrusted})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for _, d := range found {
			counts[d.Rule]++
		}
		if counts[rule.WrongIdentityPassword] != tried || counts[rule.UnopenedIdentity] != 20-tried {
			t.Errorf("untrusted %v: got %v, want %d that were tried", untrusted, counts, tried)
		}
	}
}

func preferenceCases() []contentCase {
	domains := func(pairs ...any) *plist.Value {
		return own(pl(profiles.ManagedPreferences, "PayloadContent", d(pairs...)))
	}
	settings := arr(d("mcx_preference_settings", d("a", true)))
	forced := d("Forced", settings)
	several := `warning several-preference-domains PayloadContent[0].PayloadContent["net.acme.b"]`
	unread := `error unread-preference-domain PayloadContent[0].PayloadContent["net.acme.a"]`
	return []contentCase{
		{name: "one domain", profile: domains("net.acme.a", forced)},
		{name: "set once", profile: domains("net.acme.a", d("Set-Once", settings))},
		{name: "set often", profile: domains("net.acme.a", d("Often", settings)), want: `warning unknown-key PayloadContent[0].PayloadContent["net.acme.a"].Often`},
		{name: "two domains", profile: domains("net.acme.a", forced, "net.acme.b", forced), want: several},
		{name: "two domains on Macs", profile: domains("net.acme.a", forced, "net.acme.b", forced), targets: "macOS", want: several},
		{name: "two payloads", profile: own(pl(profiles.ManagedPreferences, "PayloadContent", d("net.acme.a", forced)), pl(profiles.ManagedPreferences, "PayloadContent", d("net.acme.b", forced)))},
		{name: "keys in the domain", profile: domains("net.acme.a", d("a", true)), want: unread},
		{name: "settings in the domain", profile: domains("net.acme.a", d("mcx_preference_settings", d("a", true))), want: unread},
		{name: "known keys in the domain", profile: domains("com.apple.timed", d("TMAutomaticTimeOnlyEnabled", true)),
			want: `error unread-preference-domain PayloadContent[0].PayloadContent["com.apple.timed"]`},
		{name: "nothing in the domain", profile: domains("net.acme.a", d()), want: unread},
		{name: "nothing forced", profile: domains("net.acme.a", d("Forced", arr())), want: unread},
		{name: "misspelt", profile: domains("net.acme.a", d("forced", settings)), want: `error unknown-key PayloadContent[0].PayloadContent["net.acme.a"].forced`},
		{name: "keys beside the settings", profile: domains("net.acme.a", d("Forced", arr(d("a", true)))),
			want: `error missing-required-key PayloadContent[0].PayloadContent["net.acme.a"].Forced[0]` + "\n" + `warning unknown-key PayloadContent[0].PayloadContent["net.acme.a"].Forced[0].a`},
		{name: "a domain as a payload of its own", profile: own(pl("com.apple.dock", "autohide", true))},
	}
}

func networkCases() []contentCase {
	network := func(eap *plist.Value, pairs ...any) *plist.Value {
		return own(pl(wifi, append(pairs, "SSID_STR", "Office", "EncryptionType", "WPA2", "EAPClientConfiguration", eap)...),
			pl("com.apple.security.scep", "PayloadUUID", "72B1DB9E-4A03-5769-8B82-7B87524F744B", "PayloadContent", d("URL", "https://scep.acme.com")))
	}
	const identity = "72B1DB9E-4A03-5769-8B82-7B87524F744B"
	eap := func(types *plist.Value, pairs ...any) *plist.Value {
		return d(append([]any{"AcceptEAPTypes", types}, pairs...)...)
	}
	names := arr("radius.acme.com")
	noTrust, noIdentity := "warning eap-without-trust PayloadContent[0].EAPClientConfiguration", "warning eap-without-identity PayloadContent[0].EAPClientConfiguration"
	return []contentCase{
		{name: "PEAP", profile: network(eap(arr(25), "TLSTrustedServerNames", names))},
		{name: "PEAP without trust", profile: network(eap(arr(25))), want: noTrust},
		{name: "TTLS without trust", profile: network(eap(arr(21, 18))), want: noTrust},
		{name: "no names", profile: network(eap(arr(25), "TLSTrustedServerNames", arr())), want: noTrust},
		{name: "anchor", profile: network(eap(arr(25), "PayloadCertificateAnchorUUID", arr("{{ROOT}}")))},
		{name: "SIM", profile: network(eap(arr(18, 23)))},
		{name: "FAST", profile: network(eap(arr(43), "EAPFASTUsePAC", true))},
		{name: "TLS", profile: network(eap(arr(13), "TLSTrustedServerNames", names), "PayloadCertificateUUID", identity)},
		{name: "TLS without an identity", profile: network(eap(arr(13), "TLSTrustedServerNames", names)), want: noIdentity},
		{name: "TLS without a certificate", profile: network(eap(arr(13), "TLSTrustedServerNames", names, "TLSCertificateIsRequired", false))},
		{name: "TLS or PEAP", profile: network(eap(arr(13, 25), "TLSTrustedServerNames", names))},
		{name: "no types", profile: network(eap(arr()))},
	}
}

func extensionCases() []contentCase {
	policy := func(pairs ...any) *plist.Value {
		return own(pl("com.apple.syspolicy.kernel-extension-policy", pairs...))
	}
	system := func(pairs ...any) *plist.Value { return own(pl("com.apple.system-extension-policy", pairs...)) }
	warning := "warning kernel-extension PayloadContent[0]"
	return []contentCase{
		{name: "kernel extensions of a team", profile: policy("AllowedTeamIdentifiers", arr("ABCDE12345")), want: warning},
		{name: "one kernel extension", profile: policy("AllowedKernelExtensions", d("ABCDE12345", arr("com.acme.driver"))), want: warning},
		{name: "kernel extension on iPhones", profile: policy("AllowedTeamIdentifiers", arr("ABCDE12345")), targets: "iOS", want: "error not-on-platform PayloadContent[0]"},
		{name: "unsigned kernel extension", profile: policy("AllowedKernelExtensions", d("", arr("com.acme.driver"))), want: warning},
		{name: "kernel extension of no team", profile: policy("AllowedKernelExtensions", d("Acme", arr("com.acme.driver"))),
			want: warning + "\nwarning malformed-value PayloadContent[0].AllowedKernelExtensions.Acme"},
		{name: "system extensions of no team", profile: system("AllowedSystemExtensionTypes", d("com.acme", arr("NetworkExtension"))),
			want: `warning malformed-value PayloadContent[0].AllowedSystemExtensionTypes["com.acme"]`},
		{name: "one team in two places", profile: system("AllowedTeamIdentifiers", arr("ABCDE12345"), "AllowedSystemExtensions", d("ABCDE12345", arr("com.acme.filter"))),
			want: "error conflicting-keys PayloadContent[0].AllowedSystemExtensions.ABCDE12345"},
		{name: "two teams", profile: system("AllowedTeamIdentifiers", arr("ABCDE12345"), "AllowedSystemExtensions", d("ABCDE54321", arr("com.acme.filter")))},
		{name: "team of a later step", profile: system("AllowedSystemExtensions", d("{{TEAM}}", arr("com.acme.filter")))},
		{name: "to be removed", profile: own(pl(wifi, "SSID_STR", "Home")).Set("RemovalDate", plist.NewDate(testNow.AddDate(0, 0, 1)))},
		{name: "to be removed long ago", profile: own(pl(wifi, "SSID_STR", "Home")).Set("RemovalDate", plist.NewDate(testNow.AddDate(0, 0, -1))), want: "error removal-date-past RemovalDate"},
		{name: "no kernel extension", profile: policy("AllowUserOverrides", false)},
		{name: "system extensions", profile: own(pl("com.apple.system-extension-policy", "AllowedTeamIdentifiers", arr("ABCDE12345")))},
	}
}
