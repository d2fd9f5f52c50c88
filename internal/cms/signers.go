package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
)

// SignerFacts is a signed message's own description of a signer. NOTHING of it is verified.
type SignerFacts struct {
	Certificate  *x509.Certificate // nil if missing from the message or unreadable
	Digest       string            // such as SHA-256, or the object identifier of an unknown algorithm
	IsWeak       bool              // the digest is MD5 or SHA-1
	IsSelfSigned bool              // the certificate names itself as its issuer
	LacksIssuer  bool              // the message lacks the issuer's certificate, and the signer is not self-signed
}

// Signers returns the description of each signer in SignedData, DER or BER, in message order. It verifies nothing. The
// error is ErrNotSigned if IsSigned is false. Time and memory are linear in len(message), apart from certificates and
// signers: it reads at most 100 and 16 of them.
func Signers(message []byte) ([]SignerFacts, error) {
	if !IsSigned(message) {
		return nil, ErrNotSigned
	}
	elements, err := scan(message)
	if err != nil {
		return nil, fmt.Errorf("reading SignedData: %w", err)
	}
	t := tree{src: message, elements: elements}
	signed, ok := t.signedData()
	if !ok {
		return nil, errors.New("reading SignedData: the SignedData is malformed")
	}
	var certificates []*x509.Certificate
	var signers []SignerFacts
	for _, part := range signed[3:] { // after the version, the digests and the content
		switch t.elements[part].tag {
		case tagContext0:
			certificates = t.certificates(part)
		case tagSet:
			signers = t.signerFacts(part, certificates)
		}
	}
	return signers, nil
}

// signedData returns the parts of the SignedData.
func (t tree) signedData() ([]int, bool) {
	info, ok := t.fields(0, tagOID, tagContext0)
	if !ok {
		return nil, false
	}
	wrapped, ok := t.fields(info[1], tagSequence)
	if !ok {
		return nil, false
	}
	return t.fields(wrapped[0], tagInteger, tagSet, tagSequence)
}

// certificates skips the unreadable ones. A certificate is DER, even inside BER.
func (t tree) certificates(set int) []*x509.Certificate {
	var all []*x509.Certificate
	for _, c := range t.children(set) {
		if t.elements[c].tag != tagSequence || len(all) == maxCertificates {
			continue
		}
		if cert, err := x509.ParseCertificate(t.raw(c)); err == nil {
			all = append(all, cert)
		}
	}
	return all
}

func (t tree) signerFacts(set int, certificates []*x509.Certificate) []SignerFacts {
	var all []SignerFacts
	for _, info := range t.children(set) {
		parts := t.children(info)
		if len(parts) < 3 || len(all) == maxSigners {
			continue // the version, who signed, and the digest
		}
		s := SignerFacts{Certificate: t.signerCertificate(parts[1], certificates)}
		s.Digest, s.IsWeak = t.digestName(parts[2])
		if s.Certificate != nil {
			s.IsSelfSigned = bytes.Equal(s.Certificate.RawIssuer, s.Certificate.RawSubject)
			s.LacksIssuer = !s.IsSelfSigned && !hasSubject(certificates, s.Certificate.RawIssuer)
		}
		all = append(all, s)
	}
	return all
}

func hasSubject(certificates []*x509.Certificate, name []byte) bool {
	for _, c := range certificates {
		if bytes.Equal(c.RawSubject, name) {
			return true
		}
	}
	return false
}

// signerCertificate finds the certificate named by a SignerIdentifier.
func (t tree) signerCertificate(id int, certificates []*x509.Certificate) *x509.Certificate {
	if t.elements[id].tag == tagPrimitive0 {
		for _, c := range certificates {
			if bytes.Equal(c.SubjectKeyId, t.body(id)) {
				return c
			}
		}
		return nil
	}
	named, ok := t.fields(id, tagSequence, tagInteger)
	if !ok {
		return nil
	}
	issuer, serial := t.raw(named[0]), t.body(named[1])
	for _, c := range certificates {
		if bytes.Equal(c.RawIssuer, issuer) && bytes.Equal(serialOf(c), serial) {
			return c
		}
	}
	return nil
}

// digestName names the algorithm of an AlgorithmIdentifier, ignoring its parameters.
func (t tree) digestName(algorithm int) (name string, isWeak bool) {
	fields, ok := t.fields(algorithm, tagOID)
	if !ok {
		return "unknown", false
	}
	oid := dotted(t.body(fields[0]))
	if oid == "" {
		return "unknown", false
	}
	return nameOf(oid), isWeakDigest(digests[oid])
}
