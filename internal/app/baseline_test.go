package app

import (
	"fmt"
	"strings"
	"testing"
)

// A baseline too large to be read is not written.
func TestWriteBaselineBoundsItsSize(t *testing.T) {
	texts := map[string]string{}
	var keys strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&keys, "<key>Unknown%0180d</key><true/>", i)
	}
	texts["a.mobileconfig"] = strings.Replace(wifiInMemory, "<key>SSID_STR</key>", keys.String()+"<key>SSID_STR</key>", 1)
	m := newMemory(t, texts)
	_, failures, err := WriteBaseline(t.Context(), nowhere(m), LintOptions{Paths: []string{"a.mobileconfig"}}, "b.json")
	if err == nil || !strings.Contains(err.Error(), "more than 16 MiB") || len(failures) > 0 {
		t.Errorf("%v, %v", err, failures)
	}
	if len(m.Written()) > 0 {
		t.Error("a baseline was written")
	}
}
