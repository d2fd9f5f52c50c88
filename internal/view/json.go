package view

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"syncguard/internal/app"
)

// WriteJSON writes v, indented, with characters that matter to HTML left as they are. What a terminal or the log of a CI
// would obey is escaped as JSON has it: the text is the same to a program, and harmless to look at.
func WriteJSON(w io.Writer, v any) error {
	data, err := encode(v, "")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// harmlessJSON escapes Unprintable characters, and commands to the log of a CI. Outside strings JSON has none of either.
func harmlessJSON(data []byte) []byte {
	if !bytes.ContainsFunc(data, shy) && !logCommand().Match(data) {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(logCommand().ReplaceAll(data, []byte(`#\u0023$1`))) {
		switch {
		case !shy(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// shy is true of what is Unprintable; the line feeds of the layout are not.
func shy(r rune) bool { return r != '\n' && Unprintable(r) }

// WriteStream writes a result of several files as one JSON object, each file as it comes.
func WriteStream[H, F, T any](w io.Writer, s *app.Stream[H, F, T]) error {
	out := bufio.NewWriter(w)
	head, err := fields(s.Header)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "{\n%s  \"files\": [", strings.TrimPrefix(head+",\n", ",\n"))
	between, end := "\n    ", "]"
	for file, err := range s.Files {
		if err != nil {
			return err
		}
		data, err := encode(file, "    ")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%s", between, data)
		between, end = ",\n    ", "\n  ]"
	}
	foot, err := fields(s.Footer)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n}\n", strings.TrimSuffix(end+",\n"+foot, ",\n"))
	return out.Flush()
}

// fields are those of an object as they stand between its braces.
func fields(v any) (string, error) {
	data, err := encode(v, "")
	if err != nil {
		return "", err
	}
	return strings.Trim(string(data[1:len(data)-1]), "\n"), nil
}

// encode returns the harmless JSON of a value, its lines but the first indented.
func encode(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	err := e.Encode(v)
	return harmlessJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}
