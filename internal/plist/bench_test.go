package plist

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/diag"
)

// bigProfile is an XML profile of about 50 KB with the mixture of values that profiles have.
func bigProfile(b *testing.B) []byte {
	payloads := NewArray()
	for i := range 60 {
		payloads.Items = append(payloads.Items, NewDictionary(
			Field{Key: "PayloadType", Value: NewString("com.apple.wifi.managed")},
			Field{Key: "PayloadVersion", Value: NewInteger(1)},
			Field{Key: "PayloadIdentifier", Value: NewString(fmt.Sprintf("org.example.profile.wifi.%d", i))},
			Field{Key: "PayloadUUID", Value: NewString(fmt.Sprintf("3E9B3F0C-9C5B-4A3F-8A0B-%012d", i))},
			Field{Key: "PayloadDisplayName", Value: NewString("Wi-Fi & <network> \"Büro\"")},
			Field{Key: "AutoJoin", Value: NewBoolean(true)},
			Field{Key: "SSID_STR", Value: NewString("office")},
			Field{Key: "Certificate", Value: NewData(make([]byte, 120))},
			Field{Key: "EAPClientConfiguration", Value: NewDictionary(
				Field{Key: "AcceptEAPTypes", Value: NewArray(NewInteger(13), NewInteger(25))},
				Field{Key: "TLSTrustedServerNames", Value: NewStrings("radius.example.org")},
			)},
		))
	}
	data, err := Write(NewDictionary(Field{Key: "PayloadContent", Value: payloads}))
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// shapes are texts as real profiles have them: settings indented by tabs and by spaces, many keys in one dictionary, lines of
// certificates, requirements full of references, scripts, CRLF and comments.
func shapes(b *testing.B) [][]byte {
	settings, policies, rules, many := "", "", "", ""
	for i := range 12 {
		settings += fmt.Sprintf("\t\t\t<key>allowSetting%d</key>\n\t\t\t<%t/>\n\t\t\t<key>SettingWithAName%d</key>\n\t\t\t<integer>%d</integer>\n", i, i%2 == 0, i, i)
		policies += fmt.Sprintf("<dict>\n<key>Identifier</key><string>com.example.app%d</string>\n<key>CodeRequirement</key>\n<string>identifier &quot;com.example.app%d&quot; "+
			"and anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate leaf[subject.OU] = UBF8T346G9</string>\n<key>Allowed</key><true/>\n</dict>\n", i, i)
		rules += fmt.Sprintf("            <string>https://*.example%d.com/path/to/a/page</string>\n", i)
	}
	for i := range 90 {
		many += fmt.Sprintf("        <key>audit_rule_number_%d_enable</key>\n        <dict>\n            <key>exempt</key>\n            <false/>\n        </dict>\n", i)
	}
	certificate := strings.Repeat("\t\t\tMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n", 22)
	all := [][]byte{bigProfile(b)}
	for i, payload := range []string{
		settings,
		"<key>Services</key><dict><key>SystemPolicyAllFiles</key><array>" + policies + "</array></dict>\n",
		"        <key>URLAllowlist</key>\n        <array>\n" + rules + "        </array>\n",
		"<!-- made by a script -->\n" + many,
		"\t\t\t<key>PayloadContent</key>\n\t\t\t<data>\n" + certificate + "\t\t\t</data>\n",
		"\t\t\t<key>Script</key>\n\t\t\t<string>#!/bin/sh\n" + strings.Repeat("if [ -e /tmp/a ] &amp;&amp; echo \"yes\"; then exit 0; fi\n", 20) + "</string>\n",
		strings.ReplaceAll(settings, "\n", "\r\n"),
	} {
		all = append(all, fmt.Appendf(nil, xmlHeader+`<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
%s
			<key>PayloadIdentifier</key>
			<string>com.example.payload.%d</string>
			<key>PayloadType</key>
			<string>com.apple.applicationaccess</string>
			<key>PayloadUUID</key>
			<string>3E9B3F0C-9C5B-4A3F-8A0B-00000000000%d</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>A profile</string>
	<key>PayloadType</key>
	<string>Configuration</string>
</dict>
</plist>
`, payload, i, i))
	}
	return all
}

// BenchmarkRead reads profiles, and beside it decodes the same bytes with a library and counts the "<" in them, which no reader
// of XML can beat. MB/cpu-s is the figure for one core, the collector's work included: other programs disturb it least.
// SYNCGUARD_DATA adds the files of a folder.
func BenchmarkRead(b *testing.B) {
	b.Run("shapes", func(b *testing.B) { benchmarkRead(b, shapes(b)) })
	if root := os.Getenv("SYNCGUARD_DATA"); root != "" {
		var files [][]byte
		err := walkRealFiles(root, func(_ string, data []byte) { files = append(files, data) })
		if err != nil {
			b.Fatal(err)
		}
		b.Run("real", func(b *testing.B) { benchmarkRead(b, files) })
	}
}

func benchmarkRead(b *testing.B, files [][]byte) {
	total := 0
	for _, data := range files {
		total += len(data)
	}
	b.ReportAllocs()
	b.SetBytes(int64(total))
	start := cpuTime()
	for b.Loop() {
		for _, data := range files {
			Read(diag.NewFile("a", data))
		}
	}
	read := cpuTime() - start
	again := func(do func(data []byte)) time.Duration {
		start := cpuTime()
		for range b.N {
			for _, data := range files {
				do(data)
			}
		}
		return cpuTime() - start
	}
	scan := again(func(data []byte) { bytes.Count(data, []byte("<")) })
	library := again(func(data []byte) {
		var native any
		_, _ = howett.Unmarshal(data, &native) // it refuses some real files
	})
	b.ReportMetric(float64(b.N*total)/1e6/read.Seconds(), "MB/cpu-s")
	b.ReportMetric(float64(b.N*total)/1e6/scan.Seconds(), "scan-MB/cpu-s")
	b.ReportMetric(float64(library)/float64(read), "library/read")
}

func BenchmarkWrite(b *testing.B) {
	doc, _ := Read(diag.NewFile("a", bigProfile(b)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(doc.Root); err != nil {
			b.Fatal(err)
		}
	}
}
