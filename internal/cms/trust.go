package cms

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"time"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// maxJudged bounds the chains crypto/x509 verifies for one signer.
const maxJudged = 16

// trust finds the chains of the signers of one message. The result for one signer is kept for the next, so the work is
// bounded for the message as a whole.
type trust struct {
	embedded []*x509.Certificate // in message order
	graph    *pki.Graph
	options  VerifyOptions
	anchors  map[string]*anchor // by the bytes of a certificate

	misleading []*x509.Certificate // ambiguous issuers some programs take, and fail with
}

// anchor is the roots' opinion of a certificate.
type anchor struct {
	above    []*x509.Certificate // from its issuer to the root; empty for a root itself
	isAnchor bool
	isValid  bool             // the root is valid at the time in the options
	apple    *roots.Authority // Apple's authority with this fingerprint; nil if the given roots suffice
	problem  error            // why the root named as the issuer does not count
}

func newTrust(embedded []*x509.Certificate, o VerifyOptions) *trust {
	if o.knownRoot == nil {
		o.knownRoot = roots.Find
	}
	return &trust{embedded: embedded, graph: pki.NewGraph(embedded, false), options: o, anchors: map[string]*anchor{}}
}

// answer answers the question of trust for a signer. It also returns the chain: the trusted one, or as much of it as
// the file has. Validity at the time of verification is another question.
func (t *trust) answer(leaf *x509.Certificate) (Answer, []*x509.Certificate) {
	a, chain := t.answerByChain(leaf)
	if !a.OK || len(t.options.CRLs) == 0 {
		return a, chain
	}
	if err := t.checkRevocation(chain); err != nil {
		return no(err), chain
	}
	a.Detail += ", and no certificate on the way is revoked"
	return a, chain
}

// answerByChain is answer without a look at revocation lists.
func (t *trust) answerByChain(leaf *x509.Certificate) (Answer, []*x509.Certificate) {
	if t.options.Pin != nil && sha256.Sum256(leaf.Raw) != *t.options.Pin {
		return no(verifyErrorf(PinMismatch, "the signer is %q with the certificate %s, not the pinned one", pki.NameOf(leaf), Fingerprint(leaf))), t.buildChain(leaf)
	}
	switch {
	case t.options.Roots != nil:
	case t.options.Pin != nil:
		return yes(Pinned, "signed by the pinned certificate, %q", pki.NameOf(leaf)), t.buildChain(leaf)
	default:
		return no(&verifyError{NoRoots, "no trusted roots were given"}), t.buildChain(leaf)
	}
	chain, err := t.findChain(leaf)
	if err != nil {
		if chain == nil {
			chain = t.buildChain(leaf)
		}
		return no(err), chain
	}
	if err := t.checkFirstFit(chain); err != nil {
		return no(err), chain
	}
	last := chain[len(chain)-1]
	if known := t.anchorOf(last).apple; known != nil {
		return yes(AppleRoot, "%q leads to the root %q, found %s but not on this machine", pki.NameOf(leaf), known.Root, known.Where()), chain
	}
	return yes(Trusted, "%q leads to the root %q", pki.NameOf(leaf), pki.NameOf(last)), chain
}

// findChain returns the best chain to a root: valid chains come first, then the shortest. With an error it returns the
// chain the error is about, or nil.
func (t *trust) findChain(leaf *x509.Certificate) (chain []*x509.Certificate, err error) {
	validNow := func(c *x509.Certificate) bool { return isValidAt(c, t.options.At) }
	always := func(*x509.Certificate) bool { return true }
	judged := 0
	for _, pass := range []struct{ mayPass, isEnd func(*x509.Certificate) bool }{
		{validNow, func(c *x509.Certificate) bool { return t.anchorOf(c).isAnchor && t.anchorOf(c).isValid }},
		{always, func(c *x509.Certificate) bool { return t.anchorOf(c).isAnchor }},
	} {
		for path := range t.graph.Paths(leaf, pass.mayPass, pass.isEnd) {
			if judged++; judged > maxJudged {
				break
			}
			full := slices.Concat(path, t.anchorOf(path[len(path)-1]).above)
			failure := t.verifyChain(full)
			if failure == nil {
				return t.fromMessage(full), nil
			}
			if err == nil {
				chain, err = t.fromMessage(full), failure
			}
		}
	}
	if err == nil {
		return nil, t.explainNoChain(leaf)
	}
	return chain, t.explainFailure(err, leaf)
}

// verifyChain verifies one whole chain with crypto/x509, at the given time or the nearest one with every certificate
// valid, and then checks the rest with checkChain.
func (t *trust) verifyChain(chain []*x509.Certificate) error {
	at, ok := nearestValidTime(chain, t.options.At)
	if !ok {
		return &verifyError{NeverValidTogether, "the certificates of the chain are never all valid at the same time"}
	}
	o := x509.VerifyOptions{Roots: t.options.Roots, Intermediates: x509.NewCertPool(), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	for _, cert := range chain[1:] {
		o.Intermediates.AddCert(cert)
	}
	if last := chain[len(chain)-1]; t.anchorOf(last).apple != nil {
		o.Roots = x509.NewCertPool()
		o.Roots.AddCert(last)
	}
	if _, err := chain[0].Verify(o); err != nil {
		return err
	}
	return checkChain(chain)
}

// nearestValidTime returns the time nearest to at with every certificate valid, and false if there is none.
func nearestValidTime(chain []*x509.Certificate, at time.Time) (time.Time, bool) {
	from, until := chain[0].NotBefore, chain[0].NotAfter
	for _, cert := range chain[1:] {
		if cert.NotBefore.After(from) {
			from = cert.NotBefore
		}
		if cert.NotAfter.Before(until) {
			until = cert.NotAfter
		}
	}
	switch {
	case from.After(until):
		return at, false
	case at.Before(from):
		return from, true
	case at.After(until):
		return until, true
	}
	return at, true
}

func isValidAt(cert *x509.Certificate, at time.Time) bool {
	return !at.Before(cert.NotBefore) && !at.After(cert.NotAfter)
}

// anchorOf verifies one certificate against the roots, without the others of the message. It tries the given time, then
// the certificate's NotBefore and NotAfter, to find a root expired since.
func (t *trust) anchorOf(cert *x509.Certificate) *anchor {
	if e, ok := t.anchors[string(cert.Raw)]; ok {
		return e
	}
	e := &anchor{}
	t.anchors[string(cert.Raw)] = e
	if t.options.Roots == nil {
		return e
	}
	for _, at := range []time.Time{t.options.At, cert.NotBefore, cert.NotAfter} {
		if !isValidAt(cert, at) {
			continue
		}
		chains, err := cert.Verify(x509.VerifyOptions{Roots: t.options.Roots, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		chains = slices.DeleteFunc(chains, func(c []*x509.Certificate) bool { return len(c) > 1 && !pki.Fits(c[1], c[0]) })
		if len(chains) > 0 {
			e.above, e.isAnchor, e.isValid = slices.MinFunc(chains, compareChains)[1:], true, at.Equal(t.options.At)
			return e
		}
		var unknown x509.UnknownAuthorityError
		if err != nil && !errors.As(err, &unknown) && (e.problem == nil || isExpired(e.problem)) {
			e.problem = err
		}
	}
	if t.options.AppleRoots {
		if known, ok := t.options.knownRoot(cert); ok {
			e.isAnchor, e.apple, e.isValid = true, &known, isValidAt(cert, t.options.At)
		}
	}
	return e
}

// compareChains orders by length, then by bytes, so the answer does not depend on the order of the roots.
func compareChains(a, b []*x509.Certificate) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return slices.CompareFunc(a, b, func(x, y *x509.Certificate) int { return bytes.Compare(x.Raw, y.Raw) })
}

// fromMessage replaces equal certificates by the message's own ones, the ones people see.
func (t *trust) fromMessage(chain []*x509.Certificate) []*x509.Certificate {
	chain = slices.Clone(chain)
	for i, cert := range chain {
		if at := slices.IndexFunc(t.embedded, cert.Equal); at >= 0 {
			chain[i] = t.embedded[at]
		}
	}
	return chain
}

// buildChain follows the issuers of a certificate as far as the file has them, over valid certificates if possible.
func (t *trust) buildChain(leaf *x509.Certificate) []*x509.Certificate {
	for _, mayPass := range []func(*x509.Certificate) bool{
		func(c *x509.Certificate) bool { return isValidAt(c, t.options.At) },
		func(*x509.Certificate) bool { return true },
	} {
		for path := range t.graph.Paths(leaf, mayPass, t.graph.IsTop) {
			return t.fromMessage(path)
		}
	}
	return []*x509.Certificate{leaf}
}

func isExpired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// checkChain checks the parts of a chain crypto/x509 ignores: the signer's key usages, and the key sizes of its
// issuers.
func checkChain(chain []*x509.Certificate) error {
	leaf := chain[0]
	if leaf.IsCA && len(chain) > 1 { // a self-signed root was given on purpose
		return verifyErrorf(SignerIsCA, "the signer's certificate %q is a certificate authority's", pki.NameOf(leaf))
	}
	const forSigning = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if leaf.KeyUsage != 0 && leaf.KeyUsage&forSigning == 0 {
		return verifyErrorf(WrongKeyUsage, "the key usage of %q allows neither digitalSignature nor nonRepudiation", pki.NameOf(leaf))
	}
	if usage, ok := wrongUsage(leaf); ok {
		return verifyErrorf(WrongExtendedKeyUsage, "the extended key usage of %q is for %s only", pki.NameOf(leaf), usage)
	}
	for _, cert := range chain[1:] {
		if bits := pki.ShortRSA(cert.PublicKey); bits > 0 {
			return verifyErrorf(WeakCertificateKey, "the certificate %q has an RSA key of %d bits, want at least %d", pki.NameOf(cert), bits, pki.MinRSABits)
		}
	}
	return nil
}

// otherUsages are extended key usages unrelated to signing content. Apple does not document the usages devices require;
// profiles signed with certificates for TLS servers, code and mail are in use.
var otherUsages = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageTimeStamping:   "time stamps",
	x509.ExtKeyUsageOCSPSigning:    "OCSP",
	x509.ExtKeyUsageIPSECEndSystem: "IPsec",
	x509.ExtKeyUsageIPSECTunnel:    "IPsec",
	x509.ExtKeyUsageIPSECUser:      "IPsec",
}

// ikeUsages are more usages of this kind, without a name in crypto/x509: id-kp-ipsecIKE of RFC 4945, and its
// predecessor iKEIntermediate.
var ikeUsages = []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 17}, {1, 3, 6, 1, 5, 5, 8, 2, 2}}

// wrongUsage returns the purposes of the extended key usages, and true if none of them allows signing content.
func wrongUsage(leaf *x509.Certificate) (purposes string, wrong bool) {
	var all []string
	for _, u := range leaf.ExtKeyUsage {
		purpose, isOther := otherUsages[u]
		if !isOther {
			return "", false
		}
		all = append(all, purpose)
	}
	for _, u := range leaf.UnknownExtKeyUsage {
		if !slices.ContainsFunc(ikeUsages, u.Equal) {
			return "", false
		}
		all = append(all, "IPsec")
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " and "), len(all) > 0
}
