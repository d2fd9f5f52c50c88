package upgrade

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

func version(t *testing.T, s string) (v target.Version) {
	t.Helper()
	if s == "" {
		return v
	}
	v, err := target.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func read(t *testing.T, payloads ...string) *plist.Value {
	t.Helper()
	text := `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array><dict>` + strings.Join(payloads, "</dict><dict>") + `</dict></array></dict></plist>`
	doc, findings := plist.Read(diag.NewFile("test", []byte(text)))
	if doc == nil || doc.Root == nil {
		t.Fatal(findings)
	}
	return doc.Root
}

// with returns a profile or declaration that has a key, and whatever holds it, or the type alone.
func with(t *testing.T, name, path string) *plist.Value {
	t.Helper()
	own := plist.NewDictionary()
	if path != "" {
		steps := strings.Split(path, ".")
		value := profiles.Boolean(true)
		for i := len(steps) - 1; i >= 0; i-- {
			key, isArray := strings.CutSuffix(steps[i], "[]")
			if isArray {
				value = profiles.Array(value)
			}
			value = profiles.Dictionary().Set(key, value)
		}
		own = value
	}
	if profiles.IsDeclarationType(name) {
		return profiles.Dictionary().Set("Type", profiles.String(name)).Set("Payload", own)
	}
	own.Set("PayloadType", profiles.String(name))
	return profiles.Dictionary().Set("PayloadType", profiles.String("Configuration")).Set("PayloadContent", profiles.Array(own))
}

// said returns the verdict and the events of each subject of files on the one move.
func said(t *testing.T, files []File, m Move) (map[place]Verdict, map[place][]Event) {
	t.Helper()
	list, err := Files(files, []Move{m}, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	verdicts, events := map[place]Verdict{}, map[place][]Event{}
	for _, task := range list.Tasks {
		if task.Verdict == New || task.Verdict == TakenOver {
			continue
		}
		keys := task.Keys
		if len(keys) == 0 {
			keys = []string{""}
		}
		for _, key := range keys {
			at := place{string(task.Family) + "/" + task.Type, key}
			if verdicts[at] != "" {
				t.Errorf("%v is there twice", at)
			}
			verdicts[at], events[at] = task.Verdict, task.Events
		}
	}
	return verdicts, events
}

// Fifty rows were read in Apple's own files.
func TestAppleRows(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "apple-rows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 51 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows[1:] {
		name, key, platform := row[2], row[3], target.Platform(row[4])
		m := Move{Platform: platform, From: version(t, row[8]), To: version(t, row[9])}
		verdicts, events := said(t, []File{{Name: "f", Root: with(t, name, key)}}, m)
		family := "payload/"
		if profiles.IsDeclarationType(name) {
			family = "configuration/"
		}
		at := place{family + name, key}
		got := verdicts[at]
		if got == "" {
			got = Unchanged
		}
		if got != Verdict(row[10]) {
			t.Errorf("%s: got %s", strings.Join(row, ","), got)
		}
		types, err := schema.Embedded().Find(name)
		if err != nil || len(types) == 0 {
			t.Fatal(name, err)
		}
		var path []string
		if key != "" {
			path = strings.Split(strings.ReplaceAll(key, "[]", ""), ".")
		}
		a := types[0].AvailabilityAt(platform, path...)
		for i, v := range []target.Version{a.Introduced, a.Deprecated, a.Removed} {
			if want := version(t, row[5+i]); v != want && (key == "" || !want.IsZero()) { // a key without one has that of its type
				t.Errorf("%s: the catalog has %s, want %s", strings.Join(row, ","), v, want)
			}
		}
		for _, e := range events[at] {
			if !isWithin(e.Version, m.From, m.To) || e.Date != platform.ReleaseDate(e.Version) {
				t.Errorf("%s: %v", strings.Join(row, ","), e)
			}
		}
	}
}

// random returns a profile of some types of the catalog with some of their keys.
func random(r *rand.Rand, c *schema.Catalog, entries []schema.Entry) *plist.Value {
	content := profiles.Array()
	for range 1 + r.IntN(4) {
		e := entries[r.IntN(len(entries))]
		types, err := c.Payloads(e.PayloadType)
		if err != nil || len(types) == 0 {
			continue
		}
		own := valueOf(r, &schema.Key{Kind: plist.Dictionary, Keys: types[0].Keys}, 0)
		own.Set("PayloadType", profiles.String(e.PayloadType))
		content.Items = append(content.Items, own)
	}
	root := profiles.Dictionary().Set("PayloadType", profiles.String("Configuration")).Set("PayloadContent", content)
	if r.IntN(4) == 0 {
		root.Set("PayloadScope", profiles.String("System"))
	}
	return root
}

func valueOf(r *rand.Rand, k *schema.Key, depth int) *plist.Value {
	switch k.Kind {
	case plist.Dictionary:
		d := profiles.Dictionary()
		for _, child := range k.Keys {
			if child.Name != schema.Any && depth < 4 && r.IntN(3) == 0 {
				d.Set(child.Name, valueOf(r, child, depth+1))
			}
		}
		return d
	case plist.Array:
		a := profiles.Array()
		for _, element := range k.Keys {
			if depth < 4 {
				a.Items = append(a.Items, valueOf(r, element, depth+1))
			}
		}
		return a
	case plist.Integer:
		return profiles.Integer(1)
	case plist.Boolean:
		return profiles.Boolean(r.IntN(2) == 0)
	}
	return profiles.String("x")
}

// What an update from a to c says of random profiles is what those from a to b and from b to c say.
func TestRandomProfilesCombine(t *testing.T) {
	c := schema.Embedded()
	all, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	entries := slices.DeleteFunc(slices.Clone(all), func(e schema.Entry) bool { return e.Family != schema.Payload })
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		files := []File{{Name: "a", Root: random(r, c, entries)}, {Name: "b", Root: random(r, c, entries)}}
		platform := target.SchemaPlatforms()[r.IntN(len(target.SchemaPlatforms()))]
		ways := enrollments(platform)
		var versions []target.Version
		for _, major := range platform.Majors() {
			versions = append(versions, target.Version{Major: major}, target.Version{Major: major, Minor: 1 + r.IntN(5)})
		}
		r.Shuffle(len(versions), func(i, j int) { versions[i], versions[j] = versions[j], versions[i] })
		three := versions[:3]
		slices.SortFunc(three, target.Version.Compare)
		move := func(from, to target.Version) Move {
			return Move{Platform: platform, From: from, To: to, Enrollment: ways[int(seed)%len(ways)]}
		}
		first, firstEvents := said(t, files, move(three[0], three[1]))
		then, thenEvents := said(t, files, move(three[1], three[2]))
		whole, wholeEvents := said(t, files, move(three[0], three[2]))
		seen := map[place]bool{}
		for _, of := range []map[place]Verdict{first, then, whole} {
			for at := range of {
				seen[at] = true
			}
		}
		or := func(v Verdict) Verdict {
			if v == "" {
				return Unchanged
			}
			return v
		}
		for at := range seen {
			if got, want := or(whole[at]), Combine(or(first[at]), or(then[at])); got != want {
				t.Errorf("seed %d, %s, %v: %v on %s: %s and %s, got %s, want %s", seed, platform, ways, at, three, first[at], then[at], got, want)
			}
			if got, want := wholeEvents[at], append(slices.Clip(firstEvents[at]), thenEvents[at]...); !slices.Equal(got, want) {
				t.Errorf("seed %d: %v: got %v, want %v", seed, at, got, want)
			}
		}
	}
}

// The work for a file grows with its bytes, and that for several moves with their number.
func TestFilesTakeLinearWork(t *testing.T) {
	const access = `<key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowCamera</key><false/>`
	for name, payloads := range map[string]func(n int) string{
		"unknown keys": func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "<key>z%d</key><true/>", i)
			}
			return access + b.String()
		},
		"payloads": func(n int) string { return access + strings.Repeat("</dict><dict>"+access, n) },
		"items": func(n int) string {
			return `<key>PayloadType</key><string>com.apple.cellular</string><key>APNs</key><array>` + strings.Repeat("<dict><key>Name</key><string>x</string></dict>", n) + `</array>`
		},
	} {
		count := func(n, moves int) int {
			root := read(t, payloads(n))
			var all []Move
			for i := range moves {
				all = append(all, Move{Platform: target.IOS, From: target.Version{Major: 12, Minor: i}, To: target.Version{Major: 27}})
			}
			return work.Measure(func() {
				if _, err := Files([]File{{Name: "f", Root: root}}, all, schema.Embedded()); err != nil {
					t.Error(err)
				}
			})
		}
		if small, large := count(100, 1), count(200, 1); large > small*21/10 {
			t.Errorf("%s: %d units, then %d for twice as many", name, small, large)
		}
		if small, large := count(100, 4), count(100, 8); large > small*21/10 {
			t.Errorf("%s: %d units, then %d for twice as many moves", name, small, large)
		}
	}
}

// Each changed meaning is of a type or key in the catalog, on platforms that have it before, and says where it is from.
func TestMeanings(t *testing.T) {
	c := schema.Embedded()
	for _, all := range meanings() {
		for _, m := range all {
			name := m.Type
			if name == "Configuration" {
				name = "TopLevel"
			}
			types, err := c.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			var path []string
			if m.Key != "" {
				path = strings.Split(m.Key, ".")
			}
			i := slices.IndexFunc(types, func(of *schema.Type) bool { return m.Key == "" || of.Key(path...) != nil })
			if i < 0 || m.Text == "" || m.Source == "" || m.Evidence == "" || len(m.Since) == 0 {
				t.Errorf("%+v", m)
				continue
			}
			for p, since := range m.Since {
				if a := types[i].AvailabilityAt(p, path...); a.NotAvailable || a.Introduced.Compare(since) >= 0 || p != p.Schema() {
					t.Errorf("%s.%s on %s %s: introduced in %s", m.Type, m.Key, p, since, a.Introduced)
				}
			}
		}
	}
}

// A payload's demand on the profile around it is a task only for a profile that does not meet it.
func TestNeedThatIsMet(t *testing.T) {
	root := with(t, "com.apple.dnsSettings.managed", "DNSSettings.DNSProtocol")
	m := Move{Platform: target.MacOS, From: target.Version{Major: 26}, To: target.Version{Major: 26, Minor: 4}}
	at := place{"payload/com.apple.dnsSettings.managed", ""}
	if verdicts, events := said(t, []File{{Name: "f", Root: root}}, m); verdicts[at] != Changes || len(events[at]) != 1 {
		t.Error(verdicts, events)
	}
	root.Set("PayloadScope", profiles.String("System"))
	if verdicts, _ := said(t, []File{{Name: "f", Root: root}}, m); verdicts[at] != "" {
		t.Error(verdicts)
	}
}

// A profile for one kind of device concerns no other; managed preferences are no payload; a Mac becomes supervised.
func TestWhoIsConcerned(t *testing.T) {
	moves := []Move{
		{Platform: target.IOS, From: target.Version{Major: 26}, To: target.Version{Major: 27}},
		{Platform: target.MacOS, From: target.Version{Major: 26}, To: target.Version{Major: 27}, Enrollment: target.Manual},
	}
	root := read(t, `<key>PayloadType</key><string>com.apple.applicationaccess</string><key>forceDelayedSoftwareUpdates</key><true/>`)
	root.Set("TargetDeviceType", profiles.Integer(5))
	list, err := Files([]File{{Name: "f", Root: root}}, moves, schema.Embedded())
	if err != nil || list.Concerns[0] || !list.Concerns[1] || len(list.Tasks) == 0 || list.Tasks[0].Verdict != Stops || !slices.Equal(list.Tasks[0].Moves, []int{1}) ||
		list.Tasks[0].Replacement != nil || len(list.Tasks[0].Notes) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	preference := read(t, `<key>PayloadType</key><string>com.apple.ManagedClient.preferences</string><key>PayloadContent</key><dict><key>com.apple.SoftwareUpdate</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict><key>AutomaticCheckEnabled</key><true/></dict></dict></array></dict></dict>`)
	list, err = Files([]File{{Name: "f", Root: preference}}, moves[1:], schema.Embedded())
	if err != nil || len(list.Tasks) == 0 || list.Tasks[0].Verdict != Stops || list.Tasks[0].Events[0].Evidence != "unverified" {
		t.Errorf("%+v, %v", list, err)
	}
	supervised := Move{Platform: target.MacOS, From: target.Version{Major: 10, Minor: 15}, To: target.Version{Major: 12}, Enrollment: target.Device}
	s := &subject{own: schema.Availability{Introduced: target.Version{Major: 10, Minor: 13}, Supervised: new(bool)}}
	*s.own.Supervised = true
	if events := s.events(supervised); len(events) != 1 || events[0].Kind != Changed || events[0].Version.Major != 11 {
		t.Error(events)
	}
}
