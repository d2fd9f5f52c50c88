package template

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// serverVariables are names that MDM servers replace where they stand after a dollar sign.
func serverVariables() []string {
	return []string{
		// Jamf Pro: https://learn.jamf.com, Computer Configuration Profiles, and
		// https://developer.jamf.com/developer-guide/docs/acting-on-extension-attribute-data for mobile devices.
		"ASSET_TAG", "BUILDINGID", "BUILDINGNAME", "COMPUTERNAME", "DEPARTMENTID", "DEPARTMENTNAME", "DEVICENAME", "EMAIL",
		"FULLNAME", "JSSID", "MACADDRESS", "MANAGEMENTID", "PHONE", "POSITION", "PROFILEJSSID", "REALNAME", "ROOM",
		"SERIALNUMBER", "SITEID", "SITENAME", "UDID", "USERNAME",
		// Iru (Kandji): https://github.com/kandji-inc/support, Global Variables.
		"ASSET_TAG", "BLUEPRINT_ID", "BLUEPRINT_NAME", "DEPARTMENT", "DEVICE_ID", "DEVICE_NAME", "EMAIL", "EMAIL_PREFIX",
		"FULL_NAME", "JOB_TITLE", "MODEL_IDENTIFIER", "MODEL_NAME", "PROFILE_UUID", "SERIAL_NUMBER", "UDID", "USERNAME",
		"USERNAME_PREFIX",
	}
}

var mdmPattern = sync.OnceValue(func() *regexp.Regexp {
	names := serverVariables()
	// Longer names first: $EMAIL_PREFIX is not $EMAIL.
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	return regexp.MustCompile(strings.Join([]string{
		`\$\{FLEET_(?:VAR|SECRET)_[A-Za-z0-9_]+\}`, // Fleet
		`\$FLEET_(?:VAR|SECRET)_[A-Za-z0-9_]+`,
		`\{\{[^{}]{1,200}\}\}`, // Intune, SimpleMDM, Mosyle, Workspace ONE
		`%[A-Za-z0-9_]+%`,      // Jamf School, Mosyle, Profile Manager; %HardwareUUID% is filled in by macOS itself
		// Jamf Pro, extension attributes by number.
		`\$EXTENSIONATTRIBUTE_[0-9]+\b`,
		`\$\{?(?:` + strings.Join(names, "|") + `)\b\}?`,
	}, "|"))
})

// MDMVariables returns the variables that an MDM server would fill in, as they stand in s, each once and in order.
// A profile that holds one cannot be signed before the server has filled it in. Percent-encoded bytes, as in
// %C3%A9, are no variables.
func MDMVariables(s string) []string {
	if !strings.ContainsAny(s, "$%{") {
		return nil
	}
	var found []string
	for i := 0; i < len(s); {
		at := mdmPattern().FindStringIndex(s[i:])
		if at == nil {
			break
		}
		name := s[i+at[0] : i+at[1]]
		if isPercentEncoding(name) {
			// The percent sign that ends this may begin a variable.
			i += at[1] - 1
			continue
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
		i += at[1]
	}
	return found
}

// isPercentEncoding says whether %NAME% begins with an encoded byte, or is a number such as the 50% of a text.
func isPercentEncoding(name string) bool {
	inner, ok := strings.CutPrefix(name, "%")
	inner = strings.TrimSuffix(inner, "%")
	if !ok {
		return false
	}
	return strings.Trim(inner, "0123456789") == "" || len(inner) == 2 && strings.Trim(inner, "0123456789ABCDEFabcdef") == ""
}
