package lint

import (
	"slices"
	"strings"
	"sync"

	"syncguard/internal/pki"
	"syncguard/internal/plist"
)

// The rules about trouble later: names of somebody else, and names with misleading characters.

func placeholderIdentifier(p *pass, profile *profile) {
	// Only the first: the identifiers of payloads mostly begin with that of their profile.
	for _, n := range profile.namedNodes() {
		if p.reportPlaceholder(n, "Identifier") || p.reportPlaceholder(n, "PayloadIdentifier") {
			return
		}
	}
}

// namedNodes returns the dictionaries with identifiers and names: the top level, and the payloads of a profile.
func (p *profile) namedNodes() []*node {
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
	f := n.stringField(key)
	if f == nil {
		return false
	}
	domain := placeholderDomain(f.Value.Text)
	if domain == "" {
		return false
	}
	p.report(n.fieldValue(f), "%s begins with %s, a placeholder for your own domain", quote(key), quote(domain)).
		Help = "use your own domain, reversed"
	return true
}

// placeholderDomain returns the placeholder domain an identifier begins with, or "".
func placeholderDomain(identifier string) string {
	lower := strings.ToLower(identifier)
	for _, domain := range placeholderDomains() {
		if lower == domain || strings.HasPrefix(lower, domain+".") {
			return identifier[:len(domain)]
		}
	}
	return ""
}

// placeholderDomains are the example domains of RFC 2606, reversed, and common placeholders of templates for a company's
// name.
var placeholderDomains = sync.OnceValue(func() []string {
	domains := []string{"com.example", "org.example", "net.example", "example", "invalid", "test.example"}
	for _, top := range []string{"com", "org", "net"} {
		for _, word := range []string{"yourcompany", "your-company", "yourcompanyname", "yourdomain", "your-domain", "yourorg", "your-org",
			"yourorganization", "yourorganisation", "yourname", "mycompany", "myorganization", "companyname"} {
			domains = append(domains, top+"."+word)
		}
	}
	return domains
})

func misleadingCharacter(p *pass, profile *profile) {
	for _, n := range profile.namedNodes() {
		if profile.isDeclaration {
			p.checkNames(n, "Identifier", "Type")
		} else {
			p.checkNames(n, "PayloadDisplayName", "PayloadOrganization", "PayloadDescription", "PayloadIdentifier", "PayloadType")
		}
	}
}

// checkNames reports keys with misleading characters in their text.
func (p *pass) checkNames(n *node, keys ...string) {
	for _, key := range keys {
		f := n.stringField(key)
		if f == nil {
			continue
		}
		isIdentifier := !slices.Contains([]string{"PayloadDisplayName", "PayloadOrganization", "PayloadDescription"}, key)
		if what := findMisleading(f.Value.Text, isIdentifier); what != "" {
			p.report(n.fieldValue(f), "%s contains %s", quote(key), what).Help = "type the text again, without it"
		}
	}
}

func removalDatePast(p *pass, profile *profile) {
	f, now := profile.root.Field("RemovalDate"), profile.options.Now
	if f != nil && f.Value != nil && f.Value.Kind == plist.Date && !now.IsZero() && f.Value.Time.Before(now) {
		p.report(profile.envelope.fieldValue(f), "%s is %s, in the past, so a device refuses the profile", quote(f.Key), pki.Day(f.Value.Time)).
			Help = "set a date in the future, or remove the key"
	}
}
