package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"time"
)

// signerInfo is SignerInfo of RFC 5652, read strictly.
type signerInfo struct {
	cert       *x509.Certificate // nil if unknown
	digest     algorithm
	attributes []attribute // the signed ones
	toVerify   []byte      // the signed bytes: the signed attributes, or nil for the content itself
	signature  algorithm
	octets     []byte // of the signature
	unsigned   []attribute
}

// attribute is a type with the elements of its values.
type attribute struct {
	oid    string
	values []int
}

// signerInfo reads a SignerInfo and finds its certificate. With an error the result holds everything read so far.
func (d *message) signerInfo(i int) (s signerInfo, err error) {
	if d.elements[i].tag != tagSequence {
		return s, &verifyError{Malformed, "a signer is not a SEQUENCE"}
	}
	c := d.walk(i)
	version, err := c.expect(tagInteger, "the version of a signer")
	if err != nil {
		return s, err
	}
	if s.cert, err = d.findCertificate(c, d.smallInt(version)); err != nil {
		return s, err
	}
	if s.digest, err = c.algorithm("the digest algorithm of a signer"); err != nil {
		return s, err
	}
	if c.tag() == tagContext0 {
		if err := d.readSignedAttributes(&s, c.take()); err != nil {
			return s, err
		}
	}
	if s.signature, err = c.algorithm("the signature algorithm of a signer"); err != nil {
		return s, err
	}
	signature, err := c.expect(tagOctets, "the signature of a signer")
	if err != nil {
		return s, err
	}
	s.octets = d.body(signature)
	if c.tag() == tagContext1 {
		if s.unsigned, err = d.readAttributes(c.take()); err != nil {
			return s, err
		}
	}
	return s, c.expectEnd(ExtraElements, "a signer")
}

func (c *cursor) algorithm(what string) (algorithm, error) {
	i, err := c.expect(tagSequence, what)
	if err != nil {
		return algorithm{}, err
	}
	return c.tree.algorithm(i)
}

// findCertificate reads the SignerIdentifier: issuer and serial number, or the key identifier.
func (d *message) findCertificate(c *cursor, version int) (*x509.Certificate, error) {
	var fits func(*x509.Certificate) bool
	switch c.tag() {
	case tagSequence:
		if version != 1 {
			return nil, &verifyError{BadSignerVersion, "a signer named by issuer and serial number must have version 1"}
		}
		id := d.walk(c.take())
		issuer, err := id.expect(tagSequence, "the issuer in a signer")
		if err != nil {
			return nil, err
		}
		serial, err := id.expect(tagInteger, "the serial number in a signer")
		if err != nil {
			return nil, err
		}
		if err := id.expectEnd(ExtraElements, "the name of a signer"); err != nil {
			return nil, err
		}
		fits = func(cert *x509.Certificate) bool {
			return bytes.Equal(cert.RawIssuer, d.raw(issuer)) && bytes.Equal(serialOf(cert), d.body(serial))
		}
	case tagPrimitive0:
		if version != 3 || d.version != 3 {
			return nil, &verifyError{BadSignerVersion, "a signer named by key identifier must have version 3, and so must the SignedData"}
		}
		id := d.body(c.take())
		fits = func(cert *x509.Certificate) bool { return len(id) > 0 && bytes.Equal(cert.SubjectKeyId, id) }
	default:
		return nil, &verifyError{Malformed, "a signer is named neither by issuer and serial number nor by key identifier"}
	}
	var found *x509.Certificate
	for _, cert := range d.certs {
		switch {
		case !fits(cert):
		case found != nil:
			return nil, &verifyError{AmbiguousSignerCertificate, "several certificates match a signer"}
		default:
			found = cert
		}
	}
	if found == nil {
		return nil, &verifyError{MissingSignerCertificate, "the signer's certificate is not in the file"}
	}
	return found, nil
}

// serialOf returns the contents octets of a serial number. Go parses only positive ones.
func serialOf(cert *x509.Certificate) []byte {
	b := cert.SerialNumber.Bytes()
	if len(b) == 0 || b[0] >= 0x80 {
		return append([]byte{0}, b...)
	}
	return b
}

// raw returns an element with its identifier and length.
func (t tree) raw(i int) []byte { return t.src[t.elements[i].start:t.elements[i].end] }

// readSignedAttributes reads [0], and keeps its bytes as a SET, the form covered by the signature.
func (d *message) readSignedAttributes(s *signerInfo, i int) (err error) {
	if s.attributes, err = d.readAttributes(i); err != nil {
		return err
	}
	if len(s.attributes) == 0 {
		return &verifyError{EmptyAttributes, "the set of signed attributes is empty"}
	}
	parts := d.children(i)
	for n := 1; n < len(parts); n++ {
		if bytes.Compare(d.raw(parts[n-1]), d.raw(parts[n])) > 0 {
			return &verifyError{UnsortedAttributes, "the signed attributes are not in the order of DER"}
		}
	}
	s.toVerify = bytes.Clone(d.raw(i))
	s.toVerify[0] = tagSet
	return nil
}

// readAttributes reads a SET OF Attribute, each with a SET of values.
func (d *message) readAttributes(i int) ([]attribute, error) {
	var all []attribute
	for set := d.walk(i); !set.done(); {
		sequence, err := set.expect(tagSequence, "an attribute")
		if err != nil {
			return nil, err
		}
		c := d.walk(sequence)
		kind, err := c.expect(tagOID, "the type of an attribute")
		if err != nil {
			return nil, err
		}
		values, err := c.expect(tagSet, "the values of an attribute")
		if err != nil {
			return nil, err
		}
		if err := c.expectEnd(ExtraElements, "an attribute"); err != nil {
			return nil, err
		}
		all = append(all, attribute{dotted(d.body(kind)), d.children(values)})
	}
	return all, nil
}

// findAttribute returns the only value of a signed attribute, and true if the attribute exists.
func (s *signerInfo) findAttribute(oid string) (value int, found bool, err error) {
	for _, a := range s.attributes {
		if a.oid != oid {
			continue
		}
		if found {
			return 0, true, verifyErrorf(RepeatedAttribute, "the signed attribute %s appears twice", nameOf(oid))
		}
		if len(a.values) != 1 {
			return 0, true, verifyErrorf(SeveralValues, "the signed attribute %s has %d values, want one", nameOf(oid), len(a.values))
		}
		value, found = a.values[0], true
	}
	return value, found, nil
}

// checkAttributes compares the signed attributes with the content, by its digest, and with the signer's certificate.
func (d *message) checkAttributes(s *signerInfo, digest []byte) error {
	kind, found, err := s.findAttribute(idContentType)
	switch {
	case err != nil:
		return err
	case !found:
		return &verifyError{MissingContentType, "the signed attribute contentType is missing"}
	case d.elements[kind].tag != tagOID || dotted(d.body(kind)) != idData:
		return &verifyError{ContentTypeMismatch, "the signed attribute contentType is not data, the type of the content"}
	}
	value, found, err := s.findAttribute(idMessageDigest)
	switch {
	case err != nil:
		return err
	case !found:
		return &verifyError{MissingMessageDigest, "the signed attribute messageDigest is missing"}
	case d.elements[value].tag != tagOctets:
		return &verifyError{BadAttribute, "the signed attribute messageDigest is not an OCTET STRING"}
	case !bytes.Equal(d.body(value), digest):
		return &verifyError{DigestMismatch, "the content differs from what was signed: its digest does not match"}
	}
	return d.checkSigningCertificate(s)
}

// checkSigningCertificate compares the attributes of RFC 5035 with the certificate: the first hash in them must be its
// own.
func (d *message) checkSigningCertificate(s *signerInfo) error {
	for _, oid := range []string{idSigningCertificate, idSigningCertificateV2} {
		value, found, err := s.findAttribute(oid)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		hash := crypto.SHA1
		digest, ok := d.firstHash(value, oid == idSigningCertificateV2, &hash)
		if !ok {
			return verifyErrorf(BadAttribute, "the signed attribute %s is malformed", nameOf(oid))
		}
		if !bytes.Equal(digest, digestOf(hash, s.cert.Raw)) {
			return verifyErrorf(SigningCertificateMismatch, "the signed attribute %s names another certificate", nameOf(oid))
		}
	}
	return nil
}

// firstHash walks SigningCertificate and SigningCertificateV2 down to the hash of the first certificate.
func (d *message) firstHash(i int, isV2 bool, hash *crypto.Hash) ([]byte, bool) {
	for range 3 { // SigningCertificate, its list, the first entry of the list
		if d.elements[i].tag != tagSequence || d.elements[i].next == i+1 {
			return nil, false
		}
		i++
	}
	c := &cursor{d.tree, i, d.elements[i-1].next}
	if isV2 {
		*hash = crypto.SHA256
		if c.tag() == tagSequence {
			a, err := d.algorithm(c.take())
			if err != nil {
				return nil, false
			}
			*hash = digests[a.oid]
		}
	}
	if c.tag() != tagOctets || !hash.Available() {
		return nil, false
	}
	return d.body(c.take()), true
}

// signingTime returns the signing time claimed by the signer, or zero without one.
func (d *message) signingTime(s *signerInfo) (time.Time, error) {
	value, found, err := s.findAttribute(idSigningTime)
	if err != nil || !found {
		return time.Time{}, err
	}
	layout := map[byte]string{tagUTCTime: "060102150405Z", tagGeneralizedTime: "20060102150405Z"}[d.elements[value].tag]
	at, err := time.Parse(layout, string(d.body(value)))
	if layout == "" || err != nil {
		return time.Time{}, &verifyError{BadAttribute, "the signed attribute signingTime is not a UTC time with seconds"}
	}
	if d.elements[value].tag == tagUTCTime && at.Year() >= 2050 { // the two digits mean 1950 to 2049
		at = at.AddDate(-100, 0, 0)
	}
	return at, nil
}
