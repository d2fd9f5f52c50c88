package cms

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// judgeTrust says whether the chain of a signer leads to a root. It returns the chain: the trusted one, or as much of
// it as the file has. Whether the certificates are valid at the moment is another question.
func judgeTrust(leaf *x509.Certificate, embedded []*x509.Certificate, o VerifyOptions) (Answer, []*x509.Certificate) {
	if o.Pin != nil && sha256.Sum256(leaf.Raw) != *o.Pin {
		return no(flawf(PinMismatch, "the signer is %q with the certificate %s, not the pinned one", Name(leaf), Fingerprint(leaf))), climb(leaf, embedded)
	}
	switch {
	case o.Roots != nil:
	case o.Pin != nil:
		return Answer{true, Pinned, fmt.Sprintf("signed by the pinned certificate, %q", Name(leaf))}, climb(leaf, embedded)
	default:
		return no(&flaw{NoRoots, "no roots were given to trust"}), climb(leaf, embedded)
	}
	chain, err := findChain(leaf, embedded, o)
	if err != nil {
		return no(explain(err, leaf, embedded)), climb(leaf, embedded)
	}
	if err := checkChain(chain); err != nil {
		return no(err), chain
	}
	if err := checkTwins(chain, embedded, o); err != nil {
		return no(err), chain
	}
	root := chain[len(chain)-1]
	return Answer{true, Trusted, fmt.Sprintf("%q leads to the root %q", Name(leaf), Name(root))}, chain
}

// maxMoments and maxTwins bound how often a chain is looked for.
const (
	maxMoments = 8
	maxTwins   = 4
)

// findChain asks crypto/x509, at the moment first, and if a certificate is not valid then, at others at which the chain
// may have been whole. It returns the embedded certificates themselves, not copies.
func findChain(leaf *x509.Certificate, embedded []*x509.Certificate, o VerifyOptions) ([]*x509.Certificate, error) {
	pool := x509.NewCertPool()
	moments := []time.Time{o.At, leaf.NotAfter}
	for _, cert := range embedded {
		pool.AddCert(cert)
	}
	for i, cert := range climb(leaf, embedded) {
		if i < maxMoments {
			moments = append(moments, cert.NotBefore)
		}
	}
	var first error
	for _, at := range moments {
		chains, err := leaf.Verify(x509.VerifyOptions{Roots: o.Roots, Intermediates: pool, CurrentTime: at,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err == nil {
			return original(slices.MinFunc(chains, func(a, b []*x509.Certificate) int { return len(a) - len(b) }), embedded), nil
		}
		if first == nil {
			first = err
		}
		if !isExpired(err) {
			return nil, err
		}
	}
	return nil, first
}

func original(chain, embedded []*x509.Certificate) []*x509.Certificate {
	chain = slices.Clone(chain)
	for i, cert := range chain {
		if at := slices.IndexFunc(embedded, cert.Equal); at >= 0 {
			chain[i] = embedded[at]
		}
	}
	return chain
}

func isExpired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// checkChain holds a chain that crypto/x509 accepts against what it does not look at.
func checkChain(chain []*x509.Certificate) error {
	leaf := chain[0]
	if leaf.IsCA && len(chain) > 1 { // a root that signs itself was given on purpose
		return flawf(SignerIsCA, "the certificate of the signer, %q, is that of a certificate authority", Name(leaf))
	}
	const forSigning = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if leaf.KeyUsage != 0 && leaf.KeyUsage&forSigning == 0 {
		return flawf(WrongKeyUsage, "the key usage of %q allows neither digitalSignature nor nonRepudiation", Name(leaf))
	}
	if usage, ok := wrongUsage(leaf); ok {
		return flawf(WrongExtendedKeyUsage, "the extended key usage of %q is for %s only", Name(leaf), usage)
	}
	for _, cert := range chain[1:] {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minRSABits {
			return flawf(WeakCertificateKey, "the certificate %q has an RSA key of %d bits, at least %d are needed", Name(cert), key.N.BitLen(), minRSABits)
		}
	}
	return nil
}

// checkTwins refuses a file with a second certificate in the name of an issuer that leads to no root: of two, some
// programs follow the first that they find, and that one only.
func checkTwins(chain, embedded []*x509.Certificate, o VerifyOptions) error {
	twins := 0
	for _, cert := range embedded {
		if slices.ContainsFunc(chain, cert.Equal) || !slices.ContainsFunc(chain[1:], func(issuer *x509.Certificate) bool {
			return bytes.Equal(issuer.RawSubject, cert.RawSubject)
		}) {
			continue
		}
		twins++
		if _, err := findChain(cert, embedded, o); err != nil || twins > maxTwins {
			return flawf(AmbiguousIssuer, "two different certificates are named %q, and one of them leads to no root", Name(cert))
		}
	}
	return nil
}

// otherUsages are extended key usages that have nothing to do with signing content. What devices ask for is not
// documented: profiles signed with certificates for TLS servers, code and mail are in use.
var otherUsages = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageTimeStamping:   "time stamps",
	x509.ExtKeyUsageOCSPSigning:    "OCSP",
	x509.ExtKeyUsageIPSECEndSystem: "IPsec",
	x509.ExtKeyUsageIPSECTunnel:    "IPsec",
	x509.ExtKeyUsageIPSECUser:      "IPsec",
}

func wrongUsage(leaf *x509.Certificate) (usage string, wrong bool) {
	if len(leaf.ExtKeyUsage) == 0 || len(leaf.UnknownExtKeyUsage) > 0 {
		return "", false
	}
	for _, u := range leaf.ExtKeyUsage {
		if usage, wrong = otherUsages[u]; !wrong {
			return "", false
		}
	}
	return usage, true
}

// explain says why crypto/x509 finds no chain.
func explain(err error, leaf *x509.Certificate, embedded []*x509.Certificate) error {
	var invalid x509.CertificateInvalidError
	var unhandled x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &unhandled):
		return explainExtension(leaf, embedded)
	case errors.As(err, &invalid):
		name := Name(invalid.Cert)
		switch invalid.Reason {
		case x509.Expired:
			return &flaw{NeverValidTogether, "at no moment are all certificates of the chain valid"}
		case x509.NotAuthorizedToSign:
			return flawf(IssuerNotCA, "the issuer %q is no certificate authority", name)
		}
		return flawf(ConstraintViolated, "the certificate %q breaks a constraint of its issuers: %v", name, err)
	}
	return explainUnknown(leaf, embedded)
}

func explainExtension(leaf *x509.Certificate, embedded []*x509.Certificate) error {
	for _, cert := range climb(leaf, embedded) {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return flawf(UnknownExtension, "the certificate %q has the critical extension %s, which is not understood",
				Name(cert), cert.UnhandledCriticalExtensions[0])
		}
	}
	return &flaw{UnknownExtension, "a certificate of the chain has a critical extension that is not understood"}
}

// explainUnknown climbs from the leaf to the certificate whose issuer is missing or no issuer of it.
func explainUnknown(leaf *x509.Certificate, embedded []*x509.Certificate) error {
	chain := climb(leaf, embedded)
	top := chain[len(chain)-1]
	switch {
	case isSelfSigned(top) && len(chain) == 1:
		return flawf(SelfSigned, "the certificate %q is signed by itself and is not among the roots", Name(top))
	case isSelfSigned(top):
		return flawf(UntrustedRoot, "the root %q is not among the roots", Name(top))
	case isWeak(top.SignatureAlgorithm):
		return flawf(WeakCertificateSignature, "the certificate %q is signed with %s", Name(top), top.SignatureAlgorithm)
	}
	for _, issuer := range embedded {
		if !bytes.Equal(issuer.RawSubject, top.RawIssuer) || slices.Contains(chain, issuer) {
			continue
		}
		var constraint x509.ConstraintViolationError
		if errors.As(top.CheckSignatureFrom(issuer), &constraint) {
			return flawf(IssuerNotCA, "the issuer %q is no certificate authority", Name(issuer))
		}
		return flawf(BadCertificateSignature, "the certificate %q was not signed by its issuer %q", Name(top), Name(issuer))
	}
	return flawf(MissingIssuer, "the issuer %q is neither in the file nor among the roots", nameOfIssuer(top))
}

func isWeak(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// climb follows the issuers of a certificate as far as the file has them.
func climb(leaf *x509.Certificate, embedded []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for top := leaf; !isSelfSigned(top); {
		i := slices.IndexFunc(embedded, func(cert *x509.Certificate) bool {
			return bytes.Equal(cert.RawSubject, top.RawIssuer) && !slices.Contains(chain, cert) && top.CheckSignatureFrom(cert) == nil
		})
		if i < 0 {
			break
		}
		top = embedded[i]
		chain = append(chain, top)
	}
	return chain
}

// Name returns what a person calls a certificate. It comes from a file, so escape it before showing it.
func Name(cert *x509.Certificate) string {
	if cert.Subject.CommonName != "" {
		return cert.Subject.CommonName
	}
	return cert.Subject.String()
}

func nameOfIssuer(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return cert.Issuer.CommonName
	}
	return cert.Issuer.String()
}
