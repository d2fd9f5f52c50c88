package identity

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// Bounds on the work of building a chain.
const (
	maxCertificates = 100
	maxRSABits      = 8192
)

// newIdentity finds the certificate of the key, at any position, and the chain above it.
func newIdentity(signer crypto.Signer, certs []*x509.Certificate, from origins) (*Identity, error) {
	if err := checkCertificates(certs); err != nil {
		return nil, err
	}
	leaves, err := leavesFor(signer, certs)
	if err != nil {
		return nil, err
	}
	for _, cert := range certs {
		pki.IgnoreAppleMarkers(cert)
	}
	id := &Identity{Signer: signer, graph: pki.NewGraph(certs, true), leaves: leaves, from: from}
	id.Arrange(time.Now())
	if id.graph.IsExhausted() {
		return nil, fmt.Errorf("too many of the %d certificates have the same name: the search for their chain was stopped", len(certs))
	}
	return id, nil
}

func checkCertificates(certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return errors.New("no certificate found")
	}
	if len(certs) > maxCertificates {
		return fmt.Errorf("there are %d certificates, at most %d are allowed", len(certs), maxCertificates)
	}
	for _, cert := range certs {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSABits {
			return fmt.Errorf("certificate %q has an RSA key of %d bits, at most %d are allowed", pki.NameOf(cert), key.N.BitLen(), maxRSABits)
		}
	}
	return nil
}

// leavesFor returns the certificates of the key, at least one. A renewed certificate has several versions.
func leavesFor(signer crypto.Signer, certs []*x509.Certificate) ([]*x509.Certificate, error) {
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, errors.New("unsupported kind of private key")
	}
	leaves := slices.DeleteFunc(slices.Clone(certs), func(c *x509.Certificate) bool { return !public.Equal(c.PublicKey) })
	switch {
	case len(leaves) > 0:
		return leaves, nil
	case len(certs) == 1:
		return nil, fmt.Errorf("the private key does not match the certificate %q", pki.NameOf(certs[0]))
	}
	return nil, fmt.Errorf("the private key matches none of the %d certificates", len(certs))
}

// leafFor returns the longest-lasting certificate of the key.
func leafFor(signer crypto.Signer, certs []*x509.Certificate) (*x509.Certificate, error) {
	leaves, err := leavesFor(signer, certs)
	if err != nil {
		return nil, err
	}
	return slices.MaxFunc(leaves, func(a, b *x509.Certificate) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), bytes.Compare(a.Raw, b.Raw))
	}), nil
}

// Arrange chooses the certificate of the key and its chain for the given time; reading an identity does so for the
// present. The same certificates always give the same chain, regardless of their order, their files, and the roots of
// this machine.
//
// It tries every fitting issuer. A chain valid at that time comes first; then one ending at a root of Apple's, known by
// its fingerprint; then one with its root given; then the shortest of these, or, without a root, the longest; then the
// longest-lasting one. If another authority also signed the root at the end, that cross-certificate follows the root,
// for devices with only the other authority's root.
func (id *Identity) Arrange(now time.Time) {
	if id.graph == nil {
		return // built by hand
	}
	var best rankedChain
	for _, leaf := range id.leaves {
		w := id.bestChain(leaf, now, func(*x509.Certificate) bool { return true })
		w.rank = slices.Concat([]int64{penalty(isValidAt(leaf, now)), penalty(!pki.IsSelfSigned(leaf)), penalty(len(w.certs) > 1), -leaf.NotAfter.Unix()}, w.rank)
		best = best.better(w)
	}
	id.Chain = id.withCrossSigned(best.certs, now)
	id.notes = nil
	for _, cert := range id.graph.Certificates() {
		if !slices.ContainsFunc(id.Chain, cert.Equal) {
			id.notes = append(id.notes, id.leftOutNote(cert, now))
		}
	}
}

// rankedChain is a chain and its rank. Ranks are compared number by number; the smaller one is better.
type rankedChain struct {
	certs []*x509.Certificate
	rank  []int64
}

func (w rankedChain) better(other rankedChain) rankedChain {
	byBytes := func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) }
	if w.certs == nil || cmp.Or(slices.Compare(other.rank, w.rank), slices.CompareFunc(other.certs, w.certs, byBytes)) < 0 {
		return other
	}
	return w
}

func penalty(good bool) int64 {
	if good {
		return 0
	}
	return 1
}

// bestChain returns the best chain from a certificate over permitted issuers: one of valid certificates, if there is
// any.
func (id *Identity) bestChain(leaf *x509.Certificate, now time.Time, may func(*x509.Certificate) bool) (best rankedChain) {
	for _, mayPass := range []func(*x509.Certificate) bool{
		func(c *x509.Certificate) bool { return may(c) && isValidAt(c, now) },
		may,
	} {
		for path := range id.graph.Paths(leaf, mayPass, id.graph.IsTop) {
			best = best.better(rankedChain{path, id.rank(path, now)})
		}
		if best.certs != nil {
			return best
		}
	}
	alone := []*x509.Certificate{leaf}
	return rankedChain{alone, id.rank(alone, now)}
}

func (id *Identity) rank(path []*x509.Certificate, now time.Time) []int64 {
	last, weak := path[len(path)-1], int64(0)
	until := last.NotAfter
	for _, cert := range path {
		if pki.IsWeak(cert.SignatureAlgorithm) && !id.graph.IsSelfSigned(cert) {
			weak++
		}
		if cert.NotAfter.Before(until) {
			until = cert.NotAfter
		}
	}
	isApples := slices.ContainsFunc(path, func(c *x509.Certificate) bool { _, ok := roots.Find(c); return ok })
	isCircle := slices.ContainsFunc(path[:len(path)-1], func(c *x509.Certificate) bool { return pki.Fits(c, last) })
	length := int64(len(path))
	if !id.graph.IsSelfSigned(last) {
		length = -length // no root given: each further issuer is one more a device may trust
	}
	return []int64{penalty(verifies(path, last, now)), weak, penalty(isApples), penalty(id.graph.IsSelfSigned(last)), penalty(!isCircle), length, -until.Unix()}
}

// verifies asks crypto/x509 about a chain, taking its last certificate as a root: may each issue, and does it keep to
// the constraints of the others?
func verifies(path []*x509.Certificate, root *x509.Certificate, now time.Time) bool {
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	o.Roots.AddCert(root)
	for _, cert := range path[1:] {
		o.Intermediates.AddCert(cert)
	}
	_, err := path[0].Verify(o)
	return err == nil
}

// withCrossSigned adds, after a root, the certificate another authority issued for it, with its own chain. Devices that
// trust the root ignore the addition; devices that trust only the other authority need it.
func (id *Identity) withCrossSigned(chain []*x509.Certificate, now time.Time) []*x509.Certificate {
	for len(chain) > 1 && pki.IsSelfSigned(chain[len(chain)-1]) {
		root := chain[len(chain)-1]
		isFree := func(c *x509.Certificate) bool {
			return !slices.ContainsFunc(chain, func(o *x509.Certificate) bool { return pki.SameEntity(o, c) })
		}
		var best rankedChain
		for _, cross := range id.graph.Certificates() {
			isLoop := slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return pki.Fits(c, cross) })
			if pki.SameEntity(cross, root) && !isLoop && isValidAt(cross, now) && pki.MayIssue(cross) {
				best = best.better(id.bestChain(cross, now, isFree))
			}
		}
		if best.certs == nil || len(chain)+len(best.certs) > pki.MaxLength {
			return chain
		}
		chain = append(chain, best.certs...)
	}
	return chain
}

// leftOutNote explains why a certificate is not in the chain.
func (id *Identity) leftOutNote(cert *x509.Certificate, now time.Time) string {
	var which []string
	if slices.ContainsFunc(id.Chain, func(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, cert.RawSubject) }) {
		which = append(which, fmt.Sprintf("issued by %q", pki.IssuerOf(cert)))
	}
	if !isValidAt(cert, now) {
		which = append(which, fmt.Sprintf("valid only from %s to %s", pki.Day(cert.NotBefore), pki.Day(cert.NotAfter)))
	}
	text := ""
	if len(which) > 0 {
		text = ", " + strings.Join(which, " and ") + ","
	}
	return fmt.Sprintf("certificate %q%s%s is not in the chain of %q and is left out", pki.NameOf(cert), id.from.of(cert), text, pki.NameOf(id.Leaf()))
}

func isValidAt(cert *x509.Certificate, at time.Time) bool {
	return !at.Before(cert.NotBefore) && !at.After(cert.NotAfter)
}
