package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// aVerification is a whole file, a failed one, and one whose names are hostile.
func aVerification() Verification {
	yes := func(reason, detail string) VerifiedAnswer {
		return VerifiedAnswer{OK: true, Reason: reason, Detail: detail, Asked: true}
	}
	no := func(reason, detail, help string, asked bool) VerifiedAnswer {
		return VerifiedAnswer{Reason: reason, Detail: detail, Help: help, Asked: asked}
	}
	const sha = "3f0e000000000000000000000000000000000000000000000000000000000000"
	leaf := VerifiedCert{Role: "signer", Name: "Corp Profiles", Subject: "CN=Corp Profiles", Issuer: "CN=Corp Issuing CA 2", Serial: "2a", SHA256: sha,
		NotBefore: "2026-05-02T00:00:00Z", NotAfter: "2027-05-02T00:00:00Z", Key: "RSA 2048", Signature: "SHA256-RSA", Usages: []string{"emailProtection"}, Embedded: true}
	issuer, root := leaf, leaf
	issuer.Role, issuer.Name = "intermediate", "Corp Issuing CA 2"
	root.Role, root.Name, root.Embedded = "root", "Corp Root", false
	hostile := leaf
	hostile.Name = "Corp\x1b[2J\u202e\nintegrity ok"
	signer := VerifiedSigner{Name: "Corp Profiles", SHA256: sha, Digest: "SHA-256", Key: "RSA 2048", SigningTime: "2026-06-01T08:00:00Z",
		SignedAttributes: []string{"contentType", "signingTime", "messageDigest"}, UnsignedAttributes: []string{"timeStampToken"},
		Integrity: yes("verified", ""), Trust: yes("trusted", ""), Validity: yes("valid", "")}
	other := signer
	other.Name, other.SigningTime, other.UnsignedAttributes = hostile.Name, "", []string{}
	other.Validity = no("expired", `the certificate "Other" expired on 2026-01-01`, "", true)
	whole := Verified{File: "corp.mobileconfig", OK: true, Integrity: yes("verified", "12,913 bytes, SHA-256, RSA 2048, everything is covered but one unsigned attribute"),
		Trust: yes("trusted", `"Corp Profiles" leads to the root "Corp Root"`), Validity: yes("valid", "until 2027-05-02 (161 days)"),
		Form: "DER", Size: 12913, SHA256: sha, Signers: []VerifiedSigner{signer}, Certificates: []VerifiedCert{leaf, issuer, root}, Warnings: []string{}, Notes: []string{}}
	failed := whole
	failed.File, failed.OK, failed.Certificates = "alone.mobileconfig", false, []VerifiedCert{leaf}
	failed.Trust = no("missing-issuer", `the issuer "Corp Issuing CA 2" is neither in the file nor among the roots`, `devices will show "Not Verified"`, true)
	failed.Signers, failed.Warnings = []VerifiedSigner{signer, other}, []string{"the content is a binary property list"}
	failed.Notes = []string{"a second certificate named \"Corp\x1b[2J\", by \"Other\" and valid until 2036-11-26, is in the file and not needed"}
	bad := whole
	bad.File, bad.OK, bad.Certificates, bad.Signers = "bad\x1b]8;;.mobileconfig", false, []VerifiedCert{hostile}, []VerifiedSigner{other}
	bad.Trust = no("pin-mismatch", "the signer is \"Corp\x1b[2J\u202e\"", "", false)
	return Verification{Files: []Verified{whole, failed, bad}, Failed: 2}
}

func TestVerified(t *testing.T) {
	var b bytes.Buffer
	p := NewPrinter(&b, nil, 0)
	v := aVerification()
	for _, file := range v.Files {
		p.Verified(file)
		p.Line("")
	}
	p.Line("%s", v.String())
	golden(t, "verify.txt", b.String())
	for _, r := range b.String() {
		if r != '\n' && Unprintable(r) {
			t.Errorf("%U is printed", r)
		}
	}
}

func TestVerificationInJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, aVerification()); err != nil {
		t.Fatal(err)
	}
	golden(t, "verify.json", b.String())
	var again Verification
	if err := json.Unmarshal(b.Bytes(), &again); err != nil || len(again.Files) != 3 {
		t.Error(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Error("a list is null, want an empty one")
	}
}

func TestVerificationInOneLine(t *testing.T) {
	for want, v := range map[string]Verification{
		"1 file verified":     {Files: make([]Verified, 1)},
		"2 files verified":    {Files: make([]Verified, 2)},
		"1 of 2 files failed": {Files: make([]Verified, 2), Failed: 1},
		"1 of 1 file failed":  {Files: make([]Verified, 1), Failed: 1},
	} {
		if got := v.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
