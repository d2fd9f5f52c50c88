package migrate

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/schema"
	"syncguard/internal/work"
)

// A plan takes work by the number of keys and payloads, not by its square.
func TestPlanTakesLinearWork(t *testing.T) {
	const dns = `<key>PayloadType</key><string>com.apple.dnsSettings.managed</string><key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string></dict>`
	for name, payloads := range map[string]func(n int) string{
		"unknown keys": func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "<key>z%d</key><true/>", i)
			}
			return dns + b.String()
		},
		"payloads of one identifier": func(n int) string { return dns + strings.Repeat("</dict><dict>"+dns, n) },
	} {
		count := func(n int) int {
			root := read(t, payloads(n))
			return work.Measure(func() {
				if p, err := NewPlan(root, schema.Embedded()); err != nil || len(p.Changes) == 0 {
					t.Error(p, err)
				}
			})
		}
		if small, large := count(100), count(200); large > small*21/10 {
			t.Errorf("%s: %d units, then %d for twice as many", name, small, large)
		}
	}
}
