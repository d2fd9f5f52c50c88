package cms

import (
	"crypto/rsa"
	"crypto/x509"

	"syncguard/internal/pki"
)

// readCertificate reads an embedded certificate. crypto/x509 ignores anything after the fields it knows, and so would
// accept certificates refused by others: the shape is checked first.
func (t tree) readCertificate(i, number int) (*x509.Certificate, error) {
	if !t.isCertificate(i) {
		return nil, verifyErrorf(BadCertificate, "certificate %d does not have the structure of RFC 5280", number)
	}
	cert, err := x509.ParseCertificate(t.raw(i))
	if err != nil {
		return nil, verifyErrorf(BadCertificate, "certificate %d cannot be read: %v", number, err)
	}
	if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSABits {
		return nil, verifyErrorf(BadCertificate, "certificate %d has an RSA key of %d bits, at most %d are allowed", number, key.N.BitLen(), maxRSABits)
	}
	pki.IgnoreAppleMarkers(cert)
	return cert, nil
}

// isCertificate reports whether an element has the shape of a Certificate, and nothing beside its fields.
func (t tree) isCertificate(i int) bool {
	c := t.walk(i)
	return c.has(tagSequence, t.isTBSCertificate) && c.has(tagSequence, t.isAlgorithm) && c.has(tagBits, nil) && c.done()
}

func (t tree) isTBSCertificate(i int) bool {
	c := t.walk(i)
	return c.optional(tagContext0, t.isOne(tagInteger)) && // version
		c.has(tagInteger, nil) && // serial number
		c.has(tagSequence, t.isAlgorithm) &&
		c.has(tagSequence, t.isName) && c.has(tagSequence, t.isTimes) && c.has(tagSequence, t.isName) &&
		c.has(tagSequence, t.isPublicKey) &&
		c.optional(tagContext3, t.isExtensions) && c.done() // unique identifiers are refused: nobody uses them
}

// has takes the next child and compares its tag and shape. A nil shape accepts any.
func (c *cursor) has(tag byte, shape func(int) bool) bool {
	if c.tag() != tag {
		return false
	}
	i := c.take()
	return shape == nil || shape(i)
}

// optional is has for an optional child.
func (c *cursor) optional(tag byte, shape func(int) bool) bool {
	return c.tag() != tag || c.has(tag, shape)
}

// each accepts an element with at least one child, all of the same tag and shape.
func (t tree) each(tag byte, shape func(int) bool) func(int) bool {
	return func(i int) bool {
		c := t.walk(i)
		for ok := !c.done(); ok; ok = c.has(tag, shape) {
			if c.done() {
				return true
			}
		}
		return false
	}
}

func (t tree) isOne(tag byte) func(int) bool {
	return func(i int) bool {
		c := t.walk(i)
		return c.has(tag, nil) && c.done()
	}
}

func (t tree) isAlgorithm(i int) bool {
	c := t.walk(i)
	if !c.has(tagOID, nil) {
		return false
	}
	if !c.done() {
		c.take() // parameters, of any type
	}
	return c.done()
}

// isName accepts a sequence, possibly empty, of sets of types with values.
func (t tree) isName(i int) bool {
	return len(t.children(i)) == 0 || t.each(tagSet, t.each(tagSequence, t.isNamePart))(i)
}

func (t tree) isNamePart(i int) bool {
	c := t.walk(i)
	if !c.has(tagOID, nil) || c.done() {
		return false
	}
	c.take() // of any type of string
	return c.done()
}

func (t tree) isTimes(i int) bool {
	c := t.walk(i)
	for range 2 {
		if !c.has(tagUTCTime, nil) && !c.has(tagGeneralizedTime, nil) {
			return false
		}
	}
	return c.done()
}

func (t tree) isPublicKey(i int) bool {
	c := t.walk(i)
	return c.has(tagSequence, t.isAlgorithm) && c.has(tagBits, nil) && c.done()
}

func (t tree) isExtensions(i int) bool {
	c := t.walk(i)
	return c.has(tagSequence, t.each(tagSequence, t.isExtension)) && c.done()
}

func (t tree) isExtension(i int) bool {
	c := t.walk(i)
	if c.tag() != tagOID {
		return false
	}
	id := dotted(t.body(c.take()))
	if !c.optional(tagBoolean, nil) || c.tag() != tagOctets {
		return false
	}
	value := t.body(c.take())
	return c.done() && isExtensionValue(id, value)
}

// isExtensionValue reports whether an extension's value is one element in DER. Extensions that libraries act on must
// also have their shape in RFC 5280.
func isExtensionValue(id string, value []byte) bool {
	elements, err := scan(value)
	if err != nil {
		return false
	}
	t := tree{value, elements}
	if t.checkDER() != nil {
		return false
	}
	tag, shape := t.extensionShape(id)
	return shape == nil && tag == 0 || t.elements[0].tag == tag && (shape == nil || shape(0))
}

func (t tree) extensionShape(id string) (tag byte, shape func(int) bool) {
	switch id {
	case "2.5.29.14": // subjectKeyIdentifier
		return tagOctets, nil
	case "2.5.29.15": // keyUsage
		return tagBits, nil
	case "2.5.29.17", "2.5.29.18": // subjectAltName, issuerAltName
		return tagSequence, t.isGeneralNames
	case "2.5.29.19": // basicConstraints
		return tagSequence, func(i int) bool {
			c := t.walk(i)
			return c.optional(tagBoolean, nil) && c.optional(tagInteger, nil) && c.done()
		}
	case "2.5.29.30": // nameConstraints
		return tagSequence, func(i int) bool {
			c := t.walk(i)
			return c.optional(tagContext0, t.each(tagSequence, nil)) && c.optional(tagContext1, t.each(tagSequence, nil)) && c.done()
		}
	case "2.5.29.31": // cRLDistributionPoints
		return tagSequence, t.each(tagSequence, t.isDistributionPoint)
	case "2.5.29.35": // authorityKeyIdentifier
		return tagSequence, func(i int) bool {
			c := t.walk(i)
			return c.optional(tagPrimitive0, nil) && c.optional(tagContext1, t.isGeneralNames) && c.optional(tagPrimitive2, t.isInteger) && c.done()
		}
	case "2.5.29.37": // extKeyUsage
		return tagSequence, t.each(tagOID, nil)
	}
	return 0, nil
}

func (t tree) isInteger(i int) bool { return isShortest(t.body(i)) }

func (t tree) isDistributionPoint(i int) bool {
	c := t.walk(i)
	isPointName := func(i int) bool {
		c := t.walk(i)
		return (c.has(tagContext0, t.isGeneralNames) || c.has(tagContext1, t.each(tagSequence, t.isNamePart))) && c.done()
	}
	return c.optional(tagContext0, isPointName) && c.optional(tagPrimitive1, nil) && c.optional(tagContext2, t.isGeneralNames) && c.done()
}

// isGeneralNames accepts a sequence of names of the kinds in use.
func (t tree) isGeneralNames(i int) bool {
	for c := t.walk(i); !c.done(); {
		switch c.tag() {
		case tagContext0: // otherName
			n := t.walk(c.take())
			if !n.has(tagOID, nil) || !n.has(tagContext0, nil) || !n.done() {
				return false
			}
		case tagPrimitive1, tagPrimitive2, tagPrimitive6, tagPrimitive7: // mail, DNS, URI, IP address
			c.take()
		case tagContext4: // directoryName
			if n := t.walk(c.take()); !n.has(tagSequence, t.isName) || !n.done() {
				return false
			}
		default:
			return false
		}
	}
	return len(t.children(i)) > 0
}
