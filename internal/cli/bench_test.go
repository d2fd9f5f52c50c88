package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/inventory"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// profileOf is a valid XML profile of n Wi-Fi payloads, about 0.8 kB each.
func profileOf(tb testing.TB, n int) []byte {
	uuid := func(i int) *plist.Value { return plist.NewString(fmt.Sprintf("3E9B3F0C-9C5B-4A3F-8A0B-%012d", i)) }
	identifier := func(i int) *plist.Value { return plist.NewString(fmt.Sprintf("com.acme.wifi.%d", i)) }
	payloads := plist.NewArray()
	for i := range n {
		payloads.Items = append(payloads.Items, plist.NewDictionary().
			Set("PayloadType", plist.NewString("com.apple.wifi.managed")).Set("PayloadVersion", plist.NewInteger(1)).
			Set("PayloadIdentifier", identifier(i+1)).Set("PayloadUUID", uuid(i+1)).
			Set("PayloadDisplayName", plist.NewString("Wi-Fi & <network>")).
			Set("SSID_STR", plist.NewString(fmt.Sprintf("office-%d", i))).Set("AutoJoin", plist.NewBoolean(true)).
			Set("HIDDEN_NETWORK", plist.NewBoolean(false)).Set("EncryptionType", plist.NewString("WPA2")).
			Set("EAPClientConfiguration", plist.NewDictionary().
				Set("AcceptEAPTypes", plist.NewArray(plist.NewInteger(13), plist.NewInteger(25))).
				Set("TLSTrustedServerNames", plist.NewStrings("radius.acme.com"))))
	}
	data, err := plist.Write(plist.NewDictionary().
		Set("PayloadType", plist.NewString("Configuration")).Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", identifier(0)).Set("PayloadUUID", uuid(0)).Set("PayloadContent", payloads))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// testChecker returns what checks a file as validate does.
func testChecker(tb testing.TB) func(name string, data []byte) []diag.Diagnostic {
	tb.Helper()
	return checkerOf(tb, app.LintOptions{Rules: app.RuleFilter{Selected: []string{"structure", "schema", "effect"}}})
}

func checkerOf(tb testing.TB, o app.LintOptions) func(name string, data []byte) []diag.Diagnostic {
	tb.Helper()
	c, err := app.NewChecker(&app.Host{Files: files.OS{}, Now: time.Now}, o)
	if err != nil {
		tb.Fatal(err)
	}
	return func(name string, data []byte) []diag.Diagnostic {
		f, err := c.Check(name, data)
		if err != nil {
			tb.Fatal(err)
		}
		return f.Findings
	}
}

// BenchmarkValidate checks profiles with a warm catalog. "x-howett" is the time in multiples of what howett.net/plist
// takes to decode the same bytes: the median of many turns on each side, taken alternately, so that a busy machine
// disturbs both alike.
func BenchmarkValidate(b *testing.B) {
	for _, payloads := range []int{3, 60} {
		data := profileOf(b, payloads)
		b.Run(fmt.Sprintf("%dkB", (len(data)+500)/1000), func(b *testing.B) {
			c := testChecker(b)
			if found := c("warm", data); len(found) > 0 {
				b.Fatal(found)
			}
			var ours, theirs []time.Duration
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				ours = append(ours, timed(func() { c("a", data) }))
				b.StopTimer()
				theirs = append(theirs, timed(func() {
					var native any
					if _, err := howett.Unmarshal(data, &native); err != nil {
						b.Fatal(err)
					}
				}))
				b.StartTimer()
			}
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "x-howett")
		})
	}
}

// BenchmarkStart runs "syncguard version", and "syncguard lint" on one profile of 10 kB. "x-empty" is the time in multiples of
// that of a Go program that does nothing, and "x-empty-cpu" that of the processors, by the medians of runs in turn.
func BenchmarkStart(b *testing.B) {
	folder := b.TempDir()
	source, profile := filepath.Join(folder, "empty.go"), filepath.Join(folder, "a.mobileconfig")
	writeFile(b, source, []byte("package main\n\nfunc main() {}\n"))
	writeFile(b, profile, profileOf(b, 12))
	syncguard, nothing := buildProgram(b, "./cmd/syncguard"), buildProgram(b, source)
	for _, args := range [][]string{{"version"}, {"lint", profile}} {
		b.Run(args[0], func(b *testing.B) {
			var ours, theirs, oursCPU, theirsCPU []time.Duration
			for b.Loop() {
				wall, cpu := runProgram(b, syncguard, args...)
				ours, oursCPU = append(ours, wall), append(oursCPU, cpu)
				wall, cpu = runProgram(b, nothing)
				theirs, theirsCPU = append(theirs, wall), append(theirsCPU, cpu)
			}
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "x-empty")
			b.ReportMetric(float64(median(oursCPU))/float64(median(theirsCPU)), "x-empty-cpu")
			b.ReportMetric(median(ours).Seconds()*1000, "ms/run")
			b.ReportMetric(median(theirs).Seconds()*1000, "ms/empty")
		})
	}
}

// buildProgram builds a program of the repository as it is released.
func buildProgram(b *testing.B, source string) string {
	program := filepath.Join(b.TempDir(), "program.exe")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, source)
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Skipf("go build is needed: %v\n%s", err, out)
	}
	return program
}

// runProgram runs a program, which must not fail, and returns its time and that of the processors.
func runProgram(b *testing.B, program string, args ...string) (wall, cpu time.Duration) {
	cmd := exec.Command(program, args...)
	wall = timed(func() {
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	})
	return wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

func writeFile(b *testing.B, path string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkInventory counts 100,000 devices with 20 profiles of 20 keys each. "x-reading" is the time in multiples of that of
// reading the list alone, by the medians of runs in turn: at most 3. "MiB" is the most memory that one run takes: at most 256.
func BenchmarkInventory(b *testing.B) {
	folder := b.TempDir()
	list := filepath.Join(folder, "devices.csv")
	writeFile(b, list, devicesCSV(100_000))
	counting := []string{"coverage", "--inventory", list}
	for i := range 20 {
		name := filepath.Join(folder, fmt.Sprintf("%d.mobileconfig", i))
		writeFile(b, name, manyKeys(b, i))
		counting = append(counting, name)
	}
	syncguard := buildProgram(b, "./cmd/syncguard")
	var ours, reading []time.Duration
	most := int64(0)
	for b.Loop() {
		cmd := exec.Command(syncguard, counting...)
		ours = append(ours, timed(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
		}))
		most = max(most, peakMemory(cmd.ProcessState))
		reading = append(reading, timed(func() { readDevices(b, list) }))
	}
	b.ReportMetric(float64(median(ours))/float64(median(reading)), "x-reading")
	b.ReportMetric(float64(most)/(1<<20), "MiB")
	b.ReportMetric(median(ours).Seconds()*1000, "ms/count")
	b.ReportMetric(median(reading).Seconds()*1000, "ms/read")
}

// devicesCSV is a list of n iPhones, iPads and Macs in some groups, on many versions.
func devicesCSV(n int) []byte {
	var b bytes.Buffer
	b.WriteString("Serial Number,Device Name,Model,Operating System,OS Version,Enrollment,Supervised,Group\n")
	models := []string{"iPhone 15,iOS", "iPhone 12,iOS", "iPad Air,iPadOS", "MacBook Pro,macOS"}
	enrollments := []string{"Automated Device Enrollment,Yes", "Device Enrollment,No", "User Enrollment,No"}
	majors := []int{18, 26, 27}
	macs := []int{15, 26, 27}
	for i := range n {
		major := majors[i%3]
		if i%4 == 3 {
			major = macs[i%3]
		}
		fmt.Fprintf(&b, "F%09d,Device %d,%s,%d.%d.%d,%s,Group %d\n", i, i, models[i%4], major, i/7%7, i/11%3, enrollments[i/5%3], i%100)
	}
	return b.Bytes()
}

// manyKeys is a profile with 20 restrictions, other ones for each number.
func manyKeys(tb testing.TB, number int) []byte {
	types, err := schema.Embedded().Payloads("com.apple.applicationaccess")
	if err != nil || len(types) == 0 {
		tb.Fatal("no restrictions", err)
	}
	payload := plist.NewDictionary().Set("PayloadType", plist.NewString("com.apple.applicationaccess")).Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("com.acme.a")).Set("PayloadUUID", plist.NewString("3E9B3F0C-9C5B-4A3F-8A0B-000000000001"))
	all := slices.DeleteFunc(slices.Clone(types[0].Keys), func(k *schema.Key) bool { return k.Kind != plist.Boolean })
	for i := range 20 {
		payload.Set(all[(number*9+i)%len(all)].Name, plist.NewBoolean(false))
	}
	data, err := plist.Write(plist.NewDictionary().Set("PayloadType", plist.NewString("Configuration")).Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("com.acme")).Set("PayloadUUID", plist.NewString("3E9B3F0C-9C5B-4A3F-8A0B-000000000000")).
		Set("PayloadContent", plist.NewArray(payload)))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// readDevices reads a list, and counts nothing.
func readDevices(tb testing.TB, name string) {
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	r, err := inventory.Open(f, inventory.Options{})
	for err == nil {
		_, err = r.Next()
	}
	if err != io.EOF {
		tb.Fatal(err)
	}
}
