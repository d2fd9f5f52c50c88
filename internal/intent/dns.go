package intent

import (
	"fmt"
	"net/url"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Resolver is an encrypted DNS service. Its certificate is checked against the host of ServerURL or ServerName, so its
// addresses must be its own.
type Resolver struct {
	Name       string
	ServerURL  string
	ServerName string
	Addresses  []string
}

// ResolverOf returns a named provider; false for one that is not.
func ResolverOf(p template.DNSProvider) (Resolver, bool) {
	r, ok := resolvers[p]
	return r, ok
}

// ResolverName returns the provider with a host, or the host itself.
func ResolverName(host string) string {
	for _, r := range resolvers {
		if u, err := url.Parse(r.ServerURL); strings.EqualFold(host, r.ServerName) || err == nil && strings.EqualFold(host, u.Hostname()) {
			return r.Name
		}
	}
	return host
}

// resolvers are the named providers.
//
// Sources: https://developers.cloudflare.com/1.1.1.1/ip-addresses/ and /encryption/dns-over-https/make-api-requests/;
// https://developers.google.com/speed/public-dns/docs/secure-transports;
// https://quad9.net/service/service-addresses-and-features/, as https://github.com/paulmillr/encrypted-dns uses it.
var resolvers = map[template.DNSProvider]Resolver{
	template.Cloudflare: {"Cloudflare", "https://cloudflare-dns.com/dns-query", "one.one.one.one",
		[]string{"1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"}},
	template.Google: {"Google", "https://dns.google/dns-query", "dns.google",
		[]string{"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"}},
	template.Quad9: {"Quad9", "https://dns.quad9.net/dns-query", "dns.quad9.net",
		[]string{"9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9"}},
}

// planDNS gives the device an encrypted resolver. Plain resolvers on port 53 cannot be set by any profile.
func planDNS(p *planner, o *Outcome, s template.DNS) {
	providers := s.Providers
	if s.Combine.Value == template.Failover && len(providers) > 1 {
		o.note(fmt.Sprintf("%s is the only provider set: AllowFailover falls back to the network's own resolver, never to %s",
			providerName(s, providers[0].Value), providerNames(s, providers[1:])), dnsSource)
		providers = providers[:1]
	}
	form := p.dnsForm(o)
	for _, provider := range providers {
		where := payload{"dns." + string(provider.Value), form.payloadType, providerName(s, provider.Value) + " DNS"}
		switch {
		case p.apply(o, mechanism{where, nil, Preset}):
			p.setDNS(o, s, where, provider)
		case !form.since.IsZero():
			p.newer(form).setDNS(&Outcome{}, s, where, provider)
		default:
			return
		}
	}
	if len(providers) > 1 {
		o.add(fmt.Sprintf("%s are entries to choose from: one is active at a time, and the device never fails over from one to the other", providerNames(s, providers)),
			fact.Community, "https://github.com/paulmillr/encrypted-dns/issues/29")
	}
	o.Mechanisms, o.Notes = unique(o.Mechanisms), unique(o.Notes)
	dnsNotes(p, o, form)
}

// setDNS writes one provider. A declaration has the same keys as the payload, and a name that Settings shows.
func (p *planner) setDNS(o *Outcome, s template.DNS, where payload, provider template.Entry[template.DNSProvider]) {
	p.set(where, "DNSSettings", at(dnsSettingsOf(p, s, where.payloadType, provider.Value), provider.Span))
	if where.isDeclaration() {
		p.set(where, "VisibleName", at(profiles.String(where.displayName), provider.Span))
	}
	if rules := onDemandRules(s); rules != nil {
		p.set(where, "OnDemandRules", rules)
	}
	if s.ProhibitDisablement.Value && p.apply(o, mechanism{where, []string{"ProhibitDisablement"}, Enforced}) {
		p.set(where, "ProhibitDisablement", at(profiles.Boolean(true), s.ProhibitDisablement.Span))
	}
}

// Apple's pages of the payload and the declaration, with the networks each covers.
const (
	dnsSource            = "https://developer.apple.com/documentation/devicemanagement/dnssettings"
	dnsDeclarationSource = "https://developer.apple.com/documentation/devicemanagement/networkdnssettings"
)

// dnsNotes adds the networks covered by the setting: no schema holds them as data.
func dnsNotes(p *planner, o *Outcome, form dnsForm) {
	switch e := p.target.Effective(); {
	case !e.IsMDM():
	case form.payloadType != dnsDeclaration:
		o.note("a DNS payload that MDM installs covers managed Wi-Fi networks only", dnsSource)
		o.detail("from version 27 on, a declaration covers every network of a supervised device", fact.Apple, dnsDeclarationSource)
	case e.IsSupervised():
		o.note("the declaration covers every network of a supervised device", dnsDeclarationSource)
	default:
		o.note("on a device that is not supervised the declaration covers managed networks only", dnsDeclarationSource)
	}
	if o.Class == Preset {
		o.detail("a person can switch to another DNS setting in Settings", fact.Apple, dnsSource)
	}
	o.detail("VPN and iCloud Private Relay bypass it", fact.Community, "https://github.com/paulmillr/encrypted-dns")
}

// dnsSettingsOf returns the DNSSettings dictionary of one provider.
func dnsSettingsOf(p *planner, s template.DNS, dnsType string, provider template.DNSProvider) *plist.Value {
	v := profiles.Dictionary()
	r, named := resolvers[provider]
	switch {
	case s.Protocol.Value == template.TLS && named:
		v.Set("DNSProtocol", at(profiles.String("TLS"), s.Protocol.Span)).Set("ServerName", profiles.String(r.ServerName))
	case s.Protocol.Value == template.TLS:
		v.Set("DNSProtocol", at(profiles.String("TLS"), s.Protocol.Span)).Set("ServerName", text(s.Custom.ServerName))
	case named:
		v.Set("DNSProtocol", at(profiles.String("HTTPS"), s.Protocol.Span)).Set("ServerURL", profiles.String(r.ServerURL))
	default:
		v.Set("DNSProtocol", at(profiles.String("HTTPS"), s.Protocol.Span)).Set("ServerURL", text(s.Custom.ServerURL))
	}
	// Without addresses the device looks the provider up with a resolver that may be blocked.
	if addresses := profiles.Strings(r.Addresses...); named {
		v.Set("ServerAddresses", addresses)
	} else if len(s.Custom.Addresses) > 0 {
		v.Set("ServerAddresses", texts(s.Custom.Addresses))
	}
	if s.AllowFailover.Value && p.has(dnsType, "DNSSettings", "AllowFailover") {
		v.Set("AllowFailover", at(profiles.Boolean(true), s.AllowFailover.Span))
	}
	if len(s.MatchDomains) > 0 {
		v.Set("SupplementalMatchDomains", texts(s.MatchDomains))
	}
	return v
}

// has reports whether a key works on every device of the target.
func (p *planner) has(payloadType string, path ...string) bool {
	return p.apply(&Outcome{}, mechanism{payload{payloadType: payloadType}, path, Preset})
}

// onDemandRules exempts networks and names. The first rule to match a network wins, so the last one matches all.
func onDemandRules(s template.DNS) *plist.Value {
	rules := profiles.Array()
	exempt := func(key string, values []template.Entry[string]) {
		if len(values) > 0 {
			rules.Items = append(rules.Items, profiles.Dictionary().Set("Action", profiles.String("Disconnect")).Set(key, texts(values)))
		}
	}
	exempt("SSIDMatch", s.ExemptNetworks)
	exempt("DNSDomainMatch", s.ExemptSearchDomains)
	exempt("DNSServerAddressMatch", s.ExemptServers)
	switch {
	case len(s.LocalDomains) > 0:
		never := profiles.Dictionary().Set("Domains", texts(s.LocalDomains)).Set("DomainAction", profiles.String("NeverConnect"))
		rules.Items = append(rules.Items, profiles.Dictionary().
			Set("Action", profiles.String("EvaluateConnection")).
			Set("ActionParameters", profiles.Array(never)))
	case len(rules.Items) > 0:
		rules.Items = append(rules.Items, profiles.Dictionary().Set("Action", profiles.String("Connect")))
	default:
		return nil
	}
	rules.Span = rules.Items[0].Fields[1].Value.Span
	return rules
}

func providerName(s template.DNS, p template.DNSProvider) string {
	if r, ok := resolvers[p]; ok {
		return r.Name
	}
	if s.Custom.Name.Value != "" {
		return s.Custom.Name.Value
	}
	return "Custom"
}

func providerNames(s template.DNS, providers []template.Entry[template.DNSProvider]) string {
	var names []string
	for _, p := range providers {
		names = append(names, providerName(s, p.Value))
	}
	return strings.Join(names, " and ")
}

// text and texts turn template entries into values with the same position and secrecy.
func text(e template.Entry[string]) *plist.Value {
	v := at(profiles.String(e.Value), e.Span)
	v.Secret = e.Secret
	return v
}

func texts(entries []template.Entry[string]) *plist.Value {
	v := profiles.Array()
	for _, e := range entries {
		v.Items = append(v.Items, text(e))
	}
	if len(entries) > 0 {
		v.Span = diag.Span{File: entries[0].Span.File, Start: entries[0].Span.Start, End: entries[len(entries)-1].Span.End}
	}
	return v
}

// unique drops repeats and keeps the order.
func unique[T comparable](all []T) []T {
	seen := map[T]bool{}
	var out []T
	for _, x := range all {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}
