package plist

import (
	"fmt"
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

func BenchmarkRead(b *testing.B) {
	data := bigProfile(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		readProfile(b, data)
	}
}

// BenchmarkReadAgainstLibrary reports how many times as long the library takes to decode the same bytes: the best
// of many turns on each side, taken alternately, so that a busy machine disturbs both alike.
func BenchmarkReadAgainstLibrary(b *testing.B) {
	data := bigProfile(b)
	ours, theirs := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		readProfile(b, data)
		ours = min(ours, time.Since(start))
		start = time.Now()
		var native any
		if _, err := howett.Unmarshal(data, &native); err != nil {
			b.Fatal(err)
		}
		theirs = min(theirs, time.Since(start))
	}
	b.ReportMetric(float64(theirs)/float64(ours), "times-faster")
	b.ReportMetric(float64(ours.Microseconds()), "best-µs")
}

func readProfile(b *testing.B, data []byte) {
	if _, ds := Read(diag.NewFile("a", data)); len(ds) > 0 {
		b.Fatal(ds)
	}
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
