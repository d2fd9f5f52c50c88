package summary

import (
	"crypto/x509"
	"strconv"
	"strings"

	"syncguard/internal/content"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
)

func dns(p Payload) []Sentence {
	settings := p.Keys.Get("DNSSettings")
	host := textOf(settings.Get("ServerURL"))
	if host == "" {
		host = textOf(settings.Get("ServerName"))
	}
	if host == "" || !p.works("DNSSettings") {
		return nil
	}
	s := withName("does.dns", intent.ResolverName(host))
	if domains := settings.List("SupplementalMatchDomains"); len(domains) > 0 {
		s = []Sentence{{"does.dns.domains", append(s[0].Values, "domains", list(domains))}}
	}
	if len(p.Keys.List("OnDemandRules")) > 0 && p.works("OnDemandRules") {
		s = append(s, Sentence{ID: "does.dns.rules"})
	}
	if isOn(settings.Get("AllowFailover")) && p.works("DNSSettings.AllowFailover") {
		s = append(s, Sentence{ID: "does.dns.failover"})
	}
	if !p.isTrue("ProhibitDisablement") {
		s = append(s, Sentence{ID: "does.dns.change"})
	}
	return s
}

func wifi(p Payload) []Sentence {
	id, name := "does.wifi.join", p.first("SSID_STR")
	if join := p.Keys.Get("AutoJoin"); join != nil && join.Kind == plist.Boolean && !join.Bool {
		id = "does.wifi"
	}
	if name == "" {
		id, name = "does.wifi.operator", p.first("DisplayedOperatorName", "DomainName")
	}
	s := withName(id, name)
	if s != nil && p.Keys.String("ProxyType") != "None" {
		s = append(s, withName("does.wifi.proxy", p.first("ProxyServer", "ProxyPACURL"))...)
	}
	return s
}

// certificate tells authorities, which can vouch for others, from other certificates.
func certificate(p Payload) []Sentence {
	data := p.Keys.Get("PayloadContent")
	if data == nil || data.Kind != plist.Data || data.Secret {
		return nil
	}
	var s []Sentence
	for _, c := range content.Certificates(data.Data) {
		id := "does.certificate"
		if c.IsCA || c.Version < 3 {
			id = "does.authority"
		}
		s = append(s, withName(id, nameOf(c))...)
	}
	return s
}

func nameOf(c *x509.Certificate) string {
	for _, name := range append(append([]string{c.Subject.CommonName}, c.Subject.Organization...), c.Subject.String()) {
		if name = clean(name); name != "" {
			return name
		}
	}
	return c.SerialNumber.String()
}

func scep(p Payload) []Sentence {
	return withName("does.request", textOf(p.Keys.Lookup("PayloadContent", "URL")))
}

func vpn(p Payload) []Sentence {
	if p.Keys.String("VPNType") == "AlwaysOn" {
		return []Sentence{{ID: "does.vpn.always"}}
	}
	id := "does.vpn"
	for _, part := range []string{"VPN", "IKEv2", "IPSec", "TransparentProxy", "PPP"} {
		if isOn(p.Keys.Lookup(part, "OnDemandEnabled")) {
			id = "does.vpn.demand"
		}
	}
	if isOn(p.Keys.Lookup("OnDemand", "Enabled")) { // of a declaration
		id = "does.vpn.demand"
	}
	return withName(id, p.first("UserDefinedName", "VisibleName"))
}

func webClip(p Payload) []Sentence {
	s := withName("does.link", p.first("Label"))
	if to := p.first("URL"); s != nil && to != "" {
		return []Sentence{{"does.link.to", append(s[0].Values, "host", to)}}
	}
	return s
}

// passcode returns the function for the names that a payload and a declaration give the same keys.
func passcode(required, length string) func(Payload) []Sentence {
	return func(p Payload) []Sentence {
		n := number(p.Keys.Get(length))
		switch {
		case p.isTrue(required) && n > 1 && p.works(length):
			return []Sentence{{"does.passcode.length", []string{"count", strconv.Itoa(n)}}}
		case p.isTrue(required):
			return []Sentence{{ID: "does.passcode"}}
		}
		return []Sentence{{ID: "does.passcode.rules"}}
	}
}

func restrictions(p Payload) []Sentence {
	var s []Sentence
	n := p.Count
	if p.isTrue("forceAutomaticDateAndTime") {
		s, n = append(s, Sentence{ID: "does.clock"}), n-1
	}
	if n > 0 {
		s = append(s, counted("does.restrictions", n)...)
	}
	return s
}

func filter(p Payload) []Sentence {
	if s := withName("does.filter.app", p.first("PluginBundleID")); s != nil {
		return s
	}
	return []Sentence{{ID: "does.filter"}}
}

func cellular(p Payload) []Sentence {
	name := textOf(p.Keys.Lookup("AttachAPN", "Name"))
	for _, apn := range p.Keys.List("APNs") {
		if n := textOf(apn.Get("Name")); n != "" {
			name = n
		}
	}
	return withName("does.cellular", name)
}

func relay(p Payload) []Sentence {
	for _, r := range p.Keys.List("Relays") {
		for _, key := range []string{"HTTP3RelayURL", "HTTP2RelayURL"} {
			if s := withName("does.relay", textOf(r.Get(key))); s != nil {
				return s
			}
		}
	}
	return nil
}

func macUpdates(p Payload) []Sentence {
	return switched(p.Keys, []string{"AutomaticCheckEnabled", "AutomaticDownload", "AutomaticallyInstallMacOSUpdates", "CriticalUpdateInstall",
		"ConfigDataInstall"}, isOn)
}

func updates(p Payload) []Sentence {
	on := func(v *plist.Value) bool { return v.Kind == plist.String && v.Text == "AlwaysOn" }
	return switched(p.Keys.Get("AutomaticActions"), []string{"Download", "InstallOSUpdates", "InstallSecurityUpdate"}, on)
}

// switched tells if all of some keys turn automatic updates on; nil without any of them.
func switched(keys *plist.Value, names []string, on func(*plist.Value) bool) []Sentence {
	var s []Sentence
	for _, name := range names {
		v := keys.Get(name)
		switch {
		case v == nil:
		case !on(v):
			return nil // off, in part or left to the person: the number of settings is all that is certain
		default:
			s = []Sentence{{ID: "does.updates"}}
		}
	}
	return s
}

func updateDeadline(p Payload) []Sentence {
	s := withName("does.updates.deadline", p.first("TargetOSVersion"))
	if at := p.first("TargetLocalDateTime"); s != nil && at != "" {
		s[0].Values = append(s[0].Values, "time", strings.Replace(at, "T", " ", 1))
		return s
	}
	return nil
}

func app(p Payload) []Sentence {
	id := "does.app"
	if install := p.Keys.Lookup("InstallBehavior", "Install"); install != nil && install.Text == "Required" {
		id = "does.app.install"
	}
	return withName(id, p.first("BundleID", "AppStoreID", "AppComposedIdentifier", "ManifestURL"))
}

// preferences tells the domains of com.apple.ManagedClient.preferences.
func preferences(p Payload) []Sentence {
	domains := p.Keys.Get("PayloadContent")
	if domains == nil || domains.Kind != plist.Dictionary || len(domains.Fields) == 0 {
		return nil
	}
	var names []*plist.Value
	for _, f := range domains.Fields {
		names = append(names, plist.NewString(f.Key))
	}
	return counted("does.other", p.Count, "name", list(names))
}

// list joins the first few texts.
func list(all []*plist.Value) string {
	const few = 5
	var shown []string
	for _, v := range all {
		if len(shown) == few {
			shown = append(shown, "…")
			break
		}
		if s := textOf(v); s != "" {
			shown = append(shown, s)
		}
	}
	return strings.Join(shown, ", ")
}
