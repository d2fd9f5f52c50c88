package plist

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WriteJSON writes a value as JSON in one canonical form: two spaces, sorted keys, a line feed at the end. Data becomes
// base64 and a date RFC 3339, because JSON has neither. Equal values give equal bytes. It refuses null, UID and NaN values,
// duplicate keys, and more than MaxDepth levels.
func WriteJSON(v *Value) ([]byte, error) {
	w := &jsonWriter{}
	if err := w.value(v, 0); err != nil {
		return nil, err
	}
	w.out.WriteByte('\n')
	return w.out.Bytes(), nil
}

type jsonWriter struct{ out bytes.Buffer }

func (w *jsonWriter) value(v *Value, depth int) error {
	if v == nil || v.Kind == Null || v.Kind == UID {
		return errors.New("a null or UID cannot be written as JSON")
	}
	if depth > MaxDepth {
		return fmt.Errorf("arrays and dictionaries are nested deeper than %d levels", MaxDepth)
	}
	switch v.Kind {
	case Dictionary:
		return w.dictionary(v, depth)
	case Array:
		return w.array(v, depth)
	case Real:
		return w.real(v.Real)
	case Boolean:
		w.out.WriteString(strconv.FormatBool(v.Bool))
	case Integer:
		w.out.WriteString(v.Int.String())
	case Data:
		return w.text(base64.StdEncoding.EncodeToString(v.Data))
	case Date:
		return w.text(v.Time.UTC().Format(time.RFC3339))
	default:
		return w.text(v.Text)
	}
	return nil
}

func (w *jsonWriter) dictionary(v *Value, depth int) error {
	fields := slices.Clone(v.Fields)
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Key, b.Key) })
	for i := 1; i < len(fields); i++ {
		if fields[i].Key == fields[i-1].Key {
			return fmt.Errorf("the key %q repeats", fields[i].Key)
		}
	}
	return w.container('{', '}', len(fields), depth, func(i int) error {
		if err := w.text(fields[i].Key); err != nil {
			return err
		}
		w.out.WriteString(": ")
		return w.value(fields[i].Value, depth+1)
	})
}

func (w *jsonWriter) array(v *Value, depth int) error {
	return w.container('[', ']', len(v.Items), depth, func(i int) error { return w.value(v.Items[i], depth+1) })
}

// container writes n elements on lines of their own, between brackets.
func (w *jsonWriter) container(open, end byte, n, depth int, element func(int) error) error {
	w.out.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.line(depth + 1)
		if err := element(i); err != nil {
			return err
		}
	}
	if n > 0 {
		w.line(depth)
	}
	w.out.WriteByte(end)
	return nil
}

func (w *jsonWriter) line(depth int) {
	w.out.WriteByte('\n')
	for range depth {
		w.out.WriteString("  ")
	}
}

func (w *jsonWriter) real(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%v cannot be written as JSON", f)
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0" // reads back as a real
	}
	w.out.WriteString(s)
	return nil
}

// text writes a JSON string without escapes for HTML.
func (w *jsonWriter) text(s string) error {
	e := json.NewEncoder(&w.out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	w.out.Truncate(w.out.Len() - 1) // the line feed
	return nil
}
