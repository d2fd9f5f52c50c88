package plain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// WriteJSON writes v, indented, without escapes for HTML. Whatever a terminal or the log of a CI would obey is written as a
// JSON escape: equal to a program, and safe to look at.
func WriteJSON(w io.Writer, v any) error {
	data, err := encode(v, "")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// escapeJSON escapes Unprintable characters and commands to the log of a CI. JSON has neither outside strings.
func escapeJSON(data []byte) []byte {
	if slices.ContainsFunc(runnerSigns, func(sign string) bool { return bytes.Contains(data, []byte(sign)) }) {
		data = []byte(BreakCommands(string(data), func(r rune) string { return fmt.Sprintf(`\u%04x`, r) }))
	}
	return text.EscapeJSON(data)
}

// IsUnsafe is true for Unprintable characters, except the line feeds of the layout.
func IsUnsafe(r rune) bool { return r != '\n' && Unprintable(r) }

// WriteStream writes a result of several files as one JSON object, each file as soon as it is ready.
func WriteStream[H, F, T any](w io.Writer, s *app.Stream[H, F, T]) error {
	head, err := fields(s.Header)
	if err != nil {
		return err
	}
	files := Rendered(s.Files, func(w io.Writer, file F) error {
		if f, ok := any(file).(jsonWriter); ok {
			return writeJSON(w, &fileWriters, f.WriteJSON)
		}
		data, err := encode(file, "    ")
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
	wrote, err := WriteList(w, "{\n"+strings.TrimPrefix(head+",\n", ",\n")+"  \"files\": [", "\n    ", files)
	if err != nil {
		return err
	}
	foot, err := fields(s.Footer)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s]%s\n}\n", textIf(wrote, "\n  "), strings.TrimSuffix(",\n"+foot, ",\n"))
	return err
}

// jsonWriter is a value that writes its JSON itself, faster than package encoding/json.
type jsonWriter interface{ WriteJSON(*text.JSON) }

// The writers of a run are used again, so that a file costs no buffer.
var (
	fileWriters = sync.Pool{New: func() any { return text.NewIndentedJSON("    ") }}
	lineWriters = sync.Pool{New: func() any { return text.NewJSON() }}
)

// writeJSON makes what write writes safe, and writes it.
func writeJSON(w io.Writer, writers *sync.Pool, write func(*text.JSON)) error {
	j := writers.Get().(*text.JSON)
	defer writers.Put(j)
	j.Reset()
	write(j)
	_, err := w.Write(escapeJSON(j.Data))
	return err
}

// WriteJSONLine writes the safe JSON that write writes on one line, without a line feed.
func WriteJSONLine(w io.Writer, write func(*text.JSON)) error {
	return writeJSON(w, &lineWriters, write)
}

// WriteList writes the head of JSON up to the beginning of an array, and its elements, each after a line break. It reports whether
// there were any.
func WriteList(w io.Writer, head, lineBreak string, elements iter.Seq2[[]byte, error]) (wrote bool, err error) {
	if _, err := io.WriteString(w, head); err != nil {
		return false, err
	}
	before := lineBreak
	var line []byte
	for data, err := range elements {
		if err != nil {
			return wrote, err
		}
		if len(data) == 0 {
			continue
		}
		line = append(append(line[:0], before...), data...)
		if _, err := w.Write(line); err != nil {
			return wrote, err
		}
		wrote, before = true, ","+lineBreak
	}
	return wrote, nil
}

// JSONLine returns the safe JSON of a value on one line.
func JSONLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return escapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

// fields returns the JSON between the braces of an object.
func fields(v any) (string, error) {
	data, err := encode(v, "")
	if err != nil {
		return "", err
	}
	return strings.Trim(string(data[1:len(data)-1]), "\n"), nil
}

// encode returns the safe JSON of a value, with prefix before each line but the first.
func encode(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	err := e.Encode(v)
	return escapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}
