package lint

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"

	"syncguard/internal/plist"
)

// The rules about certificates that a profile installs.

// Bounds on what is read of one payload.
const (
	maxCertificateBytes = 1 << 20
	maxCertificates     = 32
)

// certificatePayloads hold certificates without their private keys.
func certificatePayloads() []string {
	return []string{"com.apple.security.pem", "com.apple.security.pkcs1", "com.apple.security.root"}
}

// eachCertificate calls do for every certificate, without its private key, that a payload holds and that can be read.
func (p *profile) eachCertificate(do func(place, *x509.Certificate)) {
	for _, pl := range p.payloads {
		if !slices.Contains(certificatePayloads(), pl.payloadType) {
			continue
		}
		f := pl.node.value.Field("PayloadContent")
		if f == nil || f.Value == nil || f.Value.Kind != plist.Data {
			continue
		}
		for _, c := range Certificates(f.Value.Data) {
			do(pl.node.field(f), c)
		}
	}
}

// Certificates reads one certificate in DER, or several in PEM: 32 at most, and none of more than a mebibyte.
func Certificates(data []byte) []*x509.Certificate {
	if len(data) > maxCertificateBytes {
		return nil
	}
	if c, err := x509.ParseCertificate(data); err == nil {
		return []*x509.Certificate{c}
	}
	var all []*x509.Certificate
	for rest := bytes.TrimSpace(data); len(all) < maxCertificates; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// embeddedRule makes the profile function of a rule that looks at every certificate in payloads.
func embeddedRule(check func(*pass, place, *x509.Certificate)) func(*pass, *profile) {
	return func(p *pass, profile *profile) {
		profile.eachCertificate(func(at place, c *x509.Certificate) { check(p, at, c) })
	}
}

var expiredCertificate = rule{
	id: "expired-certificate",
	profile: embeddedRule(func(p *pass, at place, c *x509.Certificate) {
		if p.isOver(c) {
			p.report(at, "the certificate %s expired on %s", nameOf(c), day(c.NotAfter)).
				Help = "put the certificate that took its place there, or remove the payload"
		}
	}),
}

var certificateExpiresSoon = rule{
	id: "certificate-expires-soon",
	profile: embeddedRule(func(p *pass, at place, c *x509.Certificate) {
		if p.endsSoon(c) {
			p.report(at, "the certificate %s expires on %s", nameOf(c), day(c.NotAfter)).
				Help = "add the certificate that takes its place, and deliver the profile before that day"
		}
	}),
}
