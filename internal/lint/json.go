package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"syncguard/internal/plist"
)

// readJSON reads one JSON document as a tree without places. It keeps the limits of a property list, so that no input can
// exhaust memory or stack.
func readJSON(data []byte) (*plist.Value, error) {
	r := &jsonReader{tokens: json.NewDecoder(bytes.NewReader(data))}
	r.tokens.UseNumber()
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.tokens.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows after the end")
	}
	return v, nil
}

type jsonReader struct {
	tokens *json.Decoder
	nodes  int
}

func (r *jsonReader) value(depth int) (*plist.Value, error) {
	token, err := r.tokens.Token()
	if err != nil {
		return nil, jsonError(err)
	}
	if r.nodes++; r.nodes > plist.MaxNodes {
		return nil, fmt.Errorf("more than %d values", plist.MaxNodes)
	}
	if depth > plist.MaxDepth {
		return nil, fmt.Errorf("nested more than %d deep", plist.MaxDepth)
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case string:
		return plist.NewString(token), nil
	case bool:
		return plist.NewBoolean(token), nil
	case json.Number:
		return jsonNumber(token)
	}
	return &plist.Value{Kind: plist.Null}, nil
}

func (r *jsonReader) object(depth int) (*plist.Value, error) {
	v := plist.NewDictionary()
	for r.tokens.More() {
		token, err := r.tokens.Token()
		if err != nil {
			return nil, jsonError(err)
		}
		key, _ := token.(string) // the decoder takes nothing else here
		child, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v.Fields = append(v.Fields, plist.Field{Key: key, Value: child})
	}
	_, err := r.tokens.Token()
	return v, jsonError(err)
}

func (r *jsonReader) array(depth int) (*plist.Value, error) {
	v := plist.NewArray()
	for r.tokens.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
	}
	_, err := r.tokens.Token()
	return v, jsonError(err)
}

func jsonNumber(n json.Number) (*plist.Value, error) {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return plist.NewInteger(i), nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			return &plist.Value{Kind: plist.Integer, Int: plist.Int{Abs: u}}, nil
		}
	}
	f, err := n.Float64()
	if err != nil {
		return nil, errors.New("a number is out of range")
	}
	return plist.NewReal(f), nil
}

// jsonError says what is wrong without the text of the document, which may hold a secret.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too soon")
	case errors.As(err, &syntax):
		return fmt.Errorf("a mistake at byte %d", syntax.Offset)
	}
	return errors.New("it cannot be read")
}
