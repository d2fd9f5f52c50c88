package baseline

import "syncguard/internal/target"

// settings returns what a person can do by hand for an intent. Labels marked Unverified were not seen on version 27.
//
// Sources: Apple's support pages for each platform as far as they were at hand; the CIS macOS Benchmark for the Mac's
// Date & Time; https://www.cnet.com (2019) for the Apple TV's Software Updates.
func settings(i Intent, p target.Platform) []Setting {
	switch i {
	case DateTime:
		return dateTimeSettings(p)
	case DNS:
		return dnsSettings(p)
	case Cellular:
		return cellularSettings(p)
	case Storage:
		return storageSettings(p)
	case Updates:
		return updatesSettings(p)
	}
	return nil
}

func dateTimeSettings(p target.Platform) []Setting {
	switch p {
	case target.IOS, target.IPadOS, target.VisionOS:
		return []Setting{
			{[]string{"Settings", "General", "Date & Time", "Set Automatically"}, "on", Apple},
			{[]string{"Settings", "Privacy & Security", "Location Services", "System Services", "Setting Time Zone"}, "on", Unverified},
		}
	case target.MacOS:
		return []Setting{
			{[]string{"System Settings", "General", "Date & Time", "Set time and date automatically"}, "on", Community},
			{[]string{"System Settings", "General", "Date & Time", "Set time zone automatically using your current location"}, "on", Community},
		}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "General", "Date and Time", "Set Automatically"}, "on", Unverified}}
	}
	return nil // a watch has no such setting: it takes its time from the iPhone
}

func dnsSettings(p target.Platform) []Setting {
	switch p {
	case target.IOS, target.IPadOS:
		return []Setting{{[]string{"Settings", "Wi-Fi", "(i)", "Configure DNS", "Manual"}, "1.1.1.1 and 8.8.8.8 (for this Wi-Fi network only; cellular has no such setting)", Apple}}
	case target.MacOS:
		return []Setting{{[]string{"System Settings", "Network", "the service", "Details…", "DNS"}, "1.1.1.1 and 8.8.8.8", Apple}}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "Network", "the network", "Configure DNS", "Manual"}, "1.1.1.1", Unverified}}
	}
	return nil
}

func cellularSettings(p target.Platform) []Setting {
	if p.Schema() != target.IOS {
		return nil // no other platform has cellular data switches for apps
	}
	return []Setting{
		{[]string{"Settings", "Cellular", "iCloud Drive"}, "on", Unverified},
		{[]string{"Settings", "Apps", "Photos", "Cellular Data"}, "on", Unverified},
		{[]string{"Settings", "[your name]", "iCloud", "iCloud Backup", "Back Up Over Cellular"}, "on", Unverified},
		{[]string{"Settings", "Cellular", "Cellular Data Options", "Low Data Mode"}, "off", Unverified},
	}
}

func storageSettings(p target.Platform) []Setting {
	switch p {
	case target.IOS, target.IPadOS, target.VisionOS:
		optimize := map[target.Platform]string{target.IOS: "Optimize iPhone Storage", target.IPadOS: "Optimize iPad Storage", target.VisionOS: "Optimize Storage"}
		evidence := Apple
		if p == target.VisionOS {
			evidence = Unverified
		}
		return []Setting{
			{[]string{"Settings", "[your name]", "iCloud", "Photos", optimize[p]}, "on", evidence},
			{[]string{"Settings", "Apps", "App Store", "Offload Unused Apps"}, "on", Unverified},
			{[]string{"Settings", "[your name]", "iCloud", "Storage"}, "free space, or a larger plan", Apple},
		}
	case target.MacOS:
		return []Setting{
			{[]string{"System Settings", "[your name]", "iCloud", "Drive", "Optimize Mac Storage"}, "on", Apple},
			{[]string{"Photos", "Settings", "iCloud", "Optimize Mac Storage"}, "on", Apple},
		}
	}
	return nil // neither an Apple TV nor a watch keeps iCloud files
}

func updatesSettings(p target.Platform) []Setting {
	switch p {
	case target.IOS, target.IPadOS, target.VisionOS, target.WatchOS:
		return []Setting{{[]string{"Settings", "General", "Software Update", "Automatic Updates"}, "on", Unverified}}
	case target.MacOS:
		return []Setting{{[]string{"System Settings", "General", "Software Update", "(i) Automatic Updates"}, "on", Apple}}
	case target.TvOS:
		return []Setting{{[]string{"Settings", "System", "Software Updates", "Update Automatically"}, "on", Community}}
	}
	return nil
}
