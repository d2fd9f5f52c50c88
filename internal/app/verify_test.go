package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"syncguard/internal/cms"
)

// signAnything signs content without a look at it, and returns the pin of the signer.
func signAnything(t *testing.T, content []byte) (signed []byte, pin [sha256.Size]byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signer"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signed, err = cms.Sign(content, key, []*x509.Certificate{cert}, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return signed, sha256.Sum256(der)
}

const (
	soundHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	soundBody = `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>A</key><string>é</string></dict></plist>`
	twiceBody = `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>A</key><false/><key>A</key><true/></dict></plist>`
)

func utf16Bytes(order binary.AppendByteOrder, text string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

func TestContentReadInTwoWaysIsUnsound(t *testing.T) {
	declared := func(encoding string) string { return strings.Replace(soundHead, "UTF-8", encoding, 1) }
	ascii := strings.ReplaceAll(soundBody, "é", "e")
	for _, test := range []struct {
		name, content string
		reason        cms.Reason
		detail        string
	}{
		{"sound", soundHead + soundBody, cms.Verified, ""},
		{"sound, with a byte order mark", "\ufeff" + soundHead + soundBody, cms.Verified, ""},
		{"sound, without a declaration", soundBody, cms.Verified, ""},
		{"sound, lower case", declared("utf-8") + soundBody, cms.Verified, ""},
		{"sound, ASCII", declared("US-ASCII") + ascii, cms.Verified, ""},
		{"sound, with a comment behind", soundHead + soundBody + "\n<!-- end -->\n", cms.Verified, ""},
		{"a key twice", soundHead + twiceBody, cms.UnsoundContent, `key "A" repeats in one dictionary`},
		{"a key twice, once escaped", soundHead + strings.Replace(twiceBody, "<key>A</key><true/>", "<key>&#65;</key><true/>", 1), cms.UnsoundContent, `key "A" repeats`},
		{"a second property list", soundHead + soundBody + soundBody, cms.UnsoundContent, "content follows </plist>"},
		{"a second document", soundHead + soundBody + "\n" + soundHead + soundBody, cms.UnsoundContent, "content follows </plist>"},
		{"text behind", soundHead + soundBody + "x", cms.UnsoundContent, "content follows </plist>"},
		{"a second root", soundHead + strings.Replace(soundBody, "</plist>", "<dict/></plist>", 1), cms.UnsoundContent, "second value"},
		{"one in another", soundHead + `<plist version="1.0">` + soundBody + "</plist>", cms.UnsoundContent, `a "plist" inside another`},
		{"markup in a text", soundHead + strings.Replace(soundBody, "é", "e<key>B</key>", 1), cms.UnsoundContent, "programs may read"},
		{"cut off", soundHead + soundBody[:len(soundBody)-9], cms.UnsoundContent, "the file ends inside"},
		{"declared entities", soundHead + `<!DOCTYPE plist [<!ENTITY a "b">]>` + soundBody, cms.UnsoundContent, "programs may read"},
		{"UTF-16, little end first", string(utf16Bytes(binary.LittleEndian, "\ufeff"+declared("UTF-16")+soundBody)), cms.UnsoundContent, `the encoding is "UTF-16", want UTF-8`},
		{"UTF-16, big end first", string(utf16Bytes(binary.BigEndian, declared("UTF-16")+soundBody)), cms.UnsoundContent, `the encoding is "UTF-16", want UTF-8`},
		{"Latin-1", declared("ISO-8859-1") + strings.ReplaceAll(soundBody, "é", "\xe9"), cms.UnsoundContent, `the encoding is "ISO-8859-1", want UTF-8`},
		{"Latin-1 of UTF-8", declared("ISO-8859-1") + soundBody, cms.UnsoundContent, `the encoding is "ISO-8859-1", want UTF-8`},
		{"Latin-1 with a byte order mark", "\ufeff" + declared("ISO-8859-1") + soundBody, cms.UnsoundContent, `the encoding is "ISO-8859-1", want UTF-8`},
		{"Latin-1 not declared", soundHead + strings.ReplaceAll(soundBody, "é", "\xe9"), cms.UnsoundContent, "byte 0xE9 is not valid UTF-8"},
		{"UTF-7", declared("UTF-7") + strings.ReplaceAll(soundBody, "é", "+ADwAdHJ1ZS8+-"), cms.UnsoundContent, `the encoding is "UTF-7", want UTF-8`},
		{"far from the start", strings.Replace(declared("UTF-7"), " encoding", strings.Repeat(" ", 5000)+"encoding", 1) + ascii, cms.UnsoundContent, `the encoding is "UTF-7", want UTF-8`},
		{"UTF-32", "<\x00\x00\x00", cms.UnsoundContent, `the encoding is "UTF-32", want UTF-8`},
		{"JSON", "{}", cms.NotAPropertyList, "is not a property list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			signed, pin := signAnything(t, []byte(test.content))
			v := &verifier{options: cms.VerifyOptions{At: time.Now(), Pin: &pin, Require: []cms.Question{cms.AboutIntegrity, cms.AboutTrust, cms.AboutValidity}}}
			f := v.verify("x.mobileconfig", signed)
			if f.Integrity.Reason != test.reason || f.OK != (test.reason == cms.Verified) || f.OK != f.Integrity.OK {
				t.Errorf("verdict is %v, integrity is %+v, want %s", f.OK, f.Integrity, test.reason)
			}
			if (f.SHA256 != "") != f.OK || (f.Content != nil) != f.OK {
				t.Errorf("has a digest %q and %d bytes of content", f.SHA256, len(f.Content))
			}
			if test.reason == cms.UnsoundContent && !strings.Contains(f.Integrity.Detail, test.detail) {
				t.Errorf("detail is %q, want one with %q", f.Integrity.Detail, test.detail)
			}
		})
	}
}
