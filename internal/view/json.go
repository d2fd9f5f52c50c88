package view

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

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
		data = []byte(breakCommands(string(data), func(r rune) string { return fmt.Sprintf(`\u%04x`, r) }))
	}
	return text.EscapeJSON(data)
}

// isUnsafe is true for Unprintable characters, except the line feeds of the layout.
func isUnsafe(r rune) bool { return r != '\n' && Unprintable(r) }

// WriteStream writes a result of several files as one JSON object, each file as soon as it is ready.
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
