package lint

import (
	"syncguard/internal/plist"
)

// The rules about keys that are right by the schema and stop or slow iCloud syncing. They hold for a payload and for the
// same domain within com.apple.ManagedClient.preferences.

const (
	restrictions   = "com.apple.applicationaccess"
	wifi           = "com.apple.wifi.managed"
	softwareUpdate = "com.apple.SoftwareUpdate"
	networkUsage   = "com.apple.networkusagerules"
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

var cloudSyncDisabled = rule{
	id:       "cloud-sync-disabled",
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

var cloudBackupDisabled = rule{
	id: "cloud-backup-disabled",
	settings: harmRule("make sure that devices are backed up in another way",
		harm{restrictions, "allowCloudBackup", off, "devices are no longer backed up to iCloud"}),
}

var cellularTogglesFrozen = rule{
	id: "cellular-toggles-frozen",
	settings: harmRule("remove the key, or install it only after every switch is as it should stay",
		harm{restrictions, "allowAppCellularDataModification", off, "cellular data stays off for every app that has it off now"}),
}

var roamingSyncDisabled = rule{
	id: "roaming-sync-disabled",
	settings: harmRule("remove the key, or set it to true",
		harm{restrictions, "allowGlobalBackgroundFetchWhenRoaming", off, "nothing syncs in the background while roaming"}),
}

var accountChangesBlocked = rule{
	id: "account-changes-blocked",
	settings: harmRule("remove the key, or set it to true",
		harm{restrictions, "allowAccountModification", off, "nobody can sign out of iCloud and in again when it does not sync"}),
}

var captiveDetectionDisabled = rule{
	id: "captive-detection-disabled",
	settings: harmRule("remove the key, or set it to false",
		harm{wifi, "CaptiveBypass", on, "no login page appears on a network that asks for one, and nothing syncs there"}),
}

var updatesDelayed = rule{
	id:       "updates-delayed",
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

var managedAppsOffCellular = rule{
	id: "managed-apps-off-cellular",
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
