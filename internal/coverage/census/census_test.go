package census

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/inventory"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/work"
	"syncguard/templates"
)

func intents(t testing.TB) coverage.Source {
	t.Helper()
	spec, findings, err := (&template.Loader{Builtin: templates.Files}).Load(template.Input{Name: "builtin:" + templates.Prevention})
	if err != nil || spec == nil {
		t.Fatal(err, findings)
	}
	s, err := coverage.IntentSource(spec.Prevention, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keys are those of a profile with each payload: its type and its keys.
func keys(t testing.TB, payloads ...string) coverage.Source {
	t.Helper()
	var b strings.Builder
	b.WriteString("<plist version=\"1.0\"><dict><key>PayloadContent</key><array>")
	for _, p := range payloads {
		name, content, _ := strings.Cut(p, " ")
		fmt.Fprintf(&b, "<dict><key>PayloadType</key><string>%s</string>%s</dict>", name, content)
	}
	b.WriteString("</array></dict></plist>")
	doc, findings := plist.Read(diag.NewFile("test", []byte(b.String())))
	if doc == nil || doc.Root == nil {
		t.Fatal(findings)
	}
	s, err := coverage.KeySource([]coverage.File{{Name: "test.mobileconfig", Root: doc.Root}}, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func allKeys(t testing.TB) coverage.Source {
	return keys(t, "com.apple.applicationaccess <key>allowCamera</key><false/><key>allowAirDrop</key><false/><key>forceAutomaticDateAndTime</key><true/>"+
		"<key>allowSatelliteConnection</key><false/><key>forceDelayedSoftwareUpdates</key><true/><key>allowCloudBackup</key><true/>",
		"com.apple.dnsSettings.managed <key>DNSSettings</key><dict><key>DNSProtocol</key><string>HTTPS</string><key>AllowFailover</key><true/></dict><key>ProhibitDisablement</key><true/>",
		"com.apple.SoftwareUpdate <key>AutomaticallyInstallMacOSUpdates</key><true/>", "com.example.unknown <key>a</key><string>b</string>",
		"com.apple.wifi.managed <key>SSID_STR</key><string>a</string>", "com.apple.MCX <key>timeServer</key><string>time.apple.com</string>",
		"com.apple.mobiledevice.passwordpolicy <key>forcePIN</key><true/>")
}

// randomTarget is a device that exists, of any platform and way of install.
func randomTarget(r *rand.Rand) target.Target {
	for {
		p := target.Platforms()[r.IntN(6)]
		majors := p.Majors()
		t := target.Target{Platform: p, Version: target.Version{Major: majors[r.IntN(len(majors))], Minor: r.IntN(8), Patch: r.IntN(3)},
			Enrollment: target.Enrollments()[r.IntN(6)]}
		if _, err := target.Parse(t.String()); err == nil {
			return t
		}
	}
}

// A row evaluated for the kind of a device has the class, the notes and the mechanisms that it has for the device itself.
func TestKindsAreAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, s := range map[string]coverage.Source{"intents": intents(t), "keys": allKeys(t)} {
		rows := newRows(s)
		for range 3000 {
			to := randomTarget(r)
			for row, subject := range rows.subjects {
				e, err := rows.effect(row, to)
				if err != nil {
					t.Fatal(err)
				}
				c, err := s.Cell(row, to)
				if err != nil {
					t.Fatal(err)
				}
				if e.class != c.Effect() || e.condition != c.Condition() || e.source != c.Source || e.verified != c.Verified() {
					t.Fatalf("%s: %s on %s: its kind has %s (%s), and the device %s (%s)", name, subject.Name(), to, e.class, e.condition, c.Effect(), c.Condition())
				}
			}
		}
	}
}

// stronglyBetter finds the smallest version with a stronger class by trying every one.
func TestRaisesAreTheSmallest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range []coverage.Source{intents(t), allKeys(t)} {
		rows := newRows(s)
		for range 200 {
			from := randomTarget(r)
			for row, subject := range rows.subjects {
				raises, err := rows.raises(row, from)
				if err != nil {
					t.Fatal(err)
				}
				own, _ := s.Cell(row, from)
				for _, x := range raises {
					to := from
					for _, m := range ways(from) {
						if m.way == x.Way {
							to.Enrollment = m.to
						}
					}
					if x.IsUpgrade() {
						to.Version = x.Version
					}
					if x.Way != "" && to.Enrollment == from.Enrollment {
						t.Fatalf("%s on %s: no way %s", subject.Name(), from, x.Way)
					}
					if c, _ := s.Cell(row, to); c.Class != x.Class || !intent.Stronger(c.Class, own.Class) {
						t.Fatalf("%s on %s is %s; %s should be %s, and is %s", subject.Name(), from, own.Class, to, x.Class, c.Class)
					}
				}
				// The first version by which an upgrade alone does more, found by trying all of Apple's.
				versions, _ := s.Changes(row, from.Platform)
				for _, v := range versions {
					to := target.Target{Platform: from.Platform, Version: v, Enrollment: from.Enrollment}
					c, _ := s.Cell(row, to)
					if v.Compare(from.Version) <= 0 || !intent.Stronger(c.Class, own.Class) || !intent.Stronger(c.Class, intent.Manual) {
						continue
					}
					if !slices.ContainsFunc(raises, func(x Raise) bool { return x.Way == "" && x.Version == v && x.Class == c.Class }) {
						t.Fatalf("%s on %s: %s does not say that it is %s from %s on", subject.Name(), from, fmt.Sprint(raises), c.Class, v)
					}
					break
				}
			}
		}
	}
}

func device(row int, to string, groups ...string) inventory.Device {
	parsed, err := target.Parse(to)
	if err != nil {
		panic(err)
	}
	return inventory.Device{Row: row, Serial: fmt.Sprintf("C0%06d", row), Name: "iPhone", Model: "iPhone15,2", Target: parsed, Groups: groups}
}

func counted(t *testing.T, s coverage.Source, o Options, all ...inventory.Device) *Result {
	t.Helper()
	counts := New(s, o)
	for _, d := range all {
		if err := counts.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	r, err := counts.Result()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCounts(t *testing.T) {
	var all []inventory.Device
	for i := range 10 {
		all = append(all, device(i+1, "iOS@18/device", "Sales", "Sales"))
	}
	for i := range 5 {
		all = append(all, device(i+11, "iOS@26.1/supervised", "Sales", "Shop"))
	}
	all = append(all, inventory.Device{Row: 16, Serial: "C0X", Lacks: inventory.LacksVersion})
	r := counted(t, keys(t, "com.apple.applicationaccess <key>allowSatelliteConnection</key><false/><key>allowCamera</key><false/>"), Options{By: ByGroup, Targets: []target.Target{device(0, "iOS@26/supervised").Target}}, all...)
	if r.Devices != 16 || r.Counted != 15 || r.Unserved != 10 {
		t.Errorf("%d devices, %d counted, %d of no target", r.Devices, r.Counted, r.Unserved)
	}
	satellite := r.Subjects[0]
	if satellite.Missing != 10 || satellite.Enforced != 5 {
		t.Errorf("allowSatelliteConnection: %+v", satellite.Counts)
	}
	var steps []string
	for _, x := range satellite.Raises {
		steps = append(steps, fmt.Sprintf("%d %s %s %s", x.Devices, x.Way, x.Version, x.Class))
	}
	if want := []string{"10 supervise 18.2 enforced"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	if len(r.Groups) != 2 || r.Groups[0].Name != "Sales" || r.Groups[0].Devices != 15 || r.Groups[0].Subjects[0].Missing != 10 || r.Groups[1].Subjects[0].Enforced != 5 {
		t.Errorf("groups: %+v", r.Groups)
	}
	if len(r.Incomplete) != 1 || r.Incomplete[0].Devices != 1 || r.Incomplete[0].First[0].Row != 16 {
		t.Errorf("not counted: %+v", r.Incomplete)
	}
}

// Every device is in one count of each setting, and in one of its reasons, whatever the order.
func TestCountsAreComplete(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var all []inventory.Device
	for i := range 2000 {
		all = append(all, inventory.Device{Row: i + 1, Target: randomTarget(r), Model: fmt.Sprint("model ", r.IntN(30))})
	}
	s := allKeys(t)
	first := counted(t, s, Options{By: ByModel}, all...)
	for _, subject := range first.Subjects {
		sum, reasons := 0, 0
		for _, class := range Effects() {
			sum += subject.Of(class)
		}
		for _, reason := range subject.Reasons {
			reasons += reason.Devices
		}
		if sum != len(all) || reasons != len(all) {
			t.Errorf("%s: %d of %d devices counted, %d with a reason", subject.Setting, sum, len(all), reasons)
		}
	}
	slices.Reverse(all)
	if again := counted(t, s, Options{By: ByModel}, all...); fmt.Sprintf("%+v", *again) != fmt.Sprintf("%+v", *first) {
		t.Error("the order of the devices changes the counts")
	}
}

// The devices listed of a cell are as many as its count.
func TestListHasTheCounted(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	s := allKeys(t)
	counts := New(s, Options{})
	listed := map[string]int{}
	queries := map[string]*Query{}
	for _, subject := range s.Subjects() {
		for _, class := range Effects() {
			cell := subject.Name() + "=" + string(class)
			q, err := counts.ParseQuery(cell)
			if err != nil {
				t.Fatal(err)
			}
			queries[cell] = q
		}
	}
	for i := range 500 {
		d := inventory.Device{Row: i + 1, Target: randomTarget(r)}
		if err := counts.Add(d); err != nil {
			t.Fatal(err)
		}
		for cell, q := range queries {
			all, err := counts.List(q, d)
			if err != nil {
				t.Fatal(err)
			}
			listed[cell] += len(all)
		}
	}
	result, err := counts.Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range result.Subjects {
		for _, class := range Effects() {
			if cell := subject.Setting + "=" + string(class); listed[cell] != subject.Of(class) {
				t.Errorf("%s: %d listed, %d counted", cell, listed[cell], subject.Of(class))
			}
		}
	}
}

// The memory and the work of a million devices do not depend on what their rows say.
func TestMillionDevices(t *testing.T) {
	s := allKeys(t)
	add := func(n int) *Census {
		r := rand.New(rand.NewPCG(9, 10))
		counts := New(s, Options{By: ByGroup})
		for i := range n {
			to := randomTarget(r)
			to.Version.Minor, to.Version.Patch = r.IntN(60000), r.IntN(60000)
			if err := counts.Add(inventory.Device{Row: i, Target: to, Groups: []string{fmt.Sprint("group ", i)}}); err != nil {
				t.Fatal(err)
			}
		}
		return counts
	}
	rows := 1_000_000
	if testing.Short() {
		rows = 100_000
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	counts := add(rows)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d devices hold %d bytes", rows, grown)
	}
	result, err := counts.Result()
	if err != nil || result.Counted != rows || len(result.Groups) > maxGroups || result.MoreDevices != rows-len(result.Groups) {
		t.Errorf("%v; %d counted in %d groups, and %d in others", err, result.Counted, len(result.Groups), result.MoreDevices)
	}
	runtime.KeepAlive(counts)
	few, many := work.Measure(func() { _, _ = add(10_000).Result() }), work.Measure(func() { _, _ = add(20_000).Result() })
	if many > 2*few+1000 {
		t.Errorf("%d units of work for 10,000 devices, %d for 20,000", few, many)
	}
}
