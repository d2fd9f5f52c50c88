// Package cms signs, verifies, encrypts and decrypts profiles as CMS messages (RFC 5652).
//
// Start with ProfileSigner to sign, Verify to judge a signed file of unknown origin, and Content to take a profile out
// of its signature without verifying anything. Encrypt and Decrypt handle EnvelopedData. Verify answers three questions
// (integrity, trust, validity), each with a stable Reason; trust.go builds the chains, with the help of package pki.
//
// This is the only package to import go.mozilla.org/pkcs7. That library is fit for our own bytes only: hostile ones
// make it hang, or end the process. Bytes from outside meet Scan and our own reader, never that library. The package
// reads no files, checks no revocation, and does not know profiles: to it, content is bytes.
package cms

import (
	"fmt"
	"math"
)

// The bounds of Scan. Real signed profiles stay far below each of them.
const (
	maxSize     = 16 << 20
	maxDepth    = 32
	maxElements = 200_000
)

// minElement is the fewest octets of an element.
const minElement = 2

// Identifier octets used by the reader.
const (
	tagBoolean          = 0x01
	tagInteger          = 0x02
	tagBits             = 0x03
	tagOctets           = 0x04
	tagNull             = 0x05
	tagOID              = 0x06
	tagEnumerated       = 0x0a
	tagUTCTime          = 0x17
	tagGeneralizedTime  = 0x18
	tagUniversalString  = 0x1c
	tagBMPString        = 0x1e
	tagConstructedOctet = 0x24
	tagSequence         = 0x30
	tagSet              = 0x31
	tagPrimitive0       = 0x80 // [0] with contents octets of its own
	tagPrimitive1       = 0x81
	tagPrimitive2       = 0x82
	tagPrimitive6       = 0x86
	tagPrimitive7       = 0x87
	tagContext0         = 0xa0
	tagContext1         = 0xa1
	tagContext2         = 0xa2
	tagContext3         = 0xa3
	tagContext4         = 0xa4
)

const (
	constructedBit = 0x20
	numberMask     = 0x1f
)

// element is one BER element of the scanned bytes.
type element struct {
	tag       byte // the whole identifier octet: class, constructed bit and number
	shortest  bool // its length is definite and in the fewest octets, as in DER
	start     int  // byte offset of the identifier octet
	body, end int  // byte offsets of the start and end of its contents
	next      int  // index of the first element outside this one
}

// indefinite reports whether end-of-contents octets follow the contents.
func (e element) indefinite(src []byte) bool { return src[e.start+1] == 0x80 }

// container is a constructed element still open.
type container struct {
	index      int // of the element
	limit      int // byte offset its contents must not pass
	indefinite bool
}

// scanner lists elements in the order of their first bytes. It keeps its own stack, so depth costs no Go stack.
type scanner struct {
	src      []byte
	pos      int
	elements []element
	open     []container
}

// Scan checks that b is exactly one BER element, safe to read: at most 16 MiB, 32 levels and 200,000 elements, each
// inside its parent, with end-of-contents octets only at the end of an indefinite length. It returns nil for any such
// element, of any meaning. Time and memory are linear in len(b).
func Scan(b []byte) error {
	_, err := scan(b)
	return err
}

func scan(b []byte) ([]element, error) {
	s := scanner{src: b, elements: make([]element, 0, min(len(b)/minElement, 512))} // a signature with its certificates has some hundred
	if err := s.scanElement(); err != nil {
		return nil, err
	}
	if s.pos != len(b) {
		return nil, s.errorHere(TrailingBytes, "bytes follow the end of the structure")
	}
	return s.elements, nil
}

// scanElement scans the element at the start of the input.
func (s *scanner) scanElement() error {
	if len(s.src) == 0 {
		return &verifyError{Malformed, "input is empty"}
	}
	if len(s.src) > maxSize {
		return verifyErrorf(TooLarge, "input has %d bytes, at most %d are allowed", len(s.src), maxSize)
	}
	if err := s.begin(len(s.src)); err != nil {
		return err
	}
	for len(s.open) > 0 {
		if err := s.step(); err != nil {
			return err
		}
	}
	return nil
}

// step ends the innermost open container, or begins the next element in it.
func (s *scanner) step() error {
	c := s.open[len(s.open)-1]
	switch {
	case c.indefinite && c.limit-s.pos >= 2 && s.src[s.pos] == 0 && s.src[s.pos+1] == 0:
		s.close(s.pos)
		s.pos += 2
		return nil
	case s.pos < c.limit:
		return s.begin(c.limit)
	case c.indefinite:
		return s.errorHere(Malformed, "end-of-contents octets are missing")
	}
	s.close(s.pos)
	return nil
}

// begin reads the identifier and length of an element. The element must end by limit.
func (s *scanner) begin(limit int) error {
	if len(s.open) == maxDepth {
		return s.errorHere(TooDeep, "structure is nested deeper than %d levels", maxDepth)
	}
	if len(s.elements) == maxElements {
		return s.errorHere(TooManyElements, "structure has more than %d elements", maxElements)
	}
	start, tag := s.pos, s.src[s.pos]
	if tag&numberMask == numberMask {
		return s.errorHere(Malformed, "tag number is above 30")
	}
	if tag&^constructedBit == 0 {
		return s.errorHere(Malformed, "end-of-contents octets outside an indefinite length")
	}
	s.pos++
	length, indefinite, err := s.length(limit)
	if err != nil {
		return err
	}
	if indefinite && tag&constructedBit == 0 {
		return s.errorHere(Malformed, "primitive element has an indefinite length")
	}
	if length > limit-s.pos {
		return s.errorHere(Malformed, "element runs past the end of its parent")
	}
	s.add(start, length, limit, indefinite)
	return nil
}

func (s *scanner) add(start, length, limit int, indefinite bool) {
	tag, end := s.src[start], s.pos+length
	s.elements = append(s.elements, element{tag: tag, shortest: !indefinite && s.pos-start == headerSize(length),
		start: start, body: s.pos, end: end, next: len(s.elements) + 1})
	if tag&constructedBit == 0 {
		s.pos = end
		return
	}
	if !indefinite {
		limit = end
	}
	s.open = append(s.open, container{index: len(s.elements) - 1, limit: limit, indefinite: indefinite})
}

// length reads length octets: one octet, 0x80 for indefinite, or a count of at most four followed by as many octets.
func (s *scanner) length(limit int) (length int, indefinite bool, err error) {
	if s.pos >= limit {
		return 0, false, s.errorHere(Malformed, "length is missing")
	}
	first := s.src[s.pos]
	s.pos++
	if first < 0x80 {
		return int(first), false, nil
	}
	count := int(first & 0x7f)
	if count > 4 {
		return 0, false, s.errorHere(Malformed, "length has %d octets, at most 4 are allowed", count)
	}
	if count > limit-s.pos {
		return 0, false, s.errorHere(Malformed, "length is truncated")
	}
	var n uint32
	for _, octet := range s.src[s.pos : s.pos+count] {
		n = n<<8 | uint32(octet)
	}
	s.pos += count
	if n > math.MaxInt32 { // more than an int holds on some platforms, and more than any input
		return 0, false, s.errorHere(Malformed, "length is too large")
	}
	return int(n), count == 0, nil
}

// headerSize returns the number of identifier and length octets of an element in DER.
func headerSize(length int) int {
	size := 2
	for n := length; length >= 0x80 && n > 0; n >>= 8 {
		size++
	}
	return size
}

func (s *scanner) close(end int) {
	top := len(s.open) - 1
	e := &s.elements[s.open[top].index]
	e.end, e.next = end, len(s.elements)
	s.open = s.open[:top]
}

func (s *scanner) errorHere(reason Reason, format string, args ...any) error {
	return verifyErrorf(reason, "%s at byte %d", fmt.Sprintf(format, args...), s.pos)
}
