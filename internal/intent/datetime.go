package intent

import (
	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

var (
	restrictions = payload{"restrictions", "com.apple.applicationaccess", "Restrictions"}
	timeServer   = payload{"time-server", "com.apple.MCX", "Time Server"}
)

// planDateTime keeps the clock right: with a wrong one certificates and tokens count as invalid.
func planDateTime(p *planner, o *Outcome, s template.DateTime) {
	if p.target.Platform == target.MacOS {
		planMacDateTime(p, o, s)
		return
	}
	if p.target.Platform == target.WatchOS {
		o.add("an Apple Watch takes its time from the paired iPhone", fact.Unverified, "")
	}
	if !s.Automatic.Value {
		return
	}
	force := mechanism{restrictions, []string{"forceAutomaticDateAndTime"}, Enforced}
	if p.apply(o, force) {
		p.set(restrictions, "forceAutomaticDateAndTime", at(profiles.Boolean(true), s.Automatic.Span))
		o.note("the time is right; the time zone follows only while the device can find its location", o.Source)
	}
}

// planMacDateTime sets the keys of a Mac, where forceAutomaticDateAndTime does nothing.
func planMacDateTime(p *planner, o *Outcome, s template.DateTime) {
	const fleet = "https://github.com/fleetdm/fleet/blob/main/docs/solutions/macos/configuration-profiles/set-time-and-date-automatically.mobileconfig"
	if s.Automatic.Value && p.apply(o, mechanism{timeServer, []string{"timeServer"}, Locked}) {
		p.set(timeServer, "timeServer", at(profiles.String(s.TimeServer.Value), s.TimeServer.Span))
		o.add("the time server is set and the switch is locked, but network time stays off if it was off", fact.Community, fleet)
	}
	if s.TimeZone.Value != "" && p.apply(o, mechanism{timeServer, []string{"timeZone"}, Preset}) {
		p.set(timeServer, "timeZone", at(profiles.String(s.TimeZone.Value), s.TimeZone.Span))
		o.note("the time zone stays as set when the profile is removed", o.Source)
	}
	if s.Timed.Value {
		domain := preferences("com.apple.timed", "Automatic Time")
		if p.apply(o, mechanism{domain, nil, Locked}) {
			managePreference(p, domain, "com.apple.timed", profiles.Forced, "TMAutomaticTimeOnlyEnabled", at(profiles.Boolean(true), s.Timed.Span))
			o.add("com.apple.timed is undocumented by Apple; security baselines use it", fact.Community, "https://github.com/usnistgov/macos_security/issues/129")
		}
	}
}

// preferences returns the payload to manage one preference domain of a Mac.
func preferences(domain, displayName string) payload {
	return payload{"preferences." + domain, profiles.ManagedPreferences, displayName}
}

// managePreference sets one key of a preference domain.
func managePreference(p *planner, where payload, domain, state, key string, value *plist.Value) {
	content := profiles.Preferences(domain, state, profiles.Dictionary().Set(key, value))
	p.set(where, "PayloadContent", at(content, value.Span))
}
