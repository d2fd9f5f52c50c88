package compose

import (
	"net/url"
	"slices"

	"syncguard/internal/plist"
)

// Resolver is an encrypted DNS service that a result sets.
type Resolver struct {
	Host string
	Port int // TCP
}

// Resolvers lists the DNS services that the profile and the declarations set, each once.
func (r *Result) Resolvers() []Resolver {
	var all []Resolver
	collect := func(v *plist.Value) {
		settings := v.Get("DNSSettings")
		if resolver, ok := resolverOf(settings); ok && !slices.Contains(all, resolver) {
			all = append(all, resolver)
		}
	}
	visit(r.Root, collect)
	for i := range r.Declarations {
		if payload := r.Declarations[i].Payload; payload != nil {
			visit(payload, collect)
		}
	}
	return all
}

// visit calls f for v and everything in it.
func visit(v *plist.Value, f func(*plist.Value)) {
	f(v)
	for _, field := range v.Fields {
		visit(field.Value, f)
	}
	for _, item := range v.Items {
		visit(item, f)
	}
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
