package summary

import (
	"cmp"
	"crypto/x509"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/content"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
)

func dns(p Payload) []Sentence {
	settings := p.Keys.Get("DNSSettings")
	url, name := textOf(p.lookup("DNSSettings", "ServerURL")), textOf(p.lookup("DNSSettings", "ServerName"))
	host := cmp.Or(url, name)
	if settings.String("DNSProtocol") == "TLS" {
		host = cmp.Or(name, url)
	}
	if host == "" {
		return nil
	}
	s := withName("does.dns", intent.ResolverName(host))
	if domains := settings.List("SupplementalMatchDomains"); len(domains) > 0 {
		s = []Sentence{{ID: "does.dns.domains", Values: append(s[0].Values, "domains", list(domains))}}
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
	data := p.lookup("PayloadContent")
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
	return withName("does.request", textOf(p.lookup("PayloadContent", "URL")))
}

func vpn(p Payload) []Sentence {
	if p.Keys.String("VPNType") == "AlwaysOn" && p.works("AlwaysOn") {
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
		return []Sentence{{ID: "does.link.to", Values: append(s[0].Values, "host", to)}}
	}
	return s
}

// passcode is the function for the names that a payload and a declaration give the same keys.
type passcode struct{ required, length, letters, simple, inactivity, attempts, age string }

func (k passcode) sentences(p Payload) []Sentence {
	var s []Sentence
	add := func(key, id string, least int) bool {
		n := number(p.Keys.Get(key))
		if n < least || !p.works(key) {
			return false
		}
		s = append(s, Sentence{ID: id, Values: []string{"count", strconv.Itoa(n)}})
		return true
	}
	switch required := p.isTrue(k.required); {
	case required && !add(k.length, "does.passcode.length", 2):
		s = append(s, Sentence{ID: "does.passcode"})
	case !required:
		add(k.length, "does.passcode.least", 2)
	}
	if p.isTrue(k.letters) {
		s = append(s, Sentence{ID: "does.passcode.letters"})
	}
	if v := p.Keys.Get(k.simple); v != nil && p.works(k.simple) && v.Kind == plist.Boolean && v.Bool == (k.simple != "allowSimple") {
		s = append(s, Sentence{ID: "does.passcode.simple"})
	}
	add(k.inactivity, "does.passcode.lock", 1)
	add(k.attempts, "does.passcode.attempts", 1)
	add(k.age, "does.passcode.age", 1)
	if s == nil {
		return []Sentence{{ID: "does.passcode.rules"}}
	}
	return s
}

// mac tells of the keys that share com.apple.MCX.
func mac(p Payload) []Sentence {
	s := withName("does.time", p.first("timeServer"))
	if p.isTrue("dontAllowFDEDisable") {
		s = append(s, Sentence{ID: "does.filevault.keep"})
	}
	if p.isTrue("DisableGuestAccount") {
		s = append(s, Sentence{ID: "does.guest"})
	}
	return s
}

func fileVault(p Payload) []Sentence {
	if p.Keys.String("Enable") == "On" && p.works("Enable") {
		return []Sentence{{ID: "does.filevault"}}
	}
	return nil
}

func firewall(p Payload) []Sentence {
	var s []Sentence
	switch v := p.Keys.Get("EnableFirewall"); {
	case v == nil || v.Kind != plist.Boolean || !p.works("EnableFirewall"):
		return nil
	case !v.Bool:
		return []Sentence{{ID: "does.firewall.off"}}
	default:
		s = append(s, Sentence{ID: "does.firewall"})
	}
	if p.isTrue("BlockAllIncoming") {
		s = append(s, Sentence{ID: "does.firewall.block"})
	}
	if p.isTrue("EnableStealthMode") {
		s = append(s, Sentence{ID: "does.firewall.stealth"})
	}
	return s
}

func gatekeeper(p Payload) []Sentence {
	switch v := p.Keys.Get("EnableAssessment"); {
	case v == nil || v.Kind != plist.Boolean || !p.works("EnableAssessment"):
		return nil
	case v.Bool:
		return []Sentence{{ID: "does.gatekeeper"}}
	}
	return []Sentence{{ID: "does.gatekeeper.off"}}
}

// privacy names the apps of all services.
func privacy(p Payload) []Sentence {
	var names []*plist.Value
	if services := p.lookup("Services"); services != nil {
		for _, service := range services.Fields {
			if service.Value != nil && p.works("Services."+service.Key) && service.Value.Kind == plist.Array {
				names = append(names, valuesOf(service.Value.Items, "Identifier")...)
			}
		}
	}
	return withName("does.privacy", list(names))
}

func lock(p Payload) []Sentence {
	return withName("does.lock", textOf(p.lookup("App", "Identifier")))
}

func singleSignOn(p Payload) []Sentence {
	return withName("does.sso", list(append(slices.Clip(p.list("Hosts")), p.list("URLs")...)))
}

// extensions returns the function that names developers: those allowed as a whole, and those with extensions of their own.
func extensions(id string, keys ...string) func(Payload) []Sentence {
	return func(p Payload) []Sentence {
		names := slices.Clip(p.list("AllowedTeamIdentifiers"))
		for _, key := range keys {
			if v := p.lookup(key); v != nil && v.Kind == plist.Dictionary {
				for _, f := range v.Fields {
					names = append(names, plist.NewString(f.Key))
				}
			}
		}
		return withName(id, list(names))
	}
}

// each returns the function for one sentence with the texts of a key in a list of dictionaries.
func each(id, key, name string) func(Payload) []Sentence {
	return func(p Payload) []Sentence {
		if !p.works(key + "." + name) {
			return nil
		}
		return withName(id, list(valuesOf(p.Keys.List(key), name)))
	}
}

func valuesOf(all []*plist.Value, key string) (values []*plist.Value) {
	for _, v := range all {
		values = append(values, v.Get(key))
	}
	return values
}

// switches returns the function for one sentence if a key is true, or is a text.
func switches(key, id string) func(Payload) []Sentence {
	return func(p Payload) []Sentence {
		if p.isTrue(key) || p.Keys.String(key) != "" && p.works(key) {
			return []Sentence{{ID: id}}
		}
		return nil
	}
}

func filter(p Payload) []Sentence {
	if s := withName("does.filter.app", p.first("PluginBundleID")); s != nil {
		return s
	}
	bookmarks := func(key string) bool { return len(p.Keys.List(key)) > 0 && p.works(key+".URL") }
	if slices.ContainsFunc([]string{"AutoFilterEnabled", "PermittedURLs", "BlacklistedURLs", "DenyListURLs"}, p.has) ||
		slices.ContainsFunc([]string{"WhitelistedBookmarks", "AllowListBookmarks"}, bookmarks) {
		return []Sentence{{ID: "does.filter"}}
	}
	return nil
}

func cellular(p Payload) []Sentence {
	name := textOf(p.lookup("AttachAPN", "Name"))
	for _, apn := range p.list("APNs") {
		if n := textOf(apn.Get("Name")); n != "" {
			name = n
		}
	}
	return withName("does.cellular", name)
}

func relay(p Payload) []Sentence {
	for _, r := range p.list("Relays") {
		for _, key := range []string{"HTTP3RelayURL", "HTTP2RelayURL"} {
			if s := withName("does.relay", textOf(r.Get(key))); s != nil && p.works("Relays."+key) {
				return s
			}
		}
	}
	return nil
}

func macUpdates(p Payload) []Sentence {
	return switched(p, "AutomaticallyInstallMacOSUpdates", []string{"AutomaticCheckEnabled", "AutomaticDownload", "CriticalUpdateInstall", "ConfigDataInstall"}, isOn)
}

func updates(p Payload) []Sentence {
	on := func(v *plist.Value) bool { return v.Kind == plist.String && v.Text == "AlwaysOn" }
	s := switched(p, "AutomaticActions.InstallOSUpdates", []string{"AutomaticActions.Download", "AutomaticActions.InstallSecurityUpdate"}, on)
	for _, key := range []string{"CombinedPeriodInDays", "MajorPeriodInDays", "SystemPeriodInDays"} {
		if n := number(p.lookup("Deferrals", key)); n > 0 {
			return append(s, Sentence{ID: "does.updates.delay", Values: []string{"count", strconv.Itoa(n)}})
		}
	}
	return s
}

// switched tells if the key that installs updates, and all of the others that are there, turn automatic updates on. Off, in part or
// left to the person: the number of settings is all that is certain.
func switched(p Payload, install string, others []string, on func(*plist.Value) bool) []Sentence {
	for _, name := range append(others, install) {
		v := p.lookup(strings.Split(name, ".")...)
		if v == nil && name == install || v != nil && !on(v) {
			return nil
		}
	}
	return []Sentence{{ID: "does.updates"}}
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
	domains := p.lookup("PayloadContent")
	if domains == nil || domains.Kind != plist.Dictionary || len(domains.Fields) == 0 {
		return nil
	}
	var names []*plist.Value
	for _, f := range domains.Fields {
		names = append(names, plist.NewString(f.Key))
	}
	return counted("does.other", p.Count, "name", list(names))
}

// list joins the first few texts, each once.
func list(all []*plist.Value) string {
	const few = 5
	var shown []string
	for _, v := range all {
		s := textOf(v)
		if s == "" || slices.Contains(shown, s) {
			continue
		}
		if len(shown) == few {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, s)
	}
	return strings.Join(shown, ", ")
}
