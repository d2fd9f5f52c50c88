package lint

import (
	"slices"
	"strings"

	"syncguard/internal/pki"
	"syncguard/internal/plist"
)

// The rules about what will bite later: names that are not one's own, and names that are not what they look like.

func placeholderIdentifier(p *pass, profile *profile) {
	// The first one alone: the identifiers of payloads mostly begin with that of their profile.
	for _, n := range profile.named() {
		if p.reportPlaceholder(n, "Identifier") || p.reportPlaceholder(n, "PayloadIdentifier") {
			return
		}
	}
}

// named returns the dictionaries that have identifiers and names: the top level, and the payloads of a profile.
func (p *profile) named() []*node {
	var nodes []*node
	if p.envelope != nil {
		nodes = append(nodes, p.envelope)
	}
	if !p.isDeclaration {
		for _, pl := range p.payloads {
			nodes = append(nodes, pl.node)
		}
	}
	return nodes
}

func (p *pass) reportPlaceholder(n *node, key string) bool {
	f := n.text(key)
	if f == nil {
		return false
	}
	domain := placeholderDomain(f.Value.Text)
	if domain == "" {
		return false
	}
	p.report(n.fieldValue(f), "%s begins with %s, which stands for a name that is still to be filled in", quote(key), quote(domain)).
		Help = "use a domain of your own, reversed"
	return true
}

// placeholderDomain returns the beginning of an identifier that can be nobody's own, or "".
func placeholderDomain(identifier string) string {
	lower := strings.ToLower(identifier)
	for _, domain := range placeholderDomains() {
		if lower == domain || strings.HasPrefix(lower, domain+".") {
			return identifier[:len(domain)]
		}
	}
	return ""
}

// placeholderDomains are the domains that RFC 2606 keeps for examples, reversed, and words that templates use for the name
// of whoever fills them in.
func placeholderDomains() []string {
	domains := []string{"com.example", "org.example", "net.example", "example", "invalid", "test.example"}
	for _, top := range []string{"com", "org", "net"} {
		for _, word := range []string{"yourcompany", "your-company", "yourcompanyname", "yourdomain", "your-domain", "yourorg", "your-org",
			"yourorganization", "yourorganisation", "yourname", "mycompany", "myorganization", "companyname"} {
			domains = append(domains, top+"."+word)
		}
	}
	return domains
}

func misleadingCharacter(p *pass, profile *profile) {
	for _, n := range profile.named() {
		if profile.isDeclaration {
			p.checkNames(n, "Identifier", "Type")
		} else {
			p.checkNames(n, "PayloadDisplayName", "PayloadOrganization", "PayloadDescription", "PayloadIdentifier", "PayloadType")
		}
	}
}

// checkNames reports keys whose text shows people something else than it holds.
func (p *pass) checkNames(n *node, keys ...string) {
	for _, key := range keys {
		f := n.text(key)
		if f == nil {
			continue
		}
		isIdentifier := !slices.Contains([]string{"PayloadDisplayName", "PayloadOrganization", "PayloadDescription"}, key)
		if what := misleading(f.Value.Text, isIdentifier); what != "" {
			p.report(n.fieldValue(f), "%s holds %s", quote(key), what).Help = "type the text anew, without it"
		}
	}
}

func removalDatePast(p *pass, profile *profile) {
	f, now := profile.root.Field("RemovalDate"), profile.options.Now
	if f != nil && f.Value != nil && f.Value.Kind == plist.Date && !now.IsZero() && f.Value.Time.Before(now) {
		p.report(profile.envelope.fieldValue(f), "%s is %s, which is over, so a device refuses the profile", quote(f.Key), pki.Day(f.Value.Time)).
			Help = "set a later day, or remove the key"
	}
}
