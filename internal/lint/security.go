package lint

import (
	"net/url"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
)

// The rules about secrets readable to everybody with the file, and about traffic open to tampering.

const pkcs12 = "com.apple.security.pkcs12"

func secretInClearText(p *pass, profile *profile) {
	if len(profile.secrets) == 0 || !p.within.IsZero() {
		return // reported once at the profile, for the data item as a whole
	}
	for n := range plist.Walk(profile.root) {
		if reason, ok := profile.secrets[n.Value]; ok && !reason.Quiet {
			p.reportSecret(secretPlace(profile.at, n), reason, nearestType(n))
		}
	}
}

// secretPlace is the place of a secret's key: the excerpt shows its line without the secret.
func secretPlace(at *path, n *plist.Node) place {
	span := n.Span
	if n.Field != nil {
		span = n.Field.KeySpan
	}
	return place{path: at.to(n), span: span}
}

// nearestType returns the PayloadType of n, or of the nearest value around it with one, or "".
func nearestType(n *plist.Node) string {
	for ; n != nil; n = n.Up {
		if t := n.String("PayloadType"); t != "" {
			return t
		}
	}
	return ""
}

func (p *pass) reportSecret(at place, reason secret.Reason, payloadType string) {
	const everybody = "in clear text, so everybody with the file can read it"
	d := p.report(at, "%s is %s", quote(at.path.name()), everybody)
	switch {
	case payloadType == pkcs12 && at.path.lastKey() == "Password":
		d.Message = "the password of the identity is beside it in clear text, so everybody with the file has the private key"
	case reason.What != "":
		d.Message = quote(at.path.name()) + " holds " + reason.What + " " + everybody
	}
	d.Help = "write a variable such as ${NAME} instead, to be filled in at delivery; syncguard import makes such a template"
	if server := p.profile.options.For; server != nil && server.Secrets != nil {
		d.Help = "use " + server.Name + "'s own kind of profile for it, since it " + server.Secrets.Says
	} else if server != nil && server.Variables != nil && slices.Contains(server.Variables.Prefixes, "FLEET_SECRET_") {
		d.Help = "add a secret variable to " + server.Name + " and write $FLEET_SECRET_NAME instead"
	}
}

// plainURL is a key for an https URL, with the consequence of plain http.
type plainURL struct {
	domain, key string
	severity    diag.Severity
	consequence string
}

func plainURLs() []plainURL {
	const (
		sent    = "others on the network can read and change the traffic"
		proxied = "others on the network can redirect the traffic"
	)
	return []plainURL{
		{"com.apple.security.acme", "DirectoryURL", diag.Warning, "the device refuses to request a certificate there"},
		{"com.apple.security.scep", "URL", diag.Note, "others on the network can see who requests a certificate"},
		{wifi, "ProxyPACURL", diag.Warning, proxied},
		{"com.apple.proxy.http.global", "ProxyPACURL", diag.Warning, proxied},
		{"com.apple.vpn.managed", "ProxyAutoConfigURLString", diag.Warning, proxied},
		{"com.apple.vpn.managed.applayer", "ProxyAutoConfigURLString", diag.Warning, proxied},
		{"com.apple.SystemConfiguration", "ProxyAutoConfigURLString", diag.Warning, proxied},
		{"com.apple.caldav.account", "CalDAVPrincipalURL", diag.Warning, sent},
		{"com.apple.carddav.account", "CardDAVPrincipalURL", diag.Warning, sent},
		{"com.apple.eas.account", "OAuthSignInURL", diag.Warning, sent},
		{"com.apple.eas.account", "OAuthTokenRequestURL", diag.Warning, sent},
		{"com.apple.ews.account", "OAuthSignInURL", diag.Warning, sent},
		{"com.apple.extensiblesso", "pwChangeURL", diag.Warning, sent},
		{softwareUpdate, "CatalogURL", diag.Warning, "others on the network can keep updates from the Mac"},
		{"com.apple.webClip.managed", "URL", diag.Note, sent},
	}
}

func httpURL(p *pass, n *node) {
	if n.key == nil || n.value.Kind != plist.String || !isPlainHTTP(n.value.Text) {
		return
	}
	for _, u := range plainURLs() {
		if u.domain == n.domain && u.key == n.key.Name {
			d := p.report(n.at(), "%s is plain http, so %s", n.subject(), u.consequence)
			d.Severity, d.Help = u.severity, "use https"
		}
	}
}

// isPlainHTTP reports whether a text is an http URL of another machine.
func isPlainHTTP(text string) bool {
	if len(text) < len("http://") || !strings.EqualFold(text[:len("http://")], "http://") {
		return false
	}
	u, err := url.Parse(text)
	return err != nil || !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}
