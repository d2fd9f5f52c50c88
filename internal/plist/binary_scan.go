package plist

import (
	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// binaryScan walks all objects below the top object, each once, with a stack of its own. It remembers the expanded size of
// each, so shared references cannot multiply unseen.
type binaryScan struct {
	*binaryFile
	seen  []scanState
	size  []expansion
	stack []scanFrame
	total expansion // of the distinct objects met so far: a lower bound of the whole, to bound the work
}

type scanState uint8

const (
	unseen scanState = iota
	entered
	done
)

// expansion is the size of an object with every reference followed.
type expansion struct {
	nodes, bytes, depth int
}

type scanFrame struct {
	id     int
	object object
	keys   []string // of a dictionary
	next   int      // reference to follow next
	size   expansion
}

func newBinaryScan(b *binaryFile) *binaryScan {
	return &binaryScan{binaryFile: b, seen: make([]scanState, b.count), size: make([]expansion, b.count)}
}

// run is true if the decoder may read the file. Duplicate keys are reported but do not prevent that.
func (s *binaryScan) run() (ok bool) {
	if !s.enter(uint64(s.top)) {
		return false
	}
	for len(s.stack) > 0 {
		f := &s.stack[len(s.stack)-1]
		if f.next*s.refSize == len(f.object.body) {
			s.leave()
			continue
		}
		id := s.ref(f.object, f.next)
		f.next++
		if !s.enter(id) {
			return false
		}
		if s.seen[id] == done && !s.grow(s.size[id]) {
			return false
		}
	}
	return !s.full
}

// enter visits an object for the first time: it checks a scalar at once and puts a container on the stack.
func (s *binaryScan) enter(id uint64) (ok bool) {
	if id >= uint64(s.count) {
		return s.fail(rule.MalformedBinary, s.path(), "reference to object %d of %d", id, s.count)
	}
	switch s.seen[id] {
	case done:
		return true
	case entered:
		return s.fail(rule.BinaryCycle, s.path(), "object %d contains itself", id)
	}
	o, broken, message := s.object(int(id))
	if broken != "" {
		return s.fail(broken, s.path(), "%s", message)
	}
	if o.kind == Dictionary || o.kind == Array {
		return s.enterContainer(int(id), o)
	}
	if !s.countTotal(1, len(o.body)) {
		return false
	}
	if broken, message := checkScalar(o); broken != "" {
		return s.fail(broken, s.path(), "%s", message)
	}
	s.seen[id], s.size[id] = done, expansion{nodes: 1, bytes: len(o.body)}
	return true
}

func (s *binaryScan) enterContainer(id int, o object) (ok bool) {
	if len(s.stack) == MaxDepth {
		return s.fail(rule.NestingTooDeep, s.path(), "arrays and dictionaries are nested deeper than %d levels, the most that a device reads", MaxDepth)
	}
	if !s.countTotal(o.count, 0) {
		return false
	}
	s.seen[id] = entered
	s.stack = append(s.stack, scanFrame{id: id, object: o, size: expansion{nodes: 1, depth: 1}})
	return o.kind == Array || s.checkKeys()
}

// countTotal adds to the lower bound.
func (s *binaryScan) countTotal(nodes, bytes int) (ok bool) {
	s.total.nodes += nodes
	s.total.bytes += bytes
	return s.within(s.total)
}

func (s *binaryScan) within(e expansion) (ok bool) {
	switch {
	case e.nodes > 2*MaxNodes: // the lower bound counts an item and its reference
		return s.tooMany(s.path())
	case e.bytes > MaxBytes:
		return s.fail(rule.FileTooLarge, s.path(), "the property list expands to more than %d bytes", MaxBytes)
	}
	return true
}

// grow adds a finished object to the container on top of the stack.
func (s *binaryScan) grow(e expansion) (ok bool) {
	size := &s.stack[len(s.stack)-1].size
	size.nodes += e.nodes
	size.bytes += e.bytes
	size.depth = max(size.depth, e.depth+1)
	switch {
	case size.nodes > MaxNodes:
		return s.tooMany(s.path())
	case size.depth > MaxDepth:
		return s.fail(rule.NestingTooDeep, s.path(), "arrays and dictionaries are nested deeper than %d levels, the most that a device reads", MaxDepth)
	}
	return s.within(*size)
}

// leave finishes the container on top of the stack and adds it to the one below.
func (s *binaryScan) leave() {
	f := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	s.seen[f.id], s.size[f.id] = done, f.size
	if len(s.stack) > 0 {
		s.stack[len(s.stack)-1].next-- // it is met again, now as done, and counted
	}
}

// checkKeys checks the keys of the dictionary on top of the stack.
func (s *binaryScan) checkKeys() (ok bool) {
	f := &s.stack[len(s.stack)-1]
	f.next = f.object.count // the values
	first := make(map[string]bool, min(f.object.count, 1024))
	for i := range f.object.count {
		text, broken, message := s.key(f.object, i)
		if broken != "" {
			return s.fail(broken, s.path(), "%s", message)
		}
		if !s.countTotal(0, len(text)) {
			return false
		}
		f.size.bytes += len(text)
		if f.keys = append(f.keys, text); first[text] {
			s.duplicate(text)
		}
		first[text] = true
	}
	return true
}

func (s *binaryScan) duplicate(key string) {
	if s.full {
		return
	}
	s.fail(rule.DuplicateKey, s.path().Key(key), "key %s repeats in one dictionary, want it once", quote(key))
}

// key reads a key of a dictionary. Its length is checked before it is decoded.
func (s *binaryScan) key(dictionary object, i int) (text, broken, message string) {
	id := s.ref(dictionary, i)
	if id >= uint64(s.count) {
		return "", rule.MalformedBinary, "a key refers to an object that does not exist"
	}
	o, broken, message := s.object(int(id))
	switch {
	case broken != "":
		return "", broken, message
	case o.kind != String:
		return "", rule.MalformedBinary, "a key is a " + o.kind.String() + ", want a string"
	case s.total.bytes+len(o.body) > MaxBytes:
		return "", rule.FileTooLarge, "the keys expand to more bytes than a file may have"
	}
	return decodeBinaryString(o)
}

// path is the key path of the current object.
func (s *binaryScan) path() (p diag.Path) {
	for _, f := range s.stack {
		i := f.next - 1
		switch {
		case i < 0: // before the first item of an array
		case f.object.kind == Array:
			p = append(p, diag.Step{IsItem: true, Index: i})
		case i >= f.object.count:
			p = append(p, diag.Step{Key: f.keys[i-f.object.count]})
		}
	}
	return p
}
