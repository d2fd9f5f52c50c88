package plist

import (
	"math/bits"
	"sync"
)

// slab allocates values and slices from larger blocks, because allocating each alone costs more than reading it. Values have
// numbers, from 0.
type slab struct {
	blocks [][]Value // of the same size, the last one in use
	bits   int       // of a number inside a block
	values int
	fields []Field
	items  []*Value

	fieldsToCome int // an estimate
}

// newSlab returns a slab for a text with a number of tags. Most values have a key, and both have two tags.
func newSlab(tags int) slab {
	const smallest, largest = 3, 7 // 8 to 128 values
	return slab{bits: min(max(bits.Len(uint(tags/16)), smallest), largest), fieldsToCome: tags/4 + 1}
}

func (s *slab) newValue() *Value {
	if s.values == len(s.blocks)<<s.bits {
		s.blocks = append(s.blocks, make([]Value, 1<<s.bits))
	}
	s.values++
	return s.at(s.last())
}

// last returns the number of the last value.
func (s *slab) last() int { return s.values - 1 }

// at returns a value by its number.
func (s *slab) at(i int) *Value { return &s.blocks[i>>s.bits][i&(1<<s.bits-1)] }

// newFields returns fields without spare capacity, so appending to them cannot overwrite a neighbour.
func (s *slab) newFields(n int) []Field {
	if n == 0 {
		return nil
	}
	if len(s.fields) < n {
		s.fields = make([]Field, max(n, min(s.fieldsToCome, 4<<s.bits), 8))
	}
	s.fieldsToCome -= n
	made := s.fields[:n:n]
	s.fields = s.fields[n:]
	return made
}

// newItems returns items likewise.
func (s *slab) newItems(n int) []*Value {
	if n == 0 {
		return nil
	}
	if len(s.items) < n {
		s.items = make([]*Value, max(n, 1<<s.bits))
	}
	made := s.items[:n:n]
	s.items = s.items[n:]
	return made
}

// scratch is the memory of a reader that outlives it: the next one needs as much.
type scratch struct {
	open   []frame
	fields []field // of all open dictionaries, each from the base of its frame on
	items  []int   // of all open arrays, likewise, the numbers of values
	decode []byte  // base64 without white space, or decoded text
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// release hands the scratch to the next reader, without content. What everyday files never need is left to the collector.
func (s *scratch) release() {
	const most = 1024
	if cap(s.open) <= most && cap(s.fields) <= most && cap(s.items) <= most && cap(s.decode) <= 64*most {
		clear(s.decode[:cap(s.decode)]) // it may have held a secret
		*s = scratch{s.open[:0], s.fields[:0], s.items[:0], s.decode[:0]}
		scratches.Put(s)
	}
}
