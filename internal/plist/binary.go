package plist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// binaryFile is the layout of a binary property list: a header, objects, a table of their offsets, and a trailer.
// The decoder trusts its input, so everything is checked here first.
type binaryFile struct {
	*findings
	data       []byte
	objects    []byte // the file up to the offset table
	table      []byte
	offsetSize int
	refSize    int
	count, top int
}

const (
	binaryHeader  = len("bplist00")
	binaryTrailer = 32
)

func readBinary(data []byte, found *findings) *Value {
	b := &binaryFile{findings: found, data: data}
	if !b.layout() {
		return nil
	}
	scan := newBinaryScan(b)
	if !scan.run() {
		return nil
	}
	if !b.budget.spend(scan.size[b.top]) {
		b.overBudget()
		return nil
	}
	return b.decode()
}

// fail adds an error. A binary file has no places in a text, only key paths.
func (b *binaryFile) fail(broken string, path diag.Path, format string, args ...any) bool {
	b.add(diag.Diagnostic{Rule: broken, Severity: diag.Error, Message: fmt.Sprintf(format, args...), Path: path})
	return false
}

// layout reads header and trailer.
func (b *binaryFile) layout() (ok bool) {
	if len(b.data) < binaryHeader+2+binaryTrailer {
		return b.fail(rule.TruncatedFile, nil, "the binary property list has %d bytes, too few for one value", len(b.data))
	}
	if v := string(b.data[len("bplist"):binaryHeader]); v != "00" && v != "01" {
		return b.fail(rule.UnsupportedBinary, nil, `the binary property list has version %s, want "00"`, quote(v))
	}
	end := len(b.data) - binaryTrailer
	trailer := b.data[end:]
	b.offsetSize, b.refSize = int(trailer[6]), int(trailer[7])
	count, top, table := binary.BigEndian.Uint64(trailer[8:]), binary.BigEndian.Uint64(trailer[16:]), binary.BigEndian.Uint64(trailer[24:])
	switch {
	case b.offsetSize < 1 || b.offsetSize > 8:
		return b.fail(rule.MalformedBinary, nil, "offsets have %d bytes, want 1 to 8", b.offsetSize)
	case b.refSize < 1 || b.refSize > 8:
		return b.fail(rule.MalformedBinary, nil, "object references have %d bytes, want 1 to 8", b.refSize)
	case b.refSize == 8:
		return b.fail(rule.UnsupportedBinary, nil, "object references have 8 bytes, valid but unsupported, want 1 to 7")
	case count < 1 || top >= count:
		return b.fail(rule.MalformedBinary, nil, "the top object is number %d of %d", top, count)
	case count > 2*MaxNodes:
		return b.fail(rule.TooManyValues, nil, "the property list holds %d objects, want at most %d", count, 2*MaxNodes)
	case table <= uint64(binaryHeader) || table > uint64(end) || uint64(end)-table != count*uint64(b.offsetSize):
		return b.fail(rule.MalformedBinary, nil, "the offset table does not fill the space between objects and trailer")
	case !fits(count-1, b.refSize) || !fits(table, b.offsetSize):
		return b.fail(rule.MalformedBinary, nil, "references or offsets are too short for a file of this size")
	}
	b.objects, b.table = b.data[:table], b.data[table:end]
	b.count, b.top = int(count), int(top)
	return true
}

// fits is true if n can be written in size bytes.
func fits(n uint64, size int) bool { return size >= 8 || n < 1<<(8*size) }

// bigEndian reads an integer of 1 to 8 bytes.
func bigEndian(data []byte) (n uint64) {
	for _, c := range data {
		n = n<<8 | uint64(c)
	}
	return n
}

// object is one object of the file.
type object struct {
	kind  Kind
	body  []byte // content of a scalar; references of a container
	wide  bool   // string in UTF-16
	count int    // items or keys of a container
}

// object reads the marker and the extent of an object. For a malformed one it returns the broken rule and a message.
func (b *binaryFile) object(id int) (o object, broken, message string) {
	offset := bigEndian(b.table[id*b.offsetSize : (id+1)*b.offsetSize])
	if offset < uint64(binaryHeader) || offset >= uint64(len(b.objects)) {
		return o, rule.MalformedBinary, fmt.Sprintf("object %d lies outside the objects", id)
	}
	marker, rest := b.objects[offset], b.objects[offset+1:]
	high, low := marker>>4, int(marker&0xF)
	size := uint64(0) // of the body
	switch {
	case marker == 0x08 || marker == 0x09:
		o.kind = Boolean
	case high == 0x1 && low <= 4:
		o.kind, size = Integer, 1<<low
	case marker == 0x22 || marker == 0x23:
		o.kind, size = Real, 1<<low
	case marker == 0x33:
		o.kind, size = Date, 8
	case high == 0x8 && low < 8:
		o.kind, size = UID, uint64(low)+1
	case high == 0x4 || high == 0x5 || high == 0x6 || high == 0xA || high == 0xD:
		return b.counted(id, high, low, rest)
	default:
		return o, unreadableMarkerRule(marker), fmt.Sprintf("object %d is of type 0x%02X (%s), forbidden in profiles", id, marker, markerName(marker))
	}
	return b.extent(id, o, rest, size)
}

// counted reads an object with a count in its marker.
func (b *binaryFile) counted(id int, high byte, low int, rest []byte) (o object, broken, message string) {
	count := uint64(low)
	if low == 0xF {
		if len(rest) == 0 || rest[0]&^3 != 0x10 || len(rest) < 1+1<<(rest[0]&3) {
			return o, rule.MalformedBinary, fmt.Sprintf("object %d has no valid length", id)
		}
		size := 1 << (rest[0] & 3)
		count, rest = bigEndian(rest[1:1+size]), rest[1+size:]
	}
	if count > uint64(len(rest)) { // no object is shorter than its count; below, nothing overflows
		return o, rule.MalformedBinary, fmt.Sprintf("object %d is longer than the file", id)
	}
	size := count
	switch high {
	case 0x4:
		o.kind = Data
	case 0x5:
		o.kind = String
	case 0x6:
		o.kind, o.wide, size = String, true, 2*count
	case 0xA:
		o.kind, o.count, size = Array, int(count), count*uint64(b.refSize)
	case 0xD:
		o.kind, o.count, size = Dictionary, int(count), 2*count*uint64(b.refSize)
	}
	return b.extent(id, o, rest, size)
}

func (b *binaryFile) extent(id int, o object, rest []byte, size uint64) (object, string, string) {
	if size > uint64(len(rest)) {
		return o, rule.MalformedBinary, fmt.Sprintf("object %d is longer than the file", id)
	}
	o.body = rest[:size]
	return o, "", ""
}

// ref returns a reference of a container. The object may not exist.
func (b *binaryFile) ref(o object, i int) uint64 {
	return bigEndian(o.body[i*b.refSize : (i+1)*b.refSize])
}

func unreadableMarkerRule(marker byte) string {
	if markerName(marker) == "unknown" {
		return rule.MalformedBinary
	}
	return rule.UnsupportedBinary
}

func markerName(marker byte) string {
	switch {
	case marker == 0x00:
		return "null"
	case marker == 0x0C || marker == 0x0D:
		return "URL"
	case marker == 0x0E:
		return "UUID"
	case marker == 0x0F:
		return "fill"
	case marker>>4 == 0x7:
		return "UTF-8 string"
	case marker>>4 == 0xB:
		return "ordered set"
	case marker>>4 == 0xC:
		return "set"
	}
	return "unknown"
}

// checkScalar returns the broken rule and a message for the malformed content of a scalar, or "".
func checkScalar(o object) (broken, message string) {
	switch o.kind {
	case Integer:
		// 16 bytes are for integers beyond signed 64 bits; the upper eight may only extend the sign.
		if len(o.body) == 16 && bigEndian(o.body[:8]) != 0 && (bigEndian(o.body[:8]) != math.MaxUint64 || o.body[8] < 0x80) {
			return rule.IntegerOutOfRange, "integer of 128 bits, want -9223372036854775808 to 18446744073709551615"
		}
	case Date:
		if s := math.Float64frombits(bigEndian(o.body)); !(s >= firstDate && s < lastDate) {
			return rule.BadDate, "date lies outside the years 1 to 9999"
		}
	case String:
		_, broken, message = decodeBinaryString(o)
	}
	return broken, message
}

// Seconds from 2001-01-01, the epoch of binary dates, to the years 1 and 10000.
const (
	firstDate = -63113904000
	lastDate  = 252423993600
)

// decodeBinaryString returns the text of a string, or the broken rule and a message. It also refuses characters forbidden in
// XML: such a property list could not be written back, and a profile has no use for them.
func decodeBinaryString(o object) (text, broken, message string) {
	buffer := bytes.Clone(o.body)
	if o.wide {
		units := make([]uint16, len(o.body)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(o.body[2*i:])
		}
		buffer = buffer[:0]
		for i := 0; i < len(units); i++ {
			r := rune(units[i])
			if utf16.IsSurrogate(r) {
				if i+1 == len(units) || utf16.DecodeRune(r, rune(units[i+1])) == utf8.RuneError {
					return "", rule.InvalidUTF16, "string holds half a surrogate pair, want valid UTF-16"
				}
				r = utf16.DecodeRune(r, rune(units[i+1]))
				i++
			}
			buffer = utf8.AppendRune(buffer, r)
		}
	}
	for _, r := range string(buffer) {
		switch {
		case !o.wide && r >= utf8.RuneSelf:
			return "", rule.IllegalCharacter, "string declared as ASCII contains other bytes"
		case !isXMLChar(r):
			return "", rule.IllegalCharacter, "string contains U+" + fmt.Sprintf("%04X", r) + ", forbidden in XML"
		}
	}
	return string(buffer), "", ""
}

func (b *binaryFile) tooMany(path diag.Path) bool {
	return b.fail(rule.TooManyValues, path, "the property list holds more than %s values", strconv.Itoa(MaxNodes))
}
