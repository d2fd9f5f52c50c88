package diag

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"sort"
	"sync"
	"unicode/utf8"

	"syncguard/internal/work"
)

// File is one input: its name as given by the user, and its bytes.
type File struct {
	Name string
	Data []byte

	once   sync.Once
	blocks []block
	lines  int // number of lines
}

// blockSize is the distance of the places remembered in a text, in bytes. A question about a place costs about as many
// steps, however long the file, its lines and their number are.
const blockSize = 256

// block remembers a place: a multiple of blockSize, or the next start of a code point.
type block struct {
	offset, line, start, column int32 // lines count from 0; start is the offset of the line's text, column counts code points from there
}

// NewFile returns a File over data of less than 2 GiB. Do not modify data afterwards, except to mask it (see Mask).
func NewFile(name string, data []byte) *File {
	return &File{Name: name, Data: data}
}

// Position is a place in a text for people: Line and Column count from 1, Column in Unicode code points.
// A byte of invalid UTF-8 counts as one code point; a byte order mark at the start counts as none.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Position converts a byte offset, clamped to the file. LF, CRLF and a lone CR each end a line.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Data))
	at := f.before(offset)
	work.Add(offset - int(at.offset))
	f.advance(&at, offset)
	return Position{int(at.line) + 1, int(at.column) + 1}
}

// Offset converts a position to a byte offset, clamped to its line.
func (f *File) Offset(p Position) int {
	f.index()
	if p.Line < 1 {
		return 0
	}
	if p.Line > f.lines {
		return len(f.Data)
	}
	line, column := p.Line-1, max(p.Column-1, 0)
	at := f.blocks[sort.Search(len(f.blocks), func(i int) bool {
		return cmp.Or(cmp.Compare(int(f.blocks[i].line), line), cmp.Compare(int(f.blocks[i].column), column)) > 0
	})-1]
	f.toLine(&at, line)
	end := f.textEnd(line)
	to := min(int(at.offset)+max(column-int(at.column), 0), end) // if each code point is one byte
	work.Add(max(to-int(at.offset), 0))
	if to <= int(at.offset) || isASCIIWithoutCR(f.Data[at.offset:to]) {
		return max(to, int(at.offset))
	}
	for int(at.offset) < end && int(at.column) < column {
		f.step(&at)
	}
	return int(at.offset)
}

// Line returns a line by its number from 1, without its ending. Outside the file it is empty.
func (f *File) Line(n int) []byte {
	f.index()
	if n < 1 || n > f.lines {
		return nil
	}
	return f.Data[f.lineStart(n-1):f.textEnd(n-1)]
}

// Lines returns the number of lines; the text after the last line ending is one, too.
func (f *File) Lines() int {
	f.index()
	return f.lines
}

// LineLength returns the number of a line's code points, without its ending.
func (f *File) LineLength(n int) int {
	if n < 1 || n > f.Lines() {
		return 0
	}
	return f.Position(f.textEnd(n-1)).Column - 1
}

// lineStart returns the byte offset of a line's text, after a byte order mark. Lines count from 0.
func (f *File) lineStart(line int) int {
	if line >= f.lines {
		return len(f.Data)
	}
	at := f.blocks[sort.Search(len(f.blocks), func(i int) bool { return i > 0 && int(f.blocks[i].line) >= line })-1]
	f.toLine(&at, line)
	return int(at.start)
}

// textEnd returns the byte offset of a line's ending.
func (f *File) textEnd(line int) int {
	start, end := f.lineStart(line), f.lineStart(line+1)
	return start + len(bytes.TrimRight(f.Data[min(start, end):end], "\r\n"))
}

// before returns the last remembered place up to an offset.
func (f *File) before(offset int) block {
	f.index()
	return f.blocks[max(sort.Search(len(f.blocks), func(i int) bool { return int(f.blocks[i].offset) > offset })-1, 0)]
}

// toLine moves a place forward to the start of a line, or to the end of the text.
func (f *File) toLine(at *block, line int) {
	first := at.offset
	for int(at.line) < line && int(at.offset) < len(f.Data) {
		part := f.Data[at.offset:min(int(at.offset)+blockSize, len(f.Data))]
		if i := bytes.IndexByte(part, '\n'); i >= 0 && bytes.IndexByte(part[:i], '\r') < 0 {
			next := at.offset + int32(i) + 1
			*at = block{next, at.line + 1, next, 0}
		} else {
			f.step(at)
		}
	}
	work.Add(int(at.offset - first))
}

// advance moves a place forward to an offset, or behind the code point around it.
func (f *File) advance(at *block, to int) {
	if part := f.Data[min(int(at.offset), to):to]; isASCIIWithoutCR(part) { // most texts are
		if last := bytes.LastIndexByte(part, '\n'); last >= 0 {
			at.line += int32(bytes.Count(part, []byte{'\n'}))
			at.start, at.column = at.offset+int32(last)+1, int32(len(part)-last-1)
		} else {
			at.column += int32(len(part))
		}
		at.offset += int32(len(part))
		return
	}
	for int(at.offset) < to {
		f.step(at)
	}
}

func isASCIIWithoutCR(text []byte) bool {
	if bytes.IndexByte(text, '\r') >= 0 {
		return false
	}
	for ; len(text) >= 8; text = text[8:] {
		if binary.NativeEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	all := byte(0)
	for _, b := range text {
		all |= b
	}
	return all < utf8.RuneSelf
}

func (f *File) step(at *block) {
	b := f.Data[at.offset]
	if b == '\n' || b == '\r' && (int(at.offset)+1 == len(f.Data) || f.Data[at.offset+1] != '\n') {
		*at = block{at.offset + 1, at.line + 1, at.offset + 1, 0}
		return
	}
	size := 1
	if b >= utf8.RuneSelf {
		_, size = utf8.DecodeRune(f.Data[at.offset:])
	}
	at.offset += int32(size)
	at.column++
}

func (f *File) index() {
	f.once.Do(func() {
		at := block{}
		if bytes.HasPrefix(f.Data, []byte("\xef\xbb\xbf")) {
			at.offset, at.start = 3, 3
		}
		f.blocks = make([]block, 0, len(f.Data)/blockSize+1)
		for f.blocks = append(f.blocks, at); int(at.offset) < len(f.Data); {
			to := len(f.blocks) * blockSize
			if f.advance(&at, min(to, len(f.Data))); int(at.offset) >= to {
				f.blocks = append(f.blocks, at)
			}
		}
		f.lines = int(at.line) + 1
		work.Add(len(f.Data))
	})
}
