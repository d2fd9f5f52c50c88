package lint

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
)

// plot is a place in a payload of Apple's, for which it makes values.
type plot struct {
	payloadType string
	keys        []*schema.Key // on the way down, elements of arrays aside
	names       []string      // of them, also where the schema has any key
	at          string        // the key path
}

// plotAt finds the place of a fact. Any key is the first one.
func plotAt(t *testing.T, payloadType, path string) plot {
	t.Helper()
	p := plot{payloadType: payloadType, at: "PayloadContent[0]"}
	types, err := schema.Embedded().Payloads(payloadType)
	if err != nil || len(types) == 0 {
		t.Fatalf("%s: no such type, %v", payloadType, err)
	}
	known := facts.Embedded()
	base, err := schema.Embedded().Payloads(known.Extended(payloadType))
	if err != nil {
		t.Fatal(err)
	}
	for _, ty := range slices.Concat(types, base) {
		p.keys, p.names, p.at = nil, nil, "PayloadContent[0]"
		if p.descend(&schema.Key{Kind: plist.Dictionary, Keys: ty.Keys}, path) {
			return p
		}
	}
	t.Fatalf("%s has no key %s", payloadType, path)
	return p
}

func (p *plot) descend(k *schema.Key, path string) bool {
	for step := range strings.SplitSeq(path, ".") {
		if step == "" {
			break
		}
		if step == "*" {
			step = k.Keys[0].Name
		}
		if k = k.Key(step); k == nil {
			return false
		}
		p.keys, p.names = append(p.keys, k), append(p.names, step)
		p.at += "." + step
		for k.Kind == plist.Array {
			p.at += "[0]"
			k = k.Keys[0]
		}
	}
	return true
}

// profile makes a profile that has a value at the place.
func (p plot) profile(v *plist.Value) *plist.Value {
	for i := len(p.keys) - 1; i >= 0; i-- {
		for k := p.keys[i]; k.Kind == plist.Array; k = k.Keys[0] {
			v = arr(v)
		}
		v = d(p.names[i], v)
	}
	payload := pl(p.payloadType)
	payload.Fields = append(payload.Fields, v.Fields...)
	return with(payload)
}

// meeting makes a dictionary in which tests hold.
func meeting(tests []facts.Test) *plist.Value {
	v := d()
	for _, x := range tests {
		switch {
		case x.Absent:
		case len(x.Is) > 0:
			v.Set(x.Key, x.Is[0])
		case len(x.Not) > 0 && x.Not[0].Kind == plist.Integer:
			v.Set(x.Key, value(1))
		default:
			v.Set(x.Key, value("other"))
		}
	}
	return v
}

func set(v *plist.Value, keys ...string) *plist.Value {
	v = &plist.Value{Kind: plist.Dictionary, Fields: slices.Clone(v.Fields)}
	for _, k := range keys {
		if v.Field(k) == nil {
			v.Set(k, value("x"))
		}
	}
	return v
}

// Every condition is found where it is broken, and not where it is kept or its tests do not hold.
func TestEveryConditionIsFound(t *testing.T) {
	known := facts.Embedded()
	for _, c := range known.Conditions {
		for _, payloadType := range c.Types {
			if payloadType == facts.Profile {
				continue // TestConditionsOfTheEnvelope has them
			}
			if strings.HasPrefix(payloadType, "com.apple.configuration.") {
				continue // TestConditionsOfDeclarations has them
			}
			p := plotAt(t, payloadType, c.Path)
			on := meeting(c.When)
			var bad, good *plist.Value
			switch c.Kind {
			case facts.Requires:
				bad, good = on, set(on, c.Keys...)
			case facts.OneOf:
				bad, good = on, set(on, c.Keys[0])
			case facts.AtMostOne:
				bad, good = set(on, c.Keys...), set(on, c.Keys[0])
			case facts.Forbids, facts.Ignores:
				bad, good = set(on, c.Keys...), without(set(on, c.Keys...), c.Keys[0])
				for _, k := range c.Keys {
					good = without(good, k)
				}
			case facts.Contradicts:
				bad, good = on, without(set(on), c.When[0].Key)
			}
			rule, about := usualRule(c), append(slices.Clone(c.Keys), "")[0]
			if c.Kind == facts.Contradicts {
				about = c.When[0].Key
			}
			if !reports(t, p.profile(bad), rule, p.at, c.Severity, about) {
				t.Errorf("%s at %s: %s of %q is not found", payloadType, c.Path, c.Kind, c.Keys)
			}
			if reports(t, p.profile(good), rule, p.at, c.Severity, about) {
				t.Errorf("%s at %s: %s of %q is found where it is kept", payloadType, c.Path, c.Kind, c.Keys)
			}
			if len(c.When) > 0 && c.Kind != facts.Contradicts {
				off := set(d(), c.Keys...)
				if c.Kind == facts.Requires {
					off = d()
				}
				if c.When[0].Absent {
					off.Set(c.When[0].Key, value("x"))
				}
				if reports(t, p.profile(off), rule, p.at, c.Severity, about) {
					t.Errorf("%s at %s: %s of %q is found though it does not hold", payloadType, c.Path, c.Kind, c.Keys)
				}
			}
		}
	}
}

func usualRule(c facts.Condition) string {
	usual := map[facts.Kind]string{facts.Requires: rule.MissingCompanionKey, facts.OneOf: rule.MissingCompanionKey, facts.Ignores: rule.IgnoredKey}
	return cmp.Or(c.Rule, usual[c.Kind], rule.ConflictingKeys)
}

// What is known from profiles in use is not to be removed: without its date, Set-Once sets a preference at each login.
func TestToleratedKeyStays(t *testing.T) {
	found, err := Check(schema.Embedded(), with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
		d("com.acme.app", d("Set-Once", arr(d("mcx_data_timestamp", "2027", "mcx_preference_settings", d("a", 1))))))), nil)
	if err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Help, "keep it: ") || found[0].Fix != nil {
		t.Errorf("got %v, %v, want one finding that says to keep the key", found, err)
	}
}

// reports reports whether a profile has a finding of a rule at a place, or right below it, with some words in its text.
func reports(t *testing.T, profile *plist.Value, rule, at string, s diag.Severity, words ...string) bool {
	t.Helper()
	found, err := Check(schema.Embedded(), profile, nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(found, func(f diag.Diagnostic) bool {
		below, ok := strings.CutPrefix(f.Path.String(), at)
		said := !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(f.Message, quote(w)) })
		return ok && said && f.Rule == rule && f.Severity == s && !strings.Contains(strings.TrimPrefix(below, "."), ".")
	})
}

func TestConditionsOfTheEnvelope(t *testing.T) {
	for _, tt := range []struct {
		profile *plist.Value
		want    []string
	}{
		{without(with(), "PayloadContent"), []string{"missing-required-key "}},
		{without(with(), "PayloadContent").Set("EncryptedPayloadContent", value([]byte("x"))), []string{"encrypted-content EncryptedPayloadContent"}},
		{with().Set("IsEncrypted", value(true)), []string{"dropped-key IsEncrypted", "missing-companion-key "}},
		{with().Set("IsEncrypted", value(false)), []string{"dropped-key IsEncrypted"}},
	} {
		found, err := Check(schema.Embedded(), tt.profile, nil)
		got := rulesAndPaths(found)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("got %q, %v; want %q", got, err, tt.want)
		}
	}
}

// A condition holds for a declaration as it does for a payload.
func TestConditionsOfDeclarations(t *testing.T) {
	dns := func(settings *plist.Value) *plist.Value {
		return d("Type", "com.apple.configuration.network.dns-settings", "Identifier", "a", "ServerToken", "b",
			"Payload", d("VisibleName", "a", "DNSSettings", settings))
	}
	for _, tt := range []struct {
		settings *plist.Value
		want     []string
	}{
		{d("DNSProtocol", "HTTPS", "ServerURL", "https://dns.example/"), nil},
		{d("DNSProtocol", "HTTPS"), []string{"missing-server-url Payload.DNSSettings"}},
		{d("DNSProtocol", "TLS"), []string{"missing-server-name Payload.DNSSettings"}},
		{d("DNSProtocol", "HTTPS", "ServerURL", "https://dns.example/", "ServerName", "dns.example"), []string{"server-name-without-tls Payload.DNSSettings.ServerName"}},
	} {
		found, err := New(schema.Embedded()).CheckDeclaration(dns(tt.settings), nil, Options{})
		if got := rulesAndPaths(found); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("got %q, %v; want %q", got, err, tt.want)
		}
	}
}

// Every string and all data with a meaning is refused where it has another, and every meaning and reference has its place in a schema.
func TestEveryMeaningIsFound(t *testing.T) {
	known := facts.Embedded()
	for _, m := range known.Meanings {
		for _, payloadType := range m.Types {
			if payloadType == facts.Declaration || strings.HasPrefix(payloadType, "com.apple.configuration.") {
				continue // TestDeclarations and TestEmbeddedDeclarations have them
			}
			p := plotAt(t, payloadType, m.Path)
			wrong, usual := value("no ://such thing"), rule.MalformedValue
			if m.Sense.IsOfData() {
				wrong, usual = value([]byte("no such thing \xff")), rule.MalformedContent
			}
			if !reports(t, p.profile(wrong), cmp.Or(m.Rule, usual), p.at, m.Severity) {
				t.Errorf("%s: no finding at %s", payloadType, p.at)
			}
		}
	}
	for _, x := range known.References {
		for _, payloadType := range x.Types {
			if p := plotAt(t, payloadType, x.Path); !reports(t, p.profile(value("ABC")), rule.DanglingCertificateReference, p.at, diag.Warning) {
				t.Errorf("%s: no finding at %s", payloadType, p.at)
			}
		}
	}
}

func TestWantedMeaning(t *testing.T) {
	https := &facts.Meaning{Sense: facts.URL, Schemes: []string{"https"}}
	tests := []struct {
		m         *facts.Meaning
		good, bad []string
	}{
		{https, []string{"https://a.example/{?dns}", "https://[::1]:8443/"}, []string{"", "http://a.example", "https://", "https:a.example", "a.example", "https://:443"}},
		{&facts.Meaning{Sense: facts.IPAddress}, []string{"1.1.1.1", "::1", "2606:4700:4700::1111"}, []string{"", "1.1.1", "1.1.1.1:53", "dns.google", "fe80::1%en0", "01.1.1.1"}},
		{&facts.Meaning{Sense: facts.Host}, []string{"dns.google", "localhost", "a.example.", "bücher.example", "_dns.resolver.arpa"}, []string{"", "1.1.1.1", "a b", "https://a.example", "a.example:53", "a..b", "*.a.example", strings.Repeat("a.", 127) + "a"}},
		{&facts.Meaning{Sense: facts.IPOrHost}, []string{"dns.google", "1.1.1.1", "::1"}, []string{"", "a/b", "a:80"}},
		{&facts.Meaning{Sense: facts.DomainPattern}, []string{"", "a.example", "*.a.example", "*a.example", ".a.example", "*"}, []string{"a.*.example", "https://a.example", "**.example", "a b"}},
		{&facts.Meaning{Sense: facts.UUID}, []string{"12345678-90ab-CDEF-1234-567890abcdef"}, []string{"", "12345678-90ab-cdef-1234-567890abcdeg", "1234567890abcdef1234567890abcdef", "12345678-90ab-cdef-1234-567890abcdef0"}},
		{&facts.Meaning{Sense: facts.ReverseDNS}, []string{"com.example", "com.example.a-b"}, []string{"", "com", "com..example", ".com", "com.exa mple"}},
		{&facts.Meaning{Sense: facts.BundleIdentifier}, []string{"com.example.app", "app"}, []string{"", "com.example.*", "com/example"}},
		{&facts.Meaning{Sense: facts.Base64}, []string{"", "aGk="}, []string{"aGk", "a b"}},
		{&facts.Meaning{Sense: facts.TimeZone}, []string{"Europe/Zurich", "Zulu", "Etc/GMT+1", "America/Argentina/Ushuaia"}, []string{"", "/Europe", "Europe / Zurich", "../passwd"}},
		{&facts.Meaning{Sense: facts.LocalDateTime}, []string{"2027-01-31T18:00:00"}, []string{"", "2027-01-31", "2027-01-31T18:00:00Z", "2027-01-31T18:00:00+01:00", "2027-01-31T18:00:00.5", "2027-02-31T18:00:00", "2027-01-31 18:00:00"}},
		{&facts.Meaning{Sense: facts.OSVersion}, []string{"26.2", "16.5.1 (a)", "15.8.2", "27.1", "2.6", "28"}, []string{"", "19", "20.1", "25.0.1", "latest", "iOS 26"}},
		{&facts.Meaning{Sense: facts.Text}, []string{"", "anything at all"}, nil},
	}
	for _, tt := range tests {
		for _, s := range tt.good {
			if want := wantedMeaning(tt.m, s); want != "" {
				t.Errorf("%q is refused as %s: want %s", s, tt.m.Sense, want)
			}
		}
		for _, s := range tt.bad {
			if wantedMeaning(tt.m, s) == "" {
				t.Errorf("%q is taken as %s", s, tt.m.Sense)
			}
		}
	}
}

// What is known to work though a schema forbids it is no error, and the same elsewhere is one.
func TestTolerances(t *testing.T) {
	tests := []struct {
		payload  *plist.Value
		rule, at string
		want     diag.Severity
	}{
		{pl("com.apple.dock", "static-apps", arr(d("tile-type", "file-tile", "tile-data", d("file-data", d("_CFURLString", "/Applications/Safari.app"))))),
			"missing-required-key", "PayloadContent[0].static-apps[0].tile-data", diag.Note},
		{pl("com.apple.dock", "static-apps", arr(d("tile-type", "file-tile"))), "missing-required-key", "PayloadContent[0].static-apps[0]", diag.Error},
		{pl("com.apple.screensaver", "askForPassword", true), "missing-required-key", "PayloadContent[0]", diag.Note},
		{pl("com.apple.systemuiserver", "mount-controls", d("dvd", arr("deny", "alert"))), "value-not-in-rangelist", "PayloadContent[0].mount-controls.dvd[1]", diag.Note},
		{pl(mcx, "com.apple.EnergySaver.desktop.ACPower", d("Wake On LAN", 1)), "unknown-key",
			`PayloadContent[0]["com.apple.EnergySaver.desktop.ACPower"]["Wake On LAN"]`, diag.Note},
		{pl("com.apple.universalaccess", "mouseDriverCursorSize", 1.5), "wrong-type", "PayloadContent[0].mouseDriverCursorSize", diag.Note},
		{pl("com.apple.universalaccess", "mouseDriverInitialDelay", 0.5), "wrong-type", "PayloadContent[0].mouseDriverInitialDelay", diag.Note},
		{pl("com.apple.loginwindow", "AdminHostInfo", -1), "wrong-type", "PayloadContent[0].AdminHostInfo", diag.Note},
		{pl("com.apple.airplay.security", "AccessType", "ANY", "SecurityType", "NONE"), "value-not-in-rangelist", "PayloadContent[0].SecurityType", diag.Note},
		{pl("com.apple.jabber.account", "JabberAuthentication", "JabberAuthKerberos"), "value-not-in-rangelist", "PayloadContent[0].JabberAuthentication", diag.Note},
		{pl("com.apple.dock", "persistent-apps", arr(d("tile-type", "spacer-tile", "tile-data", d()))), "value-not-in-rangelist", "PayloadContent[0].persistent-apps[0].tile-type", diag.Note},
		{pl("com.apple.dock", "persistent-others", arr(d("tile-type", "url-tile", "tile-data", d("label", "a", "url", d("_CFURLString", "https://acme.com"))))),
			"wrong-type", "PayloadContent[0].persistent-others[0].tile-data.url", diag.Note},
		{pl("com.apple.ManagedClient.preferences", "PayloadContent", d("com.acme.app", d("Set-Once", arr(d("mcx_data_timestamp", "2027", "mcx_preference_settings", d("a", 1)))))),
			"unknown-key", `PayloadContent[0].PayloadContent["com.acme.app"].Set-Once[0].mcx_data_timestamp`, diag.Note},
		{pl("com.apple.preferences.users"), "unknown-payload-type", "PayloadContent[0].PayloadType", diag.Warning}, // near com.apple.preference.users
	}
	for _, tt := range tests {
		if !reports(t, with(tt.payload), tt.rule, tt.at, tt.want) {
			t.Errorf("no %s of %s at %s", tt.want, tt.rule, tt.at)
		}
	}
}
