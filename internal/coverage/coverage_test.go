package coverage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/templates"
)

// prevention is that of the built-in template, which coverage without arguments is about.
func prevention(t *testing.T) template.Prevention {
	t.Helper()
	spec, findings, err := (&template.Loader{Builtin: templates.Files}).Load(template.Input{Name: "builtin:" + templates.Prevention})
	if err != nil || spec == nil {
		t.Fatal(err, findings)
	}
	return spec.Prevention
}

func targets(t *testing.T, texts ...string) []target.Target {
	t.Helper()
	var all []target.Target
	for _, text := range texts {
		to, err := target.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, to)
	}
	return all
}

// profile reads the payloads of a profile, each as its type and keys.
func profile(t *testing.T, payloads ...string) *plist.Value {
	t.Helper()
	var b strings.Builder
	b.WriteString("<plist version=\"1.0\"><dict><key>PayloadContent</key><array>")
	for _, p := range payloads {
		payloadType, keys, _ := strings.Cut(p, " ")
		fmt.Fprintf(&b, "<dict><key>PayloadType</key><string>%s</string>%s</dict>", payloadType, keys)
	}
	b.WriteString("</array></dict></plist>")
	doc, findings := plist.Read(diag.NewFile("test", []byte(b.String())))
	if doc == nil || doc.Root == nil {
		t.Fatal(findings)
	}
	return doc.Root
}

// keyCase is what the first key of a payload comes to; its name may be empty.
type keyCase struct{ payload, key, target, want string }

func checkKeys(t *testing.T, cases []keyCase) {
	t.Helper()
	for _, c := range cases {
		m, err := Keys([]File{{"test", profile(t, c.payload)}}, targets(t, c.target), schema.Embedded())
		if err != nil || len(m.Rows) == 0 {
			t.Errorf("%s: got no rows, error %v", c.payload, err)
			continue
		}
		row := m.Rows[0]
		if c.key != "" && row.Subject.Name() != c.key {
			t.Errorf("%s: got key %s, want %s", c.payload, row.Subject.Name(), c.key)
		}
		if got := describe(row.Cells[0]); got != c.want {
			t.Errorf("%s on %s:\n got %s\nwant %s", c.payload, c.target, got, c.want)
		}
	}
}

// One line a key: what it is on some targets, and why.
func TestKeys(t *testing.T) {
	const (
		restriction = "com.apple.applicationaccess "
		dns         = "com.apple.dnsSettings.managed "
		server      = "<key>DNSSettings</key><dict><key>DNSProtocol</key><string>HTTPS</string></dict>"
	)
	checkKeys(t, []keyCase{
		{restriction + "<key>allowCamera</key><false/>", "com.apple.applicationaccess.allowCamera", "iOS/supervised", "enforced"},
		{restriction + "<key>allowCloudPhotoLibrary</key><false/>", "", "iOS/manual", "enforced: is deprecated where the device is not supervised"},
		{restriction + "<key>allowCloudPhotoLibrary</key><false/>", "", "macOS/device", "enforced"},
		{restriction + "<key>allowCamera</key><true/>", "", "iOS/supervised", "preset: equals the default, so it restricts nothing"},
		{restriction + "<key>forceAutomaticDateAndTime</key><true/>", "", "iOS/supervised", "enforced: keeps the time right; the time zone follows only while the device can find its location"},
		{restriction + "<key>forceAutomaticDateAndTime</key><true/>", "", "iOS/manual", "none: needs a supervised device"},
		{restriction + "<key>forceAutomaticDateAndTime</key><true/>", "", "macOS/supervised", "none: is not on this platform"},
		{restriction + "<key>forceAutomaticDateAndTime</key><true/>", "", "tvOS@12.1/supervised", "none?: needs version 12.2; is not read after an upgrade until the profile is delivered again"},
		{restriction + "<key>allowAppCellularDataModification</key><false/>", "", "iOS/supervised", "locked: freezes what is set at that moment; it sets nothing itself"},
		{restriction + "<key>forceDelayedSoftwareUpdates</key><true/>", "", "iOS@26/supervised", "enforced: is gone in version 27; is replaced by com.apple.configuration.softwareupdate.settings"},
		{restriction + "<key>forceDelayedSoftwareUpdates</key><true/>", "", "iOS@27/supervised", "none: was removed in version 27; is replaced by com.apple.configuration.softwareupdate.settings"},
		{restriction + "<key>noSuchKey</key><true/>", "com.apple.applicationaccess.noSuchKey", "iOS", "none?: is not in the schema of com.apple.applicationaccess"},
		{"com.apple.mail.managed <key>IdentificationUUID</key><string>a</string>", "", "macOS", "enforced?: is a key outside Apple's schema"},
		{"com.apple.vpn.managed <key>VendorConfig</key><dict><key>WgQuickConfig</key><string>a</string></dict>", "", "iOS@26", "enforced?: is set; Apple's schema does not tell if a person can change it"},
		// keys in arrays of arrays, and what holds no key
		{"com.apple.homescreenlayout <key>Pages</key><array><array><dict><key>Type</key><string>Application</string></dict></array></array>", "com.apple.homescreenlayout.Pages.Type", "iOS/supervised",
			"enforced?: is set; Apple's schema does not tell if a person can change it"},
		{"com.apple.homescreenlayout <key>Pages</key><array><array/></array>", "com.apple.homescreenlayout.Pages", "iOS/supervised", "enforced?: is set; Apple's schema does not tell if a person can change it"},
		{dns + "<key>DNSSettings</key><dict/>", "com.apple.dnsSettings.managed.DNSSettings", "iOS@27/manual-supervised", "preset: is deprecated from version 27 on; is replaced by com.apple.configuration.network.dns-settings"},
		// a schema that names no platform
		{"com.apple.security.wapi-identity <key>PEMData</key><data>YQ==</data>", "", "iOS", "enforced?: is of a type without platforms in the schema; is set; Apple's schema does not tell if a person can change it"},
		// what a device ignores, by Apple's words alone
		{"com.apple.webcontent-filter <key>FilterType</key><string>Plugin</string>", "", "iOS/device", "none: needs ContentFilterUUID beside it where the device is not supervised"},
		{"com.apple.webcontent-filter <key>FilterType</key><string>Plugin</string><key>ContentFilterUUID</key><string>a</string>", "", "iOS/device", "enforced?: is set; Apple's schema does not tell if a person can change it"},
		{"com.apple.webcontent-filter <key>FilterType</key><string>Plugin</string>", "", "iOS/supervised", "enforced?: is set; Apple's schema does not tell if a person can change it"},
		{"com.apple.globalethernet.managed <key>ProxyType</key><string>Manual</string>", "", "macOS/user", "none: is not supported in User Enrollment"},
		// the passcode by hand: one report against Apple's schema
		{"com.apple.mobiledevice.passwordpolicy <key>minLength</key><integer>8</integer>", "", "macOS@26/manual", "enforced?: is deprecated from version 27 on; was refused on macOS 15.7.3 where no MDM sent it: one report, against Apple's schema"},
		{"com.apple.mobiledevice.passwordpolicy <key>minLength</key><integer>8</integer>", "", "macOS@26/device", "enforced: is deprecated from version 27 on"},
		{"com.apple.AssetCache.managed <key>AllowPersonalCaching</key><false/>", "", "macOS@26", "enforced?: is deprecated from version 27 on; is replaced by com.apple.configuration.content-cache.settings; keeps iCloud data off this cache; is set; Apple's schema does not tell if a person can change it"},
		{dns + server, "com.apple.dnsSettings.managed.DNSSettings.DNSProtocol", "iOS@26/manual", "preset: is deprecated from version 27 on; is replaced by com.apple.configuration.network.dns-settings"},
		{dns + server + "<key>ProhibitDisablement</key><true/>", "", "iOS@18/supervised", "enforced: is deprecated from version 27 on; is replaced by com.apple.configuration.network.dns-settings; covers managed Wi-Fi networks only"},
		{dns + server + "<key>ProhibitDisablement</key><true/>", "", "iOS@18/manual", "preset: is deprecated from version 27 on; is replaced by com.apple.configuration.network.dns-settings"},
		{"com.apple.MCX <key>timeServer</key><string>a</string>", "", "macOS", "locked?: sets the time server and locks the switch, but does not turn network time on where it was off"},
		{"com.apple.SoftwareUpdate <key>AutomaticDownload</key><false/>", "", "macOS@15", "enforced: is gone in version 27; is replaced by com.apple.configuration.softwareupdate.settings"},
		{"com.apple.wifi.managed <key>SSID_STR</key><string>a</string>", "", "iOS", "enforced?: is set; Apple's schema does not tell if a person can change it"},
		{"com.apple.mobiledevice.passwordpolicy <key>minLength</key><integer>8</integer>", "", "iOS@26", "enforced: is deprecated from version 27 on"},
		{"com.apple.networkusagerules <key>ApplicationRules</key><array><dict><key>AllowCellularData</key><false/></dict></array>", "", "iOS/manual", "none: can be installed by MDM only"},
	})
}

// The same of preferences of a Mac, in both of their forms.
func TestPreferenceKeys(t *testing.T) {
	const (
		unlisted = "is set, but is in no schema or manifest: the app may ignore it"
		forced   = "<key>PayloadContent</key><dict><key>%s</key><dict><key>%s</key><array><dict><key>mcx_preference_settings</key><dict><key>%s</key><true/></dict></dict></array></dict></dict>"
	)
	managed := func(domain, state, key string) string {
		return "com.apple.ManagedClient.preferences " + fmt.Sprintf(forced, domain, state, key)
	}
	checkKeys(t, []keyCase{
		{"com.example.unknown <key>a</key><true/>", "com.example.unknown.a", "iOS", "none?: is in no schema"},
		// a preference that nobody lists, in every form
		{"com.example.unknown <key>a</key><true/>", "", "macOS", "enforced?: " + unlisted},
		{managed("com.example.unknown", "Forced", "a"), "", "macOS", "enforced?: " + unlisted},
		{managed("com.example.unknown", "Set-Once", "a"), "", "macOS", "preset?: " + unlisted},
		{"com.google.Chrome <key>BrandNewPolicy</key><true/>", "", "macOS", "enforced?: " + unlisted},
		{managed("com.google.Chrome", "Forced", "BrandNewPolicy"), "", "macOS/supervised", "enforced?: " + unlisted},
		{"com.google.Chrome <key>BrandNewPolicy</key><true/>", "", "iOS", "none?: is not in the schema of com.google.Chrome"},
		{managed("com.google.Chrome", "Forced", "BrandNewPolicy"), "", "iOS", "none: is not on this platform"},
		{managed("com.apple.applicationaccess", "Forced", "noSuchKey"), "", "macOS", "enforced?: " + unlisted},
		// a preference that a manifest lists beside Apple's schema, or instead of it
		{"com.apple.finder <key>FXPreferredViewStyle</key><string>Nlsv</string>", "", "macOS", "enforced?: is a preference outside Apple's schemas"},
		{"com.apple.finder <key>ShowRecentTags</key><true/>", "", "macOS", "enforced?: is a preference outside Apple's schemas"},
		{"com.apple.finder <key>NobodyListsThis</key><true/>", "", "macOS", "enforced?: " + unlisted},
		{managed("com.apple.finder", "Forced", "FXPreferredViewStyle"), "", "macOS", "enforced?: is a preference outside Apple's schemas"},
		{managed("com.apple.finder", "Forced", "ProhibitBurn"), "", "macOS", "enforced?: is documented by Apple as a payload, not as a managed preference"},
		{"com.apple.timed <key>TMAutomaticTimeOnlyEnabled</key><true/>", "", "macOS", "locked?: is undocumented by Apple; security baselines use it"},
		// several domains in one payload: one of them counts
		{"com.apple.ManagedClient.preferences <key>PayloadContent</key><dict><key>com.example.a</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict><key>b</key><true/></dict></dict></array></dict><key>com.example.c</key><dict/></dict>",
			"com.example.a.b", "macOS", "enforced?: shares its payload with other domains, and a Mac on 26.6 applied only one of them; " + unlisted},
		// what a manifest says of platforms is not Apple's word
		{"com.google.Chrome <key>BlockThirdPartyCookies</key><true/>", "", "iOS", "none?: is not on this platform"},
		// without the wrapper nothing is set
		{"com.apple.ManagedClient.preferences <key>PayloadContent</key><dict><key>com.apple.timed</key><dict><key>TMAutomaticTimeOnlyEnabled</key><true/></dict></dict>",
			"com.apple.timed.TMAutomaticTimeOnlyEnabled", "macOS", "none?: is in the wrong place: a Mac reads only keys in mcx_preference_settings below Forced or Set-Once"},
		{"com.apple.ManagedClient.preferences <key>PayloadContent</key><dict><key>com.apple.timed</key><dict><key>Forced</key><array><dict><key>TMAutomaticTimeOnlyEnabled</key><true/></dict></array></dict></dict>",
			"com.apple.timed.TMAutomaticTimeOnlyEnabled", "macOS", "none?: is in the wrong place: a Mac reads only keys in mcx_preference_settings below Forced or Set-Once"},
		{"com.apple.ManagedClient.preferences <key>com.apple.timed</key><true/>", "com.apple.ManagedClient.preferences.com.apple.timed", "macOS",
			"none?: is in the wrong place: a Mac reads only keys in mcx_preference_settings below Forced or Set-Once"},
		{managed("com.apple.finder", "Forced", "FXRemoveOldTrashItems"), "com.apple.finder.FXRemoveOldTrashItems", "macOS", "enforced?: is a preference outside Apple's schemas"},
		{managed("com.apple.finder", "Set-Once", "FXRemoveOldTrashItems"), "", "macOS", "preset?: is a preference outside Apple's schemas"},
		{managed("com.apple.finder", "Forced", "FXRemoveOldTrashItems"), "", "iOS", "none: is not on this platform"},
		{managed("com.apple.timed", "Forced", "TMAutomaticTimeOnlyEnabled"), "", "macOS", "locked?: is undocumented by Apple; security baselines use it"},
		{managed("com.apple.bird", "Set-Once", "optimize-storage"), "", "macOS", "preset?: is a preference that nobody is known to have managed by profile"},
	})
}

// describe is a cell in one line; ? stands where it rests on more than Apple's word.
func describe(c Cell) string {
	s := string(c.Class)
	if !c.Verified() {
		s += "?"
	}
	if c.Condition() != "" {
		s += ": " + c.Condition()
	}
	return s
}

// A key stands once for each boolean value, however often a file sets it, and not at all where it only holds others.
func TestKeysAreListedOnce(t *testing.T) {
	root := profile(t,
		"com.apple.applicationaccess <key>allowCamera</key><false/>",
		"com.apple.applicationaccess <key>allowCamera</key><false/>",
		"com.apple.applicationaccess <key>allowCamera</key><true/>",
		"com.apple.dnsSettings.managed <key>OnDemandRules</key><array><dict><key>Action</key><string>Connect</string></dict><dict><key>Action</key><string>Disconnect</string></dict></array>")
	m, err := Keys([]File{{"test", root}}, targets(t, "iOS"), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range m.Rows {
		got = append(got, strings.TrimSpace(r.Subject.Key+" "+r.Subject.Value))
	}
	if want := "allowCamera false, allowCamera true, OnDemandRules.Action"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

// What TargetDeviceType keeps from a platform does nothing there.
func TestKeysOfOnePlatform(t *testing.T) {
	for device, want := range map[int64]string{0: "enforced none enforced", 1: "enforced none none", 3: "enforced none enforced", 5: "none none none", 6: "none none enforced"} {
		root := profile(t, "com.apple.applicationaccess <key>forceAutomaticDateAndTime</key><true/>").Set("TargetDeviceType", plist.NewInteger(device))
		m, err := Keys([]File{{"test", root}}, targets(t, "iPadOS/supervised", "macOS/supervised", "visionOS/supervised"), schema.Embedded())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range m.Rows[0].Cells {
			got = append(got, string(c.Class))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("TargetDeviceType %d: got %s, want %s", device, strings.Join(got, " "), want)
		}
	}
}

func TestTooManyKeys(t *testing.T) {
	var b strings.Builder
	for i := range MaxKeys + 1 {
		fmt.Fprintf(&b, "<key>k%d</key><true/>", i)
	}
	_, err := Keys([]File{{"big", profile(t, "com.apple.applicationaccess "+b.String())}}, targets(t, "iOS"), schema.Embedded())
	if want := fmt.Sprintf("big: holds more than %d different keys", MaxKeys); err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

// A fact that changes in the catalog changes the matrix, and no code with it.
func TestCatalogDecides(t *testing.T) {
	tv := targets(t, "tvOS@27/manual")
	class := func(c *schema.Catalog) (from, key intent.Class) {
		intents, err := Intents(prevention(t), tv, c)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := Keys([]File{{"test", profile(t, "com.apple.dnsSettings.managed <key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string></dict>")}}, tv, c)
		if err != nil {
			t.Fatal(err)
		}
		return intents.Rows[1].Cells[0].Class, keys.Rows[0].Cells[0].Class
	}
	if from, key := class(schema.Embedded()); from != intent.Manual || key != intent.None {
		t.Fatalf("got %s and %s on tvOS, want manual and none", from, key)
	}
	doctored := doctor(t, "profiles/com.apple.dnsSettings.managed.json", `"tvOS": {"introduced": "n/a"}`, `"tvOS": {"introduced": "26"}`)
	if from, key := class(doctored); from != intent.Preset || key != intent.Preset {
		t.Errorf("with the key on tvOS got %s and %s, want preset", from, key)
	}
}

// doctor is the embedded catalog with one fact of one file changed.
func doctor(t *testing.T, name, old, new string) *schema.Catalog {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "schema", "catalog", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(data), old) != 1 {
		t.Fatalf("%s: %q does not stand there once", name, old)
	}
	changed := strings.Replace(string(data), old, new, 1)
	return schema.Layered(schema.Embedded(), schema.Open(fstest.MapFS{
		name:         {Data: []byte(changed)},
		"index.json": {Data: []byte(`{"types": []}`)},
	}))
}

func TestGroups(t *testing.T) {
	m, err := Keys([]File{{"test", profile(t, "com.apple.applicationaccess <key>forceAutomaticDateAndTime</key><true/>")}}, Grid(), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	seen := 0
	for _, g := range m.Groups() {
		got = append(got, fmt.Sprintf("%s %s %s", g.Platforms(), g.Installed(), g.Versions()))
		seen += len(g.Targets)
		for _, to := range g.Targets {
			if !m.Rows[0].Cells[g.At].looksLike(m.Rows[0].Cells[indexOf(m, to)]) {
				t.Errorf("%s is in the wrong group", to)
			}
		}
	}
	if seen != len(m.Targets) {
		t.Errorf("%d targets are in groups, want %d", seen, len(m.Targets))
	}
	want := "iOS, iPadOS unsupervised 26, 27; iOS, iPadOS supervised 26, 27; macOS any way 26, 27; " +
		"tvOS unsupervised 26, 27; tvOS supervised 26, 27; visionOS unsupervised 26, 27; visionOS supervised 26, 27; watchOS any way 26, 27"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
}

func indexOf(m *Matrix, to target.Target) int {
	for i, t := range m.Targets {
		if t == to {
			return i
		}
	}
	return -1
}

func TestTell(t *testing.T) {
	c := schema.Embedded()
	make := func(to []target.Target) (*Matrix, error) { return Intents(prevention(t), to, c) }
	s, err := Explain(make, 0, targets(t, "iOS@18/manual")[0], c)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Apple's key is forceAutomaticDateAndTime (com.apple.applicationaccess, iOS 12 and later)"; s.Lines[0].Text != want {
		t.Errorf("got %q, want %q", s.Lines[0].Text, want)
	}
	if want := "it needs a supervised device, and this target is not supervised"; s.Lines[1].Text != want {
		t.Errorf("got %q, want %q", s.Lines[1].Text, want)
	}
	if len(s.Better) != 1 || s.Better[0].Class != intent.Enforced || !s.Better[0].Supervised || len(s.Better[0].Ways) != 3 {
		t.Errorf("got better %+v, want enforced on supervised devices", s.Better)
	}
	if len(s.Settings) == 0 || len(s.Sources) == 0 {
		t.Errorf("got settings %v and sources %v", s.Settings, s.Sources)
	}
}

// Whatever a profile holds, its keys are listed without a panic and within the bound, and every class is one.
func FuzzKeysAreJudged(f *testing.F) {
	f.Add([]byte(`<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.MCX</string><key>timeServer</key><array/></dict></array></dict></plist>`))
	f.Add([]byte(`<plist version="1.0"><dict><key>Type</key><string>com.apple.configuration.passcode.settings</string><key>Payload</key><dict><key>MinimumLength</key><integer>0</integer></dict></dict></plist>`))
	f.Add([]byte(`<plist version="1.0"><dict><key>PayloadContent</key><array><string/><dict><key>PayloadType</key><string>com.apple.ManagedClient.preferences</string><key>PayloadContent</key><dict><key>a</key><dict><key>Forced</key><string/></dict></dict></dict></array></dict></plist>`))
	catalog := schema.Embedded()
	to := Grid()
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, _ := plist.Read(diag.NewFile("fuzz", data))
		if doc == nil {
			return
		}
		m, err := Keys([]File{{"fuzz", doc.Root}}, to, catalog)
		if err != nil {
			return
		}
		for _, r := range m.Rows {
			for _, c := range r.Cells {
				if c.Class == "" || (len(c.Mechanisms) > 0) != (c.Class != intent.None) {
					t.Errorf("%s on %s: class %q, mechanisms %v", r.Subject.Name(), c.Target, c.Class, c.Mechanisms)
				}
			}
		}
		m.Groups()
	})
}

// In User Enrollment a device takes little of a passcode configuration, by Apple's notes on it.
func TestPasscodeInUserEnrollment(t *testing.T) {
	declaration := plist.NewDictionary()
	declaration.Set("Type", plist.NewString("com.apple.configuration.passcode.settings"))
	payload := plist.NewDictionary()
	payload.Set("RequirePasscode", plist.NewBoolean(true))
	payload.Set("RequireAlphanumericPasscode", plist.NewBoolean(true))
	payload.Set("MinimumLength", plist.NewInteger(10))
	payload.Set("MaximumInactivityInMinutes", plist.NewInteger(5))
	declaration.Set("Payload", payload)
	m, err := Keys([]File{{"test", declaration}}, targets(t, "iOS@26/user", "iOS@26/device"), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"enforced",
		"none: is ignored in User Enrollment, where any passcode configuration requires 6 characters and no simple passcode",
		"enforced: is 6 in User Enrollment, whatever it says",
		"locked: only takes Never from the choices in User Enrollment",
	} {
		if got := describe(m.Rows[i].Cells[0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", m.Rows[i].Subject.Name(), got, want)
		}
		if got := describe(m.Rows[i].Cells[1]); strings.Contains(got, "User Enrollment") || strings.HasPrefix(got, "none") {
			t.Errorf("%s with device enrollment: got %s", m.Rows[i].Subject.Name(), got)
		}
	}
}

func TestStorySentences(t *testing.T) {
	s := &Explanation{
		Subject: Subject{Intent: intent.DateTime},
		Cell:    Cell{Class: intent.Manual, Target: target.Target{Platform: target.IOS, Version: target.Version{Major: 18}, Enrollment: target.Manual}},
		Lines:   []Line{{Text: "it needs a supervised device", Evidence: fact.Apple}, {Text: "com.apple.x is odd", Evidence: fact.Community}},
		Better:  []Better{{Class: intent.Enforced, Version: target.Version{Major: 27}, Ways: []target.Enrollment{target.Supervised}, Supervised: true}},
	}
	want := []string{
		"It needs a supervised device.",
		"com.apple.x is odd (community).",
		"To have it enforced: supervised MDM, from version 27 on (Apple Configurator or Automated Device Enrollment supervises a device).",
	}
	got := s.Sentences()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
