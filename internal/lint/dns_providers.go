package lint

import (
	"net/netip"
	"slices"
)

// provider is a public DNS resolver with the names and addresses in its certificate.
type provider struct {
	name      string
	hosts     []string
	addresses []string
}

// providers are the public resolvers known to this package. A company's filtering service counts as a provider of its own:
// its answers and its certificate differ.
var providers = []provider{
	{"Cloudflare", []string{"cloudflare-dns.com", "one.one.one.one", "1dot1dot1dot1.cloudflare-dns.com"},
		[]string{"1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"}},
	{"Cloudflare (malware)", []string{"security.cloudflare-dns.com"},
		[]string{"1.1.1.2", "1.0.0.2", "2606:4700:4700::1112", "2606:4700:4700::1002"}},
	{"Cloudflare (family)", []string{"family.cloudflare-dns.com"},
		[]string{"1.1.1.3", "1.0.0.3", "2606:4700:4700::1113", "2606:4700:4700::1003"}},
	{"Google", []string{"dns.google"},
		[]string{"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"}},
}

// providerOfHost names the provider of a host, or returns "".
func providerOfHost(host string) string {
	for _, p := range providers {
		if slices.Contains(p.hosts, host) {
			return p.name
		}
	}
	return ""
}

// providerOfAddress names the provider of an address, or returns "".
func providerOfAddress(a netip.Addr) string {
	for _, p := range providers {
		if slices.Contains(p.addresses, a.String()) {
			return p.name
		}
	}
	return ""
}
