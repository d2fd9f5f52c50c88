package lint

import (
	"slices"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// managed returns a payload that sets preferences of a domain by com.apple.ManagedClient.preferences.
func managed(domain string, settings ...any) *plist.Value {
	return pl("com.apple.ManagedClient.preferences", "PayloadContent", d(domain, d("Forced", arr(d("mcx_preference_settings", d(settings...))))))
}

// What no schema can list is never treated as if one did: vendors' dictionaries, preferences, a community's lists.
func TestOpenSets(t *testing.T) {
	dock := func(tile *plist.Value) *plist.Value { return pl("com.apple.dock", "persistent-others", arr(tile)) }
	vpn := func(subtype string, vendor *plist.Value) *plist.Value {
		return pl("com.apple.vpn.managed", "UserDefinedName", "Acme", "VPNType", "VPN", "VPNSubType", subtype, "VendorConfig", vendor,
			"VPN", d("RemoteAddress", "vpn.acme.com:51820", "AuthenticationMethod", "Password"))
	}
	tests := []struct {
		name, targets string
		payload       *plist.Value
		want          []string // rule and severity
	}{
		// vendors' dictionaries
		{"keys of a plug-in", "", vpn("com.wireguard.ios", d("WgQuickConfig", "[Interface]")), nil},
		{"a vendor's key near one of another", "", vpn("com.acme.vpn", d("Rolle", "staff", "Groups", arr("a"))), nil},
		{"what Apple states of a vendor's key", "", vpn("com.acme.vpn", d("Realm", 1)), []string{"wrong-type error"}},
		{"tunnels that are always on", "iOS@26/supervised", pl("com.apple.vpn.managed", "UserDefinedName", "Acme", "VPNType", "AlwaysOn", "AlwaysOn", d("TunnelConfigurations",
			arr(d("ProtocolType", "IKEv2", "RemoteAddress", "vpn.acme.com", "RemoteIdentifier", "vpn.acme.com", "LocalIdentifier", "a", "AuthenticationMethod", "Certificate")), "AllowCaptiveWebSheet", 1)),
			nil},
		{"realms of Kerberos", "", pl("com.apple.extensiblesso", "ExtensionIdentifier", "com.apple.AppSSOKerberos.KerberosExtension", "Type", "Credential",
			"TeamIdentifier", "apple", "Realm", "ACME.COM", "Hosts", arr("acme.com"), "ExtensionData", d("domainRealmMapping", d("ACME.COM", arr("acme.com")))), nil},
		{"data of an extension", "", pl("com.apple.extensiblesso", "ExtensionIdentifier", "com.acme.sso", "Type", "Redirect", "TeamIdentifier", "ABCDE12345",
			"URLs", arr("https://acme.com"), "ExtensionData", d("Anything", d("At", "all"))), nil},

		// preferences that a community lists, and such that nobody lists
		{"a key of the manifests", "", pl("com.apple.finder", "FXPreferredViewStyle", "Nlsv", "ShowHardDrivesOnDesktop", true), nil},
		{"login items in an older form", "", pl("com.apple.loginitems.managed", "AutoLaunchedApplicationDictionary-managed", arr(d("Path", "/a.app", "MCX-NetworkHomeDirectoryItem", true)),
			"DisableLoginItemsSuppression", false), nil},
		{"another one, managed", "", managed("com.apple.finder", "FXPreferredViewStyle", "Nlsv", "ShowHardDrivesOnDesktop", true), nil},
		{"a key of the manifests in no preferences", "", pl("com.apple.wifi.managed", "SSID_STR", "Acme", "PFC_InterfaceSelector", "BuiltInWireless"), nil},
		{"prescribed by a baseline", "", pl("com.apple.loginwindow", "screenUnlockMode", 1), nil},
		{"a restriction that a baseline prescribes", "", pl(restrictions, "allowMediaSharing", false), nil},
		{"a domain that a baseline prescribes", "", pl("com.apple.Terminal", "SecureKeyboardEntry", true), nil},
		{"nobody's key of Apple's program", "", pl("com.apple.finder", "KeyOfTomorrow", true), nil},
		{"the same, managed", "", managed("com.apple.finder", "KeyOfTomorrow", true), nil},
		{"nobody's key of another program", "", pl("com.google.Chrome", "BrandNewPolicyEnabled", true), nil},
		{"the same, managed", "", managed("com.google.Chrome", "BrandNewPolicyEnabled", true), nil},
		{"nobody's program", "", pl("com.acme.product", "ServerName", "a"), []string{"unknown-payload-type note"}},
		{"the same, managed", "", managed("com.acme.product", "ServerName", "a"), nil},
		{"the same on a device without preferences", "iOS", pl("com.acme.product", "ServerName", "a"), []string{"unknown-payload-type warning"}},
		{"a slip in Apple's own key", "", pl("com.apple.finder", "ProhibitBrun", true), []string{"unknown-key warning"}},
		{"a key that a payload has not", "", pl("com.apple.wifi.managed", "SSID_STR", "Acme", "KeyOfTomorrow", true), []string{"unknown-key warning"}},

		// lists and types of communities
		{"a value that the manifest lacks", "", pl("com.okta.mobile", "OktaVerify.OrgUrl", "https://acme.okta.com", "OktaVerify.EnrollmentOptions", "SilentEnrollmentEnabled"),
			[]string{"value-not-in-rangelist note"}},
		{"another type than the manifest's", "", managed("com.microsoft.autoupdate2", "HowToCheck", 1), []string{"wrong-type note"}},
		{"another type than Apple's", "", pl("com.apple.finder", "ProhibitBurn", "yes"), []string{"wrong-type error"}},
		{"the same, managed", "", managed("com.apple.finder", "ProhibitBurn", "yes"), []string{"wrong-type warning"}},

		// what the programs themselves write
		{"spacer in the Dock", "", dock(d("tile-type", "flex-spacer-tile", "tile-data", d("label", "", "file-type", 1))), []string{"value-not-in-rangelist note"}},
		{"address in the Dock", "", dock(d("tile-type", "url-tile", "tile-data", d("label", "Help", "file-type", 1, "url", d("_CFURLString", "https://help.acme.com", "_CFURLStringType", 15)))),
			[]string{"wrong-type note"}},
		{"third effect of the Dock", "", pl("com.apple.dock", "mineffect", "suck"), []string{"value-not-in-rangelist note"}},
		{"notifications of the system", "", pl("com.apple.notificationsettings", "NotificationSettings",
			arr(d("BundleIdentifier", "_SYSTEM_CENTER_:com.apple.followup.alert", "NotificationsEnabled", false))), nil},
		{"alert before mounting", "", pl("com.apple.systemuiserver", "mount-controls", d("blankcd", arr("alert", "eject"))), []string{"value-not-in-rangelist note"}},
		{"a key that another part of the type has", "", pl(mcx, "DestroyFVKeyOnStandby", true), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Check(schema.Embedded(), with(tt.payload), targets(t, tt.targets))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Rule+" "+f.Severity.String())
				if f.Fix != nil && !f.Fix.Unsafe {
					t.Errorf("%s is fixed as if it were sure: %s", f.Path, f.Fix.Title)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q: %v", got, tt.want, found)
			}
		})
	}
}
