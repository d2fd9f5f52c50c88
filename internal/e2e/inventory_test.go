//go:build e2e

package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// restrictions is a profile with keys that came, went, and need supervision.
const restrictions = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadContent</key><array>
<dict><key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowCamera</key><false/><key>allowSatelliteConnection</key><false/>
<key>allowESIMModification</key><false/><key>forceDelayedSoftwareUpdates</key><true/><key>forceAutomaticDateAndTime</key><true/></dict>
<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>SSID_STR</key><string>acme</string></dict>
<dict><key>PayloadType</key><string>com.apple.SoftwareUpdate</string><key>AutomaticallyInstallMacOSUpdates</key><true/></dict>
</array></dict></plist>
`

// The counts of an inventory are those of a program in Python, which reads it by rules of its own and counts the cells of the
// table of targets: for an inventory in the shape of each source, and for one of 2,000 random devices.
func TestInventoryCountsAgreeWithPython(t *testing.T) {
	golden, err := filepath.Glob(filepath.Join("..", "inventory", "testdata", "*.[cjt]s*"))
	golden = slices.DeleteFunc(golden, func(name string) bool { return strings.HasSuffix(name, ".want") })
	if err != nil || len(golden) < 12 {
		t.Fatal("too few golden inventories", golden, err)
	}
	script := filepath.Join("testdata", "count.py")
	for i, path := range append(golden, script) {
		if path, err = filepath.Abs(path); err != nil {
			t.Fatal(err)
		}
		if i < len(golden) {
			golden[i] = path
		} else {
			script = path
		}
	}
	s := newSyncguard(t)
	t.Chdir(s.dir)
	if err := os.WriteFile("restrictions.mobileconfig", []byte(restrictions), 0o644); err != nil {
		t.Fatal(err)
	}
	devices := 0
	for _, inventory := range append(golden, "made") {
		for _, file := range []string{"builtin:prevention", "restrictions.mobileconfig"} {
			var want struct {
				Devices, Counted int
				Settings         map[string]map[string]int
			}
			if err := json.Unmarshal(Tool(t, nil, "python3", script, os.Getenv("SYNCGUARD_BINARY"), inventory, file), &want); err != nil {
				t.Fatal(err)
			}
			name := inventory
			if inventory == "made" {
				name = "made.csv"
			}
			out, errs, code := s.run("coverage", file, "--inventory", name, "--format", "json")
			var got struct {
				Devices, Counted int
				Settings         []struct {
					Setting, File, Value                            string
					Enforced, Locked, Preset, Manual, None, Missing int
				}
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
				t.Fatal(inventory, code, err, errs)
			}
			if got.Devices != want.Devices || got.Counted != want.Counted {
				t.Errorf("%s: %d of %d devices are counted, want %d of %d", inventory, got.Counted, got.Devices, want.Counted, want.Devices)
			}
			devices += got.Counted
			for _, x := range got.Settings {
				counts := map[string]int{"enforced": x.Enforced, "locked": x.Locked, "preset": x.Preset, "manual": x.Manual, "none": x.None, "missing": x.Missing}
				maps.DeleteFunc(counts, func(_ string, n int) bool { return n == 0 })
				if of := want.Settings[x.Setting+"|"+x.File+"|"+x.Value]; !maps.Equal(counts, of) {
					t.Errorf("%s: %s %s: counts %v, want %v", inventory, x.Setting, x.Value, counts, of)
				}
			}
			if got.Counted > 0 && len(got.Settings) != len(want.Settings) {
				t.Errorf("%s: %d settings, want those of %v", inventory, len(got.Settings), slices.Collect(maps.Keys(want.Settings)))
			}
		}
	}
	if devices < 3000 {
		t.Errorf("only %d devices compared", devices)
	}
}
