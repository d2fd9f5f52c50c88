package plist

// slab allocates values and slices from larger blocks, because allocating each alone costs more than reading it.
type slab struct {
	values []Value
	fields []Field
	items  []*Value
	size   int // of the next block
}

const maxBlock = 512

func (s *slab) value() *Value {
	if len(s.values) == 0 {
		s.size = min(max(2*s.size, 16), maxBlock)
		s.values = make([]Value, s.size)
	}
	v := &s.values[0]
	s.values = s.values[1:]
	return v
}

// copyFields returns a copy without spare capacity, so appending to it cannot overwrite a neighbour.
func (s *slab) copyFields(fields []Field) []Field {
	n := len(fields)
	if n == 0 {
		return nil
	}
	if len(s.fields) < n {
		s.fields = make([]Field, max(n, s.size))
	}
	c := s.fields[:n:n]
	s.fields = s.fields[n:]
	copy(c, fields)
	return c
}

func (s *slab) copyItems(items []*Value) []*Value {
	n := len(items)
	if n == 0 {
		return nil
	}
	if len(s.items) < n {
		s.items = make([]*Value, max(n, s.size))
	}
	c := s.items[:n:n]
	s.items = s.items[n:]
	copy(c, items)
	return c
}
