package inventory

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// Bounds on untrusted CSV.
const (
	maxRow     = 1 << 20 // bytes of a row
	maxColumns = 2000
)

// separators are the characters between the fields of a row, by name.
var separators = []struct {
	char rune
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "vertical bar"}}

// csvRows reads devices from CSV.
type csvRows struct {
	csv     *csv.Reader
	bound   *boundedReader
	columns [][]int // by number of the field: its columns, the best first
	width   int
	row     int   // in a spreadsheet
	line    int   // behind the last row
	ahead   []row // read to recognize the columns
	err     error // after those rows
	source  *source
	groups  func(r rune) bool
}

// row is a row with its number in a spreadsheet.
type row struct {
	number int
	fields []string
}

// boundedReader fails if one row takes more than maxRow bytes.
type boundedReader struct {
	in          io.Reader
	read, limit int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read >= b.limit {
		return 0, fmt.Errorf("a row of more than %d bytes; is a quotation mark missing?", maxRow)
	}
	n, err := b.in.Read(p)
	b.read += int64(n)
	return n, err
}

func newCSVRows(in *bufio.Reader, o Options, u *Understood) (*csvRows, error) {
	char, name, err := separator(in)
	if err != nil {
		return nil, err
	}
	u.Format, u.Separator = "CSV", name
	c := &csvRows{line: 1, bound: &boundedReader{in: in}, groups: func(r rune) bool { return r == ';' || r == '|' || r == '\n' || r == ',' }}
	c.csv = csv.NewReader(bufio.NewReaderSize(c.bound, 1<<14))
	c.csv.Comma, c.csv.FieldsPerRecord, c.csv.ReuseRecord = char, -1, true
	header, err := c.read()
	if err == io.EOF {
		return nil, errors.New("it has no header")
	} else if err != nil {
		return nil, err
	}
	if len(header) > maxColumns {
		return nil, fmt.Errorf("it has %d columns, want at most %d", len(header), maxColumns)
	}
	header = slices.Clone(header)
	for c.err == nil && len(c.ahead) < sampled {
		var fields []string
		if fields, c.err = c.read(); c.err == nil {
			c.ahead = append(c.ahead, row{c.row, slices.Clone(fields)})
		}
	}
	c.width = len(header)
	k := &recognizer{header: header, rows: c.ahead, options: o, understood: u}
	if c.columns, c.source, err = k.recognize(); err != nil {
		return nil, err
	}
	return c, nil
}

// separator finds the separator in the first line, or in a line that Excel reads: sep=;
func separator(in *bufio.Reader) (rune, string, error) {
	head, err := in.Peek(1 << 14)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return 0, "", err
	}
	line, _, _ := strings.Cut(string(head), "\n")
	if char, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(line)), "sep="); ok && len(char) == 1 {
		for _, s := range separators {
			if char == string(s.char) {
				_, err := in.Discard(len(line) + 1)
				return s.char, s.name, err
			}
		}
	}
	best, most := separators[0], 0
	for _, s := range separators {
		quoted, n := false, 0
		for _, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case r == s.char && !quoted:
				n++
			}
		}
		if n > most {
			best, most = s, n
		}
	}
	return best.char, best.name, nil
}

// read returns the next row with any text. It is valid until the next call.
func (c *csvRows) read() ([]string, error) {
	for {
		c.bound.limit = c.csv.InputOffset() + maxRow
		fields, err := c.csv.Read()
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			return nil, diag.WithHint(fmt.Errorf("line %d, column %d: %w", parse.Line, parse.Column, parse.Err), "a text with quotation marks needs them doubled, and one more on each side")
		case err != nil && err != io.EOF:
			return nil, fmt.Errorf("row %d: %w", c.row+1, err)
		case err != nil:
			return nil, err
		}
		line, _ := c.csv.FieldPos(0)
		c.row += 1 + max(line-c.line, 0) // and the empty lines before it
		c.line = line + 1
		isEmpty := true
		for _, field := range fields {
			isEmpty = isEmpty && field == ""
			c.line += strings.Count(field, "\n")
		}
		if !isEmpty {
			return fields, nil
		}
	}
}

// next fills the record with the next row.
func (c *csvRows) next(r *record) error {
	var fields []string
	if len(c.ahead) > 0 {
		r.row, fields, c.ahead = c.ahead[0].number, c.ahead[0].fields, c.ahead[1:]
	} else {
		if c.err == nil {
			fields, c.err = c.read()
		}
		if c.err != nil {
			return c.err
		}
		r.row = c.row
	}
	r.source = c.source
	if n := len(fields); n < c.width || slices.ContainsFunc(fields[c.width:], func(s string) bool { return s != "" }) {
		r.broken = fmt.Sprintf("%s, and the header has %d", text.Count(n, "field"), c.width)
		return nil
	}
	c.fill(r, fields)
	return nil
}

// fill sets the fields of the record.
func (c *csvRows) fill(r *record, fields []string) {
	for field, columns := range c.columns {
		for i, column := range columns {
			value := strings.TrimSpace(fields[column])
			switch {
			case value == "":
			case field == atGroups:
				for part := range strings.FieldsFuncSeq(value, c.groups) {
					if part = strings.TrimSpace(part); part != "" {
						r.more = append(r.more, part)
					}
				}
			case i > 0 && field == atModel && r.text[field] != "":
				r.also = value
			case r.text[field] == "":
				r.text[field] = value
			}
		}
	}
}

func (c *csvRows) warn(*Understood) {}
