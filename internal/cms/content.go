package cms

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
)

// ErrNotSigned is the error for bytes other than SignedData.
var ErrNotSigned = errors.New("input is not CMS SignedData")

// ErrDetached is the error for a signature without its content.
var ErrDetached = errors.New("the signature is detached: the content is not in the file")

// Object identifiers of RFC 5652, as contents octets.
const (
	oidData       = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	oidSignedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
)

// IsSigned reports whether b begins like CMS SignedData, in DER or BER. It looks at the first bytes only: a damaged or
// truncated signed file still counts as signed.
func IsSigned(b []byte) bool {
	if len(b) == 0 || b[0] != tagSequence {
		return false
	}
	s := scanner{src: b, pos: 1}
	if _, _, err := s.length(len(b)); err != nil {
		return false
	}
	return bytes.HasPrefix(b[s.pos:], []byte("\x06\x09"+oidSignedData))
}

// Content returns a copy of the content in SignedData, DER or BER. It verifies NOTHING: not the signature, not the
// certificates, not that this content was signed. Chunks of a streamed file are joined. The error is ErrNotSigned if
// IsSigned is false. Time and memory are linear in len(b).
func Content(b []byte) ([]byte, error) {
	content, end, err := Unwrap(b)
	switch {
	case errors.Is(err, ErrNotSigned):
		return nil, err
	case end > 0 && end < len(b):
		err = verifyErrorf(TrailingBytes, "bytes follow the end of the structure at byte %d", end)
	}
	if err != nil {
		return nil, fmt.Errorf("reading SignedData: %w", err)
	}
	return content, nil
}

// spareElements are used again: once the content of a message is found, its elements are not needed.
var spareElements = sync.Pool{New: func() any { return new([]element) }}

// Unwrap is Content for bytes beginning with SignedData; anything may follow. It also returns the length of the message
// in bytes, or 0 if its structure is malformed. A well-formed message may still give ErrDetached.
func Unwrap(b []byte) (content []byte, end int, err error) {
	if !IsSigned(b) {
		return nil, 0, ErrNotSigned
	}
	spare := spareElements.Get().(*[]element)
	s := scanner{src: b, elements: (*spare)[:0]}
	defer func() {
		*spare = s.elements
		spareElements.Put(spare)
	}()
	if err := s.scanElement(); err != nil {
		return nil, 0, err
	}
	t := tree{src: b, elements: s.elements}
	content, err = t.content()
	return content, s.pos, err
}

// tree holds scanned bytes and the elements found in them. An element is known by its index.
type tree struct {
	src      []byte
	elements []element
}

// content walks ContentInfo, SignedData and EncapsulatedContentInfo down to the octets.
func (t tree) content() ([]byte, error) {
	info, ok := t.fields(0, tagOID, tagContext0)
	if !ok || len(info) != 2 {
		return nil, errors.New("the ContentInfo is malformed")
	}
	signed, ok := t.fields(info[1], tagSequence)
	if !ok || len(signed) != 1 {
		return nil, errors.New("the ContentInfo does not hold one SignedData")
	}
	parts, ok := t.fields(signed[0], tagInteger, tagSet, tagSequence)
	if !ok {
		return nil, errors.New("the SignedData is malformed")
	}
	encapsulated, ok := t.fields(parts[2], tagOID)
	if !ok {
		return nil, errors.New("the EncapsulatedContentInfo is malformed")
	}
	if string(t.body(encapsulated[0])) != oidData {
		return nil, errors.New("the signed content is not of type data")
	}
	if len(encapsulated) == 1 {
		return nil, ErrDetached
	}
	if len(encapsulated) != 2 || t.elements[encapsulated[1]].tag != tagContext0 {
		return nil, errors.New("the EncapsulatedContentInfo is malformed")
	}
	content := t.children(encapsulated[1])
	if len(content) != 1 {
		return nil, fmt.Errorf("the content is %d elements, want one OCTET STRING", len(content))
	}
	return t.octets(content[0])
}

// fields returns the children of element i, and true if the first of them carry these tags.
func (t tree) fields(i int, tags ...byte) ([]int, bool) {
	children := t.children(i)
	if len(children) < len(tags) {
		return nil, false
	}
	for n, tag := range tags {
		if t.elements[children[n]].tag != tag {
			return nil, false
		}
	}
	return children, true
}

func (t tree) children(i int) []int {
	if t.elements[i].tag&constructedBit == 0 {
		return nil
	}
	var children []int
	for c := i + 1; c < t.elements[i].next; c = t.elements[c].next {
		children = append(children, c)
	}
	return children
}

// octets joins an OCTET STRING. The chunks of a constructed one follow each other in the list, however nested.
func (t tree) octets(i int) ([]byte, error) {
	var joined []byte
	for chunk := i; chunk < t.elements[i].next; chunk++ {
		switch t.elements[chunk].tag {
		case tagOctets:
			joined = append(joined, t.body(chunk)...)
		case tagConstructedOctet:
		default:
			return nil, errors.New("the content is not an OCTET STRING")
		}
	}
	return joined, nil
}

func (t tree) body(i int) []byte {
	return t.src[t.elements[i].body:t.elements[i].end]
}
