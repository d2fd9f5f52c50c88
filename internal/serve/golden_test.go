package serve

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden are two profiles with all that a page can say: a phone's and a Mac's.
var golden = app.Offer{
	Items: []app.Offered{
		{Name: "Keep iCloud Syncing (iOS)", File: "ios.mobileconfig", Devices: []string{"iPhone", "iPad"}, Description: "Keeps iCloud syncing.", Trust: app.TrustUnverified, Signer: "Acme",
			Effects: []app.OfferedEffect{
				{Type: "com.apple.dnsSettings.managed", Sentences: []summary.Sentence{{ID: "does.dns", Values: []string{"name", "Cloudflare"}}, {ID: "does.dns.change"}}, Idle: 1},
				{Type: "com.apple.networkusagerules"}},
			Left: []app.OfferedIntent{
				{Intent: intent.Cellular, Steps: []app.OfferedStep{{Setting: intent.Setting{Path: []string{"Settings", "Wi-Fi", "(i)", "Low Data Mode"}, Value: "off", Evidence: fact.Apple}}}},
				{Intent: intent.Storage, Steps: []app.OfferedStep{{Setting: intent.Setting{Path: []string{"Settings", "Battery", "Low Power Mode"}, Value: "off", Evidence: fact.Apple},
					Where: app.OfferedRange{Devices: []string{"iPad"}}}}}}},
		{Name: "Keep iCloud Syncing (macOS)", File: "macos.mobileconfig", Devices: []string{"Mac"}, Trust: app.TrustApple, Signer: "Acme", Locked: true,
			Effects: []app.OfferedEffect{{Type: "com.apple.SoftwareUpdate", Sentences: []summary.Sentence{{ID: "does.updates"}}, Where: app.OfferedRange{Before: target.Version{Major: 27}}}},
			Left: []app.OfferedIntent{
				{Intent: intent.DateTime, First: true, Steps: []app.OfferedStep{{Setting: intent.Setting{Path: []string{"System Settings", "General", "Date & Time", "Set time and date automatically"}, Value: "on", Evidence: fact.Community}}}},
				{Intent: intent.Updates, Steps: []app.OfferedStep{{Setting: intent.Setting{Path: []string{"System Settings", "General", "Software Update", "(i) Automatic Updates"}, Value: "on", Evidence: fact.Apple},
					Where: app.OfferedRange{From: target.Version{Major: 27}}}}}}},
	},
	Withheld: []app.Withheld{{Name: "Fleet"}, {Name: "Lobby", Devices: []string{"Apple TV"}}},
}

func TestGoldenPages(t *testing.T) {
	one := app.Offer{Items: golden.Items[:1]}
	for _, c := range []struct {
		file, language string
		offer          *app.Offer
	}{{"one.en.html", "?en", &one}, {"two.en.html", "?en", &golden}, {"two.de.html", "?de", &golden}} {
		s, err := newServer("http://192.168.1.20:8080", Options{Offer: c.offer, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(string(s.pages[c.language].html), embeddedStyle(), "")
		for _, mark := range []string{`viewBox="`, ` d="`} { // the QR code holds the token
			if before, after, ok := strings.Cut(got, mark); ok {
				_, after, _ = strings.Cut(after, `"`)
				got = before + mark + `…"` + after
			}
		}
		path := filepath.Join("testdata", c.file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}
