package cms

import "slices"

// Form is the encoding of a signed file.
type Form string

// The forms. The zero Form is an unreadable file.
const (
	DER Form = "DER"
	BER Form = "BER" // legal, and written by streaming signers
)

// openDER returns the elements of b in DER. BER is rewritten in the layers around the content, and nowhere else:
// signed or hashed bytes must be in DER as they stand.
func openDER(b []byte) (tree, Form, error) {
	elements, err := scan(b)
	if err != nil {
		return tree{}, "", err
	}
	t := tree{b, elements}
	if t.checkDER() == nil {
		return t, DER, nil
	}
	fresh, err := normalize(t)
	if err != nil {
		return tree{}, "", err
	}
	if elements, err = scan(fresh); err != nil {
		return tree{}, "", err
	}
	t = tree{fresh, elements}
	return t, BER, t.checkDER()
}

// checkDER refuses everything DER forbids: a length in too many octets, a string in chunks, and scalars with impossible
// contents. The order of sets is not checked: no signer keeps it.
func (t tree) checkDER() error {
	for i, e := range t.elements {
		if !e.shortest || !t.isCanonical(i) {
			return verifyErrorf(NotDER, "the element at byte %d is not in DER", e.start)
		}
	}
	return nil
}

// isCanonical reports whether DER allows the contents octets of an element of a universal type.
func (t tree) isCanonical(i int) bool {
	tag, body := t.elements[i].tag, t.body(i)
	switch tag {
	case tagBoolean:
		return len(body) == 1 && (body[0] == 0 || body[0] == 0xff)
	case tagInteger, tagEnumerated:
		return isShortest(body)
	case tagBits:
		return len(body) > 0 && body[0] < 8 && (body[0] == 0 || len(body) > 1 && body[len(body)-1]&(1<<body[0]-1) == 0)
	case tagNull:
		return len(body) == 0
	case tagOID:
		return dotted(body) != ""
	case tagBMPString:
		return len(body)%2 == 0
	case tagUniversalString:
		return len(body)%4 == 0
	case tagSequence, tagSet:
		return true
	}
	const class = 0xc0
	number := tag & numberMask
	if tag&class != 0 {
		return true
	}
	// Of the universal types only sequences and sets are constructed.
	return tag&constructedBit == 0 && number != tagSequence&numberMask && number != tagSet&numberMask
}

// isShortest reports whether two's complement uses no octet too many.
func isShortest(b []byte) bool {
	switch {
	case len(b) == 0:
		return false
	case len(b) == 1:
		return true
	}
	return !(b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80)
}

// maxBERDepth is the number of layers allowed in BER: ContentInfo, its [0], SignedData and its direct children. Among
// these the EncapsulatedContentInfo is a SEQUENCE, and may be in BER to its end.
const maxBERDepth = 4

// normalizer rewrites a tree in two passes, in linear time and memory: sizes from the last element to the first, then
// bytes from the first to the last.
type normalizer struct {
	tree
	open   []bool         // elements to rewrite; the others are copied
	bodies map[int][]byte // new contents of primitive elements among them
	sizes  []int          // of the contents in DER
	out    []byte
}

func normalize(t tree) ([]byte, error) {
	n := normalizer{tree: t, open: make([]bool, len(t.elements))}
	n.selectOpen(0, 0, false)
	return t.inDER(n.open, nil)
}

// inDER returns the tree with its open elements in DER, some of them with new contents.
func (t tree) inDER(open []bool, bodies map[int][]byte) ([]byte, error) {
	n := normalizer{t, open, bodies, make([]int, len(t.elements)), nil}
	for i := range slices.Backward(t.elements) {
		if err := n.measure(i); err != nil {
			return nil, err
		}
	}
	n.out = make([]byte, 0, headerSize(n.sizes[0])+n.sizes[0])
	n.write(0)
	return n.out, nil
}

// selectOpen selects the elements to rewrite. Scan bounds the depth of the recursion.
func (n *normalizer) selectOpen(i, depth int, inContent bool) {
	e := n.elements[i]
	if depth >= maxBERDepth && !inContent {
		return
	}
	n.open[i] = true
	inContent = inContent || depth == maxBERDepth-1 && e.tag == tagSequence
	if e.tag&constructedBit == 0 {
		return
	}
	for c := i + 1; c < e.next; c = n.elements[c].next {
		n.selectOpen(c, depth+1, inContent)
	}
}

func (n *normalizer) measure(i int) error {
	e := n.elements[i]
	if !n.open[i] || e.tag&constructedBit == 0 {
		n.sizes[i] = len(n.body(i))
		return nil
	}
	for c := i + 1; c < e.next; c = n.elements[c].next {
		switch {
		case e.tag == tagConstructedOctet && !isChunk(n.elements[c].tag):
			return verifyErrorf(Malformed, "a chunk of the content is not an OCTET STRING, at byte %d", n.elements[c].start)
		case e.tag == tagConstructedOctet:
			n.sizes[i] += n.sizes[c]
		case n.open[c]:
			n.sizes[i] += headerSize(n.sizes[c]) + n.sizes[c]
		default:
			n.sizes[i] += n.endOf(c) - n.elements[c].start
		}
	}
	return nil
}

// body returns the contents of an element, the new ones if it has any.
func (n *normalizer) body(i int) []byte {
	if body, ok := n.bodies[i]; ok {
		return body
	}
	return n.tree.body(i)
}

func isChunk(tag byte) bool { return tag == tagOctets || tag == tagConstructedOctet }

// endOf returns the byte offset after an element and its end-of-contents octets.
func (n *normalizer) endOf(i int) int {
	e := n.elements[i]
	if e.indefinite(n.src) {
		return e.end + 2
	}
	return e.end
}

func (n *normalizer) write(i int) {
	e := n.elements[i]
	if !n.open[i] {
		n.out = append(n.out, n.src[e.start:n.endOf(i)]...)
		return
	}
	n.header(e.tag, n.sizes[i])
	n.contents(i)
}

func (n *normalizer) contents(i int) {
	e := n.elements[i]
	if e.tag&constructedBit == 0 {
		n.out = append(n.out, n.body(i)...)
		return
	}
	for c := i + 1; c < e.next; c = n.elements[c].next {
		if e.tag == tagConstructedOctet {
			n.contents(c)
		} else {
			n.write(c)
		}
	}
}

// header writes identifier and length. A string in chunks becomes one.
func (n *normalizer) header(tag byte, length int) {
	if tag == tagConstructedOctet {
		tag = tagOctets
	}
	n.out = append(n.out, tag)
	if length < 0x80 {
		n.out = append(n.out, byte(length))
		return
	}
	octets := headerSize(length) - 2
	n.out = append(n.out, 0x80|byte(octets))
	for shift := 8 * (octets - 1); shift >= 0; shift -= 8 {
		n.out = append(n.out, byte(length>>shift))
	}
}
