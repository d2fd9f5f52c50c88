package inventory

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/target"
)

func TestReadSystem(t *testing.T) {
	for text, want := range map[string]string{
		"iOS": "iOS", "ios": "iOS", "iPhone OS 18.1": "iOS 18.1", "18.1.1": " 18.1.1", "26": " 26", "macOS Sequoia 15.2 (24C101)": "macOS 15.2", "15.2 (24C101)": " 15.2",
		"Mac OS X 10.15.7": "macOS 10.15.7", "macOS Sequoia": "macOS", "darwin": "macOS", "iPadOS 26.0 (a)": "iPadOS 26", "visionOS 2.1": "visionOS 2.1",
		"Windows 11": "other windows", "Android 14": "other android", "iOS/iPadOS": "iOS", "24C101": "bad", "1.2.3.4": "bad", "0": "bad", "": "", "-": "", "Laptop": "",
		"watchOS 11.6": "watchOS 11.6", "Apple TV": "tvOS", "10.0.26100.1742": "bad", "18.1,": "bad", "18,1": " 18.1", "99999999999": "bad",
		"iPhone15,2": "iOS", "iPhone 15 Pro": "iOS", "Mac": "macOS", "iPad (9th generation)": "bad", "15. Feb": "bad", "Feb 15": "bad", "2/15/2025": "bad", "15-Feb": "bad",
		"Version 15.2 (Build 24C101)": " 15.2", "Sequoia 15.2": " 15.2", "iOS 18.1(a)": "iOS 18.1", "iOS 18. Jan": "bad", "iOS,18": "bad", "Laptop 5": "bad",
	} {
		s := readSystem(text)
		got := strings.TrimRight(fmt.Sprintf("%s %s", s.platform, s.version), " 0")
		if s.version != (target.Version{}) {
			got = fmt.Sprintf("%s %s", s.platform, s.version)
		}
		switch {
		case s.other != "":
			got = "other " + strings.Fields(s.other)[0]
		case s.badText != "":
			got = "bad"
		}
		if s.badText != "" && !s.version.IsZero() {
			t.Errorf("%q is a version and none", text)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestReadModel(t *testing.T) {
	for model, want := range map[string]target.Platform{"iPad15,7": target.IPadOS, "iPhone 15 Pro": target.IOS, "MacBookPro18,3": target.MacOS, "Mac16,1": target.MacOS,
		"iMac 21.5\"": target.MacOS, "AppleTV14,1": target.TvOS, "Apple Vision Pro": target.VisionOS, "RealityDevice14,1": target.VisionOS, "Watch7,5": target.WatchOS, "iPod9,1": target.IOS} {
		if got, known := readModel(model); got != want || !known {
			t.Errorf("%s: got %s, %v", model, got, known)
		}
	}
	for _, model := range []string{"", "Pixel 8", "Surface", "i"} {
		if got, known := readModel(model); known {
			t.Errorf("%q: got %s", model, got)
		}
	}
	if got, known := readModel("AudioAccessory5,1"); got != "" || !known {
		t.Errorf("a HomePod: got %q, %v", got, known)
	}
}

// The rows of one column each: what is said and what it comes to.
func TestEnrollments(t *testing.T) {
	for _, c := range []struct{ header, row, want string }{
		{"enrollment", "Automated Device Enrollment", "iOS@18/supervised"},
		{"enrollment", "Device Enrollment", "supervised"},
		{"enrollment", "User Enrollment", "iOS@18/user"},
		{"enrollment", "userEnrollment", "enrollment"},
		{"enrollment", "manual", "enrollment"},
		{"enrollment", "supervised", "iOS@18/supervised"},
		{"enrollment", "manual-supervised", "iOS@18/manual-supervised"},
		{"enrollment", "shared-ipad", "contradicts"},
		{"enrollment", "pending", "unmanaged"},
		{"enrollment", "unenrolled", "unmanaged"},
		{"enrollment", "whatever", "enrollment"},
		{"enrollment", "", "enrollment"},
		{"enrollment,supervised", "user,yes", "contradicts"},
		{"enrollment,supervised", "user,no", "iOS@18/user"},
		{"enrollment,supervised", "supervised,no", "contradicts"},
		{"enrollment,supervised", "device,no", "iOS@18/device"},
		{"enrollment,supervised", "device,WAHR", "iOS@18/supervised"},
		{"enrollment,supervised", "ade,no", "iOS@18/device"},
		{"supervised", "Supervised", "iOS@18/supervised"},
		{"supervised", "no", "enrollment"},
		{"managed,supervised", "no,yes", "unmanaged"},
		{"managed,supervised", "yes,no", "enrollment"},
		{"shared ipad,supervised", "no,yes", "iOS@18/supervised"},
	} {
		lines, _ := readAll(t, "os,version,"+c.header+"\niOS,18,"+c.row+"\n", Options{})
		if got := strings.Fields(lines[0])[1]; got != c.want {
			t.Errorf("%s = %s: got %s, want %s", c.header, c.row, lines[0], c.want)
		}
	}
}

// On a Mac, macOS 11 or later, every Device Enrollment is supervised, and Intune's flag says nothing against User Enrollment.
func TestEnrollmentsOfOthers(t *testing.T) {
	for row, want := range map[string]string{
		"macOS,15,device,":            "macOS@15/device",
		"macOS,15,user,yes":           "macOS@15/user",
		"macOS,15,ade,":               "macOS@15/supervised",
		"macOS,15,supervised,no":      "macOS@15/supervised",
		"macOS,10.14,ade,":            "supervised",
		"iOS,12.5,ade,":               "supervised",
		"tvOS,18,user,":               "contradicts",
		"watchOS,11,device,":          "watchOS@11/device",
		"visionOS,26,ade,":            "visionOS@26/supervised",
		"iPadOS,26,shared-ipad,":      "iPadOS@26/shared-ipad",
		"iOS,19,supervised,":          "unreleased",
		"macOS,24C101,supervised,":    "version",
		",18,supervised,":             "platform",
		"ChromeOS,18,supervised,":     "not-apple",
		"macOS,iOS 18,supervised,":    "contradicts",
		"iPad Air,18,supervised,":     "iPadOS@18/supervised",
		"iPhone 15,18,supervised,":    "iOS@18/supervised",
		"iPhone 15,,supervised,":      "version",
		"iOS,iPadOS 18.2,supervised,": "iOS@18.2/supervised",
	} {
		lines, _ := readAll(t, "os,version,enrollment,supervised\n"+row+"\n", Options{})
		if got := strings.Fields(lines[0])[1]; got != want {
			t.Errorf("%s: got %s, want %s", row, lines[0], want)
		}
	}
}

func TestAssume(t *testing.T) {
	const list = "os,version,enrollment\niOS,18,device\niOS,18,\niOS,18,user\niOS,18,unenrolled\n"
	for _, c := range []struct {
		assume  Assume
		want    string
		assumed int
	}{
		{Assume{}, "supervised enrollment iOS@18/user unmanaged", 0},
		{Assume{Supervised: "yes"}, "iOS@18/supervised enrollment iOS@18/user unmanaged", 1},
		{Assume{Supervised: "no", Enrollment: target.Device}, "iOS@18/device iOS@18/device iOS@18/user unmanaged", 2},
		{Assume{Enrollment: target.Device}, "supervised supervised iOS@18/user unmanaged", 0},
		{Assume{Enrollment: target.Manual}, "supervised iOS@18/manual iOS@18/user unmanaged", 1},
		{Assume{Enrollment: target.SharedIPad}, "supervised iOS@18/shared-ipad iOS@18/user unmanaged", 1},
	} {
		lines, u := readAll(t, list, Options{Assume: c.assume})
		var got []string
		for _, l := range lines {
			got = append(got, strings.Fields(l)[1])
		}
		if strings.Join(got, " ") != c.want || u.Assumed != c.assumed {
			t.Errorf("%+v: got %s with %d, want %s with %d", c.assume, got, u.Assumed, c.want, c.assumed)
		}
	}
}

// Columns are chosen by header, by values, by the admin, and never at random.
func TestColumns(t *testing.T) {
	for _, c := range []struct {
		name, list string
		columns    map[string]string
		want       string // of the first device, or of the error
	}{
		{"odd headers", "Gerät;Betriebssystem;Stand\nA;iPadOS;18.2.1\n", nil, "2  enrollment"},
		{"named", "Gerät;Betriebssystem;Stand\nA;iPadOS;18\n", map[string]string{"os": "Betriebssystem", "version": "Stand", "serial": "Gerät"}, "2 A enrollment"},
		{"a path", "general.name,hardware.serialNumber,general.platform,operatingSystem.version,general.supervised\nm,S,Mac,15.1,true\n", nil, "2 S macOS@15.1/supervised"},
		{"platform with version", "OS,Supervised\niOS 18.1,yes\n", nil, "2  iOS@18.1/supervised"},
		{"version named OS", "OS,Model,Supervised\n18.1,iPad Air,yes\n", nil, "2  iPadOS@18.1/supervised"},
		{"ambiguous", "OS Version,iOS Version,OS\n18.1,18.2,iOS\n", nil, "2 columns may be the version"},
		{"same values", "OS Version,iOS Version,OS,Supervised\n18.1,18.1,iOS,yes\n", nil, "2  iOS@18.1/supervised"},
		{"chosen", "OS Version,iOS Version,OS,Supervised\n18.1,18.2,iOS,yes\n", map[string]string{"version": "ios version"}, "2  iOS@18.2/supervised"},
		{"none", "OS,Version,Supervised,Groups\niOS,18.1,yes,a\n", map[string]string{"groups": "-"}, "2  iOS@18.1/supervised"},
		{"unknown column", "OS,Version\niOS,18.1\n", map[string]string{"version": "OS Version"}, `no column "OS Version" for --column version`},
		{"unknown field", "OS,Version\niOS,18.1\n", map[string]string{"versoin": "Version"}, `unknown field "versoin" for --column`},
		{"version of something else", "OS,Version,OS Version,Supervised\niOS,inventory 3,18.1,yes\n", nil, "2  iOS@18.1/supervised"},
		{"no header", "A,B\nC,D\n", nil, "no column is known"},
		{"sep line", "sep=;\nOS;Version;Supervised\niOS;18.1;yes\n", nil, "2  iOS@18.1/supervised"},
		{"too many fields", "OS,Version,Supervised\niOS,18.1,yes,extra\n", nil, "2  fields (4 fields, and the header has 3)"},
		{"empty fields at the end", "OS,Version,Supervised\niOS,18.1,yes,,\n", nil, "2  iOS@18.1/supervised"},
		{"quoted line feeds", "Name,OS,Version,Supervised\n\"a\nb\",iOS,18.1,yes\n", nil, "2  iOS@18.1/supervised"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Open(strings.NewReader(c.list), Options{Columns: c.columns})
			got := ""
			if err != nil {
				got = err.Error()
			} else if d, err := r.Next(); err != nil {
				got = err.Error()
			} else {
				got = line(d)
			}
			if !strings.HasPrefix(got, c.want) && !strings.HasPrefix(got, "reading inventory: "+c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Excel writes CSV in Windows-1252.
func TestWindows1252(t *testing.T) {
	r, err := Open(strings.NewReader("Ger\xe4t;OS;Version;Supervised\nM\xfcller\x92s;iOS;18;ja\n"), Options{Columns: map[string]string{"name": "Gerät"}})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := r.Next(); err != nil || d.Name != "Müller’s" || d.Target.String() != "iOS@18/supervised" || r.Understood().Encoding != "Windows-1252" {
		t.Error(d, err, r.Understood().Encoding)
	}
	long := "Name;OS\n" + strings.Repeat("ä;iOS\n", 20_000)
	for _, shift := range []string{"", "x"} {
		if _, u := readAll(t, shift+long, Options{}); u.Encoding != "UTF-8" {
			t.Error(u.Encoding)
		}
	}
}

// A wrong list has one clear message.
func TestRefusals(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "inventory is empty",
		" \n\n":                        "inventory is empty",
		"<html>":                       "inventory is XML or HTML",
		"PK\x03\x04....":               "a workbook",
		"\x1f\x8b.......":              "compressed with gzip",
		"O\x00S\x00,\x00":              "UTF-16 without a byte order mark",
		"a\x01b":                       "inventory is no text",
		`{"message":"Bad credential"`:  "invalid JSON at line 1, column 28: it ends in the middle of a value",
		`{"message":"Bad credential"}`: "none of the fields of a known inventory",
		"{\"hosts\": [\n  {\"hardware_serial\": x}]}": `invalid JSON at line 2, column 23: unexpected 'x'`,
		`[1]`:                    "a device is an object in braces",
		`[[[[[[[[[[[]]]]]]]]]]]`: "lists in lists",
		"OS,Version\n\"iOS,18\n": `extraneous or missing " in quoted-field`,
		"OS,Version\niO\"S,18\n": `line 2, column 3: bare " in non-quoted-field`,
	} {
		r, err := Open(strings.NewReader(in), Options{})
		for err == nil {
			_, err = r.Next()
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
	for _, o := range []Options{{Assume: Assume{Supervised: "maybe"}}, {Assume: Assume{Enrollment: "devcie"}}} {
		var usage *diag.UsageError
		if _, err := Open(strings.NewReader("OS,Version\niOS,18\n"), o); !errors.As(err, &usage) {
			t.Errorf("%+v: got %v", o, err)
		}
	}
	if _, err := Open(iotest.ErrReader(io.ErrUnexpectedEOF), Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// Each value of each source has evidence and a source, and a meaning that is decided upon.
func TestFactsAreComplete(t *testing.T) {
	check := func(where string, s fact.Statement) {
		if s.Source == "" || s.Evidence != fact.Weaker(s.Evidence, s.Evidence) {
			t.Errorf("%s: %+v", where, s)
		}
	}
	for _, s := range sources().Sources {
		check(s.ID, s.Statement)
		if len(s.Marks) == 0 || s.Request == "" || s.Title == "" {
			t.Errorf("%s is incomplete", s.ID)
		}
		for f, values := range s.Values {
			for _, m := range values {
				check(fmt.Sprintf("%s %s %s", s.ID, f, m.Value), m.Statement)
				if m.Means != "" && m.Means.describe() == string(m.Means) && m.Means != supervised {
					t.Errorf("%s %s %s: %s is unknown", s.ID, f, m.Value, m.Means)
				}
			}
		}
		for f := range s.Fields {
			if !slices.Contains(fieldAt[:], f) {
				t.Errorf("%s: field %s is unknown", s.ID, f)
			}
		}
		for _, f := range []Field{Version, Enrollment, Supervised, SharedIPad} {
			if len(s.Fields[f]) == 0 && s.Silent[f] == "" && !(f == SharedIPad && s.ID == "jamf-computers") {
				t.Errorf("%s does not tell why it has no %s", s.ID, f)
			}
		}
	}
	for _, f := range sources().Supervised {
		check(string(f.Platform), f.Statement)
	}
	for _, l := range Lacks() {
		if l.Describe() == string(l) {
			t.Errorf("%s is not described", l)
		}
	}
}

// fleet returns a page of Fleet with n hosts, each of about size bytes.
func fleet(n, size int) io.Reader {
	padding := strings.Repeat("x", size)
	i := -1
	return &generator{next: func() []byte {
		i++
		switch {
		case i == 0:
			return []byte(`{"hosts":[`)
		case i <= n:
			comma := ","
			if i == n {
				comma = ""
			}
			return fmt.Appendf(nil, `{"id":%d,"hardware_serial":"S%d","platform":"ios","os_version":"iOS 18.%d","hardware_model":"iPhone15,2","software":[{"name":"%s"}],"display_name":"Phone %d","mdm":{"enrollment_status":"On (automatic)"},"labels":[{"name":"All"}]}%s`,
				i, i, i%7, padding, i, comma)
		case i == n+1:
			return []byte("]}")
		}
		return nil
	}}
}

// table returns CSV with n rows.
func table(n int) io.Reader {
	i := -1
	return &generator{next: func() []byte {
		i++
		switch {
		case i == 0:
			return []byte("Device name,Serial number,Model,OS,OS version,Supervised,Ownership,Category,Enrollment date,Last check-in\r\n")
		case i <= n:
			return fmt.Appendf(nil, "\"Phone, %d\",SERIAL%07d,\"iPhone15,%d\",iOS,18.%d.1,True,Corporate,Sales,2025-01-02 10:00:00,2026-01-02 10:00:00\r\n", i, i, i%5, i%7)
		}
		return nil
	}}
}

type generator struct {
	next func() []byte
	left []byte
}

func (g *generator) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(g.left) == 0 {
			if g.left = g.next(); g.left == nil {
				if n > 0 {
					return n, nil
				}
				return 0, io.EOF
			}
		}
		k := copy(p[n:], g.left)
		n, g.left = n+k, g.left[k:]
	}
	return n, nil
}

// A list takes the same memory, however long it is.
func TestMemoryIsConstant(t *testing.T) {
	const serials = 32 // bytes kept of each serial number
	for name, make := range map[string]func(n int) io.Reader{"JSON": func(n int) io.Reader { return fleet(n, 200) }, "CSV": table} {
		r, err := Open(make(20_000), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		n := 0
		for ; ; n++ {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if n == 1000 {
				runtime.GC()
				runtime.ReadMemStats(&before)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(r)
		if n != 20_000 || after.HeapAlloc > before.HeapAlloc+256<<10+serials*20_000 {
			t.Errorf("%s: %d devices, %d bytes and then %d", name, n, before.HeapAlloc, after.HeapAlloc)
		}
	}
}

// One device of any size is skipped through in constant memory.
func TestLargeDevice(t *testing.T) {
	r, err := Open(fleet(2, 32<<20), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if d, err := r.Next(); err != nil || d.Lacks != "" {
			t.Fatal(d, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	_, err = Open(io.MultiReader(strings.NewReader("OS,Version\niOS,\""), strings.NewReader(strings.Repeat("x", 3<<20))), Options{})
	if err == nil || !strings.Contains(err.Error(), "is a quotation mark missing?") {
		t.Errorf("got %v", err)
	}
}

// The scanner accepts what encoding/json accepts, within its bounds.
func FuzzScannerAgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{`{}`, `[1,2.5e-3,"a\u00e4\ud83d\ude00\n",null,true]`, `{"a":{"b":[{}]}}`, `[01]`, `{"a":1,}`, `"\x"`, "\"\t\"", `-`, `[1 2]`, "\xff", `{"labels":[{"name":"x"}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newScanner(iotest.OneByteReader(bytes.NewReader(data)), sources().places)
		s.clear()
		err := s.any(sources().root, 0)
		if err == nil {
			if _, more := s.space(); more {
				err = s.fail("")
			}
		}
		if valid := json.Valid(data); valid != (err == nil) && !(err != nil && strings.Contains(err.Error(), "levels")) {
			t.Fatalf("%q: encoding/json says %v, the scanner %v", data, valid, err)
		}
		if err != nil {
			return
		}
		var device struct {
			Serial any `json:"hardware_serial"`
		}
		if json.Unmarshal(data, &device) != nil || bytes.Count(data, []byte("hardware_serial")) != 1 {
			return
		}
		if text, isText := device.Serial.(string); isText && len(text) < maxKept && strings.ToValidUTF8(string(s.value(sources().place("hardware_serial"))), "\ufffd") != text {
			t.Fatalf("%q: kept %q", data, s.value(sources().place("hardware_serial")))
		}
	})
}

// Nothing panics, a list ends, every row is counted once, and a device with a target has one that exists.
func FuzzEveryRowIsCountedOnce(f *testing.F) {
	f.Add("OS,Version,Supervised\niOS,18.1,yes\n,,\nx\n")
	f.Add("Name;OS\n\"a\n\nb\";iOS 18\n\n")
	f.Add(`{"hosts":[{"hardware_serial":"a","platform":"ios"},{"os_version":1}]}`)
	f.Add(`[{"serialNumber":"1","general":{"platform":"Mac"}},{"value":[{"deviceName":"x","operatingSystem":"iOS"}]}]`)
	f.Add("\xff\xfeO\x00S\x00\n\x00i\x00O\x00S\x00\n\x00")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := Open(strings.NewReader(in), Options{})
		if err != nil {
			return
		}
		rows, last := 0, 0
		for {
			d, err := r.Next()
			if err != nil {
				if err == io.EOF {
					checkCount(t, in, r, rows)
				}
				return
			}
			rows++
			if d.Row <= last {
				t.Fatalf("row %d after row %d", d.Row, last)
			}
			last = d.Row
			if d.Lacks == "" && d.Target.Check() != nil {
				t.Fatalf("%+v: %v", d, d.Target.Check())
			}
			if rows > len(in) {
				t.Fatal("more devices than bytes")
			}
		}
	})
}

// checkCount compares with encoding/csv, read whole.
func checkCount(t *testing.T, in string, r *Reader, rows int) {
	u := r.Understood()
	if u.Format != "CSV" || u.Encoding != "UTF-8" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(in)), "sep=") {
		return
	}
	c := csv.NewReader(strings.NewReader(strings.TrimPrefix(in, "\ufeff")))
	c.FieldsPerRecord = -1
	for _, s := range separators {
		if s.name == u.Separator {
			c.Comma = s.char
		}
	}
	all, err := c.ReadAll()
	if err != nil {
		t.Fatalf("encoding/csv: %v", err)
	}
	want := -1
	for _, row := range all {
		if strings.Join(row, "") != "" {
			want++
		}
	}
	if rows != want {
		t.Fatalf("%d rows, want %d", rows, want)
	}
}

// Reading devices, beside encoding/csv alone, in turn.
func BenchmarkInventoryCSV(b *testing.B) {
	data, _ := io.ReadAll(table(20_000))
	benchmark(b, data, func() error {
		c := csv.NewReader(bytes.NewReader(data))
		c.ReuseRecord = true
		for {
			if _, err := c.Read(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
}

// Reading devices, beside encoding/json with one field of a device, in turn.
func BenchmarkInventoryJSON(b *testing.B) {
	data, _ := io.ReadAll(fleet(5_000, 1500))
	benchmark(b, data, func() error {
		var page struct{ Hosts []struct{ Platform string } }
		return json.Unmarshal(data, &page)
	})
}

func benchmark(b *testing.B, data []byte, plain func() error) {
	b.SetBytes(int64(len(data)))
	rows := 0
	devices := func() error {
		r, err := Open(bytes.NewReader(data), Options{})
		for rows = 0; err == nil; rows++ {
			_, err = r.Next()
		}
		rows--
		if err == io.EOF {
			return nil
		}
		return err
	}
	var took [2]time.Duration
	var before, after runtime.MemStats
	mallocs := uint64(0)
	for b.Loop() {
		for i, read := range []func() error{devices, plain} {
			runtime.ReadMemStats(&before)
			start := time.Now()
			if err := read(); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(start)
			if runtime.ReadMemStats(&after); i == 0 {
				mallocs = after.Mallocs - before.Mallocs
			}
		}
	}
	b.ReportMetric(float64(took[0])/float64(took[1]), "x-plain")
	b.ReportMetric(float64(took[0])/float64(b.N)/float64(rows), "ns/row")
	b.ReportMetric(float64(len(data))*float64(b.N)/1e6/took[0].Seconds(), "read-MB/s")
	b.ReportMetric(float64(mallocs)/float64(rows), "allocs/row")
}

func TestRepeatedSerials(t *testing.T) {
	lines, u := readAll(t, "Serial,OS,Version,Supervised\nC02AAAAA,iOS,18,yes\nn/a,iOS,18,yes\nn/a,iOS,18,yes\nC02AAAAA,iOS,18,yes\n,iOS,18,yes\n,iOS,18,yes\n", Options{})
	if len(lines) != 6 || u.Repeated != 1 || !strings.Contains(strings.Join(u.Lines(), "\n"), "earlier one: 1;") {
		t.Error(lines, u.Repeated, u.Lines())
	}
}

// A list that says that there is more is told as incomplete, by the last page alone.
func TestIncompleteLists(t *testing.T) {
	const device = `{"deviceName": "x", "operatingSystem": "iOS", "osVersion": "18", "isSupervised": true}`
	for in, want := range map[string]string{
		`{"@odata.nextLink": "x", "value": [` + device + `]}`:                                                             "further one",
		`{"value": [` + device + `], "@odata.nextLink": "x"}`:                                                             "further one",
		`{"value": [` + device + `], "@odata.nextLink": "x"} {"value": [` + device + `]}`:                                 "",
		`[{"value": [` + device + `], "@odata.nextLink": "x"}, {"value": []}]`:                                            "",
		`{"hosts": [{"hardware_serial": "a"}], "meta": {"has_next_results": true}}`:                                       "further one",
		`{"hosts": null}{"hosts": [{"hardware_serial": "a"}]}`:                                                            "",
		`{"totalCount": 2, "results": [{"mobileDeviceId": "1"}]}`:                                                         "2 devices, and the list has 1",
		`{"results": [{"mobileDeviceId": "1"}], "totalCount": 2} {"totalCount": 2, "results": [{"mobileDeviceId": "2"}]}`: "",
	} {
		_, u := readAll(t, in, Options{})
		if (u.Incomplete == "") != (want == "") || !strings.Contains(u.Incomplete, want) {
			t.Errorf("%s: got %q, want %q", in, u.Incomplete, want)
		}
	}
}

// The set of serial numbers is exact up to its bound, and knows none beyond it.
func TestSerials(t *testing.T) {
	s := newSerials()
	for round := range 2 {
		for i := range maxSerials {
			if known := s.add(strconv.Itoa(i)); known != (round == 1) {
				t.Fatalf("%d in round %d: %v", i, round, known)
			}
		}
	}
	if s.add("one more") || s.add("one more") || len(s.slots) != 2*maxSerials {
		t.Error("more serial numbers than the bound are remembered")
	}
}
