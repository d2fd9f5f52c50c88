package lint

import (
	"crypto/x509"
	"fmt"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// The rules about who signed a profile, read from the signed message without verifying it. They point at the file as a
// whole: the signature has no place in the text.

// signers returns what the message says of its signers; nothing where there is no message or it cannot be read.
func (f Container) signers() []cms.SignerFacts {
	if len(f.Message) == 0 {
		return nil
	}
	found, err := cms.Signers(f.Message)
	if err != nil {
		return nil // damaged-signature says so
	}
	return found
}

// reportSigner reports something about the signature.
func (p *pass) reportSigner(format string, args ...any) *diag.Diagnostic {
	return p.report(place{path: root}, format, args...)
}

func expiredSigner(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.isOver(c) {
		p.reportSigner("the certificate of the signer, %s, expired on %s", nameOf(c), pki.Day(c.NotAfter)).
			Help = "renew the certificate, and sign the profile anew"
	}
}

func signerExpiresSoon(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.endsSoon(c) {
		p.reportSigner("the certificate of the signer, %s, expires on %s", nameOf(c), pki.Day(c.NotAfter)).
			Help = "renew the certificate, and sign the profile anew before that day"
	}
}

func signerNotYetValid(p *pass, s cms.SignerFacts) {
	if c := s.Certificate; c != nil && p.isAhead(c) {
		p.reportSigner("the certificate of the signer, %s, is valid from %s on", nameOf(c), pki.Day(c.NotBefore)).
			Help = "deliver the profile from that day on, or sign it with a certificate that is valid now"
	}
}

func missingIntermediate(p *pass, s cms.SignerFacts) {
	if !s.LacksIssuer {
		return
	}
	d := p.reportSigner("the signature does not carry the certificate that issued the signer's, %s", quote(s.Certificate.Issuer.CommonName))
	isIntermediate, help := whatIsMissing(s.Certificate)
	if d.Help = help; !isIntermediate {
		d.Severity = diag.Note
	}
}

// whatIsMissing reports whether the issuer of a certificate is known to be none that devices may have as a root, and what to do.
func whatIsMissing(c *x509.Certificate) (isIntermediate bool, help string) {
	known, isApples := roots.IssuerOf(c)
	switch {
	case isApples && !known.IsRoot:
		return true, fmt.Sprintf("sign with the whole chain; by its name the missing certificate is %s, see %s", quote(known.Title()), roots.Address)
	case len(c.IssuingCertificateURL) > 0:
		return true, "sign with the whole chain"
	}
	return false, "sign with the whole chain, unless devices have that certificate as a trusted root"
}

func selfSignedSigner(p *pass, s cms.SignerFacts) {
	if s.IsSelfSigned {
		p.reportSigner("the certificate of the signer, %s, is signed by itself", nameOf(s.Certificate)).
			Help = "sign with a certificate whose root devices trust, or install this one on them first"
	}
}

func weakSignatureDigest(p *pass, s cms.SignerFacts) {
	if s.IsWeak {
		p.reportSigner("the signature uses %s, which proves nothing any more", s.Digest).Help = "sign the profile anew with SHA-256"
	}
}

func shortRSAKey(p *pass, profile *profile) {
	for _, s := range profile.signedBy() {
		if bits := shortBits(s.Certificate); bits > 0 {
			p.reportSigner("the RSA key of the signer, %s, has %d bits, want at least %d", nameOf(s.Certificate), bits, pki.MinRSABits).
				Help = "sign with a longer key, or one on an elliptic curve"
		}
	}
	for at, c := range profile.certificates(certificatePayloads()...) {
		if bits := shortBits(c); bits > 0 {
			p.report(at, "the RSA key of the certificate %s has %d bits, want at least %d", nameOf(c), bits, pki.MinRSABits).
				Help = "have the certificate issued anew with a longer key"
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

// isOver says whether a certificate has expired.
func (p *pass) isOver(c *x509.Certificate) bool {
	now := p.profile.options.Now
	return !now.IsZero() && now.After(c.NotAfter)
}

// isAhead reports whether a certificate is not valid yet.
func (p *pass) isAhead(c *x509.Certificate) bool {
	now := p.profile.options.Now
	return !now.IsZero() && now.Before(c.NotBefore)
}

// endsSoon says whether a certificate is about to expire.
func (p *pass) endsSoon(c *x509.Certificate) bool {
	o := p.profile.options
	within := o.ExpiresWithin
	if within == 0 {
		within = DefaultExpiresWithin
	}
	return !o.Now.IsZero() && !o.Now.After(c.NotAfter) && o.Now.Add(within).After(c.NotAfter)
}

func nameOf(c *x509.Certificate) string { return quote(pki.NameOf(c)) }
