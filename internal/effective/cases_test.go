package effective_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/effective"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/profiles"
)

var update = flag.Bool("update", false, "rewrite testdata/cases.md")

// reported is a case from a published report or document: what was on a device, and what syncguard says of it.
type reported struct {
	title  string
	source string
	target string
	files  []string // NAME: TYPE JSON, a payload or declaration; a name again is the next payload of the file. NAME(User) is for users, NAME(id=X) has an identifier
	want   []string // STATUS TYPE.KEY = VALUE (RULE), or inert TYPE.KEY; the lines that must be there
}

const (
	apple   = "https://developer.apple.com/documentation/devicemanagement/"
	schemas = "https://github.com/apple/device-management/blob/release/mdm/profiles/"
)

var cases = []reported{
	{"Two security tools, each with its system extensions", "https://github.com/ninxsoft/LowProfile/issues/29", "macOS@15/supervised",
		[]string{`falcon: com.apple.system-extension-policy {"AllowedSystemExtensions": {"X9E956P446": ["com.crowdstrike.falcon.Agent"]}}`,
			`cisco: com.apple.system-extension-policy {"AllowedSystemExtensions": {"DE8Y96K9QP": ["com.cisco.anyconnect.macos.acsockext"]}}`},
		[]string{`alone com.apple.system-extension-policy.AllowedSystemExtensions.X9E956P446 = "com.crowdstrike.falcon.Agent"`,
			`alone com.apple.system-extension-policy.AllowedSystemExtensions.DE8Y96K9QP = "com.cisco.anyconnect.macos.acsockext"`}},
	{"Two web content filters beside each other", "https://github.com/ninxsoft/LowProfile/issues/29", "macOS@15/supervised",
		[]string{`falcon: com.apple.webcontent-filter {"FilterType": "Plugin", "UserDefinedName": "Falcon", "PluginBundleID": "com.crowdstrike.falcon.App"}`,
			`cisco: com.apple.webcontent-filter {"FilterType": "Plugin", "UserDefinedName": "Cisco", "PluginBundleID": "com.cisco.anyconnect.macos.acsock"}`},
		[]string{"alone com.apple.webcontent-filter [falcon]", "alone com.apple.webcontent-filter [cisco]"}},
	{"The same restriction in two profiles, with one value", "https://github.com/ninxsoft/LowProfile/issues/31", "macOS@15/supervised",
		[]string{`a: com.apple.applicationaccess {"allowAirPlayIncomingRequests": false}`, `b: com.apple.applicationaccess {"allowAirPlayIncomingRequests": false}`},
		[]string{"agreed com.apple.applicationaccess.allowAirPlayIncomingRequests = false"}},
	{"No level of a Mac's profiles overrides another", "https://github.com/micromdm/micromdm/issues/2", "macOS@15/supervised",
		[]string{`all-macs: com.acme.agent {"Server": "https://a.example"}`, `lab: com.acme.agent {"Server": "https://b.example"}`},
		[]string{"undefined com.acme.agent.Server (preferences)"}},
	{"Conflicting restrictions on an iPad", "https://support.apple.com/en-gw/guide/mdm/mdm8hdx05218/1/web/1.0", "iPadOS@18/supervised",
		[]string{`it: com.apple.applicationaccess {"allowCamera": true}`, `exam: com.apple.applicationaccess {"allowCamera": false}`},
		[]string{"combined com.apple.applicationaccess.allowCamera = false (restrictions)"}},
	{"One group blocks the App Store, another one allows it", "https://community.jamf.com/t5/jamf-pro/ios-policy-order-of-precedence/td-p/132605", "iPadOS@18/supervised",
		[]string{`static: com.apple.applicationaccess {"allowUIAppInstallation": false}`, `smart: com.apple.applicationaccess {"allowUIAppInstallation": true}`},
		[]string{"combined com.apple.applicationaccess.allowUIAppInstallation = false (restrictions)"}},
	{"A server that sends a value for every restriction", "https://community.jamf.com/t5/jamf-pro/jamf-configuration-profiles-analysis-of-restrictions-payload/m-p/345801", "macOS@15/supervised",
		[]string{`jamf: com.apple.applicationaccess {"allowWallpaperModification": true, "allowAirDrop": true}`, `own: com.apple.applicationaccess {"allowAirDrop": false}`},
		[]string{"undefined com.apple.applicationaccess.allowAirDrop (restrictions-mac)", "alone com.apple.applicationaccess.allowWallpaperModification = true"}},
	{"One profile lets users add system extensions, another does not", apple + "systemextensions", "macOS@15/supervised",
		[]string{`a: com.apple.system-extension-policy {"AllowUserOverrides": true, "AllowedTeamIdentifiers": ["X9E956P446"]}`, `b: com.apple.system-extension-policy {"AllowUserOverrides": false, "AllowedTeamIdentifiers": ["DE8Y96K9QP"]}`},
		[]string{"combined com.apple.system-extension-policy.AllowUserOverrides = false (system-extensions)", `combined com.apple.system-extension-policy.AllowedTeamIdentifiers = "DE8Y96K9QP", "X9E956P446" (system-extensions)`}},
	{"Full disk access, allowed and denied", apple + "privacypreferencespolicycontrol", "macOS@15/supervised",
		[]string{`a: com.apple.TCC.configuration-profile-policy {"Services": {"SystemPolicyAllFiles": [{"Identifier": "com.backblaze.bzbmenu", "IdentifierType": "bundleID", "Allowed": true}]}}`,
			`b: com.apple.TCC.configuration-profile-policy {"Services": {"SystemPolicyAllFiles": [{"Identifier": "com.backblaze.bzbmenu", "IdentifierType": "bundleID", "Allowed": false}]}}`},
		[]string{"combined com.apple.TCC.configuration-profile-policy.Services.SystemPolicyAllFiles[com.backblaze.bzbmenu].Allowed = false (privacy)"}},
	{"Screen recording for Zoom: left to the user, and denied", "https://jonbrown.org/blog/pppc-profile-before-debugging/", "macOS@15/supervised",
		[]string{`zoom: com.apple.TCC.configuration-profile-policy {"Services": {"ScreenCapture": [{"Identifier": "us.zoom.xos", "IdentifierType": "bundleID", "Authorization": "AllowStandardUserToSetSystemService"}]}}`,
			`baseline: com.apple.TCC.configuration-profile-policy {"Services": {"ScreenCapture": [{"Identifier": "us.zoom.xos", "IdentifierType": "bundleID", "Authorization": "Deny"}]}}`},
		[]string{`combined com.apple.TCC.configuration-profile-policy.Services.ScreenCapture[us.zoom.xos].Authorization = "Deny" (privacy)`}},
	{"Several firewall payloads", schemas + "com.apple.security.firewall.yaml", "macOS@15/supervised",
		[]string{`a: com.apple.security.firewall {"EnableFirewall": true, "BlockAllIncoming": false}`, `b: com.apple.security.firewall {"EnableFirewall": false, "EnableStealthMode": true}`},
		[]string{"combined com.apple.security.firewall.EnableFirewall = true (firewall)", "alone com.apple.security.firewall.EnableStealthMode = true"}},
	{"Two time servers", schemas + "com.apple.MCX%28TimeServer%29.yaml", "macOS@15/supervised",
		[]string{`a: com.apple.MCX {"timeServer": "time.apple.com"}`, `b: com.apple.MCX {"timeServer": "ntp.acme.com"}`},
		[]string{"undefined com.apple.MCX.timeServer (time-server)"}},
	{"Associated domains of two profiles", schemas + "com.apple.associated-domains.yaml", "macOS@15/supervised",
		[]string{`a: com.apple.associated-domains {"Configuration": [{"ApplicationIdentifier": "ABCDE12345.com.acme.app", "AssociatedDomains": ["authsrv:acme.com"]}]}`,
			`b: com.apple.associated-domains {"Configuration": [{"ApplicationIdentifier": "ABCDE12345.com.acme.app", "AssociatedDomains": ["webcredentials:acme.com"]}]}`},
		[]string{`combined com.apple.associated-domains.Configuration[ABCDE12345.com.acme.app].AssociatedDomains = "authsrv:acme.com", "webcredentials:acme.com" (associated-domains)`}},
	{"Two escrow payloads for the FileVault key", schemas + "com.apple.security.FDERecoveryKeyEscrow.yaml", "macOS@15/supervised",
		[]string{`old: com.apple.security.FDERecoveryKeyEscrow {"Location": "old server"}`, `new: com.apple.security.FDERecoveryKeyEscrow {"Location": "new server"}`},
		[]string{"undefined com.apple.security.FDERecoveryKeyEscrow (single-error)"}},
	{"Two payloads for one Wi-Fi network", "https://profilemanager.skydocu.com/en/getting-started-using-profiles/payload-interaction", "iOS@18/device",
		[]string{`a: com.apple.wifi.managed {"SSID_STR": "Acme", "EncryptionType": "WPA2", "AutoJoin": true}`, `b: com.apple.wifi.managed {"SSID_STR": "Acme", "EncryptionType": "WPA3"}`},
		[]string{"undefined com.apple.wifi.managed [Acme] (same-account)"}},
	{"Two Wi-Fi networks", "https://support.apple.com/en-gw/guide/mdm/mdm8hdx05218/1/web/1.0", "iOS@18/device",
		[]string{`a: com.apple.wifi.managed {"SSID_STR": "Acme", "EncryptionType": "WPA2"}`, `b: com.apple.wifi.managed {"SSID_STR": "Guests", "EncryptionType": "None"}`},
		[]string{"alone com.apple.wifi.managed [Acme]", "alone com.apple.wifi.managed [Guests]"}},
	{"Two mail accounts with one description", "https://profilemanager.skydocu.com/en/getting-started-using-profiles/payload-interaction", "iOS@18/device",
		[]string{`a: com.apple.mail.managed {"EmailAccountType": "EmailTypeIMAP", "EmailAccountDescription": "Mail", "IncomingMailServerHostName": "a.example"}`,
			`b: com.apple.mail.managed {"EmailAccountType": "EmailTypeIMAP", "EmailAccountDescription": "Mail", "IncomingMailServerHostName": "b.example"}`},
		[]string{"undefined com.apple.mail.managed [Mail] (same-account)"}},
	{"Two global HTTP proxies", "https://profilemanager.skydocu.com/en/getting-started-using-profiles/payload-interaction", "iOS@18/supervised",
		[]string{`a: com.apple.proxy.http.global {"ProxyType": "Manual", "ProxyServer": "a.example", "ProxyServerPort": 8080}`, `b: com.apple.proxy.http.global {"ProxyType": "Manual", "ProxyServer": "b.example", "ProxyServerPort": 8080}`},
		[]string{"undefined com.apple.proxy.http.global (single-payload)"}},
	{"Two encrypted DNS profiles", "https://github.com/paulmillr/encrypted-dns/issues/29", "iOS@18/manual",
		[]string{`google: com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://dns.google/dns-query"}}`, `quad9: com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://dns.quad9.net/dns-query"}}`},
		[]string{"undefined com.apple.dnsSettings.managed (dns-chosen)"}},
	{"The second DNS profile replaced the first", "https://github.com/paulmillr/encrypted-dns/issues/156", "iOS@18/manual",
		[]string{`cloudflare(id=com.paulmillr.apple-dns): com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://security.cloudflare-dns.com/dns-query"}}`,
			`quad9(id=com.paulmillr.apple-dns): com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://dns.quad9.net/dns-query"}}`},
		[]string{"undefined com.apple.dnsSettings.managed (same-identifier)"}},
	{"Two profiles with an identifier that was copied", "https://github.com/rodchristiansen/mobileconfig-profiles/pull/2", "macOS@15/supervised",
		[]string{`system(id=com.example.profiles.AssignedSetupAssistant): com.apple.SetupAssistant.managed {"SkipSetupItems": ["Siri"]}`,
			`assigned(id=com.example.profiles.AssignedSetupAssistant): com.apple.SetupAssistant.managed {"SkipSetupItems": ["Privacy"]}`},
		[]string{"undefined com.apple.SetupAssistant.managed (same-identifier)"}},
	{"Two DNS payloads in one profile", "https://github.com/fyr77/dns-mobileconfig/issues/9", "iOS@18/manual",
		[]string{`dns: com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://a.example/dns"}}`, `dns: com.apple.dnsSettings.managed {"DNSSettings": {"DNSProtocol": "TLS", "ServerName": "a.example"}}`},
		[]string{"undefined com.apple.dnsSettings.managed (dns-chosen)"}},
	{"Two domains in one payload, on macOS 26.6", "https://github.com/jamf/terraform-provider-jamfplatform/pull/436", "macOS@26.6/supervised",
		[]string{`mcx: com.apple.ManagedClient.preferences {"PayloadContent": {"com.acme.a": {"Forced": [{"mcx_preference_settings": {"Enabled": true}}]}, "com.acme.b": {"Forced": [{"mcx_preference_settings": {"Enabled": true}}]}}}`},
		[]string{"undefined com.acme.a.Enabled (preferences-domains)", "undefined com.acme.b.Enabled (preferences-domains)"}},
	{"The same domains, a payload for each", "https://github.com/jamf/terraform-provider-jamfplatform/pull/436", "macOS@26.6/supervised",
		[]string{`mcx: com.apple.ManagedClient.preferences {"PayloadContent": {"com.acme.a": {"Forced": [{"mcx_preference_settings": {"Enabled": true}}]}}}`,
			`mcx: com.apple.ManagedClient.preferences {"PayloadContent": {"com.acme.b": {"Forced": [{"mcx_preference_settings": {"Enabled": true}}]}}}`},
		[]string{"alone com.acme.a.Enabled = true", "alone com.acme.b.Enabled = true"}},
	{"Preferences without their wrapper", "https://github.com/MACE-App/MACE/issues/24", "macOS@15/supervised",
		[]string{`timed: com.apple.ManagedClient.preferences {"com.apple.timed": {"TMAutomaticTimeOnlyEnabled": true}}`},
		[]string{"inert com.apple.ManagedClient.preferences.com.apple.timed"}},
	{"Denied media, and another profile of the same domain", "https://github.com/ProfileCreator/ProfileCreator/issues/166", "macOS@10.14/supervised",
		[]string{`deny: com.apple.systemuiserver {"mount-controls": {"harddisk-external": ["deny", "eject"]}}`, `other: com.apple.systemuiserver {"logout-eject": {"all-media": ""}}`},
		[]string{"undefined com.apple.systemuiserver (single-payload)"}},
	{"Two passcode profiles on a Mac", "https://docs.vmware.com/en/VMware-Workspace-ONE-UEM/2011/macOS_Platform/GUID-AWT-MACPROFILEPASSCODE.html", "macOS@15/supervised",
		[]string{`a: com.apple.mobiledevice.passwordpolicy {"minLength": 8, "maxPINAgeInDays": 180}`, `b: com.apple.mobiledevice.passwordpolicy {"minLength": 12, "maxPINAgeInDays": 365}`},
		[]string{"combined com.apple.mobiledevice.passwordpolicy.minLength = 12 (passcode)", "combined com.apple.mobiledevice.passwordpolicy.maxPINAgeInDays = 180 (passcode)"}},
	{"A passcode profile and a passcode declaration", "https://github.com/fleetdm/fleet/issues/36400", "macOS@15/supervised",
		[]string{`profile: com.apple.mobiledevice.passwordpolicy {"minLength": 6, "allowSimple": false, "maxInactivity": 5, "customRegex": {"passwordContentRegex": ".{8,}"}}`, `ddm: com.apple.configuration.passcode.settings {"MinimumLength": 8, "RequireComplexPasscode": false}`},
		[]string{"combined com.apple.configuration.passcode.settings.MinimumLength = 8 (declared-policies)", "combined com.apple.configuration.passcode.settings.RequireComplexPasscode = true (declared-policies)",
			"alone com.apple.mobiledevice.passwordpolicy.maxInactivity = 5", `alone com.apple.mobiledevice.passwordpolicy.customRegex.passwordContentRegex = ".{8,}"`}},
	{"Updates deferred by a profile and by a declaration", "https://github.com/fleetdm/fleet/issues/36400", "macOS@15/supervised",
		[]string{`profile: com.apple.applicationaccess {"forceDelayedSoftwareUpdates": true, "enforcedSoftwareUpdateDelay": 90}`, `ddm: com.apple.configuration.softwareupdate.settings {"Deferrals": {"MinorPeriodInDays": 7}}`},
		[]string{"alone com.apple.configuration.softwareupdate.settings.Deferrals.MinorPeriodInDays = 7", "inert com.apple.applicationaccess.enforcedSoftwareUpdateDelay", "inert com.apple.applicationaccess.forceDelayedSoftwareUpdates"}},
	{"Two software update declarations", "https://support.apple.com/guide/deployment/dep0578d8b8a/web", "macOS@15/supervised",
		[]string{`a: com.apple.configuration.softwareupdate.settings {"AutomaticActions": {"Download": "AlwaysOff"}, "Deferrals": {"MajorPeriodInDays": 30}}`,
			`b: com.apple.configuration.softwareupdate.settings {"AutomaticActions": {"Download": "AlwaysOn"}, "Deferrals": {"MajorPeriodInDays": 90}}`},
		[]string{`combined com.apple.configuration.softwareupdate.settings.AutomaticActions.Download = "AlwaysOff" (combinetype)`, "combined com.apple.configuration.softwareupdate.settings.Deferrals.MajorPeriodInDays = 90 (combinetype)"}},
	{"FileVault, with a second profile so that users cannot turn it off", "https://github.com/fleetdm/fleet/issues/10788", "macOS@15/supervised",
		[]string{`fleet: com.apple.MCX.FileVault2 {"Enable": "On", "Defer": true}`, `own: com.apple.MCX {"dontAllowFDEDisable": true}`},
		[]string{`alone com.apple.MCX.FileVault2.Enable = "On"`, "alone com.apple.MCX.dontAllowFDEDisable = true"}},
	{"A custom FileVault profile beside the server's own", "https://github.com/fleetdm/fleet/issues/18827", "macOS@15/supervised",
		[]string{`fleet: com.apple.MCX.FileVault2 {"Enable": "On", "Defer": true}`, `own: com.apple.MCX.FileVault2 {"Enable": "On", "Defer": true, "DeferForceAtUserLoginMaxBypassAttempts": 3}`},
		[]string{"undefined com.apple.MCX.FileVault2 (single-payload)"}},
	{"iPhone mirroring, blocked on macOS 14", "https://f5.pm/go-283151.html", "macOS@14/supervised",
		[]string{`a: com.apple.applicationaccess {"allowiPhoneMirroring": false}`},
		[]string{"inert com.apple.applicationaccess.allowiPhoneMirroring"}},
	{"A Dock payload on an iPhone", "https://www.macworld.com/article/227311/a-primer-in-profile-manager-os-x-and-ios-payloads-for-devices.html", "iOS@18/supervised",
		[]string{`a: com.apple.dock {"autohide": true}`}, []string{"inert com.apple.dock"}},
	{"A preference for users, and another value for the computer", "https://savagetaylor.com/TIL/TA21028.html", "macOS@15/supervised",
		[]string{`computer: com.acme.agent {"Theme": "dark"}`, `user(User): com.acme.agent {"Theme": "light"}`},
		[]string{`combined com.acme.agent.Theme = "light" (preferences-user)`}},
	{"Two texts for the login window", "https://kb.filewave.com/books/top-tips/page/profile-payload-planning", "macOS@15/supervised",
		[]string{`a: com.apple.loginwindow {"LoginwindowText": "Property of Acme"}`, `b: com.apple.loginwindow {"LoginwindowText": "Lost? +49 30 1234"}`},
		[]string{"undefined com.apple.loginwindow.LoginwindowText (payload-unstated)"}},
}

func TestReportedCases(t *testing.T) {
	if len(cases) < 30 {
		t.Errorf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.title, func(t *testing.T) {
			for _, files := range [][]effective.File{filesOf(t, c.files), reversed(filesOf(t, c.files))} {
				got := lines(on(t, c.target, files))
				for _, want := range c.want {
					if !slices.Contains(got, want) {
						t.Errorf("no line %q in\n%s", want, strings.Join(got, "\n"))
					}
				}
			}
		})
	}
}

// TestCasesInDocs holds testdata/cases.md, a part of docs/effective.md, to the cases.
func TestCasesInDocs(t *testing.T) {
	var b strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&b, "%d. **%s** on %s ([report](%s)):\n", i+1, c.title, c.target, c.source)
		for _, want := range c.want {
			status, rest, _ := strings.Cut(want, " ")
			rest, rule, _ := strings.Cut(strings.TrimSuffix(rest, ")"), " (")
			if status == "inert" {
				status = "without effect"
			}
			fmt.Fprintf(&b, "   * %s: `%s`", status, rest)
			if rule != "" {
				fmt.Fprintf(&b, ", rule %s", rule)
			}
			b.WriteString("\n")
		}
	}
	const name = "testdata/cases.md"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if data, _ := os.ReadFile(name); string(data) != b.String() {
		t.Errorf("%s is not up to date: go test ./internal/effective -update", name)
	}
}

func reversed(files []effective.File) []effective.File {
	slices.Reverse(files)
	return files
}

func on(t *testing.T, name string, files []effective.File) *effective.Device {
	t.Helper()
	at, err := target.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := effective.On(files, at, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// lines writes a device in the words of the cases.
func lines(d *effective.Device) (all []string) {
	for _, s := range d.Settings {
		line := string(s.Status) + " " + s.Type
		switch {
		case s.Key != "":
			line += "." + s.Key
		case s.Name != "":
			line += " [" + s.Name + "]"
		}
		if s.Shown != "" {
			line += " = " + s.Shown
		}
		if s.Rule != "" {
			line += " (" + s.Rule + ")"
		}
		all = append(all, line)
	}
	for _, x := range d.Inert {
		all = append(all, strings.TrimSuffix("inert "+x.Type+"."+x.Key, "."))
	}
	return all
}

// filesOf makes files of lines: see reported.
func filesOf(t *testing.T, all []string) (files []effective.File) {
	t.Helper()
	for _, line := range all {
		head, rest, _ := strings.Cut(line, ": ")
		name, option, _ := strings.Cut(strings.TrimSuffix(head, ")"), "(")
		kind, text, _ := strings.Cut(rest, " ")
		doc, findings := document.Open(diag.NewFile(name, []byte(`{"Type": "`+kind+`", "Payload": `+text+`}`)))
		if diag.HasErrors(findings) || doc.Root == nil {
			t.Fatal(line, findings)
		}
		if strings.HasPrefix(kind, "com.apple.configuration.") {
			files = append(files, effective.File{Name: name, Root: doc.Root.Set("Identifier", plist.NewString("com.acme."+name)), Declaration: true})
			continue
		}
		payload := plist.NewDictionary(doc.Root.Get("Payload").Fields...).Set("PayloadType", plist.NewString(kind))
		if at := slices.IndexFunc(files, func(f effective.File) bool { return f.Name == name }); at >= 0 {
			content := files[at].Root.Get("PayloadContent")
			content.Items = append(content.Items, payload)
			continue
		}
		id, _ := strings.CutPrefix(option, "id=")
		if id == "" || id == "User" {
			id = "com.acme." + name
		}
		payload.Set("PayloadDisplayName", plist.NewString(name))
		root := profiles.Dictionary().Set("PayloadType", plist.NewString("Configuration")).Set("PayloadIdentifier", plist.NewString(id)).Set("PayloadContent", plist.NewArray(payload))
		if option == "User" {
			root.Set("PayloadScope", plist.NewString("User"))
		}
		files = append(files, effective.File{Name: name, Root: root})
	}
	for i := range files {
		secret.Mark(files[i].Root)
	}
	return files
}
