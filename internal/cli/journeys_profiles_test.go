package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// legacyApps are programs that a company of Macs typically has, each with its bundle identifier and team.
var legacyApps = [][3]string{
	{"Slack", "com.tinyspeck.slackmacgap", "BQR82RBBHL"}, {"Zoom", "us.zoom.xos", "BJ4HAAB9B3"}, {"Teams", "com.microsoft.teams2", "UBF8T346G9"},
	{"Chrome", "com.google.Chrome", "EQHXZ8M8AV"}, {"Firefox", "org.mozilla.firefox", "43AQ936H96"}, {"Outlook", "com.microsoft.Outlook", "UBF8T346G9"},
	{"Word", "com.microsoft.Word", "UBF8T346G9"}, {"OneDrive", "com.microsoft.OneDrive", "UBF8T346G9"}, {"Docker", "com.docker.docker", "9BNSXJN65R"},
	{"1Password", "com.1password.1password", "2BUA8C4S2C"}, {"Webex", "Cisco-Systems.Spark", "DE8Y96K9QP"}, {"Figma", "com.figma.Desktop", "T8RA8NE3B7"},
}

// legacySettings are the payloads of the other profiles: name, folder, type and keys.
var legacySettings = [][4]string{
	{"Dock", "macos", "com.apple.dock", "<key>autohide</key><true/><key>tilesize</key><integer>48</integer>"},
	{"Finder", "macos", "com.apple.finder", "<key>ShowExternalHardDrivesOnDesktop</key><true/>"},
	{"Firewall", "macos", "com.apple.security.firewall", "<key>EnableFirewall</key><true/><key>EnableStealthMode</key><true/>"},
	{"Gatekeeper", "macos", "com.apple.systempolicy.control", "<key>AllowIdentifiedDevelopers</key><true/><key>EnableAssessment</key><true/>"},
	{"Login Window", "macos", "com.apple.loginwindow", "<key>SHOWFULLNAME</key><true/><key>DisableConsoleAccess</key><true/>"},
	{"Screen Saver", "macos", "com.apple.screensaver", "<key>askForPassword</key><true/><key>askForPasswordDelay</key><integer>5</integer><key>moduleName</key><string>Flurry</string>"},
	{"Time Machine", "macos", "com.apple.MCX.TimeMachine", "<key>AutoBackup</key><true/><key>BackupDestURL</key><string>smb://backup.acme.com/tm</string>"},
	{"Diagnostics", "macos", "com.apple.SubmitDiagInfo", "<key>AutoSubmit</key><false/>"},
	{"Energy", "macos", "com.apple.MCX", "<key>dontAllowFDEDisable</key><true/>"},
	{"AutoUpdate", "macos", "com.microsoft.autoupdate2", "<key>HowToCheck</key><string>AutomaticDownload</string>"},
	{"Edge", "macos", "com.microsoft.Edge", "<key>HomepageLocation</key><string>https://intranet.acme.com</string>"},
	{"Passcode", "macos", "com.apple.mobiledevice.passwordpolicy", "<key>minLength</key><integer>12</integer><key>requireAlphanumeric</key><true/>"},
	{"Restrictions", "macos", "com.apple.applicationaccess", "<key>allowAirDrop</key><false/><key>allowCamera</key><true/>"},
	{"Setup Assistant", "macos", "com.apple.SetupAssistant.managed", "<key>SkipCloudSetup</key><true/>"},
	{"Wi-Fi Guests", "macos", "com.apple.wifi.managed", "<key>SSID_STR</key><string>Guests</string><key>EncryptionType</key><string>None</string>"},
	{"iPhone Wi-Fi", "ios", "com.apple.wifi.managed", "<key>SSID_STR</key><string>Acme</string><key>EncryptionType</key><string>wpa2</string><key>Password</key><string>correct-horse-7</string>"},
	{"iPhone Restrictions", "ios", "com.apple.applicationaccess", "<key>allowCloudBackup</key><true/><key>allowEraseContentAndSettings</key><false/>"},
	{"iPhone Passcode", "ios", "com.apple.mobiledevice.passwordpolicy", "<key>minLength</key><integer>6</integer>"},
	{"iPhone Web Clip", "ios", "com.apple.webClip.managed", "<key>Label</key><string>Intranet</string><key>URL</key><string>https://intranet.acme.com</string>"},
	{"iPhone Fonts", "ios", "com.apple.cellular", "<key>AttachAPN</key><dict><key>Name</key><string>acme.apn</string></dict>"},
	{"iPhone Home Screen", "ios", "com.apple.homescreenlayout", "<key>Dock</key><array/><key>Pages</key><array><array/></array>"},
	{"iPhone Lock Screen", "ios", "com.apple.shareddeviceconfiguration", "<key>LockScreenFootnote</key><string>Property of Acme</string>"},
	{"iPhone Calendar", "ios", "com.apple.subscribedcalendar.account", "<key>SubCalAccountHostName</key><string>https://cal.acme.com/holidays.ics</string>"},
	{"iPhone Domains", "ios", "com.apple.domains", "<key>WebDomains</key><array><string>intranet.acme.com</string></array>"},
}

// legacy writes the profiles of a company as they grow over years, into the folders of Fleet's repository: by several people and
// tools, so with tabs, spaces and line ends of Windows, with keys nobody needs, copied UUIDs and a value misspelled.
func legacy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: legacy FOLDER")
	}
	var all [][4]string
	for _, app := range legacyApps {
		requirement := fmt.Sprintf(`identifier "%s" and anchor apple generic and certificate leaf[subject.OU] = "%s"`, app[1], app[2])
		all = append(all,
			[4]string{"PPPC " + app[0], "macos", "com.apple.TCC.configuration-profile-policy", fmt.Sprintf("<key>Services</key><dict><key>ScreenCapture</key><array><dict>"+
				"<key>Identifier</key><string>%s</string><key>IdentifierType</key><string>bundleID</string><key>CodeRequirement</key><string>%s</string>"+
				"<key>Authorization</key><string>AllowStandardUserToSetSystemService</string></dict></array></dict>", app[1], requirement)},
			[4]string{"Notifications " + app[0], "macos", "com.apple.notificationsettings", fmt.Sprintf("<key>NotificationSettings</key><array><dict>"+
				"<key>BundleIdentifier</key><string>%s</string><key>NotificationsEnabled</key><true/><key>AlertType</key><integer>1</integer></dict></array>", app[1])},
			[4]string{"Login Items " + app[0], "macos", "com.apple.servicemanagement", fmt.Sprintf("<key>Rules</key><array><dict>"+
				"<key>RuleType</key><string>TeamIdentifier</string><key>RuleValue</key><string>%s</string></dict></array>", app[2])})
	}
	for i, profile := range append(all, legacySettings...) {
		folder := ts.MkAbs(filepath.Join(args[0], profile[1], "configuration-profiles"))
		ts.Check(os.MkdirAll(folder, 0o755))
		ts.Check(os.WriteFile(filepath.Join(folder, profile[0]+".mobileconfig"), []byte(legacyProfile(i, profile)), 0o644))
	}
}

func legacyProfile(i int, profile [4]string) string {
	slug := strings.ToLower(strings.ReplaceAll(profile[0], " ", "-"))
	uuid := func(n int) string { return fmt.Sprintf("%08X-52B0-4F43-9C69-5E1B6E4C2D91", 0x2D906C1E+1000*n+i) }
	inner := uuid(1)
	if i == 4 {
		inner = "2D90700B-52B0-4F43-9C69-5E1B6E4C2D91" // copied with the file
	}
	unneeded := ""
	if i%3 == 0 {
		unneeded = "<key>PayloadEnabled</key><true/>"
	}
	text := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>%s</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.acme.%s.settings</string><key>PayloadUUID</key><string>%s</string>
<key>PayloadDisplayName</key><string>%s</string>%s
%s
</dict></array>
<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.acme.%s</string><key>PayloadUUID</key><string>%s</string>
<key>PayloadDisplayName</key><string>%s</string><key>PayloadOrganization</key><string>Acme</string>
<key>PayloadScope</key><string>System</string>
</dict></plist>
`, profile[2], slug, inner, profile[0], unneeded, profile[3], slug, uuid(2), profile[0])
	text = strings.ReplaceAll(text, "><key>", ">\n"+[]string{"\t", "  ", "    "}[i%3]+"<key>")
	if i%5 == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
