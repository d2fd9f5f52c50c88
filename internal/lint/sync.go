package lint

import (
	"slices"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// The rules about keys that stop or slow iCloud syncing although the schema allows them. They apply to a payload and to the
// same domain within com.apple.ManagedClient.preferences.

const (
	restrictions   = "com.apple.applicationaccess"
	wifi           = "com.apple.wifi.managed"
	softwareUpdate = "com.apple.SoftwareUpdate"
	networkUsage   = "com.apple.networkusagerules"
	fileProviders  = "com.apple.fileproviderd"
	httpProxy      = "com.apple.proxy.http.global"
	vpnPayload     = "com.apple.vpn.managed"
	preferences    = "com.apple.systempreferences"
	managedUpdates = "com.apple.configuration.softwareupdate.settings"
)

// harmfulSetting is a setting that hurts sync, with its consequence.
type harmfulSetting struct {
	domain, key string // the key may have one dictionary before it: Deferrals.MajorPeriodInDays
	isHarmful   func(*plist.Value) bool
	consequence string
}

// harmfulSettings lists the settings that hurt sync, by rule. Read-only.
var harmfulSettings = []struct {
	rule, help string
	settings   []harmfulSetting
}{
	{rule.CloudSyncDisabled, "remove the key, or set it to true", []harmfulSetting{
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
		{fileProviders, "ManagementAllowsRemoteSyncing", off, "cloud storage stops syncing, probably iCloud Drive too"},
		{fileProviders, "ManagementAllowsKnownFolderSyncing", off, "the Desktop and Documents folders stop syncing, probably with iCloud Drive too"},
		{fileProviders, "ManagementAllowsExternalVolumeSyncing", off, "cloud storage on external disks stops syncing, probably iCloud Drive too"},
	}},
	{rule.CloudBackupDisabled, "remove the key, or back up the devices in another way", []harmfulSetting{
		{restrictions, "allowCloudBackup", off, "devices are no longer backed up to iCloud"},
	}},
	{rule.CellularTogglesFrozen, "remove the key, or set every switch as it should stay before installing it", []harmfulSetting{
		{restrictions, "allowAppCellularDataModification", off, "cellular data stays off for every app that has it off now"},
	}},
	{rule.RoamingSyncDisabled, "remove the key, or set it to true", []harmfulSetting{
		{restrictions, "allowGlobalBackgroundFetchWhenRoaming", off, "nothing syncs in the background while roaming"},
	}},
	{rule.UpdatesDelayed, "remove the key", []harmfulSetting{
		{restrictions, "forceDelayedSoftwareUpdates", on, "software updates come late"},
		{restrictions, "forceDelayedMajorSoftwareUpdates", on, "major software updates come late"},
		{restrictions, "forceDelayedAppSoftwareUpdates", on, "updates of apps come late"},
		{restrictions, "enforcedSoftwareUpdateDelay", positive, "software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateMajorOSDeferredInstallDelay", positive, "major software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateMinorOSDeferredInstallDelay", positive, "minor software updates come that many days late"},
		{restrictions, "enforcedSoftwareUpdateNonOSDeferredInstallDelay", positive, "updates of apps come that many days late"},
		{restrictions, "allowRapidSecurityResponseInstallation", off, "security fixes between updates are not installed"},
		{softwareUpdate, "AutomaticCheckEnabled", off, "the Mac never looks for updates"},
		{softwareUpdate, "AutomaticDownload", off, "updates are not downloaded automatically"},
		{softwareUpdate, "AutomaticallyInstallMacOSUpdates", off, "macOS updates are not installed automatically"},
		{softwareUpdate, "AutomaticallyInstallAppUpdates", off, "updates of apps are not installed automatically"},
		{softwareUpdate, "CriticalUpdateInstall", off, "security updates are not installed automatically"},
		{softwareUpdate, "ConfigDataInstall", off, "system data files are not updated automatically"},
		{managedUpdates, "Deferrals.CombinedPeriodInDays", positive, "software updates come that many days late"},
		{managedUpdates, "Deferrals.MajorPeriodInDays", positive, "major software updates come that many days late"},
		{managedUpdates, "Deferrals.MinorPeriodInDays", positive, "minor software updates come that many days late"},
		{managedUpdates, "Deferrals.SystemPeriodInDays", positive, "updates of apps and other parts come that many days late"},
		{managedUpdates, "AutomaticActions.Download", alwaysOff, "updates are not downloaded automatically"},
		{managedUpdates, "AutomaticActions.InstallOSUpdates", alwaysOff, "updates of the system are not installed automatically"},
		{managedUpdates, "AutomaticActions.InstallSecurityUpdate", alwaysOff, "security updates are not installed automatically"},
		{managedUpdates, "RapidSecurityResponse.Enable", off, "security fixes between updates are not installed"},
	}},
	{rule.AccountChangesBlocked, "remove the key, or set it to true", []harmfulSetting{
		{restrictions, "allowAccountModification", off, "nobody can sign out of iCloud and in again to repair syncing"},
	}},
	{rule.CaptiveDetectionDisabled, "remove the key, or set it to false", []harmfulSetting{
		{wifi, "CaptiveBypass", on, "networks with a login page stay offline, and nothing syncs there"},
	}},
}

// reportHarmfulSettings reports the harmful settings of the pass's rule in a dictionary of settings.
func (p *pass) reportHarmfulSettings(n *node) {
	for _, of := range harmfulSettings {
		for _, h := range of.settings {
			if of.rule == p.rule.id && h.domain == n.domain {
				p.reportHarmfulSetting(n, h, of.help)
			}
		}
	}
}

func (p *pass) reportHarmfulSetting(n *node, h harmfulSetting, help string) {
	at, in, key := n.path, n.value, h.key
	if outer, inner, nested := strings.Cut(h.key, "."); nested {
		at, in, key = at.field(outer), in.Get(outer), inner
	}
	if f := in.Field(key); f != nil && f.Value != nil && h.isHarmful(f.Value) {
		p.report(place{at.field(key), f.KeySpan, isSecret(f.Value)}, "%s is %s, so %s", quote(key), f.Value.Describe(), h.consequence).Help = help
	}
}

func alwaysOff(v *plist.Value) bool { return v.Kind == plist.String && v.Text == "AlwaysOff" }

func off(v *plist.Value) bool { return v.Kind == plist.Boolean && !v.Bool }
func on(v *plist.Value) bool  { return v.Kind == plist.Boolean && v.Bool }

func positive(v *plist.Value) bool {
	return v.Kind == plist.Integer && !v.Int.Negative && v.Int.Abs > 0
}

func accountChangesBlocked(p *pass, n *node) {
	p.reportHarmfulSettings(n)
	if n.domain != preferences {
		return
	}
	for _, key := range []string{"DisabledSystemSettings", "DisabledPreferencePanes"} {
		for i, pane := range items(n.value.Get(key)) {
			if slices.Contains(accountPanes(), pane.Text) {
				p.report(place{n.path.field(key).at(i), pane.Span, isSecret(pane)},
					"%s is turned off, so nobody can sign out of iCloud and in again to repair syncing", quote(pane.Text)).
					Help = "remove it from the list"
			}
		}
	}
}

// accountPanes are the panes of a Mac for the Apple Account: from macOS 13 on, and before.
func accountPanes() []string {
	return []string{"com.apple.systempreferences.AppleIDSettings", "com.apple.preferences.AppleIDPrefPane", "com.apple.preferences.icloud"}
}

func captiveDetectionDisabled(p *pass, n *node) {
	p.reportHarmfulSettings(n)
	switch n.domain {
	case httpProxy:
		p.reportCaptiveLogin(n, n.path, n.value, "ProxyCaptiveLoginAllowed", "set it to true")
	case vpnPayload:
		always := n.value.Get("AlwaysOn")
		if hasText(n.value.Get("VPNType"), "AlwaysOn") && always != nil && always.Kind == plist.Dictionary && always.Field("AllowedCaptiveNetworkPlugins") == nil && !allows(always.Get("AllowAllCaptiveNetworkPlugins")) {
			p.reportCaptiveLogin(n, n.path.field("AlwaysOn"), always, "AllowCaptiveWebSheet", "set it to 1")
		}
	}
}

// reportCaptiveLogin reports a key for login pages past a proxy or tunnel, if it is absent or forbids them.
func (p *pass) reportCaptiveLogin(n *node, path *path, in *plist.Value, key, help string) {
	const so = "so networks with a login page stay offline, and nothing syncs there"
	f := in.Field(key)
	switch {
	case f == nil:
		p.report(n.atKey(), "%s lacks %s, %s", n.subject(), quote(key), so).Help = strings.Replace(help, "it", quote(key), 1)
	case f.Value != nil && !allows(f.Value) && !hasPlaceholder(f.Value):
		p.report(place{path.field(key), f.KeySpan, isSecret(f.Value)}, "%s is %s, %s", quote(key), f.Value.Describe(), so).Help = help
	}
}

// allows reports whether a value is true, or 1.
func allows(v *plist.Value) bool { return v != nil && (on(v) || positive(v)) }

func managedAppsOffCellular(p *pass, n *node) {
	if n.key != nil || n.domain != networkUsage {
		return
	}
	for i, r := range items(n.value.Get("ApplicationRules")) {
		if r.Kind != plist.Dictionary || r.Field("AppIdentifierMatches") != nil {
			continue
		}
		for _, k := range []struct{ name, when string }{{"AllowCellularData", "over cellular"}, {"AllowRoamingCellularData", "while roaming"}} {
			if f := r.Field(k.name); f != nil && f.Value != nil && off(f.Value) {
				at := n.path.field("ApplicationRules").at(i).field(k.name)
				p.report(place{path: at, span: f.KeySpan}, "%s is false for every managed app, so none of them syncs %s", quote(k.name), k.when).
					Help = `name the apps it is meant for in "AppIdentifierMatches"`
			}
		}
	}
}
