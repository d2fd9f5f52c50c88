package lint

import (
	"crypto/x509"
	"iter"
	"slices"

	"syncguard/internal/content"
	"syncguard/internal/diag"
	"syncguard/internal/pki"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// The rules about certificates installed by a profile.

// certificatePayloads are the types of payloads with certificates alone, without private keys.
func certificatePayloads() []string {
	return []string{"com.apple.security.pem", "com.apple.security.pkcs1", "com.apple.security.root"}
}

// certificates iterates over the readable certificates in payloads of some types.
func (p *profile) certificates(types ...string) iter.Seq2[place, *x509.Certificate] {
	return func(yield func(place, *x509.Certificate) bool) {
		for _, pl := range p.payloads {
			f := pl.node.value.Field("PayloadContent")
			if !slices.Contains(types, pl.payloadType) || f == nil || f.Value == nil || f.Value.Kind != plist.Data {
				continue
			}
			if !pl.parsed {
				pl.parsed, pl.certificates = true, content.Certificates(f.Value.Data)
			}
			for _, c := range pl.certificates {
				if !yield(pl.node.field(f), c) {
					return
				}
			}
		}
	}
}

func expiredCertificate(p *pass, at place, c *x509.Certificate) {
	if p.isExpired(c) {
		p.report(at, "the certificate %s expired on %s", certificateName(c), pki.Day(c.NotAfter)).
			Help = "replace it with its successor, or remove the payload"
	}
}

func certificateExpiresSoon(p *pass, at place, c *x509.Certificate) {
	if p.expiresSoon(c) {
		p.report(at, "the certificate %s expires on %s", certificateName(c), pki.Day(c.NotAfter)).
			Help = "add its successor, and deliver the profile before that day"
	}
}

func certificateNotYetValid(p *pass, at place, c *x509.Certificate) {
	if p.isNotYetValid(c) {
		p.report(at, "the certificate %s is not valid before %s", certificateName(c), pki.Day(c.NotBefore)).
			Help = "deliver the profile from that day on, or add a certificate that is valid now"
	}
}

func weakCertificateSignature(p *pass, at place, c *x509.Certificate) {
	if digest := weakDigest(c.SignatureAlgorithm); digest != "" && !pki.IsSelfSigned(c) {
		p.report(at, "the certificate %s is signed with %s, want SHA-256 or stronger", certificateName(c), digest).Help = "have it reissued with SHA-256"
	}
}

// weakDigest names the digest of a signature algorithm no longer accepted by Apple's systems, or returns "".
func weakDigest(a x509.SignatureAlgorithm) string {
	switch a {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
		return "SHA-1"
	case x509.MD5WithRSA, x509.MD2WithRSA:
		return "MD5 or MD2"
	}
	return ""
}

func notARootCertificate(p *pass, profile *profile) {
	for at, c := range profile.certificates("com.apple.security.root") {
		if !c.IsCA && !pki.IsSelfSigned(c) && c.Version == 3 {
			p.report(at, "the certificate %s is for a server, a person or a device, want a root certificate", certificateName(c)).
				Help = "use the root certificate of the authority that issued it, " + quote(c.Issuer.CommonName)
		}
	}
}

// checkCertificate reports data without a certificate, or with one in the wrong encoding.
func (r *run) checkCertificate(n *node, inPEM bool) {
	kind := content.Kind(n.value.Data)
	switch {
	case kind != content.Certificate && kind != content.PEM:
		r.reportContent(n, kind, "a certificate", diag.Error)
	case kind == content.PEM && content.CountPEM(n.value.Data) > 1:
		r.passOf(rule.SeveralCertificates).report(n.atKey(), "%s holds %d certificates, want one per payload", n.subject(), content.CountPEM(n.value.Data)).
			Help = "split the file, and make a payload for each certificate"
	case kind == content.PEM && !inPEM:
		r.passOf(rule.WrongCertificateEncoding).report(n.atKey(), "%s holds PEM, want DER", n.subject()).
			Help = "convert it with openssl x509 -in FILE -outform DER" + inPayload(n, "com.apple.security.pem")
	case kind == content.Certificate && inPEM:
		r.passOf(rule.WrongCertificateEncoding).report(n.atKey(), "%s holds DER, want PEM", n.subject()).
			Help = "convert it with openssl x509 -inform DER -in FILE" + inPayload(n, "com.apple.security.pkcs1")
	}
}

// inPayload returns the end of a help: the payload type to use instead. It is "" outside certificate payloads.
func inPayload(n *node, payloadType string) string {
	if !slices.Contains(certificatePayloads(), n.domain) {
		return ""
	}
	return ", or use the payload type " + payloadType
}
