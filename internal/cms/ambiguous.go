package cms

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/pki"
)

// Some programs stop at the first issuer they find: OpenSSL takes the first certificate of the message with the right
// name and a valid period, and never goes back (build_chain in crypto/x509/x509_vfy.c). Apple's systems try every
// issuer (SecPathBuilder in SecTrustServer.c), as we do. So a second certificate in the name of an issuer, an ambiguous
// issuer, breaks no chain on Apple's systems, but makes some programs fail.

// checkFirstFit refuses a message if such a program would take an ambiguous issuer nobody vouches for: it is forged or
// damaged, or its own issuer is missing.
func (t *trust) checkFirstFit(chain []*x509.Certificate) error {
	issuer, place := t.divergence(chain)
	switch {
	case issuer == nil:
	case t.isVouchedFor(issuer):
		t.misleading = append(t.misleading, issuer)
	default:
		return verifyErrorf(AmbiguousIssuer, "two certificates are named %q: OpenSSL takes %s, which leads to no root", pki.NameOf(issuer), place)
	}
	return nil
}

// divergence follows OpenSSL's choice of issuers. It returns the first certificate off the given chain and the reason
// for choosing it, or nil if OpenSSL's own chain is accepted, too. Chains not valid at the given time are left alone:
// nobody accepts them anyway.
func (t *trust) divergence(chain []*x509.Certificate) (issuer *x509.Certificate, why string) {
	if at, ok := nearestValidTime(chain, t.options.At); !ok || !at.Equal(t.options.At) || !slices.ContainsFunc(chain[1:], t.isAmbiguous) {
		return nil, ""
	}
	taken := t.firstFit(chain[0])
	if last := t.anchorOf(taken[len(taken)-1]); last.isAnchor {
		full := slices.Concat(taken, last.above)
		if at, ok := nearestValidTime(full, t.options.At); ok && at.Equal(t.options.At) && t.verifyChain(full) == nil {
			return nil, ""
		}
	}
	for i, cert := range taken {
		if i < len(chain) && cert.Equal(chain[i]) {
			continue
		}
		if isValidAt(cert, t.options.At) {
			return cert, "the first"
		}
		return cert, "the longer-lasting one"
	}
	return nil, ""
}

// firstFit returns the chain of a program without a way back. It stops at a certificate issued by a root (roots are
// asked first), at a self-issued one, and without a fitting issuer.
func (t *trust) firstFit(leaf *x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for len(chain) <= len(t.embedded) {
		top := chain[len(chain)-1]
		if t.anchorOf(top).isAnchor || fitsByName(top, top) {
			break
		}
		var next *x509.Certificate
		for _, c := range t.embedded {
			if !fitsByName(c, top) || slices.ContainsFunc(chain, c.Equal) {
				continue
			}
			if isValidAt(c, t.options.At) {
				next = c
				break
			}
			if next == nil || c.NotAfter.After(next.NotAfter) {
				next = c
			}
		}
		if next == nil {
			break
		}
		chain = append(chain, next)
	}
	return chain
}

// isVouchedFor reports whether signatures lead from a certificate to a root, or to a self-signed certificate in the
// file.
func (t *trust) isVouchedFor(cert *x509.Certificate) bool {
	return slices.ContainsFunc(append([]*x509.Certificate{cert}, t.graph.Above(cert)...), func(c *x509.Certificate) bool {
		return t.anchorOf(c).isAnchor || t.graph.IsSelfSigned(c)
	})
}

func (t *trust) isAmbiguous(cert *x509.Certificate) bool {
	return slices.ContainsFunc(t.embedded, func(c *x509.Certificate) bool { return sharesName(c, cert) })
}

func sharesName(a, b *x509.Certificate) bool {
	return foldedName(a.Subject) == foldedName(b.Subject) && !a.Equal(b)
}

// fitsByName compares as OpenSSL does: names regardless of case and blanks, and key identifiers.
func fitsByName(issuer, cert *x509.Certificate) bool {
	return foldedName(issuer.Subject) == foldedName(cert.Issuer) &&
		(len(issuer.SubjectKeyId) == 0 || len(cert.AuthorityKeyId) == 0 || bytes.Equal(issuer.SubjectKeyId, cert.AuthorityKeyId))
}

func foldedName(name pkix.Name) string {
	var parts []string
	for _, part := range name.Names {
		parts = append(parts, part.Type.String()+"="+strings.ToLower(strings.Join(strings.Fields(fmt.Sprint(part.Value)), " ")))
	}
	return strings.Join(parts, "\x00")
}

// notes returns remarks on the certificates; they change no answer.
func (t *trust) notes(signers []Signer) (notes []string) {
	for _, s := range signers {
		if s.Trust.Reason != AppleRoot {
			continue
		}
		for _, cert := range s.Chain {
			if known, ok := t.options.knownRoot(cert); ok {
				text, evidence := known.Doubt()
				notes = append(notes, text+" ("+string(evidence)+")")
				break
			}
		}
	}
	slices.Sort(notes) // several signers may have one authority
	return append(slices.Compact(notes), t.ambiguityNotes(signers)...)
}

// ambiguityNotes describes unneeded certificates with the same name as a used one.
func (t *trust) ambiguityNotes(signers []Signer) (notes []string) {
	used := map[*x509.Certificate]bool{}
	for _, s := range signers {
		for _, cert := range s.Chain {
			used[cert] = true
		}
	}
	for i, cert := range t.embedded {
		isDuplicate := slices.ContainsFunc(t.embedded[:i], cert.Equal)
		sharesUsedName := func(s Signer) bool {
			return s.Trust.OK && slices.ContainsFunc(s.Chain, func(c *x509.Certificate) bool { return sharesName(cert, c) })
		}
		if used[cert] || isDuplicate || !slices.ContainsFunc(signers, sharesUsedName) {
			continue
		}
		note := fmt.Sprintf("the file has a second certificate named %q, issued by %q and valid until %s; it is not needed", pki.NameOf(cert), pki.IssuerOf(cert), pki.Day(cert.NotAfter))
		if slices.ContainsFunc(t.misleading, cert.Equal) {
			note += "; Apple's systems try both, but OpenSSL takes this one and finds no root"
		}
		notes = append(notes, note)
	}
	return notes
}
