// Package cms wraps a profile in CMS SignedData, and takes the content out of SignedData that somebody else made.
//
// It is the only package that imports go.mozilla.org/pkcs7, which is fit for bytes of our own making only: hostile
// ones make it hang, or end the process. Bytes from outside meet Scan and our own reader, and never that library.
package cms

import (
	"errors"
	"fmt"
	"math"
)

// The bounds of Scan. Real signed profiles stay far below each of them.
const (
	maxSize     = 16 << 20
	maxDepth    = 32
	maxElements = 200_000
)

// The identifier octets that the reader asks for.
const (
	tagInteger          = 0x02
	tagOctets           = 0x04
	tagOID              = 0x06
	tagConstructedOctet = 0x24
	tagSequence         = 0x30
	tagSet              = 0x31
	tagContext0         = 0xa0
)

const (
	constructedBit = 0x20
	numberMask     = 0x1f
)

// element is one BER element of the scanned bytes.
type element struct {
	tag       byte // the whole identifier octet: class, constructed bit and number
	body, end int  // the byte offsets between which its contents lie
	next      int  // index of the first element that is not inside this one
}

// container is a constructed element that is still open.
type container struct {
	index      int // of the element
	limit      int // byte offset that nothing inside it may pass
	indefinite bool
}

// scanner lists elements in the order in which they begin. It keeps its own stack, so depth costs no Go stack.
type scanner struct {
	src      []byte
	pos      int
	elements []element
	open     []container
}

// Scan checks that b is exactly one BER element that is safe to read: at most 16 MiB, 32 levels and 200,000
// elements, each inside its parent, with end-of-contents octets only where an indefinite length asks for them.
// It returns nil for any such element, whatever it means. Time and memory are linear in len(b).
func Scan(b []byte) error {
	_, err := scan(b)
	return err
}

func scan(b []byte) ([]element, error) {
	if len(b) == 0 {
		return nil, errors.New("input is empty")
	}
	if len(b) > maxSize {
		return nil, fmt.Errorf("input has %d bytes, at most %d are allowed", len(b), maxSize)
	}
	s := scanner{src: b}
	if err := s.begin(len(b)); err != nil {
		return nil, err
	}
	for len(s.open) > 0 {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	if s.pos != len(b) {
		return nil, s.errorf("bytes follow the end of the structure")
	}
	return s.elements, nil
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
		return s.errorf("end-of-contents octets are missing")
	}
	s.close(s.pos)
	return nil
}

// begin reads the identifier and length of an element that must end by limit.
func (s *scanner) begin(limit int) error {
	if len(s.open) == maxDepth {
		return s.errorf("structure is nested deeper than %d levels", maxDepth)
	}
	if len(s.elements) == maxElements {
		return s.errorf("structure has more than %d elements", maxElements)
	}
	tag := s.src[s.pos]
	if tag&numberMask == numberMask {
		return s.errorf("tag number is above 30")
	}
	if tag&^constructedBit == 0 {
		return s.errorf("end-of-contents octets stand outside an indefinite length")
	}
	s.pos++
	length, indefinite, err := s.length(limit)
	if err != nil {
		return err
	}
	if indefinite && tag&constructedBit == 0 {
		return s.errorf("primitive element has an indefinite length")
	}
	if length > limit-s.pos {
		return s.errorf("element runs past the end of its parent")
	}
	s.add(tag, length, limit, indefinite)
	return nil
}

func (s *scanner) add(tag byte, length, limit int, indefinite bool) {
	end := s.pos + length
	s.elements = append(s.elements, element{tag: tag, body: s.pos, end: end, next: len(s.elements) + 1})
	if tag&constructedBit == 0 {
		s.pos = end
		return
	}
	if !indefinite {
		limit = end
	}
	s.open = append(s.open, container{index: len(s.elements) - 1, limit: limit, indefinite: indefinite})
}

// length reads length octets: one, or 0x80 for indefinite, or a count of at most four and then that many.
func (s *scanner) length(limit int) (length int, indefinite bool, err error) {
	if s.pos >= limit {
		return 0, false, s.errorf("length is missing")
	}
	first := s.src[s.pos]
	s.pos++
	if first < 0x80 {
		return int(first), false, nil
	}
	count := int(first & 0x7f)
	if count > 4 {
		return 0, false, s.errorf("length has %d octets, at most 4 are allowed", count)
	}
	if count > limit-s.pos {
		return 0, false, s.errorf("length is cut off")
	}
	var n uint32
	for _, octet := range s.src[s.pos : s.pos+count] {
		n = n<<8 | uint32(octet)
	}
	s.pos += count
	if n > math.MaxInt32 { // more than an int holds on some platforms, and than any input
		return 0, false, s.errorf("length is too large")
	}
	return int(n), count == 0, nil
}

func (s *scanner) close(end int) {
	top := len(s.open) - 1
	e := &s.elements[s.open[top].index]
	e.end, e.next = end, len(s.elements)
	s.open = s.open[:top]
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("%s at byte %d", fmt.Sprintf(format, args...), s.pos)
}
