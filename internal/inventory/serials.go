package inventory

import "hash/maphash"

// maxSerials bounds the serial numbers that are remembered.
const maxSerials = 1 << 20

// serials remembers serial numbers by their hashes, 16 bytes each at most.
type serials struct {
	seed  maphash.Seed
	slots []uint64 // 0 is free; at least half of them are
	n     int
}

func newSerials() *serials { return &serials{seed: maphash.MakeSeed(), slots: make([]uint64, 1<<10)} }

// add remembers a serial number, and reports whether it was known.
func (s *serials) add(serial string) bool {
	hash := max(maphash.String(s.seed, serial), 1)
	at, known := s.find(hash)
	switch {
	case known || s.n == maxSerials:
		return known
	case 2*(s.n+1) > len(s.slots):
		old := s.slots
		s.slots = make([]uint64, 2*len(old))
		for _, other := range old {
			if other != 0 {
				i, _ := s.find(other)
				s.slots[i] = other
			}
		}
		at, _ = s.find(hash)
	}
	s.slots[at] = hash
	s.n++
	return false
}

// find returns the slot of a hash, or a free one for it.
func (s *serials) find(hash uint64) (slot int, known bool) {
	mask := len(s.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		if s.slots[i] == 0 || s.slots[i] == hash {
			return i, s.slots[i] == hash
		}
	}
}
