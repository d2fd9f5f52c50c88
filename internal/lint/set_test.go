package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// one makes the profile of a name, with payloads of their own.
func one(name string, payloads ...*plist.Value) *plist.Value {
	for i, p := range payloads {
		if p.Field("PayloadUUID") == nil {
			p.Set("PayloadUUID", value(fmt.Sprintf("%s%d", name, i)))
		}
	}
	return own(payloads...).Set("PayloadIdentifier", value("com.acme."+name)).Set("PayloadDisplayName", value(name))
}

func declaration(payloadType, identifier string, pairs ...any) *plist.Value {
	return d("Type", payloadType, "Identifier", identifier, "ServerToken", "1", "Payload", d(pairs...))
}

// checkTogether checks values as the files of one set, written as XML or JSON so that they have places, and returns the
// findings of each: "INDEX severity rule path".
func checkTogether(t *testing.T, on []target.Target, server string, values ...*plist.Value) []string {
	t.Helper()
	c := New(schema.Embedded())
	var members []*FileFacts
	for i, v := range values {
		isDeclaration := v.Field("ServerToken") != nil
		file, root := diag.NewFile(fmt.Sprintf("%d.mobileconfig", i), nil), v
		if !isDeclaration {
			data, err := plist.Write(v)
			if err != nil {
				t.Fatal(err)
			}
			file = diag.NewFile(file.Name, data)
			doc, _ := document.Open(file)
			root = doc.Root
		} else {
			file.Data = []byte(v.Get("Type").Text + v.Get("Identifier").Text)
		}
		secret.Mark(root)
		m, err := c.FileFacts(file.Name, file, root, isDeclaration, on)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	found := checkSet(c, members, Options{Groups: rules.Groups(), For: mdm.Find(server)})
	var all []string
	for i, of := range found {
		for _, d := range of {
			all = append(all, fmt.Sprintf("%d %s %s %s", i, d.Severity, d.Rule, d.Path.String()))
			if d.Span.IsZero() == (values[i].Field("ServerToken") == nil) {
				t.Errorf("%s at %s: span %v", d.Rule, d.Path.String(), d.Span)
			}
			if strings.Contains(d.Message+d.Help, "hunter2") {
				t.Errorf("%s shows a secret: %s", d.Rule, d.Message)
			}
		}
	}
	return all
}

// checkSet returns the findings about each file, against those before it.
func checkSet(c *Checker, members []*FileFacts, o Options) (found [][]diag.Diagnostic) {
	set := c.NewSet(o)
	for _, m := range members {
		found = append(found, set.Add(m))
	}
	return found
}

// setCase is files that land on one device, and what is found: "INDEX severity rule path".
type setCase struct {
	name, targets, server string
	values                []*plist.Value
	want                  []string
}

func TestSets(t *testing.T) {
	for _, tt := range slices.Concat(settingSets(), payloadSets()) {
		t.Run(tt.name, func(t *testing.T) {
			got := checkTogether(t, targets(t, tt.targets), tt.server, tt.values...)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// TestHelpNamesWhatCounts: a conflict with a stated outcome is not reported as if nothing were known.
func TestHelpNamesWhatCounts(t *testing.T) {
	c := New(schema.Embedded())
	restrict := func(pairs ...any) *plist.Value { return pl(restrictions, pairs...) }
	for _, tt := range []struct {
		target string
		a, b   *plist.Value
		want   string
	}{
		{"iOS@26/supervised", restrict("allowCamera", true), restrict("allowCamera", false), "false counts, as the more restrictive one; set it in only one profile"},
		{"iOS@26/supervised", restrict("ratingApps", 600), restrict("ratingApps", 200), "200 counts, as the more restrictive one; set it in only one profile"},
		{"macOS@26/supervised", restrict("allowCamera", true), restrict("allowCamera", false), "set it in only one profile"},
		{"", restrict("allowCamera", false), restrict("allowCamera", true), "false counts, as the more restrictive one, but on macOS that is undefined; set it in only one profile"},
		{"iOS@26/supervised", restrict("blockedAppBundleIDs", arr("a")), restrict("blockedAppBundleIDs", arr("b")), "what either list has counts; set it in only one profile"},
		{"iOS@26/supervised", restrict("allowCamera", true), restrict("allowCamera", "no"), "set it in only one profile"},
		{"", pl("com.apple.MCX", "timeServer", "a.example"), pl("com.apple.MCX", "timeServer", "b.example"), "the value that is installed last counts; set it in only one profile"},
	} {
		var members []*FileFacts
		for i, v := range []*plist.Value{one("a", tt.a), one("b", tt.b)} {
			m, err := c.FileFacts(fmt.Sprint(i), nil, v, false, targets(t, tt.target))
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, m)
		}
		found := checkSet(c, members, Options{Groups: rules.Groups()})[1]
		if len(found) != 1 || found[0].Help != tt.want {
			t.Errorf("%s: got %+v, want help %q", tt.target, found, tt.want)
		}
	}
}

func settingSets() []setCase {
	camera := func(on bool) *plist.Value { return pl(restrictions, "allowCamera", on) }
	chrome := func(pairs ...any) *plist.Value { return pl("com.google.Chrome", pairs...) }
	managed := func(domain string, pairs ...any) *plist.Value {
		return pl(profiles.ManagedPreferences, "PayloadContent", d(domain, d("Forced", arr(d("mcx_preference_settings", d(pairs...))))))
	}
	device := func(v *plist.Value, n int) *plist.Value { return v.Set("TargetDeviceType", value(n)) }
	user := func(v *plist.Value) *plist.Value { return v.Set("PayloadScope", value("User")) }
	const conflict, twice = "warning conflicting-setting PayloadContent[0].", "warning setting-managed-twice PayloadContent[0]."
	return []setCase{
		{name: "nothing", values: nil},
		{name: "one", values: []*plist.Value{one("a", camera(true))}},
		{name: "other settings", values: []*plist.Value{one("a", camera(true)), one("b", pl(restrictions, "allowScreenShot", false))}},
		{name: "another value", values: []*plist.Value{one("a", camera(true)), one("b", camera(false))}, want: []string{"1 " + conflict + "allowCamera"}},
		{name: "same value", values: []*plist.Value{one("a", camera(true)), one("b", camera(true))}, want: []string{"1 " + twice + "allowCamera"}},
		{name: "three", values: []*plist.Value{one("a", camera(true)), one("b", camera(false)), one("c", camera(true))},
			want: []string{"1 " + conflict + "allowCamera", "2 " + twice + "allowCamera"}},
		{name: "made for two targets", values: []*plist.Value{one("ios-manual", camera(true)), one("ios-supervised", camera(false))}},
		{name: "one of them for no target", values: []*plist.Value{one("ios-manual", camera(true)), one("ios", camera(false))}, want: []string{"1 " + conflict + "allowCamera"}},
		{name: "another device", values: []*plist.Value{device(one("a", camera(true)), 1), device(one("b", camera(false)), 5)}},
		{name: "any device", values: []*plist.Value{device(one("a", camera(true)), 0), device(one("b", camera(false)), 5)}, want: []string{"1 " + conflict + "allowCamera"}},
		{name: "not on the target", targets: "tvOS", values: []*plist.Value{device(one("a", camera(true)), 1), device(one("b", camera(false)), 1)}},
		{name: "another scope of a Mac", values: []*plist.Value{device(one("a", camera(true)), 5), user(device(one("b", camera(false)), 5))}},
		{name: "a key of iPhones in both scopes", values: []*plist.Value{one("a", camera(true)), user(one("b", camera(false)))}, want: []string{"1 " + conflict + "allowCamera"}},
		{name: "a variable", values: []*plist.Value{one("a", pl(restrictions, "safariAcceptCookies", "$COOKIES")), one("b", pl(restrictions, "safariAcceptCookies", 2.0))}},

		{name: "preferences", values: []*plist.Value{one("a", chrome("HomepageLocation", "x")), one("b", chrome("HomepageLocation", "y"))}, want: []string{"1 " + conflict + "HomepageLocation"}},
		{name: "the same preference", values: []*plist.Value{one("a", chrome("HomepageLocation", "x")), one("b", chrome("HomepageLocation", "x"))}},
		{name: "another preference", values: []*plist.Value{one("a", chrome("HomepageLocation", "x")), one("b", chrome("RestoreOnStartup", 4))}},
		{name: "deep", values: []*plist.Value{one("a", chrome("P", d("A", 1, "B", 2))), one("b", chrome("P", d("A", 1, "B", 3)))}, want: []string{"1 " + conflict + "P.B"}},
		{name: "order of keys", values: []*plist.Value{one("a", chrome("P", arr(d("A", 1, "B", 2)))), one("b", chrome("P", arr(d("B", 2, "A", 1))))}},
		{name: "managed and plain", values: []*plist.Value{one("a", chrome("X", true)), one("b", managed("com.google.Chrome", "X", false))},
			want: []string{`1 warning conflicting-setting PayloadContent[0].PayloadContent["com.google.Chrome"].Forced[0].mcx_preference_settings.X`}},
		{name: "strictest counts", values: []*plist.Value{one("a", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 6)), one("b", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 8))}},
		{name: "no rule for the key", values: []*plist.Value{one("a", pl("com.apple.security.firewall", "EnableFirewall", true, "LoggingOption", "brief")), one("b", pl("com.apple.security.firewall", "EnableFirewall", false, "LoggingOption", "detail"))},
			want: []string{"1 " + conflict + "LoggingOption"}},
		{name: "lists that add up", values: []*plist.Value{one("a", pl("com.apple.system-extension-policy", "AllowedTeamIdentifiers", arr("X9E956P446"))), one("b", pl("com.apple.system-extension-policy", "AllowedTeamIdentifiers", arr("DE8Y96K9QP")))}},
		{name: "entries beside each other", values: []*plist.Value{one("a", pl("com.apple.TCC.configuration-profile-policy", "Services", d("SystemPolicyAllFiles", arr(d("Identifier", "com.a", "Allowed", true))))),
			one("b", pl("com.apple.TCC.configuration-profile-policy", "Services", d("SystemPolicyAllFiles", arr(d("Identifier", "com.b", "Allowed", true)))))}},
		{name: "secret preference", values: []*plist.Value{one("a", chrome("EnrollmentToken", "hunter2")), one("b", chrome("EnrollmentToken", "hunter22"))},
			want: []string{"1 " + conflict + "EnrollmentToken"}},
	}
}

func payloadSets() []setCase {
	camera := func(on bool) *plist.Value { return pl(restrictions, "allowCamera", on) }
	network := func(ssid string) *plist.Value { return pl(wifi, "SSID_STR", ssid, "Password", "hunter2") }
	resolver := func() *plist.Value {
		return pl(dnsSettings, "DNSSettings", d("DNSProtocol", "TLS", "ServerName", "dns.acme.com"))
	}
	device := func(v *plist.Value, n int) *plist.Value { return v.Set("TargetDeviceType", value(n)) }
	user := func(v *plist.Value) *plist.Value { return v.Set("PayloadScope", value("User")) }
	return []setCase{
		{name: "networks", values: []*plist.Value{one("a", network("x")), one("b", network("y"))}},
		{name: "the same network", values: []*plist.Value{one("a", network("x")), one("b", network("x"))}},
		{name: "certificates", values: []*plist.Value{one("a", pl("com.apple.security.root", "PayloadContent", []byte("x"))), one("b", pl("com.apple.security.root", "PayloadContent", []byte("y")))}},
		{name: "accounts", values: []*plist.Value{one("a", pl("com.apple.caldav.account", "CalDAVHostName", "x")), one("b", pl("com.apple.caldav.account", "CalDAVHostName", "y"))}},
		{name: "strictest counts", values: []*plist.Value{one("a", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 4)), one("b", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 8))}},

		{name: "once on a device", values: []*plist.Value{one("a", pl("com.apple.app.lock")), one("b", pl("com.apple.app.lock"))},
			want: []string{"1 warning single-instance-payload-in-two-profiles PayloadContent[0]"}},
		{name: "once on other devices", values: []*plist.Value{device(one("a", pl("com.apple.app.lock")), 1), device(one("b", pl("com.apple.app.lock")), 4)}},
		{name: "once in each scope", values: []*plist.Value{one("a", pl("com.apple.dock")), user(one("b", pl("com.apple.dock")))}},

		{name: "resolvers", values: []*plist.Value{one("a", resolver()), one("b", resolver()), one("c", resolver())}, want: []string{"1 warning several-dns-payloads PayloadContent[0]", "2 warning several-dns-payloads PayloadContent[0]"}},
		{name: "resolvers of other devices", values: []*plist.Value{device(one("a", resolver()), 1), device(one("b", resolver()), 5)}},

		{name: "identifier", values: []*plist.Value{one("a", camera(true)), one("b", network("x")).Set("PayloadIdentifier", value("com.acme.a"))},
			want: []string{"1 warning duplicate-profile-identifier PayloadIdentifier"}},
		{name: "identifier in Fleet", server: "fleet", values: []*plist.Value{one("a", camera(true)), one("b", network("x")).Set("PayloadIdentifier", value("com.acme.a"))},
			want: []string{"1 error duplicate-profile-identifier PayloadIdentifier"}},
		{name: "identifier in Fleet, in two scopes", server: "fleet", values: []*plist.Value{one("a", camera(true)), user(one("b", network("x"))).Set("PayloadIdentifier", value("com.acme.a"))},
			want: []string{"1 error duplicate-profile-identifier PayloadIdentifier"}},
		{name: "name", values: []*plist.Value{one("a", camera(true)), one("b", network("x")).Set("PayloadDisplayName", value("a"))}},
		{name: "name in Fleet", server: "fleet", values: []*plist.Value{one("a", camera(true)), one("b", network("x")).Set("PayloadDisplayName", value("a"))},
			want: []string{"1 error duplicate-profile-name PayloadDisplayName"}},
		{name: "UUID", values: []*plist.Value{one("a", camera(true)), one("b", network("x").Set("PayloadUUID", value("A0")))},
			want: []string{"1 warning payload-uuid-in-two-profiles PayloadContent[0].PayloadUUID"}},
		{name: "UUID on other devices", values: []*plist.Value{device(one("a", camera(true)), 5), device(one("b", network("x").Set("PayloadUUID", value("A0"))), 1)}},
		{name: "copy", values: []*plist.Value{one("a", camera(true)), one("a", camera(true))}, want: []string{"1 note same-profile-twice "}},

		{name: "declaration first", values: []*plist.Value{declaration("com.apple.configuration.network.dns-settings", "a"), one("b", resolver())},
			want: []string{"1 warning profile-against-declaration PayloadContent[0]", "1 warning several-dns-payloads PayloadContent[0]"}},
		{name: "declaration for another target", values: []*plist.Value{declaration("com.apple.configuration.network.dns-settings", "com.acme.ios-supervised.dns"), one("ios-manual", resolver())}},
		{name: "declaration for the same target", values: []*plist.Value{declaration("com.apple.configuration.network.dns-settings", "com.acme.ios-manual.dns"), one("ios-manual", resolver())},
			want: []string{"1 warning profile-against-declaration PayloadContent[0]", "1 warning several-dns-payloads PayloadContent[0]"}},
		{name: "declarations for another and the same target", values: []*plist.Value{
			declaration("com.apple.configuration.passcode.settings", "com.acme.ios-supervised.code"), declaration("com.apple.configuration.passcode.settings", "com.acme.ios-device.code"),
			one("ios-device", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 4))},
			want: []string{"2 warning profile-against-declaration PayloadContent[0]"}},
		{name: "passcode", values: []*plist.Value{one("a", pl("com.apple.mobiledevice.passwordpolicy", "minLength", 4)), declaration("com.apple.configuration.passcode.settings", "a", "MinimumLength", 4)},
			want: []string{"1 warning profile-against-declaration Type"}},
		{name: "a key that moved", values: []*plist.Value{declaration("com.apple.configuration.intelligence.settings", "a"), one("b", pl(restrictions, "forceOnDeviceOnlyTranslation", true))},
			want: []string{"1 warning profile-against-declaration PayloadContent[0].forceOnDeviceOnlyTranslation"}},
		{name: "other declarations", values: []*plist.Value{declaration("com.apple.configuration.account.mail", "a"), declaration("com.apple.configuration.account.mail", "b"), one("b", camera(true))}},
		{name: "declaration applied once", values: []*plist.Value{declaration("com.apple.configuration.watch.enrollment", "a"), declaration("com.apple.configuration.watch.enrollment", "b")},
			want: []string{"1 warning single-instance-payload-in-two-profiles "}},
		{name: "identifier of declarations", values: []*plist.Value{declaration("com.apple.configuration.account.mail", "a"), declaration("com.apple.configuration.account.ldap", "a")},
			want: []string{"1 warning duplicate-profile-identifier Identifier"}},
	}
}

// A finding points at the later file, and from there at the earlier one.
func TestSetsPointAtBoth(t *testing.T) {
	c := New(schema.Embedded())
	var members []*FileFacts
	for _, name := range []string{"a.mobileconfig", "b.mobileconfig"} {
		data, err := plist.Write(one(name[:1], pl(restrictions, "allowCamera", name[0] == 'a')))
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := document.Open(diag.NewFile(name, data))
		secret.Mark(doc.Root)
		m, err := c.FileFacts(name, doc.File, doc.Root, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	found := checkSet(c, members, Options{})
	if len(found[0]) != 0 || len(found[1]) != 1 {
		t.Fatalf("got %v", found)
	}
	at := found[1][0]
	text := func(p diag.Place) string {
		i := slices.IndexFunc(members, func(m *FileFacts) bool { return m.name == p.File })
		f := members[i].file
		return f.Name + " " + string(f.Data[f.Offset(p.Start):f.Offset(p.End)])
	}
	if text(at.Span.At()) != "b.mobileconfig allowCamera" || text(at.Related[0].At()) != "a.mobileconfig allowCamera" {
		t.Errorf("points at %q and %q", text(at.Span.At()), text(at.Related[0].At()))
	}
	if want := `"allowCamera" is false here, but true in "a.mobileconfig"`; at.Message != want {
		t.Errorf("got message %s, want %s", at.Message, want)
	}
}

// Twice as many files of a set take twice as many comparisons and twice as much text, whatever they have in common.
func TestSetsGrowWithTheirFiles(t *testing.T) {
	camera := func(on bool) *plist.Value { return pl(restrictions, "allowCamera", on) }
	passcode := "com.apple.configuration.passcode.settings"
	shapes := map[string]func(i int) (file string, v *plist.Value){
		"one identifier": func(i int) (string, *plist.Value) {
			return fmt.Sprint(i), one("a", camera(i%2 == 0)).Set("PayloadVersion", value(i))
		},
		"one payload": func(i int) (string, *plist.Value) {
			return fmt.Sprint(i), one(fmt.Sprint(i), pl("com.apple.app.lock"), pl(dnsSettings, "DNSSettings", d("DNSProtocol", "TLS")))
		},
		"versions of a target": func(i int) (string, *plist.Value) {
			return fmt.Sprintf("a.ios-%d-supervised.mobileconfig", i), one(fmt.Sprint(i), camera(true), pl(dnsSettings))
		},
		"payloads, then declarations": func(i int) (string, *plist.Value) {
			if i%2 == 0 {
				return fmt.Sprint(i), declaration(passcode, fmt.Sprintf("com.acme.%d", i))
			}
			return fmt.Sprint(i), one(fmt.Sprint(i), pl("com.apple.mobiledevice.passwordpolicy", "minLength", 4))
		},
	}
	c := New(schema.Embedded())
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			size := func(n int) (steps, written int) {
				set := c.NewSet(Options{Groups: rules.Groups(), For: mdm.Find("fleet")})
				steps = work.Measure(func() {
					for i := range n {
						file, v := shape(i)
						m, err := c.FileFacts(file, nil, v, v.Field("ServerToken") != nil, nil)
						if err != nil {
							t.Fatal(err)
						}
						for _, d := range set.Add(m) {
							written += len(d.Message) + len(d.Help)
						}
					}
				})
				return steps, written
			}
			steps, written := size(200)
			more, longer := size(400)
			if more > steps*21/10 || longer > written*21/10 { // the numbers in the names get longer
				t.Errorf("200 files: %d steps, %d bytes; 400: %d steps, %d bytes", steps, written, more, longer)
			}
		})
	}
}

// Whatever stands in the files: nothing panics, and every finding points into the file that it is about.
func FuzzSetsPointIntoTheirFiles(f *testing.F) {
	seed := func(v *plist.Value) []byte {
		data, err := plist.Write(v)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	f.Add(seed(one("a", pl(restrictions, "allowCamera", true))), seed(one("b", pl(restrictions, "allowCamera", false))))
	f.Add(seed(one("a", pl(profiles.ManagedPreferences, "PayloadContent", d("x", d("Forced", arr(d("mcx_preference_settings", d("A", 1)))))))), []byte(`{"Type": "x", "Identifier": "y"}`))
	c := New(schema.Embedded())
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var members []*FileFacts
		for i, data := range [][]byte{a, b, a} {
			doc, _ := document.Open(diag.NewFile(fmt.Sprint(i), data))
			if doc.Root == nil {
				return
			}
			isDeclaration := doc.Kind() == document.Declaration
			check := c.Check
			if isDeclaration {
				check = c.CheckDeclaration
			}
			for _, s := range mdm.Servers() {
				if _, err := check(doc.Root, nil, Options{Groups: rules.Groups(), For: s, Now: testNow, Container: Container{Signed: doc.Signed, Message: data}}); err != nil {
					t.Fatal(err)
				}
			}
			m, err := c.FileFacts(fmt.Sprint(i), doc.File, doc.Root, isDeclaration, nil)
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, m)
		}
		for i, of := range checkSet(c, members, Options{}) {
			for _, d := range of {
				if s := d.Span; !s.IsZero() && (s.File != members[i].file || s.Start < 0 || s.Start > s.End || s.End > len(s.File.Data)) {
					t.Fatalf("%s points at %v", d.Rule, s)
				}
			}
		}
	})
}
