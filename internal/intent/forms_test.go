package intent

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

func choose(t *testing.T, choice Choice, p template.Prevention, text string) *Plan {
	t.Helper()
	to, err := target.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	made, err := choice.Plan(p, to, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// types are those of what a plan gives for DNS and updates, in order.
func (p *Plan) types() string {
	var all []string
	for _, payload := range p.Payloads {
		if strings.HasPrefix(payload.Identifier, "dns.") || strings.Contains(payload.Identifier, "update") {
			all = append(all, payload.Type)
		}
	}
	for _, d := range p.Declarations {
		all = append(all, d.Type)
	}
	return strings.Join(all, " ")
}

const macUpdate = "com.apple.SoftwareUpdate"

// The form follows the facts: what every device of the group takes, the declaration first.
func TestForms(t *testing.T) {
	settings := updateSettings.payloadType
	for _, c := range []struct {
		choice Choice
		target string
		want   string
	}{
		{Choice{}, "iOS@26/manual", dnsPayload},
		{Choice{}, "iOS@27/manual", dnsDeclaration},
		{Choice{}, "iOS@27/device", dnsDeclaration},
		{Choice{}, "iOS@26/supervised", dnsPayload + " " + settings},
		{Choice{}, "iOS@27/supervised", dnsDeclaration + " " + settings},
		{Choice{}, "iPadOS@27/shared-ipad", dnsDeclaration + " " + settings},
		{Choice{}, "iOS@27/user", ""},
		{Choice{}, "macOS@14/supervised", dnsPayload + " " + macUpdate},
		{Choice{}, "macOS@26/supervised", dnsPayload + " " + settings},
		{Choice{}, "macOS@26/device", dnsPayload + " " + settings}, // MDM supervises every Mac
		{Choice{}, "macOS@27/manual", dnsDeclaration},
		{Choice{}, "macOS@27/device", dnsDeclaration + " " + settings},
		{Choice{}, "visionOS@27/manual", dnsDeclaration},
		{Choice{}, "tvOS@27/supervised", settings},
		{Choice{}, "watchOS@27/supervised", ""},
		{Choice{Output: Profiles}, "iOS@27/supervised", dnsPayload},
		{Choice{Output: Profiles}, "iOS@27/manual", dnsDeclaration}, // a profile carries it
		{Choice{Output: Declarations}, "iOS@26/supervised", settings},
		{Choice{Output: Declarations}, "iOS@27/supervised", dnsDeclaration + " " + settings},
		{Choice{Output: Declarations, Legacy: true}, "iOS@26/supervised", dnsPayload + " " + settings},
		{Choice{DNS: AsProfile}, "iOS@27/supervised", dnsPayload + " " + settings},
		{Choice{DNS: AsDeclaration}, "iOS@26/manual", dnsDeclaration},
		{Choice{DNS: AsDeclaration}, "macOS@27/device", dnsDeclaration + " " + settings},
		{Choice{DNS: AsDeclaration}, "macOS@27/user", ""},
	} {
		made := choose(t, c.choice, defaults(), c.target)
		if got := made.types(); got != c.want {
			t.Errorf("%+v %s: got %q, want %q", c.choice, c.target, got, c.want)
		}
		if strings.Contains(made.types(), dnsPayload) && strings.Contains(made.types(), dnsDeclaration) {
			t.Errorf("%+v %s: both forms of DNS settings", c.choice, c.target)
		}
	}
}

// A group explains the form that its DNS settings have, and a choice that is worse warns.
func TestFormsExplainThemselves(t *testing.T) {
	for _, c := range []struct {
		choice        Choice
		target        string
		note, warning string
	}{
		{Choice{}, "iOS@26/manual", "as a payload: " + dnsDeclaration + " needs version 27", ""},
		{Choice{}, "iOS@27/manual", "as a declaration: every device of the group is new enough", ""},
		{Choice{}, "iOS@26/supervised", "managed Wi-Fi networks only", ""},
		{Choice{}, "iOS@27/supervised", "the declaration covers every network of a supervised device", ""},
		{Choice{}, "iOS@27/device", "covers managed networks only", ""},
		{Choice{}, "macOS@27/device", "the declaration covers every network of a supervised device", ""},
		{Choice{Output: Profiles}, "iOS@27/supervised", "which --output profile leaves out", ""},
		{Choice{Output: Declarations}, "iOS@26/supervised", dnsDeclaration + " needs version 27", ""},
		{Choice{DNS: AsProfile}, "iOS@27/manual", "", "deprecated since version 27"},
		{Choice{DNS: AsProfile}, "iOS@26/manual", "", ""},
		{Choice{DNS: AsDeclaration}, "iOS@27/manual", "", ""},
		{Choice{DNS: AsDeclaration}, "iOS@26/manual", "", "needs version 27"},
	} {
		made := choose(t, c.choice, defaults(), c.target)
		has := func(n Note) bool { return strings.Contains(n.Text, c.note) }
		if notes := made.outcome(DNS).Notes; !slices.ContainsFunc(notes, has) {
			t.Errorf("%+v %s: no note %q in %v", c.choice, c.target, c.note, notes)
		}
		if len(made.Findings) == 0 != (c.warning == "") || c.warning != "" && !strings.Contains(made.Findings[0].Message, c.warning) {
			t.Errorf("%+v %s: got %v, want a warning %q", c.choice, c.target, made.Findings, c.warning)
		}
	}
}

// The two forms have the same keys, but for the name that the declaration needs.
func TestDeclaredDNS(t *testing.T) {
	p := defaults()
	p.DNS.ProhibitDisablement = entry(true)
	p.DNS.ExemptNetworks = []template.Entry[string]{entry("Office")}
	declared, old := plan(t, p, "iOS@27/supervised").keys("dns.cloudflare"), plan(t, p, "iOS@26/supervised").keys("dns.cloudflare")
	if got := declared.Get("VisibleName").Describe(); got != `"Cloudflare DNS"` {
		t.Errorf("VisibleName is %s", got)
	}
	for _, f := range old.Fields {
		if declared.Get(f.Key) == nil {
			t.Errorf("the declaration lacks %s", f.Key)
		}
	}
	if v := choose(t, Choice{DNS: AsDeclaration}, p, "iOS@26/manual").keys("dns.cloudflare"); v.Lookup("DNSSettings", "AllowFailover") == nil || v.Get("ProhibitDisablement") != nil {
		t.Error("asked for on older devices, the declaration is not the one for those that know it")
	}
}

// Only keys that every device of the group knows are declared: one that it does not know voids the whole declaration.
func TestDeclaredUpdates(t *testing.T) {
	for to, want := range map[string]string{
		"iOS@18/supervised":      "Download InstallOSUpdates",
		"iOS@27/supervised":      "Download InstallOSUpdates InstallSecurityUpdate",
		"macOS@15/supervised":    "Download InstallOSUpdates InstallSecurityUpdate",
		"tvOS@18.4/supervised":   "InstallOSUpdates",
		"visionOS@26/supervised": "Download InstallOSUpdates",
		"iOS@18/device":          "",
		"iOS@18/manual":          "",
	} {
		var got []string
		if v := plan(t, defaults(), to).keys("updates").Get("AutomaticActions"); v != nil {
			for _, f := range v.Fields {
				got = append(got, f.Key)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", to, got, want)
		}
	}
}

func TestEnforcedVersion(t *testing.T) {
	p := defaults()
	p.Updates.Enforce = template.Enforcement{Version: entry("26.2"), Deadline: entry("2027-01-31T18:00:00")}
	for to, want := range map[string]bool{"iOS@17/device": true, "iOS/supervised": true, "macOS@27/device": true, "macOS@27/manual": false, "iOS/manual": false, "watchOS/supervised": false} {
		made := plan(t, p, to)
		keys := made.keys("update-deadline")
		if (keys != nil) != want || want && (keys.Get("TargetOSVersion").Text != "26.2" || keys.Get("TargetLocalDateTime").Text != "2027-01-31T18:00:00") {
			t.Errorf("%s: the enforcement is %s", to, keys.Describe())
		}
		if class := made.outcome(Updates).Class; want != (class == Enforced) {
			t.Errorf("%s: updates are %s", to, class)
		}
	}
}

// A fact of the catalog moves the choice, with no word of code: here the declaration comes a version earlier.
func TestFormFollowsTheCatalog(t *testing.T) {
	to, _ := target.Parse("iOS@26/manual")
	made, err := New(defaults(), to, doctored{schema.Embedded()})
	if err != nil || made.types() != dnsDeclaration {
		t.Errorf("got %q, %v", made.types(), err)
	}
}

type doctored struct{ *schema.Catalog }

func (d doctored) Declaration(name string) (*schema.Type, error) {
	t, err := d.Catalog.Declaration(name)
	if err != nil || name != dnsDeclaration {
		return t, err
	}
	earlier := *t
	earlier.Availability = schema.Availabilities{}
	for platform, a := range t.Availability {
		if !a.Introduced.IsZero() {
			a.Introduced.Major--
		}
		earlier.Availability[platform] = a
	}
	return &earlier, nil
}
