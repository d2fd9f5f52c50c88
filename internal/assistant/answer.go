package assistant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"syncguard/internal/diag"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

// Arguments come in as JSON and are decoded strictly, with errors that an assistant can act on. What goes out is printable and
// bounded, whatever it is made of.

// list is an array of strings. Some assistants write one string for it.
type list []string

func (l *list) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = nil
		if one != "" {
			*l = list{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// decode reads the arguments of a call. No error shows a value: it may be a secret.
func decode(arguments json.RawMessage, in any) error {
	if len(arguments) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(arguments))
	d.DisallowUnknownFields()
	err := d.Decode(in)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return bounded(reflect.ValueOf(in).Elem())
	case errors.As(err, &wrong):
		return fmt.Errorf("invalid argument %s: want %s", text.Quote(wrong.Field), jsonType(wrong.Type))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the arguments end too early")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown argument %s, want %s", shorten(name), strings.Join(fieldsOf(reflect.TypeOf(in).Elem()), ", "))
	}
	return errors.New("the arguments cannot be read as JSON")
}

// inline is the content of a file in a call.
type inline string

// bounded refuses arguments that are too large to work on.
func bounded(in reflect.Value) error {
	for i, name := range fieldsOf(in.Type()) {
		switch v := in.Field(i).Interface().(type) {
		case inline:
			if len(v) > maxInline {
				return fmt.Errorf("%s is too large, want at most %d MiB: save it, and give its path", name, maxInline>>20)
			}
		case string:
			if len(v) > maxArgument {
				return fmt.Errorf("%s is too long, want at most %d bytes", name, maxArgument)
			}
		case list:
			if len(v) > maxListed || slices.ContainsFunc(v, func(s string) bool { return len(s) > maxPath }) {
				return fmt.Errorf("%s is too long, want at most %d texts of %d bytes", name, maxListed, maxPath)
			}
		}
	}
	return nil
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array of strings"
	case reflect.Struct:
		return "an object"
	}
	return "a string"
}

// fieldsOf lists the names of a struct's fields in JSON.
func fieldsOf(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// failure is the result of a call that could not be answered: one clause, with a hint.
func failure(err error) *mcp.CallToolResult {
	message := diag.Plain(err)
	var usage *diag.UsageError
	if errors.As(err, &usage) && usage.Hint != "" {
		message += ": " + usage.Hint
	}
	result := &mcp.CallToolResult{}
	result.SetError(errors.New(shorten(toolWords().Replace(message))))
	return result
}

// toolWords replaces the words of the command line in a message by those of the tools.
var toolWords = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("syncguard schema show", "explain", "syncguard schema list", "search_catalog", "syncguard schema search", "search_catalog",
		"syncguard rules", "explain", "syncguard validate", "check_profile", "syncguard lint", "check_profile", "--target", "target", "for --for", "as server", "--identifier", "identifier")
})

// shorten makes a text printable, and cuts the middle out of a long one.
func shorten(s string) string {
	if len(s) > maxString {
		s = strings.ToValidUTF8(s[:maxString/2], "") + "…" + strings.ToValidUTF8(s[len(s)-maxString/2:], "")
	}
	return view.Clean(s)
}

// clean makes every text of an answer printable and short. A nil slice becomes an empty one, which is what the schema promises.
func clean(answer any) { cleanValue(reflect.ValueOf(answer)) }

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			cleanValue(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			cleanValue(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			cleanValue(v.Index(i))
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[verbatim]() {
			v.SetString(shorten(v.String()))
		}
	}
}

// verbatim is a text of several lines, made by syncguard and checked already.
type verbatim string

// fit returns the first items that fit into a number of bytes as JSON, and the number of those left out.
func fit[T any](items []T, most int) (kept []T, more int) {
	size := 0
	for i := range items {
		clean(&items[i])
		data, err := json.Marshal(items[i])
		if size += len(data); err != nil || size > most {
			return items[:i], len(items) - i
		}
	}
	return items, 0
}

// first returns at most n different texts, in their order.
func first(n int, texts []string) []string {
	var kept []string
	for _, t := range texts {
		if len(kept) < n && !slices.Contains(kept, t) {
			kept = append(kept, t)
		}
	}
	return kept
}
