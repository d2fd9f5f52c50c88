package lint

import (
	"fmt"
	"testing"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
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
