package cli

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/view"
)

// report verifies one file and says the result in the words of the report.
func (v *verifier) report(name string, data []byte) view.Verified {
	verdict := cms.Verify(data, v.options)
	warnings := readContent(name, verdict)
	file := view.Verified{
		File:         name,
		Integrity:    v.answer(cms.AboutIntegrity, verdict.Integrity),
		Trust:        v.answer(cms.AboutTrust, verdict.Trust),
		Validity:     v.answer(cms.AboutValidity, verdict.Validity),
		Form:         string(verdict.Form),
		Size:         verdict.Size,
		Signers:      []view.VerifiedSigner{},
		Certificates: []view.VerifiedCert{},
		Warnings:     warnings,
		Notes:        view.OrEmpty(verdict.Notes),
	}
	file.OK = passes(file.Integrity) && passes(file.Trust) && passes(file.Validity)
	if !verdict.Integrity.OK {
		if doc, _ := document.Open(diag.NewFile(name, data)); doc.Defect != nil {
			file.Integrity.Detail, file.Integrity.Help = doc.Defect.Message, doc.Defect.Help
		}
	}
	if verdict.Content != nil {
		file.SHA256 = fmt.Sprintf("%x", sha256.Sum256(verdict.Content))
	}
	for _, s := range verdict.Signers {
		file.Signers = append(file.Signers, v.signer(s))
	}
	for _, c := range verdict.Certificates {
		file.Certificates = append(file.Certificates, certificate(c))
	}
	return file
}

func passes(a view.VerifiedAnswer) bool { return a.OK || !a.Asked }

// readContent holds what was signed against what a profile is: a property list. It returns what deserves a look.
func readContent(name string, verdict *cms.Verdict) []string {
	warnings := []string{}
	if !verdict.Integrity.OK {
		return warnings
	}
	doc, found := plist.Read(diag.NewFile(name, verdict.Content))
	if doc == nil {
		verdict.Integrity = cms.Answer{Reason: cms.NotAPropertyList, Detail: "the signature holds, but the content is no property list, so this is no profile"}
		return warnings
	}
	if doc.Format == plist.Binary {
		warnings = append(warnings, "the content is a binary property list; Apple's documentation speaks of XML")
	}
	if diag.HasErrors(found) {
		warnings = append(warnings, "the content is signed, and has errors: syncguard validate lists them")
	}
	return warnings
}

func (v *verifier) answer(q cms.Question, a cms.Answer) view.VerifiedAnswer {
	return view.VerifiedAnswer{OK: a.OK, Reason: string(a.Reason), Detail: a.Detail, Help: helpFor(a.Reason), Asked: v.asked[q]}
}

func (v *verifier) signer(s cms.Signer) view.VerifiedSigner {
	signer := view.VerifiedSigner{
		Digest: s.Digest, Key: s.Key,
		SignedAttributes:   append([]string{}, s.SignedAttributes...),
		UnsignedAttributes: append([]string{}, s.UnsignedAttributes...),
		Integrity:          v.answer(cms.AboutIntegrity, s.Integrity),
		Trust:              v.answer(cms.AboutTrust, s.Trust),
		Validity:           v.answer(cms.AboutValidity, s.Validity),
	}
	if s.Certificate != nil {
		signer.Name, signer.SHA256 = cms.Name(s.Certificate), cms.Fingerprint(s.Certificate)
	}
	if !s.SigningTime.IsZero() {
		signer.SigningTime = s.SigningTime.Format(time.RFC3339)
	}
	return signer
}

func certificate(c cms.Certificate) view.VerifiedCert {
	cert := view.VerifiedCert{
		Role: string(c.Role), Name: cms.Name(c.Certificate), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		Serial: c.SerialNumber.Text(16), SHA256: cms.Fingerprint(c.Certificate), Key: c.Key, Signature: c.SignatureAlgorithm.String(),
		NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339),
		Usages: []string{}, Embedded: c.Embedded,
	}
	for _, u := range c.ExtKeyUsage {
		cert.Usages = append(cert.Usages, usageName(u))
	}
	for _, u := range c.UnknownExtKeyUsage {
		cert.Usages = append(cert.Usages, u.String())
	}
	return cert
}

// usageName is the name of an extended key usage in RFC 5280.
func usageName(u x509.ExtKeyUsage) string {
	switch u {
	case x509.ExtKeyUsageAny:
		return "any"
	case x509.ExtKeyUsageServerAuth:
		return "serverAuth"
	case x509.ExtKeyUsageClientAuth:
		return "clientAuth"
	case x509.ExtKeyUsageCodeSigning:
		return "codeSigning"
	case x509.ExtKeyUsageEmailProtection:
		return "emailProtection"
	case x509.ExtKeyUsageTimeStamping:
		return "timeStamping"
	case x509.ExtKeyUsageOCSPSigning:
		return "OCSPSigning"
	}
	return u.String()
}

// helpFor is one sentence on what to do about a reason.
func helpFor(reason cms.Reason) string {
	switch reason {
	case cms.AmbiguousIssuer:
		return "sign again without the other certificate; it is named below as unused"
	case cms.MissingIssuer:
		return `devices will show "Not Verified"; sign again with --chain and the certificate of that issuer, or give its root with --roots`
	case cms.SelfSigned:
		return `devices will show "Not Verified", and install it all the same; --pin asks for this very certificate`
	case cms.UntrustedRoot:
		return "give the root with --roots if you trust it"
	case cms.Expired, cms.IssuerExpired:
		return "sign again with a current certificate; a profile that was installed by hand is only replaced by one with the same certificate"
	case cms.WeakDigest:
		return "sign again with SHA-256; syncguard extract --unverified takes the content out"
	case cms.DigestMismatch, cms.SignatureMismatch, cms.TrailingBytes:
		return "the file was changed after it was signed; get it again from its source"
	case cms.NotSigned:
		return "to sign it: syncguard sign FILE -o OUT"
	case cms.Nested:
		return "sign the profile once"
	case cms.Detached:
		return "sign with the content in the file: openssl cms -sign -nodetach"
	}
	return ""
}
