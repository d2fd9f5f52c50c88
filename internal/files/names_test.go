package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A folder can be copied to Windows, or to a file system without upper and lower case: no name means a device there, and no
// two become one.
func TestNamesHoldEverywhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prn.mobileconfig"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	stage := OS{}.Stage(time.Now())
	defer stage.Close()
	for _, c := range []struct{ name, problem string }{
		{"con", "device"}, {"CON.mobileconfig", "device"}, {"aux.acme.ios-manual.mobileconfig", "device"}, {"Nul .txt", "device"},
		{"com1.json", "device"}, {"LPT¹.json", "device"}, {"conin$", "device"},
		{"com.acme.mobileconfig", ""}, {"console.txt", ""}, {"com10.json", ""}, {"acme.con", ""}, {"null", ""},
		{"prn.mobileconfig", ""}, // there already
		{"COM.acme.mobileconfig", "by case alone"}, {"com.acme.mobileconfig", ""}, {"sub/Com.Acme.mobileconfig", ""},
	} {
		err := stage.Add(filepath.Join(dir, filepath.FromSlash(c.name)), nil, 0o644)
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
