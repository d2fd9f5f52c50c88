package inventory

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"syncguard/internal/diag"
)

// decode returns the text in UTF-8 without a byte order mark, and the name of its encoding.
func decode(r io.Reader) (*bufio.Reader, string, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	head, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	name := "UTF-8"
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = in.Discard(3)
		return in, name, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")): // as Excel writes it
		name = "UTF-16"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, "", diag.WithHint(errors.New("a workbook or an archive, not a text"), "save the sheet as CSV")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return nil, "", diag.WithHint(errors.New("compressed with gzip"), "unpack it first: gunzip -c FILE")
	case len(head) == 4 && (head[1] == 0 && head[3] == 0 || head[0] == 0 && head[2] == 0):
		return nil, "", diag.WithHint(errors.New("UTF-16 without a byte order mark"), "save it as UTF-8")
	case isWindows1252(in):
		return bufio.NewReaderSize(fromWindows1252(in), 1<<16), "Windows-1252", nil
	default:
		return in, name, nil
	}
	return bufio.NewReaderSize(fromUTF16(in), 1<<16), name, nil
}

// isWindows1252 is true for a text that is no UTF-8, as Excel writes CSV by default. JSON is always UTF-8, and what a server sends
// is not read further than its first byte.
func isWindows1252(in *bufio.Reader) bool {
	if first, _ := in.Peek(1); len(first) == 0 || first[0] == '{' || first[0] == '[' {
		return false
	}
	head, _ := in.Peek(1 << 16)
	if len(head) == 1<<16 { // the last character may be cut
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	return !utf8.Valid(head)
}

// looksLikeJSON tells an array from a header that begins with a bracket.
func looksLikeJSON(start []byte) bool {
	rest := bytes.TrimLeft(start[1:], " \t\r\n")
	return len(rest) == 0 || bytes.IndexByte([]byte("{[]\"-0123456789"), rest[0]) >= 0
}

// checkText refuses files of other kinds with a message of their own.
func checkText(start []byte, name string) error {
	switch {
	case start[0] == '<':
		return diag.WithHint(errors.New(name+" is XML or HTML"), "want CSV, or JSON of %s", sourceTitles())
	case bytes.ContainsFunc(start[:min(len(start), 512)], func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\n' }):
		return diag.WithHint(errors.New(name+" is no text"), "want CSV, or JSON of %s", sourceTitles())
	}
	return nil
}
