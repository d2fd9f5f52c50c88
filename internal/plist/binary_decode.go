package plist

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	howett "howett.net/plist"

	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// decode turns a scanned file into values.
func (b *binaryFile) decode() *Value {
	native, err := decodeNative(b.data)
	if err != nil {
		b.fail(rule.UnsupportedBinary, nil, "the binary property list cannot be decoded (%s)", text.Shorten(err.Error()))
		return nil
	}
	v, err := fromNative(native)
	if err != nil {
		b.fail(rule.UnsupportedBinary, nil, "the binary property list cannot be used (%s)", err)
		return nil
	}
	return v
}

// decodeNative calls the library. It panics on some damaged input, although the scan should have refused all of it.
func decodeNative(data []byte) (native any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder stopped: %v", p)
		}
	}()
	_, err = howett.Unmarshal(data, &native)
	return native, err
}

// fromNative converts the result of the library. It recurses at most MaxDepth deep, the limit of the scan.
func fromNative(native any) (*Value, error) {
	switch n := native.(type) {
	case map[string]any:
		return fromMap(n)
	case []any:
		v := &Value{Kind: Array, Items: make([]*Value, len(n))}
		for i, item := range n {
			var err error
			if v.Items[i], err = fromNative(item); err != nil {
				return nil, err
			}
		}
		return v, nil
	case string:
		if !utf8.ValidString(n) {
			return nil, fmt.Errorf("a string is not valid UTF-8")
		}
		return NewString(strings.Clone(n)), nil // the library points into its buffer
	case []byte:
		return NewData(bytes.Clone(n)), nil
	case time.Time:
		return NewDate(n), nil
	case bool:
		return NewBoolean(n), nil
	case int64:
		return NewInteger(n), nil
	case uint64:
		return &Value{Kind: Integer, Int: Int{Abs: n}}, nil
	case float32:
		return NewReal(float64(n)), nil
	case float64:
		return NewReal(n), nil
	case howett.UID:
		return &Value{Kind: UID, Int: Int{Abs: uint64(n)}}, nil
	}
	return nil, fmt.Errorf("a value of type %T is not known", native)
}

func fromMap(native map[string]any) (*Value, error) {
	v := &Value{Kind: Dictionary, Fields: make([]Field, 0, len(native))}
	for key, n := range native {
		value, err := fromNative(n)
		if err != nil {
			return nil, err
		}
		v.Fields = append(v.Fields, Field{Key: strings.Clone(key), Value: value})
	}
	slices.SortFunc(v.Fields, func(a, b Field) int { return strings.Compare(a.Key, b.Key) })
	return v, nil
}
