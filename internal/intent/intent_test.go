package intent

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// entry is what a template says at a key.
func entry[T any](v T) template.Entry[T] { return template.Entry[T]{Value: v, IsSet: true} }

// defaults is the prevention of a template without any: all intents, with their defaults.
func defaults() template.Prevention {
	spec, _, err := (&template.Loader{}).Load(template.Input{Name: "t.yaml", Data: []byte("organization: {name: Acme, identifier: com.acme}")})
	if err != nil || spec == nil {
		panic(fmt.Sprint("a template with an organization alone is refused: ", err))
	}
	return spec.Prevention
}

func plan(t *testing.T, p template.Prevention, text string) *Plan {
	t.Helper()
	to, err := target.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(p, to, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (p *Plan) outcome(i ID) Outcome {
	for _, o := range p.Outcomes {
		if o.Intent == i {
			return o
		}
	}
	return Outcome{}
}

// payload returns the keys of a payload by the last part of its identifier.
func (p *Plan) payload(id string) *plist.Value {
	for _, payload := range p.Payloads {
		if payload.Identifier == id {
			return payload.Keys
		}
	}
	return nil
}

// What each intent reaches with its defaults. One line a target: date-time, dns, cellular, storage, updates.
func TestClasses(t *testing.T) {
	for _, c := range []struct{ target, want string }{
		{"iOS@18/manual", "manual preset manual manual manual"},
		{"iOS@18/manual-supervised", "enforced preset manual manual manual"},
		{"iOS@18/device", "manual preset manual manual manual"},
		{"iOS@17/supervised", "enforced preset manual manual manual"}, // the declaration for updates came with iOS 18
		{"iOS@18/supervised", "enforced preset manual manual enforced"},
		{"iOS@11.4/supervised", "manual manual manual manual manual"}, // before iOS 12 and 14
		{"iOS@27/supervised", "enforced preset manual manual enforced"},
		{"iOS/user", "manual manual manual manual manual"}, // User Enrollment forbids both payloads
		{"iPadOS/supervised", "enforced preset manual manual enforced"},
		{"iPadOS/shared-ipad", "enforced preset manual manual enforced"},
		{"macOS@15/manual", "locked preset none manual enforced"},
		{"macOS@26/supervised", "locked preset none manual enforced"},
		{"macOS@27/supervised", "locked preset none manual enforced"},
		{"macOS@27/manual", "locked preset none manual manual"},      // 27 removed com.apple.SoftwareUpdate
		{"macOS@27/device", "locked preset none manual enforced"},    // MDM supervises every Mac
		{"macOS@10.15/device", "locked manual none manual enforced"}, // not yet, and the payload was there
		{"macOS/user", "manual manual none manual manual"},
		{"tvOS/manual", "manual manual none none manual"},
		{"tvOS/supervised", "enforced manual none none enforced"},
		{"visionOS/manual", "manual preset none manual manual"},
		{"visionOS/supervised", "enforced preset none manual enforced"},
		{"watchOS/manual", "none none none none manual"},
	} {
		t.Run(c.target, func(t *testing.T) {
			var got []string
			made := plan(t, defaults(), c.target)
			for _, id := range []ID{DateTime, DNS, Cellular, Storage, Updates} {
				got = append(got, string(made.outcome(id).Class))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
			}
		})
	}
}

// Every class above hint names the key it rests on and where that is stated; every other class has a reason or a setting.
func TestOutcomesExplainThemselves(t *testing.T) {
	for _, platform := range target.Platforms() {
		for _, enrollment := range target.Enrollments() {
			to, err := target.Parse(string(platform) + "/" + string(enrollment))
			if err != nil {
				continue // no such devices
			}
			for _, o := range plan(t, defaults(), to.String()).Outcomes {
				switch {
				case Stronger(o.Class, Manual) && (len(o.Mechanisms) == 0 || o.Source == ""):
					t.Errorf("%s %s: %s without a mechanism or a source", to, o.Intent, o.Class)
				case !Stronger(o.Class, Manual) && len(o.Mechanisms) > 0:
					t.Errorf("%s %s: %s, but sets %v", to, o.Intent, o.Class, o.Mechanisms)
				case o.Class == Manual && len(o.Settings) == 0:
					t.Errorf("%s %s: a hint that hints at nothing", to, o.Intent)
				case o.Class == None && len(o.Notes) == 0:
					t.Errorf("%s %s: none without a reason", to, o.Intent)
				}
			}
		}
	}
}

func TestDNSSettings(t *testing.T) {
	type provider = template.DNSProvider
	for _, c := range []struct {
		name   string
		target string
		change func(*template.DNS)
		want   map[string]string // payload and key path to what is there; "" for nothing
	}{
		{"cloudflare by default", "iOS", func(*template.DNS) {}, map[string]string{
			"dns.cloudflare DNSSettings.DNSProtocol":   `"HTTPS"`,
			"dns.cloudflare DNSSettings.ServerURL":     `"https://cloudflare-dns.com/dns-query"`,
			"dns.cloudflare DNSSettings.AllowFailover": "true",
			"dns.cloudflare ProhibitDisablement":       "",
			"dns.cloudflare OnDemandRules":             "",
		}},
		{"no failover before 26", "iOS@18", func(*template.DNS) {}, map[string]string{
			"dns.cloudflare DNSSettings.AllowFailover": "",
		}},
		{"TLS", "macOS", func(d *template.DNS) {
			d.Protocol = entry(template.TLS)
			d.Providers = []template.Entry[provider]{entry(template.Quad9)}
		}, map[string]string{
			"dns.quad9 DNSSettings.DNSProtocol": `"TLS"`,
			"dns.quad9 DNSSettings.ServerName":  `"dns.quad9.net"`,
			"dns.quad9 DNSSettings.ServerURL":   "",
		}},
		{"both, selectable", "iOS", func(d *template.DNS) {
			d.Providers = []template.Entry[provider]{entry(template.Cloudflare), entry(template.Google)}
		}, map[string]string{
			"dns.cloudflare DNSSettings.ServerURL": `"https://cloudflare-dns.com/dns-query"`,
			"dns.google DNSSettings.ServerURL":     `"https://dns.google/dns-query"`,
		}},
		{"both, failover", "iOS", func(d *template.DNS) {
			d.Providers = []template.Entry[provider]{entry(template.Google), entry(template.Cloudflare)}
			d.Combine = entry(template.Failover)
		}, map[string]string{
			"dns.google DNSSettings.ServerURL": `"https://dns.google/dns-query"`,
			"dns.cloudflare DNSSettings":       "",
		}},
		{"prohibited where supervised", "iOS/supervised", func(d *template.DNS) { d.ProhibitDisablement = entry(true) }, map[string]string{
			"dns.cloudflare ProhibitDisablement": "true",
		}},
		{"not prohibited elsewhere", "iOS/device", func(d *template.DNS) { d.ProhibitDisablement = entry(true) }, map[string]string{
			"dns.cloudflare ProhibitDisablement": "",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := defaults()
			c.change(&p.DNS)
			made := plan(t, p, c.target)
			for place, want := range c.want {
				id, path, _ := strings.Cut(place, " ")
				v := made.payload(id).Lookup(strings.Split(path, ".")...)
				if got := v.Describe(); v != nil && got != want || v == nil && want != "" {
					t.Errorf("%s is %s, want %s", place, got, want)
				}
			}
		})
	}
}

// A payload never mixes the addresses of two providers: their certificates differ.
func TestOneProviderPerPayload(t *testing.T) {
	p := defaults()
	p.DNS.Providers = nil
	for _, provider := range []template.DNSProvider{template.Cloudflare, template.Google, template.Quad9} {
		p.DNS.Providers = append(p.DNS.Providers, entry(provider))
	}
	made := plan(t, p, "iOS")
	for provider, r := range resolvers {
		var got []string
		for _, item := range made.payload("dns."+string(provider)).Lookup("DNSSettings", "ServerAddresses").Items {
			got = append(got, item.Text)
		}
		if !slices.Equal(got, r.Addresses) {
			t.Errorf("%s has the addresses %v", provider, got)
		}
	}
	if !slices.ContainsFunc(made.outcome(DNS).Notes, func(n Note) bool { return strings.Contains(n.Text, "one is active at a time") }) {
		t.Error("nothing says that only one provider is active at a time")
	}
}

func TestOnDemandRulesEndInACatchAll(t *testing.T) {
	text := func(s ...string) (e []template.Entry[string]) {
		for _, x := range s {
			e = append(e, entry(x))
		}
		return e
	}
	for _, c := range []struct {
		name string
		dns  template.DNS
		want string // the actions
	}{
		{"nothing exempt", template.DNS{}, ""},
		{"networks", template.DNS{ExemptNetworks: text("Office")}, "Disconnect Connect"},
		{"everything", template.DNS{ExemptNetworks: text("Office"), ExemptSearchDomains: text("corp.net"), ExemptServers: text("10.*")},
			"Disconnect Disconnect Disconnect Connect"},
		{"local names", template.DNS{LocalDomains: text("corp.net")}, "EvaluateConnection"},
		{"networks and local names", template.DNS{ExemptNetworks: text("Office"), LocalDomains: text("corp.net")}, "Disconnect EvaluateConnection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := onDemandRules(c.dns)
			var actions []string
			if rules != nil {
				for _, r := range rules.Items {
					actions = append(actions, r.Get("Action").Text)
				}
				last := rules.Items[len(rules.Items)-1]
				for _, match := range []string{"SSIDMatch", "DNSDomainMatch", "DNSServerAddressMatch", "InterfaceTypeMatch", "URLStringProbe"} {
					if last.Get(match) != nil {
						t.Errorf("the last rule matches only some networks: it has %s", match)
					}
				}
			}
			if got := strings.Join(actions, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Nothing that could harm is set unless it was asked for, and confirmed where that is the rule.
func TestHarmfulKeysNeedAWord(t *testing.T) {
	for _, platform := range target.Platforms() {
		for _, enrollment := range target.Enrollments() {
			to, err := target.Parse(string(platform) + "/" + string(enrollment))
			if err != nil {
				continue
			}
			for _, payload := range plan(t, defaults(), to.String()).Payloads {
				for _, f := range payload.Keys.Fields {
					if slices.Contains([]string{"allowAppCellularDataModification", "allowCloudBackup", "timeZone", "ProhibitDisablement", "PayloadContent"}, f.Key) {
						t.Errorf("%s: %s is set without being asked for", to, f.Key)
					}
				}
			}
		}
	}

	p := defaults()
	p.Cellular.FreezeToggles = entry(true)
	if plan(t, p, "iOS/supervised").payload("restrictions").Get("allowAppCellularDataModification") != nil {
		t.Error("the switches are frozen without a confirmation that they are on")
	}
	p.Cellular.ConfirmTogglesAreOn = entry(true)
	made := plan(t, p, "iOS/supervised")
	if v := made.payload("restrictions").Get("allowAppCellularDataModification"); v == nil || v.Bool {
		t.Errorf("allowAppCellularDataModification is %s, want false", v.Describe())
	}
	if c := made.outcome(Cellular).Class; c != Locked {
		t.Errorf("cellular is %s, want locked", c)
	}
	if plan(t, p, "iOS/manual").payload("restrictions") != nil {
		t.Error("an unsupervised device gets a restriction that does nothing there")
	}
}

func TestLeversOnRequest(t *testing.T) {
	p := defaults()
	p.DateTime.TimeZone, p.DateTime.Timed = entry("Europe/Berlin"), entry(true)
	p.Cellular.AllowRoaming = entry(true)
	p.Cellular.WiFiAssist = &template.WiFiAssist{Policy: entry("aggressive"), ICCIDs: []template.Entry[string]{entry("89014103211118510720")}}
	p.Storage.OptimizeMac, p.Storage.Experimental, p.Storage.EmptyTrash = entry(true), entry(true), entry(true)
	p.Storage.AllowCloudBackup = entry(false)

	mac, phone, byHand := plan(t, p, "macOS/supervised"), plan(t, p, "iOS/device"), plan(t, p, "iOS/manual")
	for _, c := range []struct {
		name string
		plan *Plan
		path []string // payload, then keys; a number is an index
		want string
	}{
		{"time zone", mac, []string{"time-server", "timeZone"}, `"Europe/Berlin"`},
		{"timed", mac, []string{"preferences.com.apple.timed", "PayloadContent", "com.apple.timed", "Forced", "0", "mcx_preference_settings", "TMAutomaticTimeOnlyEnabled"}, "true"},
		{"optimize", mac, []string{"preferences.com.apple.bird", "PayloadContent", "com.apple.bird", "Set-Once", "0", "mcx_preference_settings", "optimize-storage"}, "true"},
		{"trash", mac, []string{"preferences.com.apple.finder", "PayloadContent", "com.apple.finder", "Set-Once", "0", "mcx_preference_settings", "FXRemoveOldTrashItems"}, "true"},
		{"roaming", phone, []string{"restrictions", "allowGlobalBackgroundFetchWhenRoaming"}, "true"},
		{"Wi-Fi Assist", phone, []string{"network-usage", "SIMRules", "0", "WiFiAssistPolicy"}, "3"},
		{"backup", phone, []string{"restrictions", "allowCloudBackup"}, "false"},
		{"roaming by hand", byHand, []string{"restrictions", "allowGlobalBackgroundFetchWhenRoaming"}, "nothing"},
		{"Wi-Fi Assist by hand", byHand, []string{"network-usage"}, "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := c.plan.payload(c.path[0])
			for _, key := range c.path[1:] {
				if v != nil && v.Kind == plist.Array && key == "0" {
					v = v.Items[0]
				} else {
					v = v.Get(key)
				}
			}
			if got := v.Describe(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}

	// What Apple does not document says so.
	for intent, word := range map[ID]string{DateTime: "undocumented", Storage: "nobody is known"} {
		if !slices.ContainsFunc(mac.outcome(intent).Notes, func(n Note) bool { return n.Evidence != fact.Apple && strings.Contains(n.Text, word) }) {
			t.Errorf("%s: no note that the mechanism is %s", intent, word)
		}
	}
}

// An intent that is off sets nothing and is not reported.
func TestIntentsAreOptional(t *testing.T) {
	p := defaults()
	p.DNS.Enabled, p.Updates.Enabled = entry(false), entry(false)
	made := plan(t, p, "macOS")
	if len(made.Outcomes) != len(All())-2 || made.outcome(DNS).Class != "" || made.payload("dns.cloudflare") != nil || made.payload("software-update") != nil {
		t.Errorf("got %d outcomes and %d payloads", len(made.Outcomes), len(made.Payloads))
	}
}

// Settings are where the versions of a group have them, and what pauses iCloud besides is among them.
func TestSettingsByVersion(t *testing.T) {
	for _, c := range []struct {
		target string
		intent ID
		want   string
	}{
		{"iOS@17", Cellular, "Settings > Apps (from version 18) > Photos > Cellular Data: on"},
		{"iOS@18", Cellular, "Settings > Apps > Photos > Cellular Data: on"},
		{"iPadOS@17", Storage, "Settings > Apps (from version 18) > App Store > Offload Unused Apps: on"},
		{"iPadOS@26", Storage, "Settings > Apps > App Store > Offload Unused Apps: on"},
		{"iOS", Cellular, "Settings > Cellular > Cellular Data Options > Data Mode (with 5G) > Low Data Mode: off"},
		{"iPadOS", Cellular, "Settings > Wi-Fi > (i) > Low Data Mode: off"},
		{"iOS", Storage, "Settings > Battery > Power Mode (iPhone 15 and later) > Low Power Mode: off"},
		{"iPadOS", Storage, "Settings > Battery > Low Power Mode: off"},
		{"macOS", Storage, "System Settings > Battery > Low Power Mode: off"},
	} {
		o := plan(t, defaults(), c.target).outcome(c.intent)
		if !slices.ContainsFunc(o.Settings, func(s Setting) bool { return s.String() == c.want }) {
			t.Errorf("%s %s: no setting %q in %v", c.target, c.intent, c.want, o.Settings)
		}
	}
}

// That a platform has no setting for something, Apple does not say.
func TestNothingIsImpossibleByAppleAlone(t *testing.T) {
	for _, platform := range target.Platforms() {
		for _, enrollment := range target.Enrollments() {
			for _, version := range []string{"@2", "@10.15", "@13", "@18", "@26", "@27"} {
				to, err := target.Parse(string(platform) + version + "/" + string(enrollment))
				if err != nil {
					continue // no such devices
				}
				for _, o := range plan(t, defaults(), to.String()).Outcomes {
					if o.Class == None && !slices.ContainsFunc(o.Notes, func(n Note) bool { return n.Evidence != fact.Apple && !n.Detail }) {
						t.Errorf("%s %s: none by %v", to, o.Intent, o.Notes)
					}
				}
			}
		}
	}
}

// Shared iPad has a quota, which a command sets and no profile does.
func TestSharedIPadQuota(t *testing.T) {
	o := plan(t, defaults(), "iPadOS/shared-ipad").outcome(Storage)
	if o.Class != Manual || !slices.ContainsFunc(o.Notes, func(n Note) bool { return strings.Contains(n.Text, "QuotaSize") && n.Evidence == fact.Apple }) {
		t.Errorf("got %s with %v", o.Class, o.Notes)
	}
}

// A key that an older system passed over is not read again by itself: said of a payload, and not of a declaration, of
// which nobody reported it.
func TestNewerKeysAreNotReadAgain(t *testing.T) {
	for _, c := range []struct {
		target string
		intent ID
		want   bool
	}{
		{"iOS@11.4/supervised", DateTime, true},
		{"iOS@12/supervised", DateTime, false},
		{"iOS@17/supervised", Updates, false},
	} {
		notes := plan(t, defaults(), c.target).outcome(c.intent).Notes
		has := slices.ContainsFunc(notes, func(n Note) bool { return strings.HasSuffix(n.Text, ReadAgain().Text) && n.Evidence == fact.Community })
		if has != c.want {
			t.Errorf("%s %s: got %v", c.target, c.intent, notes)
		}
	}
}
