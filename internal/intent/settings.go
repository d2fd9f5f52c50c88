package intent

import (
	"syncguard/internal/fact"
	"syncguard/internal/target"
)

// Each function returns the steps a person can take by hand for an intent. Labels marked Unverified were not seen on version 27.
//
// Sources: Apple's support pages for each platform as far as they were at hand, among them https://support.apple.com/102433
// (Low Data Mode, Data Mode) and https://support.apple.com/101604 (Low Power Mode, Power Mode); the CIS macOS Benchmark for
// the Mac's Date & Time; https://www.cnet.com (2019) for the Apple TV's Software Updates.

// apps returns the step to an app's settings, new in iOS 18.
func apps(t target.Target) string {
	if t.Platform.Schema() == target.IOS && t.Version.Major < 18 {
		return "Apps (from version 18)"
	}
	return "Apps"
}

func dateTimeSettings(t target.Target) []Setting {
	switch t.Platform {
	case target.IOS, target.IPadOS, target.VisionOS:
		return []Setting{
			{[]string{"Settings", "General", "Date & Time", "Set Automatically"}, "on", fact.Apple},
			{[]string{"Settings", "Privacy & Security", "Location Services", "System Services", "Setting Time Zone"}, "on", fact.Unverified},
		}
	case target.MacOS:
		return []Setting{
			{[]string{"System Settings", "General", "Date & Time", "Set time and date automatically"}, "on", fact.Community},
			{[]string{"System Settings", "General", "Date & Time", "Set time zone automatically using your current location"}, "on", fact.Community},
		}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "General", "Date and Time", "Set Automatically"}, "on", fact.Unverified}}
	case target.WatchOS: // takes its time from the iPhone
	}
	return nil
}

func dnsSettings(t target.Target) []Setting {
	switch t.Platform {
	case target.IOS, target.IPadOS:
		return []Setting{{[]string{"Settings", "Wi-Fi", "(i)", "Configure DNS", "Manual"}, "1.1.1.1 and 8.8.8.8 (for this Wi-Fi network only; cellular has no such setting)", fact.Apple}}
	case target.MacOS:
		return []Setting{{[]string{"System Settings", "Network", "the service", "Details…", "DNS"}, "1.1.1.1 and 8.8.8.8", fact.Apple}}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "Network", "the network", "Configure DNS", "Manual"}, "1.1.1.1", fact.Unverified}}
	case target.VisionOS, target.WatchOS: // no setting was seen in a source
	}
	return nil
}

func cellularSettings(t target.Target) []Setting {
	if t.Platform.Schema() != target.IOS {
		return nil // no other known platform has cellular data switches for apps
	}
	return []Setting{
		{[]string{"Settings", "Cellular", "iCloud Drive"}, "on", fact.Unverified},
		{[]string{"Settings", apps(t), "Photos", "Cellular Data"}, "on", fact.Unverified},
		{[]string{"Settings", "[your name]", "iCloud", "iCloud Backup", "Back Up Over Cellular"}, "on", fact.Unverified},
		{[]string{"Settings", "Cellular", "Cellular Data Options", "Data Mode (with 5G)", "Low Data Mode"}, "off", fact.Apple},
		{[]string{"Settings", "Wi-Fi", "(i)", "Low Data Mode"}, "off", fact.Apple},
	}
}

func storageSettings(t target.Target) []Setting {
	switch p := t.Platform; p {
	case target.IOS, target.IPadOS, target.VisionOS:
		// only these: the platforms of this case
		optimize := map[target.Platform]string{target.IOS: "Optimize iPhone Storage", target.IPadOS: "Optimize iPad Storage", target.VisionOS: "Optimize Storage"}
		evidence := fact.Apple
		if p == target.VisionOS {
			evidence = fact.Unverified
		}
		all := []Setting{
			{[]string{"Settings", "[your name]", "iCloud", "Photos", optimize[p]}, "on", evidence},
			{[]string{"Settings", apps(t), "App Store", "Offload Unused Apps"}, "on", fact.Unverified},
			{[]string{"Settings", "[your name]", "iCloud", "Storage"}, "free space, or a larger plan", fact.Apple},
		}
		switch p { // only these: have Low Power Mode
		case target.IOS:
			all = append(all, Setting{[]string{"Settings", "Battery", "Power Mode (iPhone 15 and later)", "Low Power Mode"}, "off", fact.Apple})
		case target.IPadOS:
			all = append(all, Setting{[]string{"Settings", "Battery", "Low Power Mode"}, "off", fact.Apple})
		}
		return all
	case target.MacOS:
		return []Setting{
			{[]string{"System Settings", "[your name]", "iCloud", "Drive", "Optimize Mac Storage"}, "on", fact.Apple},
			{[]string{"Photos", "Settings", "iCloud", "Optimize Mac Storage"}, "on", fact.Apple},
			{[]string{"System Settings", "Battery", "Low Power Mode"}, "off", fact.Unverified},
		}
	case target.TvOS, target.WatchOS: // keep no iCloud files
	}
	return nil
}

func updatesSettings(t target.Target) []Setting {
	switch t.Platform {
	case target.IOS, target.IPadOS, target.VisionOS, target.WatchOS:
		return []Setting{{[]string{"Settings", "General", "Software Update", "Automatic Updates"}, "on", fact.Unverified}}
	case target.MacOS:
		return []Setting{{[]string{"System Settings", "General", "Software Update", "(i) Automatic Updates"}, "on", fact.Apple}}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "System", "Software Updates", "Update Automatically"}, "on", fact.Community}}
	}
	return nil
}
