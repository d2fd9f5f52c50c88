package template

import (
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

func (s *load) prevention(r section) Prevention {
	p := r.under("prevention")
	return Prevention{
		DateTime: dateTime(p), DNS: s.dns(p), Cellular: s.cellular(p), Storage: s.storage(p), Updates: updates(p),
	}
}

// enabled is true for an intent, unless the template sets it, or prevention as a whole, to false.
func enabled(p section, name string) Entry[bool] {
	v := p.get(name)
	if p.off != nil {
		v = p.off
	}
	on := v == nil || v.Kind != plist.Boolean || v.Bool
	return entry(on, v, p.at.path.Key(name))
}

func dateTime(p section) DateTime {
	v := p.under("date-time")
	return DateTime{
		Enabled: enabled(p, "date-time"), Automatic: v.flag("automatic"), TimeServer: v.text("timeServer"),
		TimeZone: v.text("timeZone"), Timed: v.flag("timed"),
	}
}

func updates(p section) Updates {
	v := p.under("updates")
	updates := Updates{Enabled: enabled(p, "updates"), Automatic: v.flag("automatic"), InstallAppUpdates: v.flag("installAppUpdates")}
	if v.has("enforce") {
		e := v.under("enforce")
		updates.Enforce = Enforcement{Version: e.text("version"), Deadline: e.text("deadline"), DetailsURL: e.text("detailsURL")}
	}
	return updates
}

func (s *load) storage(p section) Storage {
	v := p.under("storage")
	storage := Storage{
		Enabled: enabled(p, "storage"), Steps: v.flag("steps"), OptimizeMac: v.flag("optimizeMac"), Experimental: v.flag("experimental"),
		AllowCloudBackup: v.flag("allowCloudBackup"), EmptyTrash: v.flag("emptyTrash"),
	}
	if storage.OptimizeMac.IsSet && !storage.Experimental.Value {
		s.out.add(rule.NeedsExperimental, v.placeOf("optimizeMac"), "%q needs experimental: true, because it is unproven and moves local copies to iCloud", storage.OptimizeMac.Path).
			Help = "add experimental: true beside it, or remove it"
	}
	switch backup := storage.AllowCloudBackup; {
	case backup.IsSet && backup.Value:
		s.out.note(rule.KeyWithoutEffect, v.placeOf("allowCloudBackup"), "%q is true, and devices allow that anyway", backup.Path).
			Help = "remove it"
	case backup.IsSet:
		s.out.warn(rule.StopsBackups, v.placeOf("allowCloudBackup"), "%q is false, so devices stop backing up to iCloud, and a lost device is lost data", backup.Path).
			Help = "make sure the devices are backed up some other way"
	}
	return storage
}

func (s *load) cellular(p section) Cellular {
	v := p.under("cellular")
	c := Cellular{
		Enabled: enabled(p, "cellular"), FreezeToggles: v.flag("freezeToggles"), ConfirmTogglesAreOn: v.flag("confirmTogglesAreOn"),
		AllowRoaming: v.flag("allowRoaming"),
	}
	if c.FreezeToggles.Value && !c.ConfirmTogglesAreOn.Value {
		s.out.add(rule.UnconfirmedFreeze, v.placeOf("freezeToggles"), "%q freezes the cellular data switches: one now off stays off", c.FreezeToggles.Path).
			Help = "turn cellular data for iCloud on first, add confirmTogglesAreOn: true, and only then install"
	}
	if v.has("wifiAssist") {
		w := v.under("wifiAssist")
		c.WiFiAssist = &WiFiAssist{Policy: w.text("policy"), ICCIDs: w.texts("iccids")}
	}
	return c
}

func (s *load) dns(p section) DNS {
	v := p.under("dns")
	dns := DNS{
		Enabled: enabled(p, "dns"), Providers: textsOf[DNSProvider](v, "providers"), Protocol: textOf[DNSProtocol](v, "protocol"),
		Combine: textOf[DNSCombine](v, "combine"), AllowFailover: v.flag("allowFailover"), ProhibitDisablement: v.flag("prohibitDisablement"),
		Custom:         CustomDNS{Name: v.text("name"), ServerURL: v.text("serverURL"), ServerName: v.text("serverName"), Addresses: v.texts("addresses")},
		ExemptNetworks: v.texts("exemptNetworks"), ExemptSearchDomains: v.texts("exemptSearchDomains"), ExemptServers: v.texts("exemptServers"),
		LocalDomains: v.texts("localDomains"), MatchDomains: v.texts("matchDomains"),
	}
	s.providers(v, &dns)
	if usesCustom(dns) {
		s.checkCustomDNS(v, dns)
	} else {
		s.refuseCustomDNS(v)
	}
	return dns
}

func (s *load) providers(v section, dns *DNS) {
	if !v.has("providers") {
		dns.Providers = []Entry[DNSProvider]{textOf[DNSProvider](v, "provider")}
	}
	for i, p := range dns.Providers {
		named, ok := providerAddresses()[string(p.Value)]
		if !ok {
			continue
		}
		dns.Providers[i].Value = named
		if at := dns.Providers[i]; slices.ContainsFunc(dns.Providers, func(q Entry[DNSProvider]) bool { return q.Value == named && q.Span != at.Span }) {
			s.out.add(rule.RepeatedItem, place{at.Span, at.Path}, "the provider %q repeats", at.Value).Help = "remove one of the two"
		}
	}
	switch {
	case v.has("providers") && v.has("provider"):
		s.out.add(rule.ConflictingTemplateKeys, v.placeOf("providers"), "%q and %q are both set", "provider", "providers").
			Help = "name every provider under providers"
	}
	if v.has("combine") && len(dns.Providers) < 2 {
		s.out.warn(rule.KeyWithoutEffect, v.placeOf("combine"), "%q has no effect with a single provider", dns.Combine.Path).
			Help = "remove it, or add providers"
	}
	if dns.Combine.Value == Failover && v.has("allowFailover") && !dns.AllowFailover.Value && len(dns.Providers) > 1 {
		s.out.add(rule.ConflictingTemplateKeys, v.placeOf("allowFailover"), "%q is false, but %q is failover", dns.AllowFailover.Path, dns.Combine.Path).
			Help = "remove allowFailover, or write combine: selectable"
	}
}

func usesCustom(dns DNS) bool {
	for _, p := range dns.Providers {
		if p.Value == Custom {
			return true
		}
	}
	return false
}

// checkCustomDNS reports keys of the provider custom missing or wrong for its protocol.
func (s *load) checkCustomDNS(v section, dns DNS) {
	need, other := "serverURL", "serverName"
	if dns.Protocol.Value == TLS {
		need, other = other, need
	}
	if !v.has(need) {
		s.out.add(rule.MissingTemplateKey, v.at, "%q is missing: the provider %q needs it for the protocol %q", v.at.path.Key(need), Custom, dns.Protocol.Value).
			Help = "add " + need + exampleOf(v.shape.child(need))
	}
	if v.has(other) {
		s.out.add(rule.ConflictingTemplateKeys, v.placeOf(other), "%q does not fit the protocol %q", v.at.path.Key(other), dns.Protocol.Value).
			Help = fmt.Sprintf("use %s, or change the protocol", need)
	}
	if !v.has("addresses") {
		s.out.note(rule.MissingAddresses, v.at, "%q is missing, so the network's resolver must find the server first", v.at.path.Key("addresses")).
			Help = "add addresses"
	}
}

// refuseCustomDNS reports keys of the provider custom in a template without it.
func (s *load) refuseCustomDNS(v section) {
	for _, name := range []string{"serverURL", "serverName", "addresses", "name"} {
		if v.has(name) {
			s.out.add(rule.ConflictingTemplateKeys, v.placeOf(name), "%q needs the provider %q", v.at.path.Key(name), Custom).
				Help = "write provider: custom, or remove " + name
		}
	}
}
