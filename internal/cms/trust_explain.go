package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// explainNoChain returns the reason no chain leads to a root.
func (t *trust) explainNoChain(leaf *x509.Certificate) error {
	for _, cert := range append([]*x509.Certificate{leaf}, t.graph.Above(leaf)...) {
		if problem := t.anchorOf(cert).problem; problem != nil {
			return t.explainFailure(problem, leaf)
		}
	}
	if t.graph.IsExhausted() {
		return &verifyError{MissingIssuer, "too many certificates in the file have the same name: the search for a root was stopped"}
	}
	return t.explainUnknown(leaf)
}

// explainFailure turns crypto/x509's refusal of a chain into a reason.
func (t *trust) explainFailure(err error, leaf *x509.Certificate) error {
	var invalid x509.CertificateInvalidError
	var unhandled x509.UnhandledCriticalExtension
	var own *verifyError
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &unhandled):
		return t.explainExtension(leaf)
	case errors.As(err, &invalid):
		name := pki.NameOf(invalid.Cert)
		switch invalid.Reason {
		case x509.Expired:
			return &verifyError{NeverValidTogether, "the certificates of the chain are never all valid at the same time"}
		case x509.NotAuthorizedToSign:
			return verifyErrorf(IssuerNotCA, "the issuer %q is not a certificate authority", name)
		}
		return verifyErrorf(ConstraintViolated, "the certificate %q breaks a constraint of its issuers: %v", name, err)
	}
	return t.explainUnknown(leaf)
}

func (t *trust) explainExtension(leaf *x509.Certificate) error {
	for _, cert := range t.buildChain(leaf) {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return verifyErrorf(UnknownExtension, "the certificate %q has the unknown critical extension %s",
				pki.NameOf(cert), cert.UnhandledCriticalExtensions[0])
		}
	}
	return &verifyError{UnknownExtension, "a certificate of the chain has an unknown critical extension"}
}

// explainUnknown follows the chain to its last certificate, and explains why its issuer is missing or does not fit.
func (t *trust) explainUnknown(leaf *x509.Certificate) error {
	chain := t.buildChain(leaf)
	top := chain[len(chain)-1]
	_, isApple := roots.Find(top)
	switch {
	case pki.IsSelfSigned(top) && len(chain) == 1:
		return verifyErrorf(SelfSigned, "the certificate %q is self-signed and not among the trusted roots", pki.NameOf(top))
	case pki.IsSelfSigned(top) && isApple:
		return verifyErrorf(UntrustedRoot, "Apple's root %q is not among the trusted roots", pki.NameOf(top))
	case pki.IsSelfSigned(top):
		return verifyErrorf(UntrustedRoot, "the root %q is not among the trusted roots", pki.NameOf(top))
	case pki.IsWeak(top.SignatureAlgorithm):
		return verifyErrorf(WeakCertificateSignature, "the certificate %q is signed with the weak algorithm %s", pki.NameOf(top), top.SignatureAlgorithm)
	}
	for _, issuer := range t.embedded {
		if !bytes.Equal(issuer.RawSubject, top.RawIssuer) || slices.Contains(chain, issuer) {
			continue
		}
		var constraint x509.ConstraintViolationError
		if errors.As(top.CheckSignatureFrom(issuer), &constraint) {
			return verifyErrorf(IssuerNotCA, "the issuer %q is not a certificate authority", pki.NameOf(issuer))
		}
		return verifyErrorf(BadCertificateSignature, "the certificate %q was not signed by its issuer %q", pki.NameOf(top), pki.NameOf(issuer))
	}
	if issuer, ok := roots.IssuerOf(top); ok {
		return verifyErrorf(MissingIssuer, "the issuer %q, Apple's by its name, is missing from the file and the trusted roots", issuer.Title())
	}
	return verifyErrorf(MissingIssuer, "the issuer %q is missing from the file and the trusted roots", pki.IssuerOf(top))
}
