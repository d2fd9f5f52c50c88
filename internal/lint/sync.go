package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// The rules about keys that are right by the schema and stop or slow iCloud syncing. They hold for a payload and for the
// same domain within com.apple.ManagedClient.preferences.

const (
	restrictions   = "com.apple.applicationaccess"
	wifi           = "com.apple.wifi.managed"
	softwareUpdate = "com.apple.SoftwareUpdate"
	networkUsage   = "com.apple.networkusagerules"

	restrictionsDocumentation = "https://developer.apple.com/documentation/devicemanagement/restrictions"
)

// harm is a setting that hurts, with what comes of it.
type harm struct {
	domain, key string
	hurts       func(*plist.Value) bool
	consequence string
}

// harmRule makes the settings function of a rule that looks for harms.
func harmRule(help string, harms ...harm) func(*pass, *node) {
	return func(p *pass, n *node) {
		for _, h := range harms {
			if f := n.value.Field(h.key); h.domain == n.domain && f != nil && f.Value != nil && h.hurts(f.Value) {
				p.report(n.field(f), "%s is %s, so %s", quote(h.key), f.Value.Describe(), h.consequence).Help = help
			}
		}
	}
}

func off(v *plist.Value) bool { return v.Kind == plist.Boolean && !v.Bool }
func on(v *plist.Value) bool  { return v.Kind == plist.Boolean && v.Bool }

func positive(v *plist.Value) bool {
	return v.Kind == plist.Integer && !v.Int.Negative && v.Int.Abs > 0
}

var cloudSyncDisabled = Rule{
	ID:       "cloud-sync-disabled",
	Summary:  "a restriction turns off a part of iCloud syncing",
	Why:      "The profile causes what the user then sees as a sync failure, and the user cannot turn it on again. Where it is meant, ignore this rule with that reason.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{restrictionsDocumentation},
	settings: harmRule("remove the key, or set it to true", cloudSyncHarms()...),
}

func cloudSyncHarms() []harm {
	return []harm{
		{restrictions, "allowCloudDocumentSync", off, "documents and app data in iCloud stop syncing"},
		{restrictions, "allowCloudDesktopAndDocuments", off, "the Desktop and Documents folders stop syncing"},
		{restrictions, "allowCloudPhotoLibrary", off, "iCloud Photos stops, and photos that are not fully downloaded are removed from the device"},
		{restrictions, "allowCloudKeychainSync", off, "passwords and passkeys stop syncing"},
		{restrictions, "allowManagedAppsCloudSync", off, "managed apps stop syncing through iCloud"},
		{restrictions, "allowCloudAddressBook", off, "contacts stop syncing"},
		{restrictions, "allowCloudBookmarks", off, "bookmarks stop syncing"},
		{restrictions, "allowCloudCalendar", off, "calendars stop syncing"},
		{restrictions, "allowCloudFreeform", off, "Freeform boards stop syncing"},
		{restrictions, "allowCloudMail", off, "iCloud mail stops syncing"},
		{restrictions, "allowCloudNotes", off, "notes stop syncing"},
		{restrictions, "allowCloudReminders", off, "reminders stop syncing"},
	}
}

var cloudBackupDisabled = Rule{
	ID:       "cloud-backup-disabled",
	Summary:  "a restriction turns off iCloud Backup",
	Why:      "It frees iCloud storage, so that other data may sync again, at the price of having no backup. That is a choice, and so a note.",
	Group:    Sync,
	Severity: diag.Note,
	See:      []string{restrictionsDocumentation},
	settings: harmRule("make sure that devices are backed up in another way",
		harm{restrictions, "allowCloudBackup", off, "devices are no longer backed up to iCloud"}),
}

var cellularTogglesFrozen = Rule{
	ID:      "cellular-toggles-frozen",
	Summary: "a restriction freezes which apps may use cellular data",
	Why: "The key turns nothing on. It freezes every app's switch as it stands, so that an app whose cellular data is off, such as " +
		"iCloud Drive or Photos, can never sync over cellular again.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{restrictionsDocumentation},
	settings: harmRule("remove the key, or install it only after every switch is as it should stay",
		harm{restrictions, "allowAppCellularDataModification", off, "cellular data stays off for every app that has it off now"}),
}

var roamingSyncDisabled = Rule{
	ID:       "roaming-sync-disabled",
	Summary:  "a restriction stops background syncing while roaming",
	Why:      "Apps on a roaming device then sync only while somebody uses them.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{restrictionsDocumentation},
	settings: harmRule("remove the key, or set it to true",
		harm{restrictions, "allowGlobalBackgroundFetchWhenRoaming", off, "nothing syncs in the background while roaming"}),
}

var accountChangesBlocked = Rule{
	ID:       "account-changes-blocked",
	Summary:  "a restriction stops the user from signing out of iCloud and in again",
	Why:      "Signing out and in is the last remedy for an account that does not sync. With this key nobody can do it on the device.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{restrictionsDocumentation},
	settings: harmRule("remove the key, or set it to true",
		harm{restrictions, "allowAccountModification", off, "nobody can sign out of iCloud and in again when it does not sync"}),
}

var captiveDetectionDisabled = Rule{
	ID:       "captive-detection-disabled",
	Summary:  "a Wi-Fi payload turns off the detection of captive networks",
	Why:      "Without it no login page appears in a hotel or at an airport: the device is connected, and nothing syncs.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{"https://developer.apple.com/documentation/devicemanagement/wifi"},
	settings: harmRule("remove the key, or set it to false",
		harm{wifi, "CaptiveBypass", on, "no login page appears on a network that asks for one, and nothing syncs there"}),
}

var updatesDelayed = Rule{
	ID:       "updates-delayed",
	Summary:  "a key delays or turns off software updates",
	Why:      "Fixes for syncing come with software updates, and a device that is behind may not sync with newer ones. Where the delay is meant, ignore this rule with that reason.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{restrictionsDocumentation, "https://developer.apple.com/documentation/devicemanagement/softwareupdate"},
	settings: harmRule("remove the key", updateHarms()...),
}

func updateHarms() []harm {
	return []harm{
		{restrictions, "forceDelayedSoftwareUpdates", on, "software updates come late"},
		{restrictions, "forceDelayedMajorSoftwareUpdates", on, "major software updates come late"},
		{restrictions, "forceDelayedAppSoftwareUpdates", on, "updates of apps come late"},
		{restrictions, "enforcedSoftwareUpdateDelay", positive, "software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateMajorOSDeferredInstallDelay", positive, "major software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateMinorOSDeferredInstallDelay", positive, "minor software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateNonOSDeferredInstallDelay", positive, "updates of apps come that many days late"},
		{restrictions, "allowRapidSecurityResponseInstallation", off, "security fixes between updates are not installed"},
		{softwareUpdate, "AutomaticCheckEnabled", off, "the Mac never looks for updates"},
		{softwareUpdate, "AutomaticDownload", off, "updates are not downloaded by themselves"},
		{softwareUpdate, "AutomaticallyInstallMacOSUpdates", off, "macOS updates are not installed by themselves"},
		{softwareUpdate, "AutomaticallyInstallAppUpdates", off, "updates of apps are not installed by themselves"},
		{softwareUpdate, "CriticalUpdateInstall", off, "security updates are not installed by themselves"},
		{softwareUpdate, "ConfigDataInstall", off, "system data files are not updated by themselves"},
	}
}

var managedAppsOffCellular = Rule{
	ID:      "managed-apps-off-cellular",
	Summary: "a network usage rule turns off cellular data for every managed app",
	Why: "A rule without AppIdentifierMatches holds for all managed apps. With AllowCellularData false none of them syncs without " +
		"Wi-Fi; with AllowRoamingCellularData false none does while roaming.",
	Group:    Sync,
	Severity: diag.Warning,
	See:      []string{"https://developer.apple.com/documentation/devicemanagement/networkusagerules"},
	value: func(p *pass, n *node) {
		if n.key != nil || n.domain != networkUsage {
			return
		}
		for i, r := range items(n.value.Get("ApplicationRules")) {
			if r.Kind != plist.Dictionary || r.Field("AppIdentifierMatches") != nil {
				continue
			}
			for _, key := range []string{"AllowCellularData", "AllowRoamingCellularData"} {
				if f := r.Field(key); f != nil && f.Value != nil && off(f.Value) {
					at := n.path.field("ApplicationRules").at(i).field(key)
					p.report(place{path: at, span: f.KeySpan}, "%s is false for every managed app, so none of them syncs there", quote(key)).
						Help = `name the apps that it is for in "AppIdentifierMatches"`
				}
			}
		}
	},
}
