package lint

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// The rules about secrets that everybody who has the file can read, and about what can be changed on its way.

const pkcs12 = "com.apple.security.pkcs12"

var secretInClearText = rule{
	id: "secret-in-clear-text",
	profile: func(p *pass, profile *profile) {
		profile.eachSecret(func(at place, pl *payload) {
			d := p.report(at, "%s stands in clear text, so everybody who can read the file has it", quote(at.path.name()))
			d.Help = "let a variable stand in its place, such as ${NAME}, and fill it in where the profile is delivered"
			if server := p.profile.options.For; server != nil && server.Secrets != nil {
				d.Help = "use a kind of profile of " + server.Name + "'s own for it, since it " + server.Secrets.Says
			}
			if pl.payloadType == pkcs12 {
				d.Message = "the password of the identity stands beside it in clear text, so everybody who can read the file has the private key"
			}
		})
	},
}

// managedPreferences is the payload type that holds preference domains of any app.
const managedPreferences = "com.apple.ManagedClient.preferences"

// eachSecret calls do for every secret in the payloads. In Apple's payloads their keys are known; in the preferences of
// apps they are told by how the key ends.
func (p *profile) eachSecret(do func(place, *payload)) {
	for _, pl := range p.payloads {
		isApple := len(pl.types) > 0 && pl.types[0].Family == schema.Payload && pl.payloadType != managedPreferences
		p.secretsBelow(pl.node.value, pl.node.path, isApple, func(at place) { do(at, pl) })
	}
}

func (p *profile) secretsBelow(v *plist.Value, at *path, isApple bool, do func(place)) {
	for _, f := range v.Fields {
		if f.Value == nil {
			continue
		}
		here := at.field(f.Key)
		_, known := slices.BinarySearch(p.facts.Secrets.Keys, f.Key)
		if (known || !isApple && endsLikeSecret(f.Key)) && holdsSecret(f.Key, f.Value) {
			do(place{here, f.KeySpan, true})
			continue
		}
		p.secretsBelow(f.Value, here, isApple, do)
	}
	for i, item := range v.Items {
		if item != nil {
			p.secretsBelow(item, at.at(i), isApple, do)
		}
	}
}

// endsLikeSecret says whether the key of an app names a secret. Keys about secrets, such as PasswordManagerEnabled, do not
// end in the word.
func endsLikeSecret(key string) bool {
	return endsWith(strings.ToLower(key), "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "privatekey", "presharedkey")
}

func endsWith(text string, ends ...string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(text, end) })
}

// holdsSecret says whether a value is a secret, and not a variable or a word that stands for one.
func holdsSecret(key string, v *plist.Value) bool {
	switch v.Kind {
	case plist.Data:
		// Words that ask for a value stand in the place of base64, too.
		return len(v.Data) > 0 && (len(v.Data) > maxShown || !isStandIn(key, base64.StdEncoding.EncodeToString(v.Data)))
	case plist.String:
		return !isStandIn(key, v.Text)
	}
	return false
}

// standIn matches a text that is nothing but a variable, of a server or of a later step, or words in brackets.
var standIn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\$\{[^}]+\}|\$[A-Z_][A-Z0-9_]*|\{\{.+\}\}|\{[A-Za-z]\w*\}|%[A-Za-z_]\w*%|@\w+@|<[^>]*>|\[[^\]]*\]|__\w+__)$`)
})

// isStandIn says whether a text is no secret: nothing, a variable, or a word that asks for one.
func isStandIn(key, text string) bool {
	text = strings.TrimSpace(text)
	lower := strings.ToLower(text)
	if text == "" || standIn().MatchString(text) || lower == strings.ToLower(key) || isOneLetter(lower) {
		return true
	}
	if endsWith(strings.Map(onlyLetters, lower), "passwordhere", "passcodehere", "challengehere", "secrethere", "tokenhere", "keyhere", "datahere", "valuehere") {
		return true // password_here
	}
	for _, word := range []string{"changeme", "change_me", "change-me", "replace", "placeholder", "your", "example", "insert", "redacted", "todo"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return slices.Contains([]string{"password", "passwort", "passcode", "passphrase", "secret", "challenge", "token", "string", "none"}, lower)
}

// isOneLetter says whether a text is one character again and again, between hyphens or not: XXXXXXXX-XXXX.
func isOneLetter(text string) bool {
	text = strings.ReplaceAll(text, "-", "")
	return text == "" || strings.Trim(text, text[:1]) == ""
}

func onlyLetters(c rune) rune {
	if c >= 'a' && c <= 'z' {
		return c
	}
	return -1
}

// plainURL is a key whose URL should be https, and what comes of it when it is not.
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

var httpURL = rule{
	id: "http-url",
	value: func(p *pass, n *node) {
		if n.key == nil || n.value.Kind != plist.String || !isPlainHTTP(n.value.Text) {
			return
		}
		for _, u := range plainURLs() {
			if u.domain == n.domain && u.key == n.key.Name {
				d := p.report(n.at(), "%s is plain http, so %s", n.subject(), u.consequence)
				d.Severity, d.Help = u.severity, "use https"
			}
		}
	},
}

// isPlainHTTP says whether a text is an http URL of another machine.
func isPlainHTTP(text string) bool {
	if len(text) < len("http://") || !strings.EqualFold(text[:len("http://")], "http://") {
		return false
	}
	u, err := url.Parse(text)
	return err != nil || !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}
