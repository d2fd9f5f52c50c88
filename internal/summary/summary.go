// Package summary describes in plain sentences what payloads and declarations of a profile do, for people who know no payload
// type: the person at the device, and the manager with a report. Start with Of.
//
// Sentences are made from keys and values, never from the name that a payload gives itself. Package guidance has their words in
// every language, below does. Whether a key works on a device is the caller's knowledge: package coverage works it out.
package summary

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/guidance"
	"syncguard/internal/plist"
	"syncguard/internal/text"
)

// Payload is a payload or a declaration, as far as it has an effect.
type Payload struct {
	Type  string       // its PayloadType, or the Type of a declaration
	Keys  *plist.Value // its own dictionary; common keys may be among them
	Count int          // number of settings with an effect

	// Works reports whether a key at the top of Keys has an effect; nil if all have.
	Works func(key string) bool
}

// Sentence is one sentence, in no language yet.
type Sentence struct {
	ID     string   // of its text in package guidance
	Values []string // placeholders and values in turn, as guidance.Locale.Text takes them
	About  string   // type of the payload, of a sentence with its topic; empty for the others
	Limits []Limit  // of a sentence on restrictions
}

// In returns the words of the sentence in a language. They hold values of the payload.
func (s Sentence) In(l *guidance.Locale) string {
	switch {
	case s.Limits != nil:
		return limitsIn(s.Limits, l)
	case s.About != "":
		return l.Text(s.ID, append(slices.Clip(s.Values), "topic", l.Topics[s.About])...)
	}
	return l.Text(s.ID, s.Values...)
}

// Words joins sentences in a language.
func Words(all []Sentence, l *guidance.Locale) string {
	var texts []string
	for _, s := range all {
		texts = append(texts, s.In(l))
	}
	return join(texts, l)
}

// join joins sentences: Chinese and Japanese have no space between them.
func join(texts []string, l *guidance.Locale) string {
	if l.Language == "ja" || l.Language == "zh-Hans" {
		return strings.Join(texts, "")
	}
	return strings.Join(texts, " ")
}

// IsGeneral reports whether the sentence only counts the settings.
func (s Sentence) IsGeneral() bool {
	return strings.HasPrefix(s.ID, "does.topic") || strings.HasPrefix(s.ID, "does.other")
}

// Of returns what a payload does, in one sentence or more; nil if nothing of it has an effect.
func Of(p Payload) []Sentence {
	if p.Count == 0 {
		return nil
	}
	if of := kinds[p.Type]; of != nil {
		if s := of(p); s != nil {
			return s
		}
	}
	return general(p)
}

// general counts the settings of a payload, under its topic.
func general(p Payload) []Sentence {
	if guidance.In("en").Topics[p.Type] == "" {
		return counted("does.other", p.Count, "name", cmp.Or(clean(p.Type), "?"))
	}
	s := counted("does.topic", p.Count)
	s[0].About = p.Type
	return s
}

// kinds are the functions for the payloads with sentences of their own. One that lacks the key to tell of returns nil.
var kinds map[string]func(Payload) []Sentence

func init() {
	kinds = map[string]func(Payload) []Sentence{
		"com.apple.dnsSettings.managed":                               dns,
		"com.apple.configuration.network.dns-settings":                dns,
		"com.apple.dnsProxy.managed":                                  named("does.dns.app", "AppBundleIdentifier"),
		"com.apple.MCX":                                               mac,
		"com.apple.wifi.managed":                                      wifi,
		"com.apple.security.root":                                     certificate,
		"com.apple.security.pem":                                      certificate,
		"com.apple.security.pkcs1":                                    certificate,
		"com.apple.security.pkcs12":                                   present("does.identity", "PayloadContent"),
		"com.apple.security.scep":                                     scep,
		"com.apple.security.acme":                                     named("does.request", "DirectoryURL"),
		"com.apple.vpn.managed":                                       vpn,
		"com.apple.vpn.managed.applayer":                              vpn,
		"com.apple.configuration.network.vpn.ikev2":                   vpn,
		"com.apple.configuration.network.vpn.ipsec":                   vpn,
		"com.apple.configuration.network.vpn.vpn-plugin":              vpn,
		"com.apple.configuration.network.vpn.always-on":               present("does.vpn.always", "TunnelConfigurations"),
		"com.apple.mail.managed":                                      named("does.mail", "EmailAccountDescription", "EmailAddress", "IncomingMailServerHostName"),
		"com.apple.eas.account":                                       named("does.mail", "EmailAddress", "Host"),
		"com.apple.google-oauth":                                      named("does.mail", "EmailAddress", "AccountDescription"),
		"com.apple.ews.account":                                       named("does.mail", "EmailAddress", "Host"),
		"com.apple.caldav.account":                                    named("does.calendar", "CalDAVAccountDescription", "CalDAVHostName"),
		"com.apple.subscribedcalendar.account":                        named("does.calendar", "SubCalAccountDescription", "SubCalAccountHostName"),
		"com.apple.carddav.account":                                   named("does.contacts", "CardDAVAccountDescription", "CardDAVHostName"),
		"com.apple.ldap.account":                                      named("does.contacts", "LDAPAccountDescription", "LDAPAccountHostName"),
		"com.apple.configuration.account.mail":                        named("does.mail", "VisibleName"),
		"com.apple.configuration.account.exchange":                    named("does.mail", "VisibleName"),
		"com.apple.configuration.account.google":                      named("does.mail", "VisibleName"),
		"com.apple.configuration.account.caldav":                      named("does.calendar", "VisibleName"),
		"com.apple.configuration.account.subscribed-calendar":         named("does.calendar", "VisibleName"),
		"com.apple.configuration.account.carddav":                     named("does.contacts", "VisibleName"),
		"com.apple.configuration.account.ldap":                        named("does.contacts", "VisibleName"),
		"com.apple.webClip.managed":                                   webClip,
		"com.apple.font":                                              named("does.font", "Name"),
		"com.apple.mobiledevice.passwordpolicy":                       passcode{"forcePIN", "minLength", "requireAlphanumeric", "allowSimple", "maxInactivity", "maxFailedAttempts", "maxPINAgeInDays"}.sentences,
		"com.apple.configuration.passcode.settings":                   passcode{"RequirePasscode", "MinimumLength", "RequireAlphanumericPasscode", "RequireComplexPasscode", "MaximumInactivityInMinutes", "MaximumFailedAttempts", "MaximumPasscodeAgeInDays"}.sentences,
		"com.apple.applicationaccess":                                 restrictions,
		"com.apple.mdm":                                               named("does.mdm", "ServerURL"),
		"com.apple.webcontent-filter":                                 filter,
		"com.apple.configuration.webcontent-filter.plugin":            named("does.filter.app", "PluginBundleID"),
		"com.apple.proxy.http.global":                                 named("does.proxy", "ProxyServer", "ProxyPACURL"),
		"com.apple.cellular":                                          cellular,
		"com.apple.relay.managed":                                     relay,
		"com.apple.configuration.network.relay":                       relay,
		"com.apple.SoftwareUpdate":                                    macUpdates,
		"com.apple.configuration.softwareupdate.settings":             updates,
		"com.apple.configuration.softwareupdate.enforcement.specific": updateDeadline,
		"com.apple.configuration.app.managed":                         app,
		"com.apple.ManagedClient.preferences":                         preferences,
		"com.apple.AIM.account":                                       named("does.account", "AIMAccountDescription", "AIMHostName"),
		"com.apple.jabber.account":                                    named("does.account", "JabberAccountDescription", "JabberHostName"),
		"com.apple.osxserver.account":                                 named("does.account", "AccountDescription", "HostName"),
		"com.apple.ADCertificate.managed":                             named("does.request", "CertServer"),
		"com.apple.DirectoryService.managed":                          named("does.directory", "HostName"),
		"com.apple.MCX.FileVault2":                                    fileVault,
		"com.apple.security.FDERecoveryKeyEscrow":                     present("does.filevault.escrow", "Location", "EncryptCertPayloadUUID"),
		"com.apple.security.FDERecoveryRedirect":                      present("does.filevault.escrow", "RedirectURL", "EncryptCertPayloadUUID"),
		"com.apple.security.firewall":                                 firewall,
		"com.apple.security.smartcard":                                switches("enforceSmartCard", "does.smartcard"),
		"com.apple.security.wapi-identity":                            present("does.identity", "PEMData"),
		"com.apple.configuration.security.certificate":                general,
		"com.apple.configuration.security.identity":                   present("does.identity", "CredentialAssetReference"),
		"com.apple.TCC.configuration-profile-policy":                  privacy,
		"com.apple.airprint":                                          each("does.printers", "AirPrint", "IPAddress"),
		"com.apple.app.lock":                                          lock,
		"com.apple.extensiblesso":                                     singleSignOn,
		"com.apple.configuration.extensible-sso":                      singleSignOn,
		"com.apple.sso":                                               named("does.sso", "Name"),
		"com.apple.globalethernet.managed":                            present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.firstethernet.managed":                             present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.firstactiveethernet.managed":                       present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.secondethernet.managed":                            present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.secondactiveethernet.managed":                      present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.thirdethernet.managed":                             present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.thirdactiveethernet.managed":                       present("does.wired", "EAPClientConfiguration", "Interface", "SetupModes"),
		"com.apple.loginitems.managed":                                each("does.login", "AutoLaunchedApplicationDictionary-managed", "Path"),
		"com.apple.loginwindow":                                       switches("LoginwindowText", "does.loginwindow"),
		"com.apple.notificationsettings":                              each("does.notifications", "NotificationSettings", "BundleIdentifier"),
		"com.apple.profileRemovalPassword":                            present("does.removal", "RemovalPassword"),
		"com.apple.screensaver":                                       switches("askForPassword", "does.screensaver"),
		"com.apple.servicemanagement":                                 each("does.background", "Rules", "RuleValue"),
		"com.apple.shareddeviceconfiguration":                         present("does.lockscreen", "AssetTagInformation", "LockScreenFootnote", "IfLostReturnToMessage"),
		"com.apple.syspolicy.kernel-extension-policy":                 extensions("does.kernel", "AllowedKernelExtensions"),
		"com.apple.system-extension-policy":                           extensions("does.extensions", "AllowedSystemExtensions", "AllowedSystemExtensionTypes"),
		"com.apple.systempolicy.control":                              gatekeeper,
		"com.apple.vpn.managed.appmapping":                            general,
		"com.apple.configuration.package":                             named("does.package", "ManifestURL"),
		"com.apple.configuration.legacy":                              named("does.profile", "ProfileURL"),
		"com.apple.configuration.legacy.interactive":                  named("does.profile", "ProfileURL"),
		"com.apple.configuration.network.dns-proxy":                   named("does.dns.app", "AppBundleIdentifier"),
		"com.apple.configuration.watch.enrollment":                    named("does.management", "EnrollmentProfileURL"),
	}
}

// present returns one sentence if one of some keys is there, whatever its value is.
func present(id string, keys ...string) func(Payload) []Sentence {
	return func(p Payload) []Sentence {
		if slices.ContainsFunc(keys, p.has) {
			return []Sentence{{ID: id}}
		}
		return nil
	}
}

// named returns one sentence with the first text among some keys.
func named(id string, keys ...string) func(Payload) []Sentence {
	return func(p Payload) []Sentence { return withName(id, p.first(keys...)) }
}

// withName returns one sentence with a name, nil without the name.
func withName(id, name string) []Sentence {
	if name == "" {
		return nil
	}
	return []Sentence{{ID: id, Values: []string{"name", name}}}
}

// counted returns a sentence with a number, which has a text for one.
func counted(id string, count int, values ...string) []Sentence {
	id += ".other"
	if count == 1 {
		id = strings.TrimSuffix(id, ".other") + ".one"
	}
	return []Sentence{{ID: id, Values: append(values, "count", strconv.Itoa(count))}}
}

func (p Payload) works(key string) bool { return p.Works == nil || p.Works(key) }

// lookup returns the value of a key in dictionaries, nil if it has no effect.
func (p Payload) lookup(path ...string) *plist.Value {
	if !p.works(strings.Join(path, ".")) {
		return nil
	}
	return p.Keys.Lookup(path...)
}

// list returns the items of an array, none if it has no effect.
func (p Payload) list(key string) []*plist.Value {
	if !p.works(key) {
		return nil
	}
	return p.Keys.List(key)
}

// has is true for a key that has an effect and is neither off nor empty.
func (p Payload) has(key string) bool {
	v := p.lookup(key)
	if v == nil {
		return false
	}
	switch v.Kind {
	case plist.Boolean:
		return v.Bool
	case plist.String:
		return v.Text != ""
	case plist.Array:
		return len(v.Items) > 0
	}
	return true
}

// first returns the first text of some keys that has an effect, fit to be shown. Of a URL it returns the host.
func (p Payload) first(keys ...string) string {
	for _, key := range keys {
		if s := textOf(p.lookup(key)); s != "" {
			return s
		}
	}
	return ""
}

// isTrue is true for a key that has an effect and is true, or 1 as in VPN payloads.
func (p Payload) isTrue(key string) bool {
	return isOn(p.lookup(key))
}

func isOn(v *plist.Value) bool {
	return v != nil && (v.Kind == plist.Boolean && v.Bool || v.Kind == plist.Integer && v.Int.Abs == 1 && !v.Int.Negative)
}

// number returns a positive integer, 0 for anything else.
func number(v *plist.Value) int {
	if v == nil || v.Kind != plist.Integer {
		return 0
	}
	n, ok := v.Int.Int64()
	if !ok || n < 0 || n > 1<<30 {
		return 0
	}
	return int(n)
}

// textOf returns a text fit to be shown, the host of a URL, and "" for anything else and for secrets.
func textOf(v *plist.Value) string {
	if v == nil || v.Kind != plist.String || v.Secret {
		return ""
	}
	if u, err := url.Parse(v.Text); err == nil && u.Scheme != "" && u.Host != "" {
		return clean(u.Hostname())
	}
	return clean(v.Text)
}

// clean makes a text of a file fit for a sentence: short, and without characters that nobody sees.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > '~' && text.Unprintable(r) || r < ' ' || r == '\x7f' {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSpace(s), "\ufffd"))
	return text.Shorten(s)
}
