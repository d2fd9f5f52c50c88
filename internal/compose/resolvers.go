package compose

import (
	"net/url"
	"slices"

	"syncguard/internal/plist"
)

// Resolver is an encrypted DNS service set by a result.
type Resolver struct {
	Host string
	Port int // TCP
}

// Resolvers lists the DNS services set by the profile and the declarations, each once.
func (r *Result) Resolvers() []Resolver {
	var all []Resolver
	trees := []*plist.Value{r.Root}
	for i := range r.Declarations {
		trees = append(trees, r.Declarations[i].Payload)
	}
	for _, tree := range trees {
		for n := range plist.Walk(tree) {
			if resolver, ok := resolverOf(n.Get("DNSSettings")); ok && !slices.Contains(all, resolver) {
				all = append(all, resolver)
			}
		}
	}
	return all
}

func resolverOf(settings *plist.Value) (Resolver, bool) {
	if name := settings.Get("ServerName"); name != nil && name.Text != "" {
		return Resolver{name.Text, 853}, true
	}
	server := settings.Get("ServerURL")
	if server == nil {
		return Resolver{}, false
	}
	u, err := url.Parse(server.Text)
	if err != nil || u.Hostname() == "" {
		return Resolver{}, false
	}
	return Resolver{u.Hostname(), 443}, true
}
