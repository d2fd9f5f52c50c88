package lint

import "testing"

func TestAlternatives(t *testing.T) {
	member := func(name, identifier string) targetCuts {
		return newTargetCuts(&FileFacts{name: name, identifier: textAt{text: identifier}})
	}
	tests := []struct {
		name string
		a, b targetCuts
		want bool
	}{
		{"two targets", member("a", "com.acme.wifi.ios-manual"), member("b", "com.acme.wifi.macos-manual"), true},
		{"two templates", member("a", "com.acme.wifi.ios-manual"), member("b", "com.acme.vpn.macos-manual"), false},
		{"two versions", member("d/wifi.ios-18-supervised.mobileconfig", "x"), member("d/wifi.ios-27-supervised.mobileconfig", "x"), true},
		{"a point version", member("wifi.macos-15.4-manual.mobileconfig", "x"), member("wifi.macos-manual.mobileconfig", "x"), true},
		{"a declaration", member("wifi.macos-manual.mobileconfig", "x"), member("wifi.ios-27-supervised.dns.quad9.json", "y"), true},
		{"one target", member("wifi.ios-manual.mobileconfig", "x"), member("wifi.ios-manual.dns.json", "y"), false},
		{"two folders", member("a/wifi.ios-manual.mobileconfig", "x"), member("b/wifi.macos-manual.mobileconfig", "x"), false},
		{"no target", member("wifi.ios.mobileconfig", "x"), member("wifi.macos.mobileconfig", "x"), false},
	}
	for _, tt := range tests {
		if got := areAlternatives(&tt.a, &tt.b); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
