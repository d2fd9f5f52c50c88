package app

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/profiles"
)

func offeringFor(t *testing.T) *offering {
	t.Helper()
	f := &offering{host: &Host{}, catalog: schema.Embedded()}
	var err error
	if f.prevention, err = f.host.builtinPrevention(); err != nil {
		t.Fatal(err)
	}
	return f
}

func profileOf(deviceType int64, description string, payloads ...*plist.Value) *plist.Value {
	root := plist.NewDictionary().Set("PayloadDescription", plist.NewString(description)).Set("PayloadContent", plist.NewArray(payloads...))
	if deviceType > 0 {
		root.Set("TargetDeviceType", plist.NewInteger(deviceType))
	}
	return root
}

func payloadOf(kind string, keys *plist.Value) *plist.Value {
	return keys.Set("PayloadType", plist.NewString(kind))
}

// The page promises what coverage says, for the devices and versions it says it of, and asks for what is left.
func TestOfferedEffects(t *testing.T) {
	dns := func() *plist.Value {
		return payloadOf("com.apple.dnsSettings.managed", plist.NewDictionary().Set("DNSSettings",
			plist.NewDictionary().Set("DNSProtocol", plist.NewString("HTTPS")).Set("ServerURL", plist.NewString("https://dns.example/q"))))
	}
	keys := func(name string, v *plist.Value) *plist.Value { return plist.NewDictionary().Set(name, v) }
	yes := plist.NewBoolean(true)
	const clock = "• Settings > General > Date & Time > Set Automatically: on"
	for _, c := range []struct {
		name  string
		root  *plist.Value
		built string
		want  string
	}{
		{"somebody's DNS, for any device: no steps for iCloud", profileOf(0, "", dns()), "", "iPhone, iPad, Mac; does.dns does.dns.change"},
		{"a restriction that needs supervision", profileOf(1, "", payloadOf("com.apple.applicationaccess", keys("forceAutomaticDateAndTime", yes))), "", "; nothing 1"},
		{"the same on a supervised device, by hand", profileOf(1, "", payloadOf("com.apple.applicationaccess", keys("forceAutomaticDateAndTime", yes))),
			"iOS@26/manual-supervised", "iPhone, iPad; does.clock"},
		{"updates of a Mac end with version 27", profileOf(5, "", payloadOf("com.apple.SoftwareUpdate", keys("AutomaticallyInstallMacOSUpdates", yes))), "macOS@26/manual",
			"Mac; does.updates (before 27); left updates: Automatic Updates (from 27)"},
		{"the lock of a Mac's clock comes after the steps", profileOf(5, "", payloadOf("com.apple.MCX", keys("timeServer", plist.NewString("time.apple.com")))), "macOS@27/manual",
			"Mac; does.time; left date-time, first: Set time and date automatically, Set time zone automatically using your current location"},
		{"steps of a template are asked for", profileOf(1, "x\n"+clock, dns()), "", "iPhone, iPad; does.dns does.dns.change; left date-time: Set Automatically, Setting Time Zone"},
		{"only some devices", profileOf(0, "", dns(), payloadOf("com.apple.dock", keys("orientation", plist.NewString("left")))), "",
			"iPhone, iPad, Mac; does.dns does.dns.change; does.topic.one (Mac)"},
		{"updates of an older Mac end with version 27, too", profileOf(5, "", payloadOf("com.apple.SoftwareUpdate", keys("AutomaticallyInstallMacOSUpdates", yes))), "macOS@13/manual",
			"Mac; does.updates (before 27); left updates: Automatic Updates (from 27)"},
		{"a payload of later versions", profileOf(1, "", dns(), payloadOf("com.apple.relay.managed", keys("Relays",
			plist.NewArray(keys("HTTP3RelayURL", plist.NewString("https://relay.example")))))), "iOS@15/manual", "iPhone, iPad; does.dns does.dns.change; does.relay (from 17)"},
		{"a HomePod", profileOf(3, "", dns()), "", "; nothing 2"},
		{"nothing at all", profileOf(1, ""), "", ""},
	} {
		var built target.Target
		if c.built != "" {
			var err error
			if built, err = target.Parse(c.built); err != nil {
				t.Fatal(err)
			}
		}
		var item Offered
		if err := offeringFor(t).describe(&item, c.root, built); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := told(&item); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

// told writes what the page says of an item, in few words.
func told(i *Offered) string {
	parts := []string{strings.Join(i.Devices, ", ")}
	for _, e := range i.Effects {
		var ids []string
		for _, s := range e.Sentences {
			ids = append(ids, s.ID)
		}
		if ids == nil {
			ids = []string{fmt.Sprintf("nothing %d", e.Idle)}
		}
		parts = append(parts, strings.Join(ids, " ")+toldRange(e.Where))
	}
	for _, left := range i.Left {
		first := ""
		if left.First {
			first = ", first"
		}
		var steps []string
		for _, s := range left.Steps {
			steps = append(steps, strings.TrimPrefix(s.Path[len(s.Path)-1], "(i) ")+toldRange(s.Where))
		}
		parts = append(parts, "left "+string(left.Intent)+first+": "+strings.Join(steps, ", "))
	}
	return strings.Join(parts, "; ")
}

func toldRange(r OfferedRange) string {
	switch {
	case len(r.Devices) > 0:
		return " (" + strings.Join(r.Devices, ", ") + ")"
	case !r.From.IsZero():
		return " (from " + r.From.String() + ")"
	case !r.Before.IsZero():
		return " (before " + r.Before.String() + ")"
	}
	return ""
}

// What build leaves to the person is what the page asks for: on the devices of the build, the same intents.
func TestOfferedStepsAreThoseOfTheBuild(t *testing.T) {
	f := offeringFor(t)
	for _, built := range []string{"iOS@17/manual", "iOS@26/manual", "iOS@27/manual", "iPadOS@26/manual", "macOS@26/manual", "visionOS@26/manual"} {
		to, err := target.Parse(built)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := intent.New(f.prevention, to, f.catalog)
		if err != nil {
			t.Fatal(err)
		}
		var payloads []*plist.Value
		for _, p := range plan.Payloads {
			payloads = append(payloads, payloadOf(p.Type, p.Keys))
		}
		if len(plan.Declarations) > 0 {
			for i := range plan.Declarations {
				plan.Declarations[i].Identifier = fmt.Sprintf("com.example.%d", i)
			}
			inside, err := profiles.DeclarationsPayload(plan.Declarations)
			if err != nil {
				t.Fatal(err)
			}
			payloads = append(payloads, payloadOf(inside.Type, inside.Keys))
		}
		var want, description []string
		for _, o := range plan.Outcomes {
			if !isSetByProfile(o.Class) && len(o.Settings) > 0 {
				want = append(want, string(o.Intent))
				for _, s := range o.Settings {
					description = append(description, "• "+s.String())
				}
			}
		}
		var item Offered
		if err := f.describe(&item, profileOf(to.Platform.DeviceType(), strings.Join(description, "\n"), payloads...), to); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, left := range item.Left {
			if !left.Steps[0].Where.From.IsZero() { // left on newer versions only
				continue
			}
			got = append(got, string(left.Intent))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: the page asks for %v, the build for %v", built, got, want)
		}
	}
}

// The page shows no secret, not even of a declaration within, and not where a name belongs.
func TestOfferedTextsHideSecrets(t *testing.T) {
	token := "ghp_" + strings.Repeat("aB3d", 9)
	text := plist.NewString
	declaration := `{"Type":"com.apple.configuration.account.mail","Identifier":"a","Payload":{"VisibleName":"` + token + `"}}`
	root := profileOf(1, token+"\nx",
		payloadOf(declarationsType, plist.NewDictionary().Set("Declarations", plist.NewArray(plist.NewData([]byte(declaration))))),
		payloadOf("com.apple."+token, plist.NewDictionary().Set("x", plist.NewBoolean(true))),
		payloadOf("com.apple.webClip.managed", plist.NewDictionary().Set("Label", text(token)).Set("URL", text("https://a.example/"+token))),
	).Set("PayloadDisplayName", text(token))
	data, err := plist.Write(root)
	if err != nil {
		t.Fatal(err)
	}
	h := nowhere(newMemory(t, map[string]string{"a.mobileconfig": string(data)}))
	offer, err := Serve(t.Context(), h, ServeOptions{Paths: []string{"a.mobileconfig"}})
	if err != nil || len(offer.Items) != 1 || len(offer.Items[0].Effects) != 3 || offer.Secret == "" {
		t.Fatalf("%+v, %v", offer, err)
	}
	offer.Items[0].Data = nil
	if shown := fmt.Sprintf("%+v", offer.Items); strings.Contains(shown, token) {
		t.Errorf("got %s", shown)
	}
}
