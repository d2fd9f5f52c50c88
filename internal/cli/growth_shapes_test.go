package cli

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/cms"
)

// growthShapes are hostile inputs by the kind of file and by their shape. Each grows in proportion to n. The result of a shape is
// one file, or a folder as a list of "name\x00content".
var growthShapes = map[string]map[string]func(t testing.TB, n int) []byte{
	"profile": {
		"many keys":             file(func(n int) string { return profileWith("com.apple.wifi.managed", keys(n, "\n")) }),
		"many keys on one line": file(func(n int) string { return profileWith("com.apple.wifi.managed", keys(4*n, "")) }),
		"similar keys": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", repeat(n/10, func(i int) string { return fmt.Sprintf("<key>AutoJoi%d</key><true/>\n", i) }))
		}),
		"long keys": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", repeat(n, func(i int) string { return fmt.Sprintf("<key>%s%d</key><true/>\n", strings.Repeat("Ab", 150), i) }))
		}),
		"one long key": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", "<key>"+strings.Repeat("Ab", 50*n)+"</key><true/>")
		}),
		"long type and identifier": file(func(n int) string {
			long := strings.Repeat("com.example.", 10*n)
			return profileWith(long, "<key>PayloadIdentifier</key><string>"+long+"</string><key>PayloadUUID</key><string>"+long+"</string>")
		}),
		"one key again and again": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", strings.Repeat("<key>SSID_STR</key><string>a</string>", 4*n))
		}),
		"one UUID and identifier": file(func(n int) string {
			return payloads(n, func(int) string {
				return wifi + "<key>PayloadIdentifier</key><string>com.acme.a</string><key>PayloadUUID</key><string>0DD9E2F5-4E3A-4B5C-9E39-6B5E5A0B7C11</string>"
			})
		}),
		"many payloads": file(func(n int) string { return payloads(n, func(i int) string { return wifi + named(i) }) }),
		"many types": file(func(n int) string {
			return payloads(n, func(i int) string {
				return fmt.Sprintf("<key>PayloadType</key><string>com.apple.x%d</string>", i) + named(i)
			})
		}),
		"many references": file(func(n int) string {
			return payloads(n, func(i int) string {
				return wifi + named(i) + fmt.Sprintf("<key>PayloadCertificateUUID</key><string>1DD9E2F5-4E3A-4B5C-9E39-%012d</string>", n-i)
			})
		}),
		"many secrets": file(func(n int) string {
			return payloads(n, func(i int) string {
				return wifi + named(i) + fmt.Sprintf("<key>Password</key><string>hunter-%d-of-many</string>", i)
			})
		}),
		"many certificates": func(t testing.TB, n int) []byte {
			leaf := certificateIn(t, testdata(t, "pki", "leaf.pem"))
			data := base64.StdEncoding.EncodeToString(leaf.Raw)
			return []byte(payloads(n/10, func(i int) string {
				return "<key>PayloadType</key><string>com.apple.security.pkcs1</string>" + named(i) + "<key>PayloadContent</key><data>" + data + "</data>"
			}))
		},
		"certificates in one payload": func(t testing.TB, n int) []byte {
			all := base64.StdEncoding.EncodeToString(bytes.Repeat(testdata(t, "pki", "leaf.pem"), n/10))
			return []byte(profileWith("com.apple.security.pem", "<key>PayloadContent</key><data>"+all+"</data>"))
		},
		"values of a wrong type": file(func(n int) string {
			return profileWith("com.apple.applicationaccess", "<key>blockedAppBundleIDs</key><array>"+strings.Repeat("<integer>1</integer>", n)+"</array>")
		}),
		"values that are wrong": file(func(n int) string {
			return profileWith("com.apple.dnsSettings.managed", "<key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string><key>ServerAddresses</key><array>"+
				repeat(n, func(i int) string { return fmt.Sprintf("<string>a.%d</string>", i) })+"</array><key>SupplementalMatchDomains</key><array>"+
				repeat(n, func(i int) string { return fmt.Sprintf("<string>*.a%d.icloud.com</string>", i) })+"</array></dict>")
		}),
		"conditions": file(func(n int) string {
			return profileWith("com.apple.vpn.managed", "<key>VPNType</key><string>IKEv2</string><key>IKEv2</key><dict><key>OnDemandRules</key><array>"+
				repeat(n, func(i int) string {
					return fmt.Sprintf("<dict><key>Action</key><string>Connect</string><key>SSIDMatch</key><array><string>n%d</string></array></dict>", i)
				})+"</array></dict>")
		}),
		"app settings": file(func(n int) string {
			return profileWith("com.apple.ManagedClient.preferences", "<key>PayloadContent</key><dict>"+repeat(n/4, func(i int) string {
				return fmt.Sprintf("<key>com.apple.x%d</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>%s</dict></dict></array></dict>", i, keys(4, ""))
			})+"</dict>")
		}),
		"deep": file(func(n int) string {
			return profileWith("com.example", strings.Repeat("<key>d</key><dict>", min(2*n, 5000))+strings.Repeat("</dict>", min(2*n, 5000)))
		}),
		"many deep branches": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><array>"+strings.Repeat(strings.Repeat("<dict><key>d</key>", 100)+"<true/>"+strings.Repeat("</dict>", 100), n/20)+"</array>")
		}),
		"wide": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><array>"+strings.Repeat("<string>b</string>", n)+"</array>")
		}),
		"line feeds": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><string>"+strings.Repeat("\n", 40*n)+"</string>")
		}),
		"white space": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><integer>"+strings.Repeat(" \t", 20*n)+"1</integer>"+strings.Repeat(" \r\n", 10*n))
		}),
		"comments": file(func(n int) string { return profileWith("com.example", strings.Repeat("<!---->", 4*n)) }),
		"comments between values": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><array>"+strings.Repeat("<true/><!---->", n)+"</array>")
		}),
		"long comment": file(func(n int) string {
			return profileWith("com.example", "<!-- "+strings.Repeat("a - b\n", 8*n)+"-->")
		}),
		"ignore comments": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", repeat(n, func(i int) string {
				return fmt.Sprintf("<!-- syncguard:ignore unknown-key: why -->\n<key>Z%d</key><true/>\n", i)
			}))
		}),
		"ignore comments for nothing": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", strings.Repeat("<!-- syncguard:ignore unknown-key, unknown-rule: why -->\n", n))
		}),
		"instructions": file(func(n int) string { return profileWith("com.example", strings.Repeat("<?a?>", 4*n)) }),
		"entities": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><string>"+strings.Repeat("&amp;&#65;", 8*n)+"</string>")
		}),
		"CDATA": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><string>"+strings.Repeat("<![CDATA[a]]>", 4*n)+"</string>")
		}),
		"data in lines": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><data>"+strings.Repeat("QUJD\n\t\t", 8*n)+"</data>")
		}),
		"long number": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><integer>"+strings.Repeat("1", 40*n)+"</integer>")
		}),
		"broken numbers": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><array>"+strings.Repeat("<integer>x</integer>", 4*n)+"</array>")
		}),
		"open elements": file(func(n int) string { return profileWith("com.example", strings.Repeat("<key>a", n)) }),
		"open brackets": file(func(n int) string { return profileWith("com.example", strings.Repeat("<", 10*n)) }),
		"no XML":        file(func(n int) string { return strings.Repeat("<plist ", 10*n) }),
		"placeholders":  file(placeholders("${a}")),
		"percent signs": file(placeholders("%A")),
		"two brackets":  file(placeholders("{{")),
		"dollar signs":  file(placeholders("$FLEET_VAR_X")),
		"control characters": file(func(n int) string {
			return profileWith("com.example", "<key>a</key><string>"+strings.Repeat("\u202e", 20*n)+"</string>")
		}),
		"hostile characters": file(func(n int) string {
			return profileWith("com.apple.wifi.managed", repeat(4*n, func(i int) string { return fmt.Sprintf("<key>\u202e::error::%d</key><string>##[x]\u2028</string>", i) }))
		}),
		"UTF-16": func(_ testing.TB, n int) []byte {
			out := []byte{0xff, 0xfe}
			for _, u := range utf16.Encode([]rune(profileWith("com.apple.wifi.managed", keys(n, "\n")))) {
				out = binary.LittleEndian.AppendUint16(out, u)
			}
			return out
		},
		"nested documents": func(_ testing.TB, n int) []byte {
			nested := base64.StdEncoding.EncodeToString(multiplied(3))
			return []byte(profileWith("com.example", "<key>a</key><array>"+strings.Repeat("<data>"+nested+"</data>", n/4)+"</array>"))
		},
		"nested profiles": file(func(n int) string {
			nested := base64.StdEncoding.EncodeToString([]byte(profileWith("com.apple.wifi.managed", keys(5, ""))))
			return profileWith("com.example", "<key>a</key><array>"+strings.Repeat("<data>"+nested+"</data>", n/8)+"</array>")
		}),
		"documents in documents": file(func(n int) string {
			inner := keys(n, "")
			for range 6 {
				inner = "<key>a</key><data>" + base64.StdEncoding.EncodeToString([]byte(profileWith("com.example", inner))) + "</data>"
			}
			return profileWith("com.example", inner)
		}),
		"nested declarations": file(func(n int) string {
			nested := base64.StdEncoding.EncodeToString([]byte(`{"Type": "com.apple.configuration.passcode.settings", "Identifier": "a", "Payload": {"MinimumLength": 8, "Nonsense": 1}}`))
			return profileWith("com.apple.declarations", "<key>Declarations</key><array>"+strings.Repeat("<data>"+nested+"</data>", n/8)+"</array>")
		}),
		"one binary array again and again": func(_ testing.TB, n int) []byte { return again(n, binaryArray()) },
		"one binary string again and again": func(_ testing.TB, n int) []byte { // of 200 letters
			return again(n/4, append([]byte{0x5F, 0x10, 200}, strings.Repeat("x", 200)...))
		},
		"signed": func(t testing.TB, n int) []byte {
			return signedByLeaf(t, []byte(profileWith("com.apple.wifi.managed", keys(n, "\n"))))
		},
		"signed many times over": func(t testing.TB, n int) []byte {
			data := []byte(profileWith("com.apple.wifi.managed", keys(n, "\n")))
			for range 8 {
				data = signedByLeaf(t, data)
			}
			return data
		},
		"encrypted": func(t testing.TB, n int) []byte {
			return encryptedFor(t, profileWith("com.apple.wifi.managed", keys(n, "\n")), 1)
		},
		"encrypted for many": func(t testing.TB, n int) []byte { return encryptedFor(t, profileWith("com.apple.wifi.managed", ""), n) },
	},
	"declaration": {
		"many keys":               file(func(n int) string { return declaration(jsonKeys(n, "\n")) }),
		"many keys on one line":   file(func(n int) string { return declaration(jsonKeys(n, "")) }),
		"one key again and again": file(func(n int) string { return declaration(strings.Repeat(`,"MinimumLength":8`, n)) }),
		"long keys": file(func(n int) string {
			return declaration(repeat(n, func(i int) string { return fmt.Sprintf(`,"%s%d":1`, strings.Repeat("Ab", 150), i) }))
		}),
		"one long key": file(func(n int) string { return declaration(`,"` + strings.Repeat("Ab", 50*n) + `":1`) }),
		"deep": file(func(n int) string {
			return declaration(`,"d":` + strings.Repeat(`{"d":`, min(2*n, 5000)) + "1" + strings.Repeat("}", min(2*n, 5000)))
		}),
		"wide":          file(func(n int) string { return declaration(`,"a":[1` + strings.Repeat(",1", n) + "]") }),
		"escapes":       file(func(n int) string { return declaration(`,"a":"` + strings.Repeat(`\u0000\ud83d\ude00`, 8*n) + `"`) }),
		"half escapes":  file(func(n int) string { return declaration(`,"a":"` + strings.Repeat(`\ud83d`, 8*n) + `"`) }),
		"white space":   file(func(n int) string { return declaration(strings.Repeat(" \r\n", 20*n)) }),
		"long number":   file(func(n int) string { return declaration(`,"a":` + strings.Repeat("1", 40*n)) }),
		"no JSON":       file(func(n int) string { return declaration(strings.Repeat(`,"a" 1`, 4*n)) }),
		"open brackets": file(func(n int) string { return strings.Repeat("[{", 10*n) }),
		"placeholders":  file(func(n int) string { return declaration(`,"a":"` + strings.Repeat("${a}$FLEET_VAR_B%C", 8*n) + `"`) }),
		"predicate": file(func(n int) string {
			return `{"Type":"com.apple.activation.simple","Identifier":"a","Payload":{"StandardConfigurations":["a"` + repeat(n, func(i int) string { return fmt.Sprintf(`,"c%d"`, i) }) +
				`],"Predicate":"` + strings.Repeat("(", 10*n) + strings.Repeat("@status(device.x) == 1 AND ", n) + `"}}`
		}),
		"a legacy profile": file(func(n int) string {
			return `{"Type":"com.apple.configuration.legacy","Identifier":"a","Payload":{"ProfileURL":"https://a/` + strings.Repeat("a/", 10*n) + `"}}`
		}),
	},
	"template": {
		"aliases": file(func(n int) string {
			return templateOf("a: &a " + strings.Repeat("x", 400) + "\n      b:\n" + strings.Repeat("      - *a\n", n))
		}),
		"aliases of a long scalar": file(func(n int) string {
			return templateOf("a: &a " + strings.Repeat("x", 40*n) + "\n      b:\n" + strings.Repeat("      - *a\n", 20))
		}),
		"aliases of a block": file(func(n int) string {
			return templateOf("a: &a |\n" + strings.Repeat("        x y\n", 10*n) + "      b:\n" + strings.Repeat("      - *a\n", 20))
		}),
		"aliases of aliases": file(func(n int) string { // more values than a file may have
			return templateOf("a0: &a0 [1,1]\n" + repeat(max(n, 30), func(i int) string { return fmt.Sprintf("      a%d: &a%d [*a%d,*a%d]\n", i+1, i+1, i, i) }))
		}),
		"merged mappings": file(func(n int) string {
			return templateOf("a0: &a0 {k0: 0}\n" + repeat(max(n, 300), func(i int) string { return fmt.Sprintf("      a%d: &a%d {<<: *a%d, k%d: 0}\n", i+1, i+1, i, i+1) }))
		}),
		"many keys": file(func(n int) string {
			return templateOf(repeat(n, func(i int) string { return fmt.Sprintf("key%d: a\n      ", i) }))
		}),
		"one key again": file(func(n int) string { return templateOf(strings.Repeat("key: a\n      ", n)) }),
		"long keys": file(func(n int) string {
			return templateOf(repeat(n, func(i int) string { return fmt.Sprintf("%s%d: a\n      ", strings.Repeat("Ab", 150), i) }))
		}),
		"one long key": file(func(n int) string { return templateOf("? " + strings.Repeat("Ab", 50*n) + "\n      : 1\n") }),
		"unknown keys": file(func(n int) string {
			return templateOf("a: 1\n") + repeat(n, func(i int) string { return fmt.Sprintf("payload%d: a\n", i) })
		}),
		"one line": file(func(n int) string {
			return templateOf("a: {" + repeat(n, func(i int) string { return fmt.Sprintf("key%d: a, ", i) }) + "}\n")
		}),
		"deep": file(func(n int) string {
			return templateOf("a: " + strings.Repeat("[", min(2*n, 5000)) + strings.Repeat("]", min(2*n, 5000)) + "\n")
		}),
		"deep mappings": file(func(n int) string {
			return templateOf("a: " + strings.Repeat(`{"": [`, min(n, 2500)) + strings.Repeat("]}", min(n, 2500)) + "\n")
		}),
		"open brackets": file(func(n int) string { return templateOf("a: " + strings.Repeat(`[{`, 5*n)) }),
		"comments":      file(func(n int) string { return templateOf("a: 1\n" + strings.Repeat("# b\n", 4*n)) }),
		"ignore comments": file(func(n int) string {
			return templateOf(repeat(n, func(i int) string {
				return fmt.Sprintf("# syncguard:ignore unknown-key: why\n      key%d: a\n      ", i)
			}))
		}),
		"block":        file(func(n int) string { return templateOf("a: |\n" + strings.Repeat("        x y\n", 8*n)) }),
		"folded lines": file(func(n int) string { return templateOf("a: >\n" + strings.Repeat("        x\n\n", 8*n)) }),
		"plain lines":  file(func(n int) string { return templateOf("a: x\n" + strings.Repeat("        y\n", 8*n)) }),
		"escapes":      file(func(n int) string { return templateOf(`a: "` + strings.Repeat(`\x41\u0041`, 8*n) + "\"\n") }),
		"placeholders": file(func(n int) string {
			return templateOf(`a: "`+strings.Repeat("${a}", 20*n)+"\"\n") + "variables: {a: {default: b}}\n"
		}),
		"escaped placeholders": file(func(n int) string { return templateOf(`a: "` + strings.Repeat("$${a}", 20*n) + "\"\n") }),
		"half placeholders":    file(func(n int) string { return templateOf(`a: "` + strings.Repeat("${", 20*n) + "\"\n") }),
		"long values": file(func(n int) string {
			return templateOf("a: ${a}\n      b: ${a}\n") + "variables: {a: {default: " + strings.Repeat("b", 50*n) + "}}\n"
		}),
		"many variables": file(func(n int) string {
			return templateOf(repeat(n, func(i int) string { return fmt.Sprintf("key%d: ${a%d}\n      ", i, i) })) + "variables:\n" + repeat(n, func(i int) string { return fmt.Sprintf("  a%d: {default: b}\n", i) })
		}),
		"variables of variables": file(func(n int) string {
			return templateOf("a: ${a0}\n") + "variables:\n" + repeat(n, func(i int) string { return fmt.Sprintf("  a%d: {default: \"${a%d}${a%d}\"}\n", i, i+1, i+1) })
		}),
		"unknown variables": file(func(n int) string {
			return templateOf(repeat(n, func(i int) string { return fmt.Sprintf("key%d: ${a%d}\n      ", i, i) }))
		}),
		"many payloads": file(func(n int) string {
			return templateOf("a: 1\n") + repeat(n/2, func(i int) string {
				return fmt.Sprintf("  - id: p%d\n    type: com.apple.wifi.managed\n    keys: {SSID_STR: a%d, Nonsense: 1}\n", i, i)
			})
		}),
		"payloads of one ID": file(func(n int) string {
			return templateOf("a: 1\n") + strings.Repeat("  - id: p\n    type: com.apple.wifi.managed\n    keys: {SSID_STR: a}\n", n/2)
		}),
		// Of released versions only: one never released is a finding and nothing is composed for it, so that work would grow in steps.
		"many targets": file(func(n int) string {
			return templateOf("a: 1\n") + "targets: [" + repeat(n/40, func(i int) string { return fmt.Sprintf("iOS@%d.%d/supervised, ", 15+i%4, i/4) }) + "]\n"
		}),
		"many documents": file(func(n int) string { return templateOf("a: 1\n") + strings.Repeat("---\na: 1\n", n) }),
	},
	"folder": {
		"many files": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.mobileconfig", i), strings.ReplaceAll(profileWith("com.apple.wifi.managed", keys(3, "\n")), "com.acme.a", fmt.Sprint("com.acme.a", i)))
			}
		}),
		"one file again and again": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.mobileconfig", i), profileWith("com.apple.wifi.managed", "<key>SSID_STR</key><string>a</string>"))
			}
		}),
		"settings against one another": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.mobileconfig", i), profileWith("com.apple.applicationaccess", fmt.Sprintf("<key>allowCamera</key><%t/>", i%2 == 0)))
			}
		}),
		"declarations": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.json", i), fmt.Sprintf(`{"Type":"com.apple.activation.simple","Identifier":"a%d","Payload":{"StandardConfigurations":["b","c%d"]}}`, i, i))
			}
		}),
		"folders in folders": folder(func(t testing.TB, n int, add func(name, content string)) {
			add(strings.Repeat("d/", min(n/10, 1000))+"f.mobileconfig", profileWith("com.example", ""))
		}),
		"long names": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("%s%d.mobileconfig", strings.Repeat("a", 200), i), profileWith("com.example", ""))
			}
		}),
		"templates that extend one another": folder(func(t testing.TB, n int, add func(name, content string)) {
			add("t0.yaml", templateOf("a: 1\n"))
			for i := range n / 40 {
				add(fmt.Sprintf("t%d.yaml", i+1), fmt.Sprintf("extends: t%d.yaml\nprofile: {identifier: a%d}\n", i, i))
			}
		}),
		"other files": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.txt", i), "a")
			}
			add("f.mobileconfig", profileWith("com.example", ""))
		}),
		"Fleet": folder(func(t testing.TB, n int, add func(name, content string)) {
			add("default.yml", "controls:\n  macos_settings:\n    custom_settings:\n"+repeat(n/10, func(i int) string { return fmt.Sprintf("    - path: f%d.mobileconfig\n", i) }))
			for i := range n / 10 {
				add(fmt.Sprintf("f%d.mobileconfig", i), profileWith("com.example", ""))
			}
		}),
		"ignores": folder(func(t testing.TB, n int, add func(name, content string)) {
			add(".syncguard.yaml", "ignore:\n"+repeat(n/4, func(i int) string { return fmt.Sprintf("  - {rule: unknown-key, files: \"a%d/**\", reason: why}\n", i) }))
			add("f.mobileconfig", profileWith("com.apple.wifi.managed", keys(20, "")))
		}),
		"patterns": folder(func(t testing.TB, n int, add func(name, content string)) {
			add(".syncguard.yaml", "ignore:\n  - {rule: unknown-key, reason: why, files: \""+strings.Repeat("{a*,a*a*,**}/", min(n/40, 14))+"zz\"}\n")
			add(strings.Repeat("aaaa/", 40)+"f.mobileconfig", profileWith("com.apple.wifi.managed", keys(20, "")))
		}),
		"stars": folder(func(t testing.TB, n int, add func(name, content string)) {
			add(".syncguard.yaml", "ignore:\n  - {rule: unknown-key, reason: why, files: \""+strings.Repeat("**/a*", min(n/10, 400))+"zz\"}\n")
			add(strings.Repeat("aaaa/", 40)+"f.mobileconfig", profileWith("com.apple.wifi.managed", keys(20, "")))
		}),
		"aliases in the project file": folder(func(t testing.TB, n int, add func(name, content string)) {
			add(".syncguard.yaml", "ignore:\n  - {rule: unknown-key, reason: &a "+strings.Repeat("x", 20*n)+"}\n"+strings.Repeat("  - {rule: unknown-key, reason: *a}\n", n/4))
			add("f.mobileconfig", profileWith("com.apple.wifi.managed", keys(20, "")))
		}),
	},
	"catalog": {
		"many keys": checkout(func(n int) string {
			return repeat(n, func(i int) string { return fmt.Sprintf("- {key: K%d, type: <string>}\n", i) })
		}),
		"one key again and again": checkout(func(n int) string { return strings.Repeat("- {key: K, type: <string>}\n", n) }),
		"deep": checkout(func(n int) string {
			return "- " + strings.Repeat("{key: K, type: <dictionary>, subkeys: [", min(n/8, 100)) + strings.Repeat("]}", min(n/8, 100)) + "\n"
		}),
		"aliases": checkout(func(n int) string {
			return "- {key: K, type: <string>, content: &a " + strings.Repeat("x", 20*n) + "}\n" + repeat(n, func(i int) string { return fmt.Sprintf("- {key: K%d, type: <string>, content: *a}\n", i) })
		}),
		"many types": folder(func(t testing.TB, n int, add func(name, content string)) {
			for i := range n / 10 {
				add(fmt.Sprintf("mdm/profiles/com.acme.x%d.yaml", i), fmt.Sprintf("title: A\npayload: {payloadtype: com.acme.x%d, supportedOS: {iOS: {introduced: '4.0'}}}\npayloadkeys:\n- {key: K, type: <string>}\n", i))
			}
		}),
	},
	"variables": {
		"many": file(func(n int) string { return repeat(n, func(i int) string { return fmt.Sprintf("a%d: b\n", i) }) }),
		"aliases": file(func(n int) string {
			return "a: &a " + strings.Repeat("x", 20*n) + "\n" + repeat(n, func(i int) string { return fmt.Sprintf("a%d: *a\n", i) })
		}),
		"deep": file(func(n int) string { return "a: " + strings.Repeat("[", min(n, 5000)) }),
	},
	"baseline": {
		"many findings": file(func(n int) string {
			return `{"version": 2, "findings": [{"rule": "unknown-key", "file": "a", "count": 1}` + repeat(n, func(i int) string {
				return fmt.Sprintf(`,{"rule": "unknown-key", "file": "plain.mobileconfig", "payload": "a", "key": "K%d", "count": 1}`, i)
			}) + "]}"
		}),
		"deep": file(func(n int) string { return strings.Repeat("[", 10*n) }),
	},
	"certificates": {
		"many": func(t testing.TB, n int) []byte { return bytes.Repeat(testdata(t, "pki", "leaf.pem"), n/4) },
		"broken": file(func(n int) string {
			return strings.Repeat("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", n)
		}),
		"beginnings": file(func(n int) string { return strings.Repeat("-----BEGIN CERTIFICATE-----\n", 2*n) }),
		"headers": file(func(n int) string {
			return "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("a: b\n", 8*n) + "\nMIIB\n-----END CERTIFICATE-----\n"
		}),
		"white space": file(func(n int) string { return strings.Repeat(" \n", 20*n) }),
		"deep ASN.1":  func(_ testing.TB, n int) []byte { return bytes.Repeat([]byte{0x30, 0x80}, 10*n) },
		"one key and many": func(t testing.TB, n int) []byte {
			return append(testdata(t, "pki", "leaf.key"), bytes.Repeat(testdata(t, "pki", "leaf.pem"), n/4)...)
		},
	},
	"inventory": {
		"many devices": file(func(n int) string { return string(devicesCSV(n)) }),
		"many groups": file(func(n int) string {
			return "Serial,OS,Version,Supervised,Group\n" + repeat(n, func(i int) string { return fmt.Sprintf("F%d,iOS,26.%d,Yes,Group %d\n", i, i, i) })
		}),
		"groups of one device": file(func(n int) string {
			return "Serial,OS,Version,Supervised,Group\nF1,iOS,26.1,Yes,\"" + repeat(4*n, func(i int) string { return fmt.Sprintf("Group %d,", i) }) + "\"\n"
		}),
		"versions": file(func(n int) string {
			return "Serial,OS,Version,Supervised\n" + repeat(n, func(i int) string { return fmt.Sprintf("F%d,macOS,%d.%d.%d,Yes\n", i, 11+i%5, i, i) })
		}),
		"rows that say nothing": file(func(n int) string {
			return "Serial,OS,Version,Supervised\n" + repeat(n, func(i int) string { return fmt.Sprintf("F%d,x%d,y%d,z%d\n", i, i, i, i) })
		}),
		"one long value": file(func(n int) string {
			return "Serial,OS,Version,Supervised,Group\nF1,iOS,26.1,Yes," + strings.Repeat("a", 50*n) + "\n"
		}),
		"hosts": file(func(n int) string {
			return `{"hosts": [` + strings.TrimSuffix(repeat(n, func(i int) string {
				return fmt.Sprintf(`{"id": %d, "platform": "ios", "os_version": "iOS 26.1", "hardware_serial": "F%d", "team_name": "T%d", "mdm": {"enrollment_status": "On (automatic)"}},`, i, i, i)
			}), ",") + `]}`
		}),
	},
	"list": {
		"many devices": file(func(n int) string {
			return repeat(n, func(i int) string { return fmt.Sprintf("E9085AF6-DCCB-5661-A678-%012d\n", i) })
		}),
		"one device": file(func(n int) string { return strings.Repeat("E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8\n", n) }),
		"comments":   file(func(n int) string { return "A\n" + strings.Repeat("# b\n", 8*n) }),
		"one line":   file(func(n int) string { return strings.Repeat("E", 40*n) }),
	},
	"word": { // an argument, not a file
		"long":    file(func(n int) string { return strings.Repeat("AllowWifi", n) }),
		"similar": file(func(n int) string { return "com.apple.wifi.managed" + strings.Repeat(".d", 10*n) }),
		"words":   file(func(n int) string { return strings.Repeat("date ", n) }),
	},
}

func file(shape func(n int) string) func(testing.TB, int) []byte {
	return func(_ testing.TB, n int) []byte { return []byte(shape(n)) }
}

func repeat(n int, part func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part(i))
	}
	return b.String()
}

// folder packs the files of a folder.
func folder(files func(t testing.TB, n int, add func(name, content string))) func(testing.TB, int) []byte {
	return func(t testing.TB, n int) []byte {
		var all []string
		files(t, n, func(name, content string) { all = append(all, name, content) })
		packed, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return packed
	}
}

func checkout(keys func(n int) string) func(testing.TB, int) []byte {
	return folder(func(_ testing.TB, n int, add func(name, content string)) {
		add("mdm/profiles/com.acme.x.yaml", "title: A\npayload: {payloadtype: com.acme.x, supportedOS: {iOS: {introduced: '4.0'}}}\npayloadkeys:\n"+keys(n))
	})
}

const wifi = "<key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key><integer>1</integer>"

func named(i int) string {
	return fmt.Sprintf("<key>PayloadIdentifier</key><string>com.acme.a.%d</string><key>PayloadUUID</key><string>1DD9E2F5-4E3A-4B5C-9E39-%012d</string>", i, i)
}

func keys(n int, end string) string {
	return repeat(n, func(i int) string { return fmt.Sprintf("<key>Z%d</key><true/>%s", i, end) })
}

func placeholders(one string) func(n int) string {
	return func(n int) string {
		return profileWith("com.apple.wifi.managed", "<key>SSID_STR</key><string>"+strings.Repeat(one, 20*n)+"</string>")
	}
}

// profileWith is a profile of one payload.
func profileWith(kind, keys string) string {
	return payloads(1, func(int) string {
		return "<key>PayloadType</key><string>" + kind + "</string><key>PayloadVersion</key><integer>1</integer>" + named(1) + keys
	})
}

func payloads(n int, one func(i int) string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string>` +
		`<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>com.acme.a</string>` +
		`<key>PayloadUUID</key><string>0DD9E2F5-4E3A-4B5C-9E39-6B5E5A0B7C11</string><key>PayloadDisplayName</key><string>A</string><key>PayloadContent</key><array>` +
		repeat(n, func(i int) string { return "<dict>" + one(i) + "</dict>" }) + "</array></dict></plist>\n"
}

func declaration(keys string) string {
	return `{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.acme.p","ServerToken":"1","Payload":{"RequirePasscode":true` + keys + "}}"
}

func jsonKeys(n int, end string) string {
	return repeat(n, func(i int) string { return fmt.Sprintf(`,"Z%d":1%s`, i, end) })
}

func templateOf(keys string) string {
	return "organization: {name: Acme, identifier: com.acme}\nprofile: {identifier: a}\nprevention: false\npayloads:\n  - id: a\n    type: com.apple.wifi.managed\n    keys:\n      SSID_STR: a\n      " +
		strings.TrimRight(keys, " ") + "\n"
}

// multiplied is a small binary property list of many values: an array of references to one array, and so on.
func multiplied(levels int) []byte {
	var objects [][]byte
	for i := range levels {
		next := byte(i + 1)
		objects = append(objects, []byte{0xA4, next, next, next, next})
	}
	return binaryList(1, append(objects, []byte{0x09})...)
}

// again is a binary profile with an array of n references to one object.
func again(n int, objects ...[]byte) []byte {
	array := []byte{0xAF, 0x11, byte(n >> 8), byte(n)}
	for range n {
		array = append(array, 0, 2)
	}
	return binaryList(2, append([][]byte{{0xD1, 0, 3, 0, 1}, array}, append(objects, []byte{0x51, 'a'})...)...)
}

// binaryArray is an array of 20 references to the object after it.
func binaryArray() []byte {
	array := []byte{0xAF, 0x10, 20}
	for range 20 {
		array = append(array, 0, 3)
	}
	return array
}

func binaryList(width int, objects ...[]byte) []byte {
	data := []byte("bplist00")
	var offsets []byte
	for _, o := range objects {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(data)))
		data = append(data, o...)
	}
	table := len(data)
	data = append(data, offsets...)
	trailer := make([]byte, 32)
	trailer[6], trailer[7], trailer[15] = 4, byte(width), byte(len(objects))
	binary.BigEndian.PutUint64(trailer[24:], uint64(table))
	return append(data, trailer...)
}

// encryptedFor is a profile with payloads encrypted for pki/rsa.pem, n times.
func encryptedFor(t testing.TB, content string, n int) []byte {
	t.Helper()
	device := certificateIn(t, testdata(t, "pki", "rsa.pem"))
	device.KeyUsage = 0 // it is one to sign with
	recipients := make([]*x509.Certificate, n)
	for i := range recipients {
		recipients[i] = device
	}
	encrypted, err := cms.Encrypt([]byte(content), recipients, cms.AES128)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.Replace(profileWith("com.example", ""), "<key>PayloadContent</key>",
		"<key>EncryptedPayloadContent</key><data>"+base64.StdEncoding.EncodeToString(encrypted)+"</data><key>IsEncrypted</key><true/><key>PayloadContent</key>", 1))
}
