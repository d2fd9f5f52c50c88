package main

import (
	"fmt"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
)

// releases names the commits of Apple's repository that facts were read at. A beta's facts may differ from the
// release's.
var releases = map[string]string{
	"0a4527c5": "26",
	"1548d422": "27 seed",
	"255d4a2d": "27",
	"2e667387": "18.3",
	"61449b07": "27",
	"9468f879": "27 beta",
	"97a11a86": "27 beta",
	"b6202ca2": "18.1",
}

// release returns the release of a commit, or "".
func release(commit string) string { return releases[commit[:min(len(commit), 8)]] }

// nameReleases puts the release beside each commit: 27 beta (97a11a861f4e).
func nameReleases(types []*schema.Type) {
	for _, t := range types {
		for i, s := range t.Sources {
			if s.Name != appleyaml.RepositoryName || len(s.Version) != 40 {
				continue
			}
			t.Sources[i].Version = strings.TrimSpace(fmt.Sprintf("%s (%s)", release(s.Version), s.Version[:12]))
		}
	}
}

// unseen lists, by ID, facts that no source of the newest release confirms or on which its sources differ.
var unseen = map[string][]string{
	"TopLevel":                 {"keys after 26"},
	"CommonPayloadKeys":        {"keys after 26"},
	"com.apple.MCX.FileVault2": {"userapprovedmdm beside allowmanualinstall"},
	"com.apple.applicationaccess": {
		"allowAutomaticAppDownloads on visionOS", "allowCamera on visionOS", "allowSiriAI in Apple's documentation",
	},
	"com.apple.homescreenlayout":                    {"Type App, as 18.1 has it"},
	"com.apple.loginwindow":                         {"payload of ForceCaptivePortalConnectionFromLockScreen", "payload of ForceWifiConfigurationOnLockScreen"},
	"com.apple.mobiledevice.passwordpolicy":         {"deprecation in Apple's YAML", "replacement"},
	"com.apple.system.logging":                      {"Subsystems on macOS", "System on macOS"},
	"com.apple.TCC.configuration-profile-policy":    {"which Identity keys are deprecated"},
	"com.apple.vpn.managed":                         {"PostQuantumKeyExchangeMethods before tvOS 17"},
	"com.apple.extensiblesso":                       {"type of AlwaysUseLoginUI", "shape of AdditionalHTTPHeaders in the payload"},
	"com.apple.configuration.account.settings":      {"keys of Exchange", "presence", "apply"},
	"com.apple.configuration.app.managed":           {"release that removed VPPType"},
	"com.apple.configuration.extensible-sso":        {"type of AlwaysUseLoginUI", "places of the keys of 27.2"},
	"com.apple.configuration.intelligence.settings": {"combinetype of AllowVisualIntelligence"},
	"com.apple.configuration.legacy":                {"asset-content-types of ProfileAssetReference after 27 seed"},
	"com.apple.configuration.legacy.interactive":    {"asset-content-types of ProfileAssetReference after 27 seed"},
	"com.apple.configuration.network.relay":         {"IdentityAssetReference in Apple's YAML"},
	"com.apple.configuration.package":               {"UninstallBehavior in Apple's YAML"},
	schema.StatusItemsID:                            {"enrollments of most items after 18.1"},
	"com.apple.configuration.softwareupdate.settings": {
		"InstallSecurityUpdate in Apple's YAML", "availability of keys in Apple's YAML",
	},
	"com.apple.configuration.softwareupdate.enforcement.specific": {
		"tvOS in Apple's YAML", "visionOS in Apple's YAML", "asset-content-types",
	},
}

// markUnsure says of every type which facts were not seen. Marks come from the sources as far as they tell: a type
// without a source newer than base was not read again.
func markUnsure(types []*schema.Type, base string) {
	for _, t := range types {
		t.Unsure = append(sourceMarks(t, base), unseen[t.ID]...)
	}
}

func sourceMarks(t *schema.Type, base string) []string {
	newest, documentation := "", false
	for _, s := range t.Sources {
		if s.Name == appleyaml.RepositoryName {
			newest = s.Version
		} else {
			documentation = true
		}
	}
	switch {
	case newest == "" && documentation:
		return []string{"combinetype", "names of array elements", "order of keys"}
	case release(newest) == "27 seed" && documentation:
		return []string{"combinetype and element names after 27 seed", "order of keys"}
	case release(newest) == "27 seed":
		return []string{"changes after 27 seed"}
	case newest == base && t.Family == schema.Payload:
		return []string{"allowmanualinstall and channels after " + base}
	case newest == base && t.Family != schema.Envelope && t.Family != schema.Credential:
		return []string{"enrollments and scopes after " + base}
	case release(newest) == "18.3":
		return []string{"allowmanualinstall after 18.3"}
	case release(newest) == "27 beta":
		return []string{"channels, enrollments and ranges after 27 beta"}
	}
	return nil
}
