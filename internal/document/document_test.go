package document

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	pages "syncguard/internal/rules"
	"syncguard/internal/rules/rule"
)

const profileXML = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>PayloadType</key>
	<string>Configuration</string>
</dict>
</plist>
`

// profileBinary is {"PayloadType": "Configuration"}.
var profileBinary = binaryOf("\xd1\x01\x02", "\x5bPayloadType", "\x5dConfiguration")

// binaryOf lays out objects as a binary property list, the first one on top, with references of one byte.
func binaryOf(objects ...string) string {
	out := "bplist00"
	var table string
	for _, o := range objects {
		table += string([]byte{byte(len(out) >> 8), byte(len(out))})
		out += o
	}
	end := make([]byte, 32)
	end[6], end[7] = 2, 1
	binary.BigEndian.PutUint64(end[8:], uint64(len(objects)))
	binary.BigEndian.PutUint64(end[24:], uint64(len(out)))
	return out + table + string(end)
}

// der wraps contents in an element.
func der(tag byte, contents ...string) string {
	body := strings.Join(contents, "")
	if len(body) < 0x80 {
		return string([]byte{tag, byte(len(body))}) + body
	}
	return string(binary.BigEndian.AppendUint32([]byte{tag, 0x84}, uint32(len(body)))) + body
}

// ber is der with an indefinite length.
func ber(tag byte, contents ...string) string {
	return string([]byte{tag, 0x80}) + strings.Join(contents, "") + "\x00\x00"
}

// signed is SignedData around content. It has no signer: whoever opens it verifies nothing.
func signed(content string) string { return signedBy(der, der(0x04, content)) }

func signedBy(wrap func(byte, ...string) string, octets string) string {
	const oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	return wrap(0x30, oid+"\x02", wrap(0xa0, wrap(0x30, der(0x02, "\x01"), der(0x31),
		wrap(0x30, oid+"\x01", wrap(0xa0, octets)), der(0x31))))
}

func armored(kind, message string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(message)}))
}

func open(content string) (*Document, []diag.Diagnostic) {
	return Open(diag.NewFile("corp.mobileconfig", []byte(content)))
}

func rules(ds []diag.Diagnostic) string {
	var ids []string
	for _, d := range ds {
		ids = append(ids, d.Rule)
	}
	return strings.Join(ids, " ")
}

func TestOpen(t *testing.T) {
	chunks := ber(0x24, der(0x04, profileXML[:40]), der(0x04, profileXML[40:]))
	for _, c := range []struct {
		name, content string
		kind          Kind
		format        Format
		signed        bool
		rules         string
	}{
		{"XML", profileXML, Profile, XML, false, ""},
		{"binary", profileBinary, Profile, Binary, false, ""},
		{"UTF-16", "\xff\xfe" + utf16Text("<plist><dict/></plist>"), Profile, XML, false, ""},
		{"JSON", `{"Type": "x"}`, Declaration, JSON, false, ""},
		{"JSON behind blanks", " \r\n\t{}", Declaration, JSON, false, ""},
		{"signed, DER", signed(profileXML), Profile, XML, true, ""},
		{"signed, BER in chunks", signedBy(ber, chunks), Profile, XML, true, ""},
		{"signed, binary inside", signed(profileBinary), Profile, Binary, true, ""},
		{"signed, PEM", armored("PKCS7", signed(profileXML)), Profile, XML, true, rule.SignatureInPEM},
		{"signed, PEM of openssl cms", "\n" + armored("CMS", signed(profileXML)), Profile, XML, true, rule.SignatureInPEM},
		{"signed twice", signed(signed(profileXML)), "", "", true, rule.NestedSignature},
		{"signed, then PEM, then signed", signed(armored("CMS", signed(profileXML))), "", "", true, rule.NestedSignature},
		{"signed, cut off", signed(profileXML)[:60], "", "", true, rule.DamagedSignature},
		{"signed, something behind", signed(profileXML) + "x", Profile, XML, true, rule.DamagedSignature},
		{"signed, no content", signed(""), "", "", true, "empty-file"},
		{"signed JSON is no profile", signed(`{"Type": "x"}`), "", "", true, "not-a-property-list"},
		{"PEM of something else", armored("CERTIFICATE", "x"), "", "", false, "not-a-property-list"},
		{"PEM, damaged", "-----BEGIN PKCS7-----\n?", "", "", false, "not-a-property-list"},
		{"encrypted message", der(0x30, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", strings.Repeat("x", 200)), "", "", false, "not-a-property-list"},
		{"OpenStep", `{PayloadType = Configuration;}`, "", "", false, "not-a-property-list"},
		{"JSON array", `[{"Type": "x"}]`, "", "", false, "not-a-property-list"},
		{"empty", "", "", "", false, "empty-file"},
		{"HTML", "<!doctype html><p>log in</p>", "", "", false, "not-a-property-list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, found := open(c.content)
			if got := rules(found); got != c.rules {
				t.Errorf("found %q, want %q: %v", got, c.rules, found)
			}
			if d.Kind() != c.kind || d.Format != c.format || d.Signed != c.signed {
				t.Errorf("got %q %q signed %t, want %q %q %t", d.Kind(), d.Format, d.Signed, c.kind, c.format, c.signed)
			}
			if (d.Root != nil) != (c.format != "") {
				t.Errorf("root is %s", d.Root.Describe())
			}
		})
	}
}

func utf16Text(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

// Places of a signed profile are places in its content.
func TestPositionsAreInTheSignedContent(t *testing.T) {
	d, _ := open(signed(profileXML))
	v := d.Root.Get("PayloadType")
	if got := d.File.Position(v.Span.Start); v.Span.File != d.File || got != (diag.Position{Line: 5, Column: 10}) {
		t.Errorf("PayloadType is at %v", got)
	}
	if d.File.Name != "corp.mobileconfig" {
		t.Errorf("the file is called %q", d.File.Name)
	}
}

func TestIsEncrypted(t *testing.T) {
	for content, want := range map[string]bool{
		profileXML: false,
		`<plist><dict><key>EncryptedPayloadContent</key><data>eA==</data></dict></plist>`: true,
		"": false,
	} {
		if d, _ := open(content); d.IsEncrypted() != want {
			t.Errorf("%s: %t, want %t", content, !want, want)
		}
	}
}

// A tree is whole unless something in the file could not be read.
func TestWhole(t *testing.T) {
	for content, want := range map[string]bool{
		profileXML:    true,
		profileBinary: true,
		`{"a": 1}`:    true,
		`<plist><dict><key>a</key><data>?</data></dict></plist>`:                  true, // the value is there, and is data
		`<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>`:      true,
		`<plist><dict><key>a</key><key>b</key><true/></dict></plist>`:             false,
		`<plist><dict><key>a</key><true/><wifi/></dict></plist>`:                  false,
		`<plist><dict><key>a</key><true/>`:                                        false,
		`<plist><dict><key>a</key><string>x<b>hidden</b></string></dict></plist>`: false,
		`<plist><dict><key>a</key><string>x</string></dict><dict/></plist>`:       false,
		``:           false,
		`{"a": 1} x`: false,
	} {
		if d, found := open(content); d.Whole != want {
			t.Errorf("%s: whole is %t, want %t: %s", content, d.Whole, want, rules(found))
		}
	}
}

// bombs are small or moderate inputs that exhaust readers which trust them: deep nesting, containers that share their
// parts, lengths that lie.
func bombs() map[string]string {
	unhex := func(s string) string {
		b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	var laughs []string
	for i := range 12 {
		laughs = append(laughs, "\xae"+strings.Repeat(string([]byte{byte(i + 1)}), 14))
	}
	laughs = append(laughs, "\xa0")
	const million = 1_000_000
	plain := map[string]string{
		"array unclosed":         "<plist>" + strings.Repeat("<array>", million),
		"array closed":           "<plist>" + strings.Repeat("<array>", million) + strings.Repeat("</array>", million) + "</plist>",
		"dict unclosed":          "<plist>" + strings.Repeat("<dict><key>a</key>", million/2),
		"plist nested":           strings.Repeat("<plist>", million),
		"tags in a string":       "<plist><string>" + strings.Repeat("<a>", million),
		"a million dictionaries": "<plist><array>" + strings.Repeat("<dict/>", million) + "</array></plist>",
		"a long string":          "<plist><string>" + strings.Repeat("x", 15<<20) + "</string></plist>",
		"OpenStep arrays":        strings.Repeat("(", 5*million),
		"OpenStep dictionaries":  strings.Repeat("{a=", 2*million),
		"OpenStep escapes":       `"` + strings.Repeat(`\n`, million/2) + `"`,
		"binary laughs":          binaryOf(laughs...),
		"binary cycle":           binaryOf("\xa1\x00"),
		"binary string length":   unhex("62706c6973743030 d10102 5f13ffffffffffffffff 09 080b15 000000000000 0101 0000000000000003 0000000000000000 0000000000000016"),
		"binary array count":     unhex("62706c6973743030 af13 0000010000000000 0008 000000000000 02 00 0000000000000001 0000000000000000 0000000000000012"),
		"JSON arrays":            `{"a":` + strings.Repeat("[", 10*million),
		"JSON objects":           strings.Repeat(`{"a":`, 2*million),
		"JSON objects closed":    strings.Repeat(`{"a":`, million) + "1" + strings.Repeat("}", million),
		"JSON values":            `{"a":[` + strings.Repeat("[],", million) + `1]}`,
		"JSON duplicate keys":    `{` + strings.Repeat(`"a":1,`, million) + `"b":1}`,
		"JSON numbers":           `{"a":` + strings.Repeat("9", 10*million) + `}`,
		"JSON escapes":           `{"a":"` + strings.Repeat(`\u0041`, million) + `"}`,
		"JSON lone surrogates":   `{"a":[` + strings.Repeat(`"\ud800",`, 90_000) + `1]}`,
		"BER nested":             strings.Repeat("\x30\x80", 3*million),
		"BER doubling":           "\x30\x80" + strings.Repeat("\x30\x02\x30\x80", 24) + "\x05\x00\x00\x00",
		"BER many":               "\x30\x80" + strings.Repeat("\x02\x01\x01", million) + "\x00\x00",
		"BER signed nested":      "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + strings.Repeat("\xa0\x80", million),
		"BER signed chunks":      signedBy(ber, ber(0x24, strings.Repeat("\x04\x01x", million))),
		"PEM":                    "-----BEGIN PKCS7-----\n" + strings.Repeat("-----BEGIN PKCS7-----\n", 500_000),
		"PEM headers":            "-----BEGIN PKCS7-----\n" + strings.Repeat("a: b\n", million),
	}
	all := map[string]string{}
	for name, content := range plain {
		all[name] = content
		if len(content) < 8<<20 {
			all[name+", signed"] = signed(content)
		}
	}
	for _, two := range []string{"\x1f\x80", "\x1f\x05", "\x5f\x4d", "\x30\x81", "\x30\x84\x01", "\x30\x82\xff", "\x30\x80", "\x30\x80\x00\x00", "\x30\x84\x7f\xff\xff\xff", "\x30\x85\xff\xff\xff\xff\xff"} {
		all[fmt.Sprintf("BER %x", two)] = two
	}
	return all
}

// Every bomb is refused, fast, and takes memory in proportion to its size.
func TestBombsAreCheap(t *testing.T) {
	for name, content := range bombs() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, found := open(content)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			grown := after.TotalAlloc - before.TotalAlloc
			if limit := uint64(64<<20 + 12*len(content)); grown > limit {
				t.Errorf("%d bytes took %d MiB, want at most %d", len(content), grown>>20, limit>>20)
			}
			if took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if !diag.HasErrors(found) && !strings.HasPrefix(name, "a long string") && !strings.HasPrefix(name, "JSON escapes") {
				t.Error("nothing was found")
			}
			t.Logf("%8d bytes: %4d MiB allocated, %v", len(content), grown>>20, took.Round(time.Millisecond))
		})
	}
}

// Whatever the bytes, Open returns a document; its findings are of known rules and lie inside its file; and a tree has
// places inside it too.
func FuzzOpenNeverPanics(f *testing.F) {
	for _, s := range []string{profileXML, profileBinary, signed(profileXML), signed(profileBinary), signedBy(ber, ber(0x24, der(0x04, profileXML))),
		armored("PKCS7", signed(profileXML)), `{"Type":"com.apple.configuration.x","Payload":{"a":[1,-2.5e3,true,null,"\ud83d\ude00"]}}`,
		`{"a":1,"a":2}`, "\xef\xbb\xbf{}", `{"a":"\ud800"} x`, signed(signed("x"))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, found := Open(diag.NewFile("f", data))
		for _, x := range found {
			if _, known := pages.Find(x.Rule); !known {
				t.Errorf("%q is the rule of no page", x.Rule)
			}
			if x.Span.File != nil && (x.Span.Start < 0 || x.Span.End < x.Span.Start || x.Span.End > len(x.Span.File.Data)) {
				t.Errorf("%s lies outside its file: %d to %d", x.Rule, x.Span.Start, x.Span.End)
			}
		}
		if d.Root == nil && !diag.HasErrors(found) {
			t.Error("no tree, and no error")
		}
		if d.Format == JSON && d.Root != nil {
			checkPlaces(t, d.File, d.Root)
		}
	})
}

// checkPlaces wants every value of JSON inside the file, and children inside their parents.
func checkPlaces(t *testing.T, f *diag.File, v *plist.Value) {
	inside := func(s diag.Span) {
		if s.File != f || s.Start < v.Span.Start || s.End > v.Span.End || s.Start >= s.End {
			t.Errorf("%d to %d is not inside %d to %d", s.Start, s.End, v.Span.Start, v.Span.End)
		}
	}
	for _, x := range v.Fields {
		inside(x.KeySpan)
		inside(x.Value.Span)
		checkPlaces(t, f, x.Value)
	}
	for _, x := range v.Items {
		inside(x.Span)
		checkPlaces(t, f, x)
	}
}
