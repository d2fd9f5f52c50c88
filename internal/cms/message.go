package cms

import (
	"bytes"
	"crypto/x509"
	"slices"
)

// Bounds on the work for one file.
const (
	maxCertificates = 100
	maxSigners      = 16
)

// message is SignedData of RFC 5652 with every byte accounted for.
type message struct {
	tree
	form    Form
	version int
	digests []string // object identifiers
	content []byte
	certs   []*x509.Certificate // without duplicates, in the order of the file
	signers []int               // elements
}

// cursor walks the children of one element in order.
type cursor struct {
	tree
	next, end int
}

func (t tree) walk(i int) *cursor { return &cursor{t, i + 1, t.elements[i].next} }

func (c *cursor) done() bool { return c.next >= c.end }

// tag returns the tag of the next child, or 0 after the last.
func (c *cursor) tag() byte {
	if c.done() {
		return 0
	}
	return c.elements[c.next].tag
}

// take returns the next child.
func (c *cursor) take() int {
	i := c.next
	c.next = c.elements[i].next
	return i
}

// expect returns the next child if it has the tag.
func (c *cursor) expect(tag byte, what string) (int, error) {
	if c.tag() != tag {
		return 0, verifyErrorf(Malformed, "%s is missing or has the wrong type", what)
	}
	return c.take(), nil
}

// expectEnd refuses further children.
func (c *cursor) expectEnd(reason Reason, what string) error {
	if !c.done() {
		return verifyErrorf(reason, "unexpected element in %s at byte %d", what, c.elements[c.next].start)
	}
	return nil
}

// parse reads b strictly. It checks no signature.
func parse(b []byte) (*message, error) {
	if !IsSigned(b) {
		return nil, &verifyError{NotSigned, "the file is not signed"}
	}
	t, form, err := openDER(b)
	if err != nil {
		return nil, err
	}
	d := &message{tree: t, form: form}
	info := t.walk(0)
	info.take() // IsSigned has read the type
	wrapped, err := info.expect(tagContext0, "the content of the ContentInfo")
	if err != nil {
		return nil, err
	}
	if err := info.expectEnd(ExtraElements, "the ContentInfo"); err != nil {
		return nil, err
	}
	inside := t.walk(wrapped)
	signed, err := inside.expect(tagSequence, "the SignedData")
	if err != nil {
		return nil, err
	}
	if err := inside.expectEnd(ExtraElements, "the ContentInfo"); err != nil {
		return nil, err
	}
	return d, d.readSignedData(t.walk(signed))
}

func (d *message) readSignedData(c *cursor) error {
	version, err := c.expect(tagInteger, "the version of the SignedData")
	if err != nil {
		return err
	}
	d.version = d.smallInt(version)
	if d.version != 1 && d.version != 3 {
		return verifyErrorf(BadVersion, "the version of the SignedData is unsupported, want 1 or 3")
	}
	announced, err := c.expect(tagSet, "the set of digest algorithms")
	if err != nil {
		return err
	}
	for set := d.walk(announced); !set.done(); {
		algorithm, err := d.algorithm(set.take())
		if err != nil {
			return err
		}
		if _, ok := digests[algorithm.oid]; !ok {
			return verifyErrorf(UnsupportedDigest, "the digest is %s, want SHA-256, SHA-384 or SHA-512", nameOf(algorithm.oid))
		}
		d.digests = append(d.digests, algorithm.oid)
	}
	encapsulated, err := c.expect(tagSequence, "the EncapsulatedContentInfo")
	if err != nil {
		return err
	}
	if err := d.readContent(encapsulated); err != nil {
		return err
	}
	if c.tag() == tagContext0 {
		if err := d.readCertificates(c.take()); err != nil {
			return err
		}
	}
	if c.tag() == tagContext1 {
		return &verifyError{RevocationLists, "embedded revocation lists are not supported"}
	}
	signers, err := c.expect(tagSet, "the set of signers")
	if err != nil {
		return err
	}
	if d.signers = d.children(signers); len(d.signers) == 0 {
		return &verifyError{NoSigner, "the file has no signer: anybody can have written it"}
	}
	if len(d.signers) > maxSigners {
		return verifyErrorf(TooManySigners, "there are %d signers, at most %d are allowed", len(d.signers), maxSigners)
	}
	return c.expectEnd(ExtraElements, "the SignedData")
}

// smallInt returns an INTEGER of one octet, or -1.
func (t tree) smallInt(i int) int {
	if body := t.body(i); len(body) == 1 && body[0] < 0x80 {
		return int(body[0])
	}
	return -1
}

func (d *message) readContent(i int) error {
	c := d.walk(i)
	kind, err := c.expect(tagOID, "the type of the content")
	if err != nil {
		return err
	}
	switch id := dotted(d.body(kind)); id {
	case idData:
	case "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.3", "1.2.840.113549.1.7.5", "1.2.840.113549.1.7.6":
		return verifyErrorf(Nested, "the content is another CMS message, of type %s, want a profile", nameOf(id))
	default:
		return verifyErrorf(WrongContentType, "the content is of type %s, want data", nameOf(id))
	}
	if c.done() {
		return &verifyError{Detached, "the signature is detached: the content is not in the file"}
	}
	wrapped, err := c.expect(tagContext0, "the content")
	if err != nil {
		return err
	}
	if err := c.expectEnd(SeveralContents, "the EncapsulatedContentInfo"); err != nil {
		return err
	}
	parts := d.children(wrapped)
	if len(parts) != 1 {
		return verifyErrorf(SeveralContents, "there are %d contents, want one", len(parts))
	}
	if d.elements[parts[0]].tag != tagOctets {
		return &verifyError{NotOctets, "the content is not an OCTET STRING"}
	}
	d.content = bytes.Clone(d.body(parts[0]))
	if d.content == nil {
		d.content = []byte{}
	}
	if IsSigned(d.content) {
		return &verifyError{Nested, "the content is another signed message, want a profile"}
	}
	return nil
}

// algorithm is an AlgorithmIdentifier.
type algorithm struct {
	oid     string
	hasNull bool
}

// algorithm reads an AlgorithmIdentifier without parameters, or with NULL.
func (t tree) algorithm(i int) (algorithm, error) {
	if t.elements[i].tag != tagSequence {
		return algorithm{}, verifyErrorf(Malformed, "an algorithm is not a SEQUENCE")
	}
	c := t.walk(i)
	kind, err := c.expect(tagOID, "the object identifier of an algorithm")
	if err != nil {
		return algorithm{}, err
	}
	a := algorithm{oid: dotted(t.body(kind))}
	a.hasNull = c.tag() == tagNull
	_, isDigest := digests[a.oid]
	_, isScheme := schemes[a.oid]
	if a.hasNull || !isDigest && !isScheme && !c.done() { // others are refused by name, with any parameters
		c.take()
	}
	return a, c.expectEnd(BadParameters, "the algorithm "+nameOf(a.oid))
}

func (d *message) readCertificates(i int) error {
	parts := d.children(i)
	if len(parts) > maxCertificates {
		return verifyErrorf(TooManyCertificates, "there are %d certificates, at most %d are allowed", len(parts), maxCertificates)
	}
	for n, part := range parts {
		if d.elements[part].tag != tagSequence {
			return verifyErrorf(UnsupportedCertificate, "certificate %d is not X.509", n+1)
		}
		cert, err := d.readCertificate(part, n+1)
		if err != nil {
			return err
		}
		if !containsCertificate(d.certs, cert) {
			d.certs = append(d.certs, cert)
		}
	}
	return nil
}

func containsCertificate(certs []*x509.Certificate, cert *x509.Certificate) bool {
	return slices.ContainsFunc(certs, cert.Equal)
}
