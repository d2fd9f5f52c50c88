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
		return &verifyError{MissingIssuer, "so many certificates of the file have one name that the way to a root is not looked for to the end"}
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
			return &verifyError{NeverValidTogether, "at no moment are all certificates of the chain valid"}
		case x509.NotAuthorizedToSign:
			return verifyErrorf(IssuerNotCA, "the issuer %q is no certificate authority", name)
		}
		return verifyErrorf(ConstraintViolated, "the certificate %q breaks a constraint of its issuers: %v", name, err)
	}
	return t.explainUnknown(leaf)
}

func (t *trust) explainExtension(leaf *x509.Certificate) error {
	for _, cert := range t.buildChain(leaf) {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return verifyErrorf(UnknownExtension, "the certificate %q has the critical extension %s, which is not understood",
				pki.NameOf(cert), cert.UnhandledCriticalExtensions[0])
		}
	}
	return &verifyError{UnknownExtension, "a certificate of the chain has a critical extension that is not understood"}
}

// explainUnknown follows the chain to its last certificate, and explains why its issuer is missing or does not fit.
func (t *trust) explainUnknown(leaf *x509.Certificate) error {
	chain := t.buildChain(leaf)
	top := chain[len(chain)-1]
	_, isApple := roots.Find(top)
	switch {
	case pki.IsSelfSigned(top) && len(chain) == 1:
		return verifyErrorf(SelfSigned, "the certificate %q is signed by itself and is not among the roots", pki.NameOf(top))
	case pki.IsSelfSigned(top) && isApple:
		return verifyErrorf(UntrustedRoot, "the root %q, one of Apple's own, is not among the roots", pki.NameOf(top))
	case pki.IsSelfSigned(top):
		return verifyErrorf(UntrustedRoot, "the root %q is not among the roots", pki.NameOf(top))
	case pki.IsWeak(top.SignatureAlgorithm):
		return verifyErrorf(WeakCertificateSignature, "the certificate %q is signed with %s", pki.NameOf(top), top.SignatureAlgorithm)
	}
	for _, issuer := range t.embedded {
		if !bytes.Equal(issuer.RawSubject, top.RawIssuer) || slices.Contains(chain, issuer) {
			continue
		}
		var constraint x509.ConstraintViolationError
		if errors.As(top.CheckSignatureFrom(issuer), &constraint) {
			return verifyErrorf(IssuerNotCA, "the issuer %q is no certificate authority", pki.NameOf(issuer))
		}
		return verifyErrorf(BadCertificateSignature, "the certificate %q was not signed by its issuer %q", pki.NameOf(top), pki.NameOf(issuer))
	}
	if issuer, ok := roots.IssuerOf(top); ok {
		return verifyErrorf(MissingIssuer, "the issuer %q, by its name one of Apple's own, is neither in the file nor among the roots", issuer.Title())
	}
	return verifyErrorf(MissingIssuer, "the issuer %q is neither in the file nor among the roots", pki.IssuerOf(top))
}
