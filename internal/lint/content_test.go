package lint

import (
	"strings"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
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
				if d.Rule == secretInClearText.id {
					continue
				}
				got = append(got, d.Severity.String()+" "+d.Rule+" "+d.Path)
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
	return append(requirementCases(), privacyCases()...)
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
