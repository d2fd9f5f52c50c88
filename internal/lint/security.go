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
	const everybody = "in clear text, so everybody who can read the file has it"
	d := p.report(at, "%s stands %s", quote(at.path.name()), everybody)
	switch {
	case payloadType == pkcs12 && at.path.lastKey() == "Password":
		d.Message = "the password of the identity stands beside it in clear text, so everybody who can read the file has the private key"
	case reason.What != "":
		d.Message = quote(at.path.name()) + " holds " + reason.What + " " + everybody
	}
	d.Help = "let a variable stand in its place, such as ${NAME}, and fill it in where the profile is delivered; syncguard import makes a template with one"
	if server := p.profile.options.For; server != nil && server.Secrets != nil {
		d.Help = "use a kind of profile of " + server.Name + "'s own for it, since it " + server.Secrets.Says
	} else if server != nil && server.Variables != nil && slices.Contains(server.Variables.Prefixes, "FLEET_SECRET_") {
		d.Help = "give " + server.Name + " a secret variable and write $FLEET_SECRET_NAME in its place"
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
		sent    = "what is sent there can be read and changed on the way"
		proxied = "anybody on the way can send the traffic elsewhere"
	)
	return []plainURL{
		{"com.apple.security.acme", "DirectoryURL", diag.Warning, "the device does not take a certificate from there"},
		{"com.apple.security.scep", "URL", diag.Note, "only the messages themselves are protected, and not who asks for what"},
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
		{softwareUpdate, "CatalogURL", diag.Warning, "anybody on the way can keep updates from the Mac"},
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
