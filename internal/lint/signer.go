package lint

import (
	"crypto/x509"
	"fmt"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// The rules about the signers of a profile, read from the signed message without verifying it. They point at the file as a
// whole, since the signature has no position in the text.

// signers returns the facts about the signers of the message, nil without a readable message.
func (f Container) signers() []cms.SignerFacts {
	if len(f.Message) == 0 {
		return nil
	}
	found, err := cms.Signers(f.Message)
	if err != nil {
		return nil // damaged-signature reports it
	}
	return found
}

// reportSigner reports something about the signature.
func (p *pass) reportSigner(format string, args ...any) *diag.Diagnostic {
	return p.report(place{path: root}, format, args...)
}

func expiredSigner(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.isExpired(c) {
		p.reportSigner("the signer's certificate %s expired on %s", certificateName(c), pki.Day(c.NotAfter)).
			Help = "renew the certificate, and sign the profile again"
	}
}

func signerExpiresSoon(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.expiresSoon(c) {
		p.reportSigner("the signer's certificate %s expires on %s", certificateName(c), pki.Day(c.NotAfter)).
			Help = "renew the certificate, and sign the profile again before that day"
	}
}

func signerNotYetValid(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.isNotYetValid(c) {
		p.reportSigner("the signer's certificate %s is not valid before %s", certificateName(c), pki.Day(c.NotBefore)).
			Help = "deliver the profile from that day on, or sign it with a certificate that is valid now"
	}
}

func missingIntermediate(p *pass, s cms.SignerFacts) {
	if !s.LacksIssuer {
		return
	}
	d := p.reportSigner("the signature lacks the certificate of the signer's issuer, %s", quote(s.Certificate.Issuer.CommonName))
	isIntermediate, help := whatIsMissing(s.Certificate)
	if d.Help = help; !isIntermediate {
		d.Severity = diag.Note
	}
}

// whatIsMissing reports whether a certificate's issuer is surely an intermediate and no root on devices, and returns a help.
func whatIsMissing(c *x509.Certificate) (isIntermediate bool, help string) {
	known, isApples := roots.IssuerOf(c)
	switch {
	case isApples && !known.IsRoot:
		return true, fmt.Sprintf("sign with the whole chain; the missing certificate is probably %s, see %s", quote(known.Title()), roots.Address)
	case len(c.IssuingCertificateURL) > 0:
		return true, "sign with the whole chain"
	}
	return false, "sign with the whole chain, unless devices have that certificate as a trusted root"
}

func selfSignedSigner(p *pass, s cms.SignerFacts) {
	if s.IsSelfSigned {
		p.reportSigner("the signer's certificate %s is self-signed", certificateName(s.Certificate)).
			Help = "sign with a certificate trusted by devices, or install this one on them first"
	}
}

func weakSignatureDigest(p *pass, s cms.SignerFacts) {
	if s.IsWeak {
		p.reportSigner("the signature uses %s, which is no longer secure, want SHA-256 or stronger", s.Digest).Help = "sign the profile again with SHA-256"
	}
}

func shortRSAKey(p *pass, profile *profile) {
	for _, s := range profile.signedBy() {
		if bits := shortBits(s.Certificate); bits > 0 {
			p.reportSigner("the RSA key of the signer's certificate %s has %d bits, want at least %d", certificateName(s.Certificate), bits, pki.MinRSABits).
				Help = "sign with a longer key, or with an elliptic-curve key"
		}
	}
	for at, c := range profile.certificates(certificatePayloads()...) {
		if bits := shortBits(c); bits > 0 {
			p.report(at, "the RSA key of the certificate %s has %d bits, want at least %d", certificateName(c), bits, pki.MinRSABits).
				Help = "have the certificate reissued with a longer key"
		}
	}
}

// shortBits returns the length of a key that is too short, or 0.
func shortBits(c *x509.Certificate) int {
	if c == nil {
		return 0
	}
	return pki.ShortRSA(c.PublicKey)
}

// isExpired reports whether a certificate has expired.
func (p *pass) isExpired(c *x509.Certificate) bool {
	now := p.profile.options.Now
	return !now.IsZero() && now.After(c.NotAfter)
}

// isNotYetValid reports whether a certificate is not valid yet.
func (p *pass) isNotYetValid(c *x509.Certificate) bool {
	now := p.profile.options.Now
	return !now.IsZero() && now.Before(c.NotBefore)
}

// expiresSoon reports whether a valid certificate expires within Options.ExpiresWithin.
func (p *pass) expiresSoon(c *x509.Certificate) bool {
	o := p.profile.options
	within := o.ExpiresWithin
	if within == 0 {
		within = DefaultExpiresWithin
	}
	return !o.Now.IsZero() && !o.Now.After(c.NotAfter) && o.Now.Add(within).After(c.NotAfter)
}

func certificateName(c *x509.Certificate) string { return quote(pki.NameOf(c)) }
