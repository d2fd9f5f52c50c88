package lint

import (
	"iter"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

// The rules about encrypted DNS, in the DNSSettings of com.apple.dnsSettings.managed and the DNS of a VPN payload. Rules
// about pairs of keys are in internal/schema/facts.

const dnsSettings = "com.apple.dnsSettings.managed"

// stringField returns a field of the node if its value is a string, or nil.
func (n *node) stringField(key string) *plist.Field {
	if f := n.value.Field(key); f != nil && f.Value != nil && f.Value.Kind == plist.String {
		return f
	}
	return nil
}

// urlHost returns the host of an https URL in lower case, or "".
func urlHost(text string) string {
	// The URL is a template of RFC 6570: braces are not allowed in a URL.
	text, _, _ = strings.Cut(text, "{")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// address parses an IP address, or returns the zero Addr.
func address(v *plist.Value) netip.Addr {
	a, _ := netip.ParseAddr(v.Text)
	return a
}

// items iterates over an array; over nothing if v is no array.
func items(v *plist.Value) iter.Seq2[int, *plist.Value] {
	return func(yield func(int, *plist.Value) bool) {
		if v == nil || v.Kind != plist.Array {
			return
		}
		for i, item := range v.Items {
			if item != nil && !yield(i, item) {
				return
			}
		}
	}
}

func mixedDNSProviders(p *pass, n *node) {
	if n.key == nil || n.value.Kind != plist.Dictionary || n.key.Name != "DNSSettings" && n.key.Name != "DNS" {
		return
	}
	if protocol := n.stringField("DNSProtocol"); protocol == nil || protocol.Value.Text == "Cleartext" {
		return // plain DNS in a tunnel has no certificate to match
	}
	first, other, names := findProviders(n)
	if len(names) > 1 {
		d := p.report(other, "%s mixes the servers of %s", n.subject(), strings.Join(names, " and "))
		d.Help = "keep one provider in this payload, and allow failover instead of a second one"
		d.Related = relatedTo("a server of "+names[0], first.span)
	}
}

// findProviders names the known providers in DNS settings, by host and addresses. first and other are places of the first
// and the second provider.
func findProviders(n *node) (first, other place, names []string) {
	add := func(name string, at place) {
		if name == "" || slices.Contains(names, name) {
			return
		}
		switch names = append(names, name); len(names) {
		case 1:
			first = at
		case 2:
			other = at
		}
	}
	if f := n.stringField("ServerURL"); f != nil {
		add(providerOfHost(urlHost(f.Value.Text)), n.fieldValue(f))
	}
	if f := n.stringField("ServerName"); f != nil {
		add(providerOfHost(strings.ToLower(f.Value.Text)), n.fieldValue(f))
	}
	for i, item := range items(n.value.Get("ServerAddresses")) {
		add(providerOfAddress(address(item)), place{n.path.field("ServerAddresses").at(i), item.Span, isSecret(item)})
	}
	return first, other, names
}

// checkEnvelopeNeeds reports unmet needs of payloads toward the profile around them, by the facts of the pass's rule.
func checkEnvelopeNeeds(p *pass, profile *profile) {
	for i := range profile.facts.Envelope {
		need := &profile.facts.Envelope[i]
		if need.Rule != p.rule.id || !profile.mayReach(need.Platform) {
			continue
		}
		if v := profile.root.Get(need.Key); v != nil && v.Kind == plist.String && v.Text == need.Is {
			continue
		}
		for _, pl := range profile.payloads {
			if slices.Contains(need.Types, pl.payloadType) {
				p.reportEnvelopeNeed(pl, need)
			}
		}
	}
}

func (p *pass) reportEnvelopeNeed(pl *payload, need *facts.EnvelopeNeed) {
	d := p.report(pl.node.atKey(), "%s needs %s %s on %s %s and later", pl.node.subject(), need.Key, quote(need.Is), need.Platform, need.Since)
	d.Severity, d.Help = need.Severity, "set "+need.Key+" of the profile to "+quote(need.Is)
	if len(p.profile.targets) == 0 {
		d.Severity = min(d.Severity, diag.Warning)
	}
	p.offerEnvelopeKey(d, need)
}

func dnsOnManagedNetworksOnly(p *pass, n *node) {
	if n.key != nil || n.domain != dnsSettings {
		return
	}
	var mdm obstacleHits
	for _, t := range p.profile.targets {
		if t.Enrollment.IsMDM() && t.Enrollment != target.User && p.profile.isOn(n, t) {
			mdm = append(mdm, effect{target: t})
		}
	}
	if len(mdm) > 0 {
		d := p.report(n.atKey(), "%s covers only managed Wi-Fi networks on %s", n.subject(), mdm.targets())
		d.On, d.Help = mdm.targets(), "use the declaration com.apple.configuration.network.dns-settings from version 27 on"
	}
}

// isOn reports whether a payload exists on a target at all.
func (p *profile) isOn(n *node, t target.Target) bool {
	return !slices.ContainsFunc(n.effects, func(e effect) bool { return e.target == t && isVoid([]schema.Limit{e.Limit}) })
}
