package app

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/schema"
)

// drawEffects draws the tables as text: a line a row.
func drawEffects(r *KeyTables) string {
	var b strings.Builder
	for _, v := range r.Variants {
		fmt.Fprintf(&b, "= %s\n", strings.Join(v.Values, ", "))
		for _, p := range v.Platforms {
			fmt.Fprintf(&b, "%v: %s\n", p.Platforms, strings.Join(p.Versions, " | "))
			for _, w := range p.Ways {
				fmt.Fprintf(&b, "  %s:", w.Name)
				for _, c := range w.Cells {
					fmt.Fprintf(&b, " %s%v", c.Class, c.Notes)
				}
				b.WriteString("\n")
			}
		}
		fmt.Fprintf(&b, "not on %v\n", v.Missing)
	}
	for i, n := range r.Notes {
		fmt.Fprintf(&b, "%d %s (%s, %s)\n", i+1, n.Text, n.Evidence, n.Source)
	}
	return b.String()
}

func TestLookupKey(t *testing.T) {
	h := nowhere(newMemory(t, nil))
	for _, c := range []struct{ id, path, want string }{
		{"com.apple.dnsSettings.managed", "DNSSettings.AllowFailover", `= 
[iOS iPadOS]: before 26 | 26 and later
  by hand: missing[] preset[1 2 3]
  MDM; Shared iPad: missing[] preset[1 2 3 4]
  User Enrollment: missing[] none[1 5 2]
`},
		{"com.apple.applicationaccess", "forceAutomaticDateAndTime", `= true
[iOS iPadOS]: before 12 | 12 and later
  by hand, unsupervised; MDM, unsupervised: manual[1 2] manual[1 2]
  by hand, supervised; MDM, supervised; Shared iPad: manual[1 2] enforced[5]
  User Enrollment: manual[1 2] manual[1 2]
`},
		{"com.apple.applicationaccess", "forceDelayedSoftwareUpdates", `= true
[iOS iPadOS]: before 11.3 | 11.3 to 26 | 27 and later
`},
		{"com.apple.wifi.managed", "SSID_STR", `= 
[iOS iPadOS]: before 7 | 7 and later
  any way: missing[] set[]
`},
		{"com.apple.wifi.managed", "", `= 
[iOS iPadOS]: before 4 | 4 and later
  any way: missing[] there[]
`},
		{"StatusItems", "device.model.family", `= 
[iOS iPadOS]: before 15 | 15 and later
  any way: missing[] there[]
`},
	} {
		r, err := LookupKey(h, c.id, "", c.path)
		if err != nil {
			t.Errorf("%s %s: %v", c.id, c.path, err)
		} else if got := drawEffects(r); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s:\n%swant\n%s", c.id, c.path, got, c.want)
		}
	}
	for _, name := range []string{"com.apple.wifi.manged", "com.apple.wifi.managed/SSID"} {
		id, path, _ := strings.Cut(name, "/")
		if r, err := LookupKey(h, id, "", path); err == nil {
			t.Errorf("%s: got %v, want an error", name, r)
		}
	}
}

// Every cell of every key says what coverage says of a profile with the key on that device.
func TestLookupIsCoverage(t *testing.T) {
	h := nowhere(newMemory(t, map[string]string{"a.mobileconfig": dnsInMemory}))
	r, err := LookupKey(h, "com.apple.dnsSettings.managed", "", "DNSSettings.AllowFailover")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Variants[0].Platforms {
		for _, w := range p.Ways {
			for _, c := range w.Cells {
				on, err := Coverage(t.Context(), h, CoverageOptions{Paths: []string{"a.mobileconfig"}, Targets: []string{c.Target.String()}})
				if err != nil {
					t.Fatal(err)
				}
				if got := string(on.Cells()[0].Class); got != c.Class && c.Class != classMissing {
					t.Errorf("%s: coverage says %s, the table %s", c.Target, got, c.Class)
				}
				x, err := ExplainKey(h, r.ID, r.Family, r.Path, "", c.Target.String())
				if err != nil || x.Class.Class != c.Class || len(x.Sentences) == 0 {
					t.Errorf("%s: explained as %+v, error %v", c.Target, x, err)
				}
			}
		}
	}
}

const dnsInMemory = `<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.dnsSettings.managed</string>
<key>DNSSettings</key><dict><key>AllowFailover</key><true/></dict></dict></array></dict></plist>`

// Every type and every key can be looked up.
func TestEverythingIsLookedUp(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates thousands of keys")
	}
	h := nowhere(newMemory(t, nil))
	catalog := schema.Embedded()
	entries, err := catalog.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		kind, err := catalog.Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		paths := []string{""}
		for j, n := range kind.Tree() {
			if (i+j)%97 == 0 { // a sample
				paths = append(paths, n.Path)
			}
		}
		for _, path := range paths {
			if r, err := LookupKey(h, e.ID, e.Family, path); err != nil || len(r.Variants) == 0 {
				t.Errorf("%s %s: %v", e.ID, path, err)
			}
		}
	}
}

func TestFind(t *testing.T) {
	h := nowhere(newMemory(t, nil))
	for _, c := range []struct{ query, first, corrected string }{
		{"dns failover", "com.apple.configuration.network.dns-settings DNSSettings.AllowFailover", ""},
		{"allowfailovr", "com.apple.configuration.network.dns-settings DNSSettings.AllowFailover", "allowfailover"},
		{"passcod lenght", "com.apple.configuration.passcode.settings MinimumLength", "passcod length"},
		{"com.apple.dnsSettings.managed.DNSSettings.AllowFailover", "com.apple.dnsSettings.managed DNSSettings.AllowFailover", ""},
		{"DUPLICATE uuid", "duplicate-payload-uuid ", ""},
		{"device.model.family", "StatusItems device.model.family", ""},
		{"qqqqqq", "", ""},
		{"", "", ""},
	} {
		r, err := Find(h, FindOptions{Query: c.query, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		first := ""
		if len(r.Hits) > 0 {
			first = r.Hits[0].ID + " " + r.Hits[0].Path
		}
		if first != c.first || r.Corrected != c.corrected || len(r.Hits) > 5 || r.Total < len(r.Hits) {
			t.Errorf("%q: got %q (%q), want %q (%q)", c.query, first, r.Corrected, c.first, c.corrected)
		}
	}
	if r, err := Find(h, FindOptions{Query: "uuid", Kind: HitRule}); err != nil || len(r.Hits) == 0 || r.Hits[0].Kind != HitRule {
		t.Errorf("only rules: %v, error %v", r, err)
	}
	if r, err := Find(h, FindOptions{Query: "camera qqqqqq"}); err != nil || !r.Some || len(r.Hits) == 0 {
		t.Errorf("some words: %v, error %v", r, err)
	}
}
