package schema

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/target"
)

func one(t *testing.T, types []*Type, err error) *Type {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(types) != 1 {
		t.Fatalf("%d types, want 1", len(types))
	}
	return types[0]
}

func payload(t *testing.T, payloadType string) *Type {
	t.Helper()
	types, err := Embedded().Payloads(payloadType)
	return one(t, types, err)
}

// sharing returns one of the types that share a payload type.
func sharing(t *testing.T, payloadType, id string) *Type {
	t.Helper()
	types, err := Embedded().Payloads(payloadType)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range types {
		if x.ID == id {
			return x
		}
	}
	t.Fatalf("no %s among %d types", id, len(types))
	return nil
}

func declaration(t *testing.T, declarationType string) *Type {
	t.Helper()
	x, err := Embedded().Declaration(declarationType)
	if err != nil || x == nil {
		t.Fatalf("%v, %v", x, err)
	}
	return x
}

func envelope(t *testing.T) *Type {
	t.Helper()
	x, err := Embedded().Envelope()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestAvailabilityFacts(t *testing.T) {
	restrictions := payload(t, "com.apple.applicationaccess")
	dns := payload(t, "com.apple.dnsSettings.managed")
	dnsDeclaration := declaration(t, "com.apple.configuration.network.dns-settings")
	updates := declaration(t, "com.apple.configuration.softwareupdate.settings")
	usage := payload(t, "com.apple.networkusagerules")
	timeServer := sharing(t, "com.apple.MCX", "com.apple.MCX(TimeServer)")
	tests := []struct {
		of       *Type
		platform target.Platform
		path     string // keys with slashes between
		want     string
	}{
		{restrictions, target.IOS, "forceAutomaticDateAndTime", "12 supervised; user enrollment forbidden"},
		{restrictions, target.IPadOS, "forceAutomaticDateAndTime", "12 supervised; user enrollment forbidden"},
		{restrictions, target.MacOS, "forceAutomaticDateAndTime", "n/a"},
		{restrictions, target.TvOS, "forceAutomaticDateAndTime", "12.2 supervised"},
		{restrictions, target.VisionOS, "forceAutomaticDateAndTime", "2 supervised; user enrollment forbidden"},
		{restrictions, target.WatchOS, "forceAutomaticDateAndTime", "n/a"},
		{restrictions, target.IOS, "allowAppCellularDataModification", "7 supervised; user enrollment forbidden"},
		{restrictions, target.IOS, "allowCloudBackup", "5; user enrollment forbidden"},
		{restrictions, target.MacOS, "allowCloudBackup", "n/a"},
		{restrictions, target.MacOS, "allowCloudDocumentSync", "10.11; user enrollment forbidden"},
		{restrictions, target.VisionOS, "allowCloudPrivateRelay", "2 supervised; user enrollment forbidden"},
		{restrictions, target.IOS, "forceDelayedSoftwareUpdates", "11.3 deprecated 26 removed 27 supervised; user enrollment forbidden"},
		{restrictions, target.TvOS, "forceDelayedSoftwareUpdates", "12.2 deprecated 26 removed 27 supervised"},
		{restrictions, target.MacOS, "allowRapidSecurityResponseRemoval", "13 deprecated 26 removed 27; user enrollment forbidden"},
		{restrictions, target.IOS, "ratingAppsExemptedBundleIDs", "26.1; not by hand; user enrollment forbidden"},
		{restrictions, target.IOS, "allowAccountModification", "7 supervised; user enrollment forbidden"},
		{dns, target.IOS, "", "14 deprecated 27; user enrollment forbidden"},
		{dns, target.MacOS, "", "11 deprecated 27; user enrollment forbidden"},
		{dns, target.TvOS, "", "n/a"},
		{dns, target.TvOS, "DNSSettings/AllowFailover", "n/a"},
		{dns, target.IOS, "DNSSettings/AllowFailover", "26 deprecated 27; user enrollment forbidden"},
		{dns, target.VisionOS, "DNSSettings/AllowFailover", "26 deprecated 27; user enrollment forbidden"},
		{dns, target.IOS, "ProhibitDisablement", "14 deprecated 27 supervised; user enrollment forbidden"},
		{dns, target.MacOS, "ProhibitDisablement", "11 deprecated 27 supervised; user enrollment forbidden"},
		{dnsDeclaration, target.IOS, "", "27; enrollments supervised,device,local"},
		{dnsDeclaration, target.MacOS, "", "27; enrollments supervised,local"},
		{dnsDeclaration, target.TvOS, "", "n/a"},
		{updates, target.TvOS, "", "18.4; enrollments supervised,device"},
		{updates, target.IOS, "AutomaticActions", "18; enrollments supervised"},
		{usage, target.IOS, "ApplicationRules", "9; not by hand; user enrollment forbidden"},
		{usage, target.IOS, "SIMRules", "13; not by hand; user enrollment forbidden"},
		{usage, target.MacOS, "ApplicationRules", "n/a"},
		{payload(t, "com.apple.SoftwareUpdate"), target.MacOS, "", "10.7 deprecated 26 removed 27; user enrollment forbidden"},
		{timeServer, target.MacOS, "timeServer", "10.12.4; user enrollment forbidden"},
		{timeServer, target.IOS, "timeServer", "n/a"},
		{payload(t, "com.apple.vpn.managed"), target.WatchOS, "IKEv2", "n/a"},
		{payload(t, "com.apple.declarations"), target.IOS, "", "17; user enrollment forbidden"},
		{envelope(t), target.IOS, "TargetDeviceType", "12.2"},
		{envelope(t), target.WatchOS, "TargetDeviceType", "5.2"},
		{envelope(t), target.IOS, "PayloadRemovalDisallowed", "4 supervised; user enrollment forbidden"},
		{envelope(t), target.VisionOS, "PayloadRemovalDisallowed", "n/a"},
		{envelope(t), target.MacOS, "PayloadScope", "10.8"},
	}
	for _, tt := range tests {
		t.Run(tt.of.ID+"/"+tt.path+"/"+string(tt.platform), func(t *testing.T) {
			var path []string
			if tt.path != "" {
				path = strings.Split(tt.path, "/")
				if tt.of.Key(path...) == nil {
					t.Fatal("no such key")
				}
			}
			if got := describe(tt.of.AvailabilityAt(tt.platform, path...)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// describe says the facts that the table states.
func describe(a Availability) string {
	if a.NotAvailable {
		return "n/a"
	}
	s := a.Introduced.String()
	if !a.Deprecated.IsZero() {
		s += " deprecated " + a.Deprecated.String()
	}
	if !a.Removed.IsZero() {
		s += " removed " + a.Removed.String()
	}
	if a.Supervised != nil && *a.Supervised {
		s += " supervised"
	}
	if a.AllowManualInstall != nil && !*a.AllowManualInstall {
		s += "; not by hand"
	}
	if a.UserEnrollment != "" && a.UserEnrollment != "allowed" {
		s += "; user enrollment " + a.UserEnrollment
	}
	if a.AllowedEnrollments != nil {
		s += "; enrollments " + strings.Join(a.AllowedEnrollments, ",")
	}
	return s
}

func TestKeyFacts(t *testing.T) {
	dns := payload(t, "com.apple.dnsSettings.managed")
	layout := payload(t, "com.apple.homescreenlayout")
	tests := []struct {
		name string
		of   *Type
		path string
		want string
	}{
		{"required", dns, "DNSSettings", "dictionary required"},
		{"rangelist of strings", dns, "DNSSettings/DNSProtocol", `string required ["HTTPS" "TLS"]`},
		{"default", dns, "DNSSettings/AllowFailover", "boolean = false"},
		{"through an array", dns, "OnDemandRules/Action", `string required ["Connect" "Disconnect" "EvaluateConnection"]`},
		{"through two arrays", dns, "OnDemandRules/ActionParameters/DomainAction", `string required ["NeverConnect" "ConnectIfNeeded"]`},
		{"moved", dns, "PayloadCertificateUUID", "string dropped"},
		{"there now", dns, "DNSSettings/PayloadCertificateUUID", "string"},
		{"not there", dns, "OnDemandEnabled", "none"},
		{"an element's name is no key", dns, "OnDemandRules/OnDemandRulesElement", "none"},
		{"below a scalar", dns, "ProhibitDisablement/x", "none"},
		{"rangelist of integers", envelope(t), "TargetDeviceType", "integer = 0 [0 1 2 3 4 5 6]"},
		{"gone from the newest", envelope(t), "IsEncrypted", "boolean = false dropped"},
		{"gone from the newest", envelope(t), "HasRemovalPasscode", "boolean = false dropped"},
		{"any type", envelope(t), "PayloadContent/Whatever", "any required"},
		{"any language", envelope(t), "ConsentText/en", "string required"},
		{"a real", envelope(t), "DurationUntilRemoval", "real"},
		{"replaced", payload(t, "com.apple.applicationaccess"), "allowAssistant", "boolean = true; see com.apple.configuration.siri.settings"},
		{"added", payload(t, "com.apple.applicationaccess"), "deniedICCIDsForRCS", "array"},
		{"once around", layout, "Pages/Pages/Pages/Type", `string required ["Application" "Folder" "WebClip"]`},
		{"bounds", payload(t, "com.apple.mobiledevice.passwordpolicy"), "minLength", "integer = 0 0..16"},
	}
	for _, tt := range tests {
		t.Run(tt.name+"/"+tt.path, func(t *testing.T) {
			if got := describeKey(tt.of.Key(strings.Split(tt.path, "/")...)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestSharedKeysAreOneList(t *testing.T) {
	layout := payload(t, "com.apple.homescreenlayout")
	if a, b := layout.Key("Dock", "Type"), layout.Key("Pages", "Pages", "Type"); a == nil || a != b {
		t.Errorf("%p and %p are not one key", a, b)
	}
}

func TestPartsOfOneType(t *testing.T) {
	types, err := Embedded().Payloads("com.apple.MCX")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, x := range types {
		ids = append(ids, strings.TrimPrefix(x.ID, "com.apple.MCX"))
	}
	want := []string{"(Accounts)", "(EnergySaver)", "(FileVault2)", "(Mobility)", "(TimeServer)", "(WiFi)"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownTypes(t *testing.T) {
	c := Embedded()
	for _, name := range []string{"", "com.example", "TopLevel", "../index", "com.apple.MCX(WiFi)", "com.apple.asset.data"} {
		if types, err := c.Payloads(name); types != nil || err != nil {
			t.Errorf("Payloads(%q) is %v, %v", name, types, err)
		}
	}
	for _, name := range []string{"", "any", "com.apple.dnsSettings.managed"} {
		if x, err := c.Declaration(name); x != nil || err != nil {
			t.Errorf("Declaration(%q) is %v, %v", name, x, err)
		}
	}
}

func TestAvailabilityOfPlatformsNotListed(t *testing.T) {
	silent := &Type{}
	if a := silent.AvailabilityAt(target.IOS, "x"); a.NotAvailable {
		t.Error("a type that states no platform is not available")
	}
	macOnly := &Type{Availability: Availabilities{target.MacOS: {}}}
	if a := macOnly.AvailabilityAt(target.IOS); !a.NotAvailable {
		t.Error("a platform that is left out is available")
	}
}

func TestDecodeTypeRefuses(t *testing.T) {
	deep := strings.Repeat("[", 20_000)
	tests := []struct{ in, want string }{
		{``, "EOF"},
		{`{`, "unexpected EOF"},
		{`{} {}`, "unexpected text"},
		{`{}]`, "unexpected text"},
		{`{"colour": "red"}`, `unknown field "colour"`},
		{`{"payloadkeys": [{"type": "string", "colour": "red"}]}`, `unknown field "colour"`},
		{`{"supportedOS": {"iOS": {"colour": "red"}}}`, `unknown field "colour"`},
		{`{"id": 1}`, "number"},
		{`{"payloadkeys": [{"type": "string", "required": "yes"}]}`, "string"},
		{`{"payloadkeys": [{"type": "array", "minitems": 1.5}]}`, "1.5"},
		{`{"payloadkeys": [{"key": "k", "type": "date", "default": "soon"}]}`, `key "k": parsing time "soon"`},
		{`{"payloadkeys": [{"key": "k", "type": "data", "rangelist": ["?"]}]}`, `key "k": illegal base64`},
		{`{"payloadkeys": [{"key": "k", "type": "any", "rangelist": [null]}]}`, `key "k": unexpected null`},
		{`{"payloadkeys": [{"key": "a", "type": "array", "subkeys": [{"key": "b"}]}]}`, `key "b": unknown type ""`},
		{`{"payloadkeys": [{"key": "k", "type": "any", "default": ` + deep + `}]}`, "max depth"},
	}
	for _, tt := range tests {
		if _, err := decodeType([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80s: error is %v, want %s", tt.in, err, tt.want)
		}
	}
}

func TestOpenReportsWhatIsBroken(t *testing.T) {
	files := fstest.MapFS{
		"profiles/a.json": {Data: []byte("{")},
		"profiles/b.json": {Data: []byte(`{"payloadkeys": [{"key": "k", "type": "array", "alias": "gone"}]}`)},
		"profiles/c.json": {Data: []byte(`{"payloadkeys": [{"key": "k", "type": "text"}]}`)},
		"profiles/d.json": {Data: []byte(`{"supportedOS": {"iOS": {"introduced": "soon"}}}`)},
		"profiles/e.json": {Data: []byte(`{"payloadkeys": [null]}`)},
		"index.json":      {Data: []byte(`{"types": [{"id": "a", "platforms": {"iOS": {"removed": "x"}}}]}`)},
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if _, err := Open(files).Payloads(name); err == nil || !strings.Contains(err.Error(), "profiles/"+name+".json") {
			t.Errorf("%s: error %v does not name the file", name, err)
		}
	}
	if _, err := Open(files).Entries(); err == nil {
		t.Error("a broken index is read")
	}
	if _, err := Open(fstest.MapFS{}).Envelope(); err == nil {
		t.Error("an empty catalog has an envelope")
	}
}

func TestConcurrentUse(t *testing.T) {
	c := Embedded()
	first := make([]*Type, 8)
	var wait sync.WaitGroup
	for i := range first {
		wait.Go(func() {
			types, err := c.Payloads("com.apple.wifi.managed")
			if err == nil && len(types) == 1 {
				first[i] = types[0]
			}
		})
	}
	wait.Wait()
	for _, x := range first {
		if x == nil || x != first[0] {
			t.Fatal("the type was not read once for all")
		}
	}
}

// eachFile shows every file of the embedded catalog but the index.
func eachFile(t *testing.T, show func(name string, data []byte)) {
	t.Helper()
	files := Embedded().files
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == indexName {
			return err
		}
		data, err := fs.ReadFile(files, name)
		show(name, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCatalogSurvivesARoundTrip(t *testing.T) {
	var types []*Type
	eachFile(t, func(name string, data []byte) {
		x, err := decodeType(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if want := fileName(folder(x.Family), x.ID); name != want {
			t.Errorf("%s defines what belongs into %s", name, want)
		}
		again, err := encodeType(x)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s: written again it differs (%v)", name, err)
		}
		types = append(types, x)
	})
	files, err := Files(types)
	if err != nil {
		t.Fatal(err)
	}
	index, err := fs.ReadFile(Embedded().files, indexName)
	if err != nil || !bytes.Equal(files[indexName], index) {
		t.Errorf("the index does not fit the types (%v)", err)
	}
}

func TestEntries(t *testing.T) {
	c := Embedded()
	entries, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		x, err := c.Type(e.ID, e.Family)
		if err != nil || x == nil {
			t.Errorf("%s: %v, %v", e.ID, x, err)
			continue
		}
		if x.PayloadType != e.PayloadType {
			t.Errorf("%s: the index says %s, the file %s", e.ID, e.PayloadType, x.PayloadType)
		}
	}
	sources, err := c.Sources()
	if err != nil || len(sources) < 2 {
		t.Errorf("sources are %v, %v", sources, err)
	}
}

// TestCatalogStaysComplete proves that a catalog made anew does not lose a whole kind of types unseen.
func TestCatalogStaysComplete(t *testing.T) {
	entries, err := Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Family]int{}
	for _, e := range entries {
		counts[e.Family]++
	}
	declarations := counts[Configuration] + counts[Asset] + counts[Activation] + counts[Management]
	for _, tt := range []struct {
		what         string
		got, atLeast int
	}{
		{"payloads", counts[Payload], 125}, {"declarations", declarations, 55}, {"preference domains", counts[Preferences], 160},
		{"envelopes", counts[Envelope], 3}, {"credentials", counts[Credential], 4},
	} {
		if tt.got < tt.atLeast {
			t.Errorf("%d %s, want %d or more", tt.got, tt.what, tt.atLeast)
		}
	}
}

// TestCatalogHasNoSentences proves that only facts are embedded: no text but a rangelist's or a default's has more
// words than a name or a mark can have.
func TestCatalogHasNoSentences(t *testing.T) {
	const words = 8
	var look func(name string, x any)
	look = func(name string, x any) {
		switch x := x.(type) {
		case string:
			if n := len(strings.Fields(x)); n > words {
				t.Errorf("%s: %d words: %q", name, n, x)
			}
		case []any:
			for _, item := range x {
				look(name, item)
			}
		case map[string]any:
			for key, item := range x {
				if key != "rangelist" && key != "default" && key != "format" {
					look(name, item)
				}
			}
		}
	}
	eachFile(t, func(name string, data []byte) {
		var x any
		if err := json.Unmarshal(data, &x); err != nil {
			t.Fatal(err)
		}
		for _, prose := range []string{`"content":`, `"title":`, `"description":`, `"notes":`} {
			if bytes.Contains(data, []byte(prose)) {
				t.Errorf("%s has %s", name, prose)
			}
		}
		look(name, x)
	})
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		Embedded()
	}
}

func BenchmarkPayloads(b *testing.B) {
	for _, name := range []string{"com.apple.dnsSettings.managed", "com.apple.wifi.managed", "com.apple.applicationaccess"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if types, err := Embedded().Payloads(name); err != nil || len(types) != 1 {
					b.Fatal(types, err)
				}
			}
		})
	}
}

func BenchmarkEntries(b *testing.B) {
	for b.Loop() {
		if _, err := Embedded().Entries(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAvailabilityAt(b *testing.B) {
	types, err := Embedded().Payloads("com.apple.applicationaccess")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		types[0].AvailabilityAt(target.IOS, "forceAutomaticDateAndTime")
	}
}

func TestOtherLookups(t *testing.T) {
	c := Embedded()
	finder, err := c.Preferences("com.apple.finder")
	if k := one(t, finder, err).Key("FXRemoveOldTrashItems"); describeKey(k) != "boolean = false" {
		t.Errorf("FXRemoveOldTrashItems is %s", describeKey(k))
	}
	if parts, err := c.Preferences("com.gingerlabs.notability"); err != nil || len(parts) != 2 {
		t.Errorf("%d definitions, %v", len(parts), err)
	}
	hidden, err := c.Payloads(".GlobalPreferences")
	one(t, hidden, err)
	credential, err := c.Credential("com.apple.credential.usernameandpassword")
	if err != nil || credential == nil || describeKey(credential.Key("UserName")) != "string required" {
		t.Errorf("the credential is %v, %v", credential, err)
	}
	common, err := c.Common()
	if err != nil || describeKey(common.Key("PayloadVersion")) != "integer required [1]" {
		t.Errorf("the common keys are %v, %v", common, err)
	}
	base, err := c.DeclarationBase()
	if err != nil || describeKey(base.Key("ServerToken")) != "string required" {
		t.Errorf("the base of declarations is %v, %v", base, err)
	}
}

// TestWordsOfAvailability proves that no platform and no mode is misspelled: its facts would count for no target.
func TestWordsOfAvailability(t *testing.T) {
	platforms := target.SchemaPlatforms()
	check := func(where string, as Availabilities) {
		for platform, a := range as {
			if !slices.Contains(platforms, platform) {
				t.Errorf("%s: unknown platform %q: want one of %v (a new one: CONTRIBUTING.md, To add a platform)", where, platform, platforms)
			}
			for _, words := range []struct {
				name  string
				got   []string
				known string
			}{
				{"userenrollment mode", []string{a.UserEnrollment}, "allowed forbidden ignored required"},
				{"sharedipad mode", []string{a.SharedIPad.Mode}, "allowed forbidden ignored required"},
				{"sharedipad allowed-scopes", a.SharedIPad.AllowedScopes, "system user"},
				{"allowed-enrollments", a.AllowedEnrollments, "supervised device user local"},
				{"allowed-scopes", a.AllowedScopes, "system user"},
			} {
				for _, word := range words.got {
					if word != "" && !slices.Contains(strings.Fields(words.known), word) {
						t.Errorf("%s: %s: unknown %s %q: want one of %s", where, platform, words.name, word, words.known)
					}
				}
			}
		}
	}
	entries, err := Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		x, err := Embedded().Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		check(x.ID, x.Availability)
		var visit func(nodes []*Node)
		visit = func(nodes []*Node) {
			for _, n := range nodes {
				check(x.ID+" "+n.Path, n.Availability)
				visit(n.Nodes)
			}
		}
		visit(x.Tree())
	}
}
