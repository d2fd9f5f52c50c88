package summary

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/guidance"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

func dict(pairs ...any) *plist.Value {
	d := plist.NewDictionary()
	for i := 0; i < len(pairs); i += 2 {
		var v *plist.Value
		switch x := pairs[i+1].(type) {
		case string:
			v = plist.NewString(x)
		case bool:
			v = plist.NewBoolean(x)
		case int:
			v = plist.NewInteger(int64(x))
		case []byte:
			v = plist.NewData(x)
		case *plist.Value:
			v = x
		}
		d.Set(pairs[i].(string), v)
	}
	return d
}

func secret(s string) *plist.Value {
	v := plist.NewString(s)
	v.Secret = true
	return v
}

// sentence is a payload, and what it does.
type sentence struct {
	kind string
	keys *plist.Value
	want string
}

func sentences(t *testing.T) []sentence {
	root, err := os.ReadFile("../cli/testdata/pki/root.pem")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := os.ReadFile("../cli/testdata/pki/leaf.pem")
	if err != nil {
		t.Fatal(err)
	}
	cloudflare := dict("DNSProtocol", "HTTPS", "ServerURL", "https://Cloudflare-DNS.com/dns-query")
	return []sentence{
		{"com.apple.dnsSettings.managed", dict("DNSSettings", cloudflare),
			"Sets encrypted DNS by Cloudflare. All name look-ups go there, except with a VPN or iCloud Private Relay. You can choose other DNS in Settings at any time."},
		{"com.apple.configuration.network.dns-settings", dict("DNSSettings", dict("ServerName", "dns.example.com", "AllowFailover", true,
			"SupplementalMatchDomains", plist.NewStrings("a.example", "b.example")), "OnDemandRules", plist.NewArray(dict("Action", "Connect")), "ProhibitDisablement", true),
			"Sets encrypted DNS by dns.example.com for names in a.example, b.example. Look-ups of these names go there, except with a VPN or iCloud Private Relay. " +
				"On some networks, or for some names, it is off: the profile lists them. If it does not answer, the network's own DNS does."},
		{"com.apple.dnsSettings.managed", dict("DNSSettings", dict("ServerURL", secret("https://example.com/token"))), "DNS: sets 2 options."},
		{"com.apple.wifi.managed", dict("SSID_STR", "Office", "Password", secret("hunter2")), "Adds the Wi-Fi network “Office”, and joins it whenever it is in range."},
		{"com.apple.wifi.managed", dict("SSID_STR", "Office", "AutoJoin", false, "ProxyType", "Auto", "ProxyPACURL", "https://user:pw@pac.example/x?token=1"),
			"Adds the Wi-Fi network “Office”. In this network, web traffic goes through the proxy pac.example."},
		{"com.apple.wifi.managed", dict("DomainName", "eduroam.org"), "Adds the Wi-Fi networks of eduroam.org."},
		{"com.apple.security.root", dict("PayloadContent", root), "Adds the certificate authority “Acme Root”. Once the device trusts it, its owner can vouch for web sites and servers."},
		{"com.apple.security.pem", dict("PayloadContent", leaf), "Adds the certificate “Acme Profile Signing”."},
		{"com.apple.security.root", dict("PayloadContent", []byte("broken")), "Certificate: sets 2 options."},
		{"com.apple.security.pkcs12", dict("PayloadContent", []byte("x")), "Adds a certificate with its key, which proves to servers who you are."},
		{"com.apple.security.scep", dict("PayloadContent", dict("URL", "https://scep.example/x")), "Gets a certificate from scep.example, which proves to servers who you are."},
		{"com.apple.vpn.managed", dict("UserDefinedName", "Work", "VPNType", "IKEv2", "IKEv2", dict("OnDemandEnabled", 1)), "Adds the VPN “Work”, which can connect by itself."},
		{"com.apple.vpn.managed", dict("UserDefinedName", "Work", "VPNType", "AlwaysOn"), "Sends all traffic through a VPN, always."},
		{"com.apple.mail.managed", dict("EmailAddress", "a@example.com"), "Adds the mail account “a@example.com”."},
		{"com.apple.webClip.managed", dict("Label", "Bank", "URL", "https://evil.example/login"), "Adds the link “Bank”, which looks like an app and opens evil.example."},
		{"com.apple.mobiledevice.passwordpolicy", dict("forcePIN", true, "minLength", 6), "Requires a passcode of at least 6 characters."},
		{"com.apple.mobiledevice.passwordpolicy", dict("minLength", 6), "A passcode has at least 6 characters."},
		{"com.apple.applicationaccess", dict("forceAutomaticDateAndTime", true, "allowCamera", false), "Keeps date and time set automatically. Restrictions: turns the camera off and hides its app."},
		{"com.apple.applicationaccess", dict("allowCamera", false, "allowChat", false), "Restrictions: turns the camera off and hides its app; turns iMessage off, text messages still work."},
		{"com.apple.mdm", dict("ServerURL", "https://mdm.example/server"),
			"Puts the device under the management of mdm.example. Whoever runs that server can change settings, install apps and erase the device."},
		{"com.apple.cellular", dict("APNs", plist.NewArray(dict("Name", "internet"))), "Sets the access point internet for cellular data."},
		{"com.apple.SoftwareUpdate", dict("AutomaticDownload", true, "AutomaticallyInstallMacOSUpdates", true), "Turns automatic updates on."},
		{"com.apple.SoftwareUpdate", dict("AutomaticDownload", true, "AutomaticallyInstallMacOSUpdates", false), "Software updates: sets 2 options."},
		{"com.apple.configuration.softwareupdate.settings", dict("AutomaticActions", dict("Download", "AlwaysOff")), "Software updates: sets 2 options."},
		{"com.apple.MCX", dict("timeServer", "time.apple.com"), "Sets time.apple.com as the time server."},
		{"com.apple.ManagedClient.preferences", dict("PayloadContent", dict("com.example.app", dict())), "Sets 2 options of com.example.app."},
		{"com.apple.dock", dict("orientation", "left"), "Dock: sets 2 options."},
		{"com.apple.mobiledevice.passwordpolicy", dict("forcePIN", true, "requireAlphanumeric", true, "allowSimple", false, "maxInactivity", 5, "maxFailedAttempts", 10, "maxPINAgeInDays", 90),
			"Requires a passcode. The passcode needs a letter. Passcodes such as 1111 or 1234 are refused. The device locks after 5 minutes without use at the latest. " +
				"After 10 wrong passcodes the device is locked or erased. A new passcode is due after 90 days."},
		{"com.apple.mobiledevice.passwordpolicy", dict("pinHistory", 3), "Sets rules for the passcode."},
		{"com.apple.applicationaccess", dict("PayloadType", "com.apple.applicationaccess", "allowCamera", true, "ratingApps", 600, "allowSomethingNew", false),
			"Restrictions: ratingApps; allowSomethingNew. Leaves as it is by default: allowCamera."},
		{"com.apple.applicationaccess", dict("forceDelayedSoftwareUpdates", true, "blockedAppBundleIDs", plist.NewStrings("com.a", "com.b")),
			"Hides system updates for 30 days. Blocks the apps com.a, com.b."},
		{"com.apple.MCX.FileVault2", dict("Enable", "On", "Password", secret("x")), "Encrypts the disk with FileVault."},
		{"com.apple.MCX", dict("dontAllowFDEDisable", true, "DisableGuestAccount", true), "People cannot turn FileVault off. Turns the guest account off."},
		{"com.apple.security.firewall", dict("EnableFirewall", true, "EnableStealthMode", true, "BlockAllIncoming", false), "Turns the firewall on. Turns stealth mode on."},
		{"com.apple.security.firewall", dict("EnableFirewall", false, "EnableStealthMode", true), "Turns the firewall off."},
		{"com.apple.systempolicy.control", dict("EnableAssessment", false), "Turns Gatekeeper off: apps open without a check."},
		{"com.apple.TCC.configuration-profile-policy", dict("Services", dict("Camera", plist.NewArray(dict("Identifier", "com.a")),
			"SystemPolicyAllFiles", plist.NewArray(dict("Identifier", "com.a"), dict("Identifier", "com.b")))),
			"Decides what the apps com.a, com.b may access on this Mac, such as files, the camera or the screen."},
		{"com.apple.system-extension-policy", dict("AllowedTeamIdentifiers", plist.NewStrings("TEAM1"), "AllowedSystemExtensions", dict("TEAM2", plist.NewStrings("com.a"))),
			"Allows system extensions of the developers TEAM1, TEAM2."},
		{"com.apple.airprint", dict("AirPrint", plist.NewArray(dict("IPAddress", "192.0.2.1"))), "Adds the printers 192.0.2.1."},
		{"com.apple.app.lock", dict("App", dict("Identifier", "com.a")), "Limits the device to the app com.a."},
		{"com.apple.extensiblesso", dict("Hosts", plist.NewStrings("a.example")), "Signs people in to a.example without asking again."},
		{"com.apple.screensaver", dict("askForPassword", true), "Asks for the password after sleep or the screen saver."},
		{"com.apple.configuration.softwareupdate.settings", dict("Deferrals", dict("MajorPeriodInDays", 30)), "Hides system updates for 30 days."},
		{"com.apple.\u202egnp", dict(), "Sets 2 options of com.apple.\ufffdgnp."},
		{"", dict(), "Sets 2 options of ?."},
		{"com.apple.dnsSettings.managed", dict("DNSSettings", dict("DNSProtocol", "TLS", "ServerURL", "https://a.example/", "ServerName", "b.example"), "ProhibitDisablement", true),
			"Sets encrypted DNS by b.example. All name look-ups go there, except with a VPN or iCloud Private Relay."},
		{"com.apple.SoftwareUpdate", dict("AutomaticCheckEnabled", true), "Software updates: sets 2 options."},
		{"com.apple.configuration.softwareupdate.settings", dict("AutomaticActions", dict("Download", "AlwaysOn")), "Software updates: sets 2 options."},
		{"com.apple.configuration.softwareupdate.settings", dict("AutomaticActions", dict("InstallOSUpdates", "AlwaysOn")), "Turns automatic updates on."},
		{"com.apple.webcontent-filter", dict("AutoFilterEnabled", false, "DenyListURLs", plist.NewStrings("https://a.example")), "Filters web pages."},
		{"com.apple.webcontent-filter", dict("AutoFilterEnabled", false), "Web filter: sets 2 options."},
		{"com.apple.shareddeviceconfiguration", dict("LockScreenFootnote", "Lost? Call us"), "Shows a text on the Lock Screen."},
		{"com.apple.profileRemovalPassword", dict("RemovalPassword", secret("x")), "Asks for a password before this profile can be removed."},
		{"com.apple.relay.managed", dict("Relays", plist.NewArray(dict("HTTP3RelayURL", "https://relay.example/a"))), "Sends network traffic through the relay relay.example."},
	}
}

func TestSentences(t *testing.T) {
	for _, c := range sentences(t) {
		var all []string
		for _, s := range Of(Payload{Type: c.kind, Keys: c.keys, Count: 2}) {
			all = append(all, s.In(guidance.In("en")))
		}
		if got := strings.Join(all, " "); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.kind, got, c.want)
		}
	}
}

// What has no effect is not promised.
func TestNothingIsPromised(t *testing.T) {
	p := Payload{Type: "com.apple.applicationaccess", Keys: dict("forceAutomaticDateAndTime", true, "allowCamera", false), Count: 1,
		Works: func(key string) bool { return key == "allowCamera" }}
	if got := Of(p); len(got) != 1 || got[0].In(guidance.In("en")) != "Restrictions: turns the camera off and hides its app." {
		t.Errorf("got %v", got)
	}
	for _, c := range sentences(t) { // another key of the payload works, and none of these
		for _, s := range Of(Payload{Type: c.kind, Keys: c.keys, Count: 1, Works: func(string) bool { return false }}) {
			if !s.IsGeneral() && s.ID != "does.passcode.rules" {
				t.Errorf("%s, without an effect: %s", c.kind, s.In(guidance.In("en")))
			}
		}
	}
	if got := Of(Payload{Type: "com.apple.wifi.managed", Keys: dict("SSID_STR", "Office")}); got != nil {
		t.Errorf("a payload without effect: %v", got)
	}
}

// Every kind is a type of the schemas, and every sentence has its words.
func TestKindsAreKnown(t *testing.T) {
	for kind := range kinds {
		var known int
		if profiles.IsDeclarationType(kind) {
			if d, err := schema.Embedded().Declaration(kind); err == nil && d != nil {
				known = 1
			}
		} else if all, err := schema.Embedded().Payloads(kind); err == nil {
			known = len(all)
		}
		if known == 0 {
			t.Errorf("no schema has %s", kind)
		}
	}
	texts := guidance.In("en").Texts
	var used []string
	for _, file := range []string{"summary.go", "kinds.go", "restrictions.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(does\.[a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
			used = append(used, m[1])
			if texts[m[1]] == "" && (texts[m[1]+".one"] == "" || texts[m[1]+".other"] == "") {
				t.Errorf("%s has no words", m[1])
			}
		}
	}
	for id := range texts {
		isUsed := slices.ContainsFunc([]string{"", ".one", ".other"}, func(number string) bool { return slices.Contains(used, strings.TrimSuffix(id, number)) })
		if strings.HasPrefix(id, "does.") && !isUsed {
			t.Errorf("nothing says %s", id)
		}
	}
}

// Every payload type and every declaration of the schemas has a topic, for the settings that no sentence tells of.
func TestEveryTypeHasATopic(t *testing.T) {
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range entries {
		switch e.Family {
		case schema.Payload, schema.Configuration, schema.Asset, schema.Activation, schema.Management:
			name := e.PayloadType
			if name == "" {
				name = e.ID
			}
			known[name] = true
			if guidance.In("en").Topics[name] == "" {
				t.Errorf("%s has no topic", name)
			}
		}
	}
	for name := range guidance.In("en").Topics {
		if !known[name] {
			t.Errorf("no schema has the type %s of a topic", name)
		}
	}
}

// A restriction is in words of the language where it has some.
func TestRestrictionsInWords(t *testing.T) {
	p := Payload{Type: "com.apple.applicationaccess", Count: 3, Keys: dict("allowCamera", false, "forceEncryptedBackup", true, "allowWritingTools", true, "allowSomethingNew", false)}
	want := "Erlaubt nicht: Kamera. Verlangt: verschlüsselte Backups. Einschränkungen: allowSomethingNew. Lässt, wie es ohnehin ist: Schreibwerkzeuge."
	if got := Of(p)[0].In(guidance.In("de")); got != want {
		t.Errorf("got %s", got)
	}
	restrictions, err := schema.Embedded().Payloads(p.Type)
	if err != nil {
		t.Fatal(err)
	}
	for key := range guidance.In("de").Restrictions {
		if restrictions[0].Key(key) == nil {
			t.Errorf("no restriction %s", key)
		}
	}
}

// Every payload of real profiles has sentences, in every language, without a placeholder left over.
func TestRealProfiles(t *testing.T) {
	root := os.Getenv("SYNCGUARD_DATA")
	if root == "" {
		t.Skip("SYNCGUARD_DATA is not set: no real profiles to read")
	}
	read := 0
	err := filepath.WalkDir(filepath.Join(root, "corpus"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".mobileconfig") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		doc, _ := plist.Read(diag.NewFile(path, data))
		if doc == nil || doc.Root == nil {
			return nil
		}
		for _, payload := range doc.Root.List("PayloadContent") {
			read++
			p := Payload{Type: payload.String("PayloadType"), Keys: payload, Count: len(payload.Fields)}
			for _, language := range guidance.Languages() {
				says := Words(Of(p), guidance.In(language))
				if says == "" || strings.ContainsAny(strings.ReplaceAll(says, "${", ""), "{") && !strings.Contains(string(data), "{") {
					t.Errorf("%s: %s: %q", path, p.Type, says)
				}
			}
		}
		return nil
	})
	if err != nil || read == 0 {
		t.Fatalf("%d read: %v", read, err)
	}
}
