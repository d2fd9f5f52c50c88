package lint

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// everyday makes a profile of n payloads as people write them: restrictions, Wi-Fi, DNS and a VPN in turn.
func everyday(n int) *plist.Value {
	kinds := []func() *plist.Value{
		func() *plist.Value {
			return pl("com.apple.applicationaccess", "allowCloudBackup", true, "allowCloudDocumentSync", true, "allowAirDrop", false,
				"forceAutomaticDateAndTime", true, "allowCamera", true, "enforcedSoftwareUpdateDelay", 0, "safariAcceptCookies", 2.0,
				"blockedAppBundleIDs", arr("com.example.one", "com.example.two"))
		},
		func() *plist.Value {
			return pl("com.apple.wifi.managed", "SSID_STR", "Office", "HIDDEN_NETWORK", false, "AutoJoin", true, "EncryptionType", "WPA2",
				"Password", "correct horse", "ProxyType", "None", "CaptiveBypass", false)
		},
		func() *plist.Value {
			return pl("com.apple.dnsSettings.managed", "ProhibitDisablement", false, "DNSSettings", d("DNSProtocol", "HTTPS",
				"ServerURL", "https://cloudflare-dns.com/dns-query", "ServerAddresses", arr("1.1.1.1", "1.0.0.1", "2606:4700:4700::1111")),
				"OnDemandRules", arr(d("Action", "Disconnect", "SSIDMatch", arr("Office")), d("Action", "Connect")))
		},
		func() *plist.Value {
			return pl("com.apple.vpn.managed", "UserDefinedName", "Office", "VPNType", "IKEv2", "IKEv2", d("RemoteAddress", "vpn.example.com",
				"RemoteIdentifier", "vpn.example.com", "LocalIdentifier", "me", "AuthenticationMethod", "SharedSecret", "SharedSecret", "x",
				"IKESecurityAssociationParameters", d("EncryptionAlgorithm", "AES-256-GCM", "DiffieHellmanGroup", 19, "IntegrityAlgorithm", "SHA2-256")))
		},
	}
	payloads := make([]*plist.Value, n)
	for i := range payloads {
		payloads[i] = kinds[i%len(kinds)]().Set("PayloadUUID", value(fmt.Sprintf("%08x-0000-4000-8000-000000000001", i+1))).
			Set("PayloadIdentifier", value(fmt.Sprintf("com.example.%d", i))).Set("PayloadDisplayName", value("A payload"))
	}
	return with(payloads...)
}

// BenchmarkFiveTargets reports how many times as long checking for five targets takes as checking for none, with the rules of
// validate. SYNCGUARD_DATA adds the profiles of a folder.
func BenchmarkFiveTargets(b *testing.B) {
	b.Run("72 payloads", func(b *testing.B) { benchmarkFiveTargets(b, []*plist.Value{everyday(72)}) })
	if root := os.Getenv("SYNCGUARD_DATA"); root != "" {
		var roots []*plist.Value
		err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".mobileconfig" {
				return err
			}
			data, err := os.ReadFile(filepath.Join(root, path))
			if doc, _ := plist.Read(diag.NewFile(path, data)); doc != nil && doc.Root != nil {
				roots = append(roots, doc.Root)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Run("real", func(b *testing.B) { benchmarkFiveTargets(b, roots) })
	}
}

func benchmarkFiveTargets(b *testing.B, roots []*plist.Value) {
	five := targets(b, "iOS@18/supervised iOS macOS tvOS visionOS")
	checker := New(schema.Embedded())
	check := func(on []target.Target) (findings int, spent time.Duration) {
		start := time.Now()
		for _, root := range roots {
			found, err := checker.Check(root, on, Options{Groups: []rules.Group{rules.Structure, rules.Schema, rules.Effect}})
			if err != nil {
				b.Fatal(err)
			}
			findings += len(found)
		}
		return findings, time.Since(start)
	}
	more, _ := check(five) // fills the caches
	some, _ := check(nil)
	var with, without time.Duration
	for b.Loop() { // in turns, so that other programs disturb both alike
		_, spent := check(five)
		with += spent
		_, spent = check(nil)
		without += spent
	}
	b.ReportMetric(float64(with)/float64(without), "five/none")
	b.ReportMetric(float64(more), "findings-for-five")
	b.ReportMetric(float64(some), "findings-for-none")
}

// What it takes to check a profile with a catalog that is warm, and to read it before, beside what decoding the same bytes
// with howett.net/plist takes.
func BenchmarkValidate(b *testing.B) {
	for _, n := range []int{4, 72} {
		data, err := plist.Write(everyday(n))
		if err != nil {
			b.Fatal(err)
		}
		on := targets(b, "iOS macOS")
		checker := New(schema.Embedded())
		read := func() *plist.Value {
			doc, _ := plist.Read(diag.NewFile("x", data))
			return doc.Root
		}
		root := read()
		name := fmt.Sprintf("%dkB", len(data)/1000)
		b.Run(name+"/check", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := checker.Check(root, on, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/check-without-targets", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := checker.Check(root, nil, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/read-and-check", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := checker.Check(read(), nil, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/howett", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var v any
				if _, err := howett.Unmarshal(data, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
