package summary

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

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

func TestSentences(t *testing.T) {
	root, err := os.ReadFile("../cli/testdata/pki/root.pem")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := os.ReadFile("../cli/testdata/pki/leaf.pem")
	if err != nil {
		t.Fatal(err)
	}
	cloudflare := dict("DNSProtocol", "HTTPS", "ServerURL", "https://Cloudflare-DNS.com/dns-query")
	for _, c := range []struct {
		kind string
		keys *plist.Value
		want string
	}{
		{"com.apple.dnsSettings.managed", dict("DNSSettings", cloudflare),
			"Sets encrypted DNS by Cloudflare. All name look-ups go there, except with a VPN or iCloud Private Relay. You can choose other DNS in Settings at any time."},
		{"com.apple.configuration.network.dns-settings", dict("DNSSettings", dict("ServerName", "dns.example.com", "AllowFailover", true,
			"SupplementalMatchDomains", plist.NewStrings("a.example", "b.example")), "OnDemandRules", plist.NewArray(dict("Action", "Connect")), "ProhibitDisablement", true),
			"Sets encrypted DNS by dns.example.com for names in a.example, b.example. Look-ups of these names go there, except with a VPN or iCloud Private Relay. " +
				"On some networks, or for some names, it is off: the profile lists them. If it does not answer, the network's own DNS does."},
		{"com.apple.dnsSettings.managed", dict("DNSSettings", dict("ServerURL", secret("https://example.com/token"))), "Sets 2 options of com.apple.dnsSettings.managed."},
		{"com.apple.wifi.managed", dict("SSID_STR", "Office", "Password", secret("hunter2")), "Adds the Wi-Fi network “Office”, and joins it whenever it is in range."},
		{"com.apple.wifi.managed", dict("SSID_STR", "Office", "AutoJoin", false, "ProxyType", "Auto", "ProxyPACURL", "https://user:pw@pac.example/x?token=1"),
			"Adds the Wi-Fi network “Office”. In this network, web traffic goes through the proxy pac.example."},
		{"com.apple.wifi.managed", dict("DomainName", "eduroam.org"), "Adds the Wi-Fi networks of eduroam.org."},
		{"com.apple.security.root", dict("PayloadContent", root), "Adds the certificate authority “Acme Root”. Once the device trusts it, its owner can vouch for web sites and servers."},
		{"com.apple.security.pem", dict("PayloadContent", leaf), "Adds the certificate “Acme Profile Signing”."},
		{"com.apple.security.root", dict("PayloadContent", []byte("broken")), "Sets 2 options of com.apple.security.root."},
		{"com.apple.security.pkcs12", dict("PayloadContent", []byte("x")), "Adds a certificate with its key, which proves to servers who you are."},
		{"com.apple.security.scep", dict("PayloadContent", dict("URL", "https://scep.example/x")), "Gets a certificate from scep.example, which proves to servers who you are."},
		{"com.apple.vpn.managed", dict("UserDefinedName", "Work", "VPNType", "IKEv2", "IKEv2", dict("OnDemandEnabled", 1)), "Adds the VPN “Work”, which can connect by itself."},
		{"com.apple.vpn.managed", dict("UserDefinedName", "Work", "VPNType", "AlwaysOn"), "Sends all traffic through a VPN, always."},
		{"com.apple.mail.managed", dict("EmailAddress", "a@example.com"), "Adds the mail account “a@example.com”."},
		{"com.apple.webClip.managed", dict("Label", "Bank", "URL", "https://evil.example/login"), "Adds the link “Bank”, which looks like an app and opens evil.example."},
		{"com.apple.mobiledevice.passwordpolicy", dict("forcePIN", true, "minLength", 6), "Requires a passcode of at least 6 characters."},
		{"com.apple.mobiledevice.passwordpolicy", dict("minLength", 6), "Sets rules for the passcode."},
		{"com.apple.applicationaccess", dict("forceAutomaticDateAndTime", true, "allowCamera", false), "Keeps date and time set automatically. Sets 1 restriction."},
		{"com.apple.applicationaccess", dict("allowCamera", false, "allowChat", false), "Sets 2 restrictions."},
		{"com.apple.mdm", dict("ServerURL", "https://mdm.example/server"),
			"Puts the device under the management of mdm.example. Whoever runs that server can change settings, install apps and erase the device."},
		{"com.apple.cellular", dict("APNs", plist.NewArray(dict("Name", "internet"))), "Sets the access point internet for cellular data."},
		{"com.apple.SoftwareUpdate", dict("AutomaticDownload", true, "AutomaticallyInstallMacOSUpdates", true), "Turns automatic updates on."},
		{"com.apple.SoftwareUpdate", dict("AutomaticDownload", true, "AutomaticallyInstallMacOSUpdates", false), "Sets 2 options of com.apple.SoftwareUpdate."},
		{"com.apple.configuration.softwareupdate.settings", dict("AutomaticActions", dict("Download", "AlwaysOff")), "Sets 2 options of com.apple.configuration.softwareupdate.settings."},
		{"com.apple.MCX", dict("timeServer", "time.apple.com"), "Sets time.apple.com as the time server."},
		{"com.apple.ManagedClient.preferences", dict("PayloadContent", dict("com.example.app", dict())), "Sets 2 options of com.example.app."},
		{"com.apple.dock", dict("orientation", "left"), "Sets 2 options of com.apple.dock."},
		{"com.apple.\u202egnp", dict(), "Sets 2 options of com.apple.\ufffdgnp."},
	} {
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
	if got := Of(p); len(got) != 1 || got[0].In(guidance.In("en")) != "Sets 1 restriction." {
		t.Errorf("got %v", got)
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
	for _, file := range []string{"summary.go", "kinds.go"} {
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
