package lint

import (
	"slices"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// What stops syncing by another payload or declaration than restrictions is found, too.
func TestHarmElsewhere(t *testing.T) {
	always := func(pairs ...any) *plist.Value {
		all := append([]any{"TunnelConfigurations", arr(d("ProtocolType", "IKEv2", "RemoteAddress", "vpn.acme.com", "RemoteIdentifier", "vpn.acme.com",
			"LocalIdentifier", "a", "AuthenticationMethod", "Certificate"))}, pairs...)
		return pl(vpnPayload, "UserDefinedName", "Acme", "VPNType", "AlwaysOn", "AlwaysOn", d(all...))
	}
	proxy := func(pairs ...any) *plist.Value {
		return pl(httpProxy, append([]any{"ProxyServer", "proxy.acme.com", "ProxyServerPort", 3128}, pairs...)...)
	}
	for _, tt := range []struct {
		name    string
		payload *plist.Value
		want    []string
	}{
		{"proxy that keeps login pages away", proxy("ProxyCaptiveLoginAllowed", false), []string{"captive-detection-disabled PayloadContent[0].ProxyCaptiveLoginAllowed"}},
		{"proxy by its preset", proxy(), []string{"captive-detection-disabled PayloadContent[0]"}},
		{"proxy that lets them past", proxy("ProxyCaptiveLoginAllowed", true), nil},
		{"tunnel that is not used", always("AllowCaptiveWebSheet", 0).Set("VPNType", value("IKEv2")).Set("IKEv2", d("RemoteAddress", "vpn.acme.com", "LocalIdentifier", "a", "RemoteIdentifier", "b", "AuthenticationMethod", "None")), nil},
		{"tunnel that keeps login pages away", always("AllowCaptiveWebSheet", 0), []string{"captive-detection-disabled PayloadContent[0].AlwaysOn.AllowCaptiveWebSheet"}},
		{"tunnel by its preset", always(), []string{"captive-detection-disabled PayloadContent[0]"}},
		{"tunnel that lets them past", always("AllowCaptiveWebSheet", 1), nil},
		{"tunnel that leaves them to apps", always("AllowAllCaptiveNetworkPlugins", 1), nil},
		{"settings of the account", pl(preferences, "DisabledSystemSettings", arr("com.apple.BluetoothSettings", "com.apple.systempreferences.AppleIDSettings")),
			[]string{"account-changes-blocked PayloadContent[0].DisabledSystemSettings[1]"}},
		{"pane of the account", pl(preferences, "DisabledPreferencePanes", arr("com.apple.preferences.icloud")),
			[]string{"account-changes-blocked PayloadContent[0].DisabledPreferencePanes[0]"}},
		{"other settings", pl(preferences, "DisabledSystemSettings", arr("com.apple.BluetoothSettings")), nil},
		{"cloud storage", pl(fileProviders, "ManagementAllowsRemoteSyncing", false), []string{"cloud-sync-disabled PayloadContent[0].ManagementAllowsRemoteSyncing"}},
		{"Desktop and Documents", pl(fileProviders, "ManagementAllowsKnownFolderSyncing", false), []string{"cloud-sync-disabled PayloadContent[0].ManagementAllowsKnownFolderSyncing"}},
		{"external disks", pl(fileProviders, "ManagementAllowsExternalVolumeSyncing", false), []string{"cloud-sync-disabled PayloadContent[0].ManagementAllowsExternalVolumeSyncing"}},
		{"cloud storage that is allowed", pl(fileProviders, "ManagementAllowsRemoteSyncing", true), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Check(schema.Embedded(), with(tt.payload), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				if f.Rule != "placeholder" {
					got = append(got, f.Rule+" "+f.Path.String())
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q: %v", got, tt.want, found)
			}
		})
	}
}

// From version 27 on, updates are delayed by a declaration only.
func TestDelayedByDeclaration(t *testing.T) {
	for content, want := range map[string]string{
		`{"Deferrals": {"MajorPeriodInDays": 30}}`:                     "Payload.Deferrals.MajorPeriodInDays",
		`{"Deferrals": {"CombinedPeriodInDays": 7}}`:                   "Payload.Deferrals.CombinedPeriodInDays",
		`{"AutomaticActions": {"InstallOSUpdates": "AlwaysOff"}}`:      "Payload.AutomaticActions.InstallOSUpdates",
		`{"AutomaticActions": {"Download": "AlwaysOff"}}`:              "Payload.AutomaticActions.Download",
		`{"RapidSecurityResponse": {"Enable": false}}`:                 "Payload.RapidSecurityResponse.Enable",
		`{"AutomaticActions": {"Download": "AlwaysOn"}}`:               "",
		`{"AutomaticActions": "AlwaysOff", "Deferrals": [1]}`:          "",
		`{"Notifications": false, "AllowStandardUserOSUpdates": true}`: "",
	} {
		found, err := New(schema.Embedded()).CheckDeclaration(readJSON(t, declarationJSON(managedUpdates, "a", content)), nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range found {
			if f.Rule == "updates-delayed" {
				got += f.Path.String()
			}
		}
		if got != want {
			t.Errorf("%s: updates-delayed is reported at %q, want %q", content, got, want)
		}
	}
}
