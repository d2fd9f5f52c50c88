package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/pki"
)

// aVerification is a whole file, a failed one, and one whose names are hostile.
func aVerification() *app.VerifyRun {
	yes := func(reason cms.Reason, detail string) cms.Answer {
		return cms.Answer{OK: true, Reason: reason, Detail: detail, Asked: true}
	}
	no := func(reason cms.Reason, detail, help string, asked bool) cms.Answer {
		return cms.Answer{Reason: reason, Detail: detail, Help: help, Asked: asked}
	}
	const sha = "3f0e000000000000000000000000000000000000000000000000000000000000"
	leaf := cms.Certificate{Role: "signer", Facts: pki.Facts{Name: "Corp Profiles", Subject: "CN=Corp Profiles", Issuer: "CN=Corp Issuing CA 2", Serial: "2a", SHA256: sha,
		NotBefore: time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 5, 2, 0, 0, 0, 0, time.UTC), Key: "RSA 2048"}, Signature: "SHA256-RSA", Usages: []string{"emailProtection"}, Embedded: true}
	issuer, root := leaf, leaf
	issuer.Role, issuer.Name = "intermediate", "Corp Issuing CA 2"
	root.Role, root.Name, root.Embedded = "root", "Corp Root", false
	hostile := leaf
	hostile.Name = "Corp\x1b[2J\u202e\nintegrity ok"
	signer := cms.Signer{Name: "Corp Profiles", SHA256: sha, Digest: "SHA-256", Key: "RSA 2048", SigningTime: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC),
		SignedAttributes: []string{"contentType", "signingTime", "messageDigest"}, UnsignedAttributes: []string{"timeStampToken"},
		Revocation: cms.RevocationNotChecked, Integrity: yes("verified", ""), Trust: yes("trusted", ""), Validity: yes("valid", "")}
	other := signer
	other.Name, other.SigningTime, other.UnsignedAttributes = hostile.Name, time.Time{}, []string{}
	other.Validity = no("expired", `the certificate "Other" expired on 2026-01-01`, "", true)
	whole := cms.Verdict{OK: true, Integrity: yes("verified", "12,913 bytes, SHA-256, RSA 2048, everything is covered but one unsigned attribute"),
		Trust: yes("trusted", `"Corp Profiles" leads to the root "Corp Root"`), Validity: yes("valid", "until 2027-05-02 (161 days)"),
		Revocation: cms.RevocationNotChecked, Form: "DER", Size: 12913, SHA256: sha, Signers: []cms.Signer{signer}, Certificates: []cms.Certificate{leaf, issuer, root}, Warnings: []string{}, Notes: []string{}}
	failed := whole
	failed.OK, failed.Certificates = false, []cms.Certificate{leaf}
	failed.Trust = no("missing-issuer", `the issuer "Corp Issuing CA 2" is missing from the file and the trusted roots`, `devices will show "Not Verified"`, true)
	failed.Signers, failed.Warnings = []cms.Signer{signer, other}, []string{"the content is a binary property list"}
	failed.Notes = []string{"the file has a second certificate named \"Corp\x1b[2J\", issued by \"Other\" and valid until 2036-11-26; it is not needed"}
	bad := whole
	bad.OK, bad.Certificates, bad.Signers = false, []cms.Certificate{hostile}, []cms.Signer{other}
	bad.Trust = no("pin-mismatch", "the signer is \"Corp\x1b[2J\u202e\"", "", false)
	return &app.VerifyRun{Footer: &app.VerifyFooter{Files: 3, Failed: 2, Trusts: "roots"}, Files: func(yield func(*app.VerifiedFile, error) bool) {
		_ = yield(&app.VerifiedFile{File: "corp.mobileconfig", Verdict: &whole}, nil) &&
			yield(&app.VerifiedFile{File: "alone.mobileconfig", Verdict: &failed}, nil) &&
			yield(&app.VerifiedFile{File: "bad\x1b]8;;.mobileconfig", Verdict: &bad}, nil)
	}}
}

func TestVerification(t *testing.T) {
	var b bytes.Buffer
	if err := NewPrinter(&b, nil, 0).Verification(aVerification(), func() {}); err != nil {
		t.Fatal(err)
	}
	golden(t, "verify.txt", b.String())
	for _, r := range b.String() {
		if r != '\n' && Unprintable(r) {
			t.Errorf("%U is printed", r)
		}
	}
}

func TestVerificationInJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteStream(&b, aVerification()); err != nil {
		t.Fatal(err)
	}
	golden(t, "verify.json", b.String())
	if strings.Contains(b.String(), "null") {
		t.Error("a list is null, want an empty one")
	}
}

func TestVerificationInOneLine(t *testing.T) {
	for want, r := range map[string]app.VerifyFooter{
		"1 file verified":     {Files: 1},
		"2 files verified":    {Files: 2},
		"1 of 2 files failed": {Files: 2, Failed: 1},
		"1 of 1 file failed":  {Files: 1, Failed: 1},
	} {
		if got := verification(&r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
