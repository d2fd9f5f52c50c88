package lint

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/requirement"
	"syncguard/internal/schema"
)

// What Apple's schemas state, seen through the checks.
func TestEmbeddedCatalog(t *testing.T) {
	tests := []struct {
		name, targets string
		payload       *plist.Value
		want          []string
	}{
		{"allowed value", "", pl(wifi, "SSID_STR", "Home", "EncryptionType", "wpa2"),
			[]string{`error: "EncryptionType" is "wpa2", want one of "WEP", "WPA", "WPA2", "WPA3", "Any", "None"`}},
		{"date and time", "iOS macOS iOS/supervised", pl(restrictions, "forceAutomaticDateAndTime", true), []string{
			`warning: "forceAutomaticDateAndTime" needs supervision and does nothing on iOS/manual`,
			`warning: "forceAutomaticDateAndTime" does nothing on macOS`}},
		{"restriction by user", "iOS/user", pl(restrictions, "forceAutomaticDateAndTime", true), []string{
			`warning: "forceAutomaticDateAndTime" needs supervision and does nothing on iOS/user`,
			`warning: "forceAutomaticDateAndTime" is forbidden in User Enrollment on iOS`}},
		{"updates of old", "macOS@27", pl("com.apple.SoftwareUpdate", "AutomaticCheckEnabled", true),
			[]string{`error: payload "com.apple.SoftwareUpdate" was removed in macOS 27 and does nothing from that version on`}},
		{"network usage by hand", "iOS", pl(networkUsage, "ApplicationRules", arr(d("AllowCellularData", true))),
			[]string{`error: payload "com.apple.networkusagerules" needs an MDM server and cannot be installed by hand on iOS`}},
		{"DNS", "iOS macOS tvOS", pl(dnsSettings, "DNSSettings", d("DNSProtocol", "HTTPS", "ServerURL", "https://cloudflare-dns.com/dns-query",
			"ServerAddresses", arr("1.1.1.1", "2606:4700:4700::1001"), "AllowFailover", true)), []string{
			`note: payload "com.apple.dnsSettings.managed" is deprecated from iOS 27, macOS 27 on`,
			`warning: payload "com.apple.dnsSettings.managed" does nothing on tvOS`}},
		{"DNS that fails over", "iOS@18", pl(dnsSettings, "DNSSettings", d("DNSProtocol", "TLS", "ServerName", "dns.google", "AllowFailover", true)), []string{
			`note: payload "com.apple.dnsSettings.managed" is deprecated from iOS 27 on`,
			`warning: "AllowFailover" does nothing before iOS 26`}},
		{"time server", "macOS", pl(mcx, "timeServer", "time.apple.com"), nil},
		{"Kerberos", "", pl("com.apple.extensiblesso", "ExtensionIdentifier", "com.apple.AppSSOKerberos.KerberosExtension", "Type", "Credential",
			"TeamIdentifier", "apple", "Realm", "EXAMPLE.COM", "Hosts", arr("example.com"), "ExtensionData", d("usePlatformSSOTGT", 1)),
			[]string{`error: "usePlatformSSOTGT" is an integer, want a boolean`}},
		{"managed preferences", "macOS", pl("com.apple.ManagedClient.preferences", "PayloadContent",
			d(restrictions, d("Forced", arr(d("mcx_preference_settings", d("allowCloudDocumentSync", "no")))))),
			[]string{`warning: "allowCloudDocumentSync" is a string, want a boolean`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Check(schema.Embedded(), with(tt.payload), targets(t, tt.targets))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Severity.String()+": "+f.Message)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// Every format that Go cannot compile is listed here, for such a format is not checked.
func TestFormatsThatAreNotChecked(t *testing.T) {
	var want []string
	c := schema.Embedded()
	entries, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	checked := map[string]bool{}
	for _, e := range entries {
		types, err := c.Payloads(e.PayloadType)
		if err != nil {
			t.Fatal(err)
		}
		for _, ty := range types {
			eachKey(ty.Keys, 8, func(k *schema.Key) {
				if k.Format == "" || checked[k.Format] {
					return
				}
				checked[k.Format] = true
				if _, err := regexp.Compile(k.Format); err != nil {
					got = append(got, k.Format)
				}
			})
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("not checked are %q, want %q", got, want)
	}
	if len(checked) < 3 {
		t.Errorf("saw only %d formats; is the catalog complete?", len(checked))
	}
}

func eachKey(keys []*schema.Key, depth int, do func(*schema.Key)) {
	for _, k := range keys {
		do(k)
		if depth > 0 {
			eachKey(k.Keys, depth-1, do)
		}
	}
}

// Rules name keys that exist: a misspelt one would never be found.
func TestHarmfulKeysExist(t *testing.T) {
	named := []harmfulSetting{
		{domain: httpProxy, key: "ProxyCaptiveLoginAllowed"},
		{domain: vpnPayload, key: "AlwaysOn.AllowCaptiveWebSheet"},
		{domain: preferences, key: "DisabledSystemSettings"},
		{domain: networkUsage, key: "ApplicationRules"},
		{domain: dnsSettings, key: "OnDemandRules"},
	}
	for _, of := range harmfulSettings {
		named = append(named, of.settings...)
	}
	for _, h := range named {
		types, err := schema.Embedded().Payloads(h.domain)
		if declaration, declared := schema.Embedded().Declaration(h.domain); declared == nil && declaration != nil {
			types = []*schema.Type{declaration}
		}
		if err != nil || len(types) != 1 {
			t.Fatalf("%s: got %d types, %v", h.domain, len(types), err)
		}
		if types[0].Key(strings.Split(h.key, ".")...) == nil {
			t.Errorf("%s has no key %s", h.domain, h.key)
		}
	}
}

// Real profiles from public repositories: all can be checked, and the ones that are known to work on devices have no error.
func TestRealProfiles(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA is not set: the corpus of real profiles is not at hand")
	}
	checked := 0
	err := filepath.WalkDir(filepath.Join(folder, "corpus"), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".mobileconfig") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		doc, _ := plist.Read(diag.NewFile(filepath.Base(name), data))
		if doc == nil || doc.Root == nil {
			return nil
		}
		checked++
		found, err := Check(schema.Embedded(), doc.Root, everyTarget())
		for _, f := range found {
			if f.Path.String() != "" && f.Span.IsZero() && doc.Format == plist.XML {
				t.Errorf("%s: %s at %s has no place", e.Name(), f.Rule, f.Path.String())
			}
		}
		if strings.Contains(name, "encrypted-dns") {
			reportErrors(t, e.Name(), doc.Root)
		}
		return err
	})
	if err != nil || checked < 100 {
		t.Errorf("checked %d profiles, %v", checked, err)
	}
}

// reportErrors wants a profile for iPhones to have no error.
func reportErrors(t *testing.T, name string, root *plist.Value) {
	found, err := Check(schema.Embedded(), root, targets(t, "iOS"))
	for _, f := range found {
		if f.Severity == diag.Error {
			t.Errorf("%s: %s at %s", name, f.Message, f.Path.String())
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// Every code requirement in real profiles can be read, but for the empty ones of templates.
func TestRealRequirements(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA is not set: the corpus of real profiles is not at hand")
	}
	read := 0
	err := filepath.WalkDir(filepath.Join(folder, "corpus"), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".mobileconfig") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		doc, _ := plist.Read(diag.NewFile(filepath.Base(name), data))
		if doc == nil {
			return nil
		}
		for n := range plist.Walk(doc.Root) {
			at := root.to(n)
			if !strings.HasSuffix(at.lastKey(), "Requirement") || n.Text == "" || plist.HasPlaceholder(n.Text) {
				continue
			}
			read++
			if f := requirement.Check(n.Text); f != nil {
				t.Errorf("%s: %s: %q %s", name, at, n.Text, f.Problem)
			}
		}
		return nil
	})
	if err != nil || read < 20 {
		t.Errorf("read %d requirements, %v", read, err)
	}
}
