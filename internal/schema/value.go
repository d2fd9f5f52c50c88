package schema

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/plist"
)

// encodeValue returns a value for JSON. Data becomes base64 and a date RFC 3339; the kind of the key tells them from
// text, so inside containers they are an error.
func encodeValue(v *plist.Value) (any, error) {
	switch v.Kind {
	case plist.Data:
		return base64.StdEncoding.EncodeToString(v.Data), nil
	case plist.Date:
		return v.Time.UTC().Format(time.RFC3339), nil
	}
	return encodePlain(v)
}

func encodePlain(v *plist.Value) (any, error) {
	switch v.Kind {
	case plist.String:
		return v.Text, nil
	case plist.Boolean:
		return v.Bool, nil
	case plist.Integer:
		return json.Number(v.Int.String()), nil
	case plist.Real:
		return encodeReal(v.Real)
	case plist.Array:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			var err error
			if list[i], err = encodePlain(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	case plist.Dictionary:
		fields := make(map[string]any, len(v.Fields)) // written in the order of the keys
		for _, f := range v.Fields {
			var err error
			if fields[f.Key], err = encodePlain(f.Value); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
	return nil, fmt.Errorf("JSON cannot hold a %s", v.Kind)
}

// encodeReal keeps a whole number from reading as an integer: 1.0.
func encodeReal(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("JSON cannot hold %v", f)
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return json.Number(s), nil
}

// decodeValue is the reverse of encodeValue for a key of a kind. Dictionaries come in the order of their keys.
func decodeValue(x any, kind plist.Kind) (*plist.Value, error) {
	switch x := x.(type) {
	case string:
		if kind == plist.Data || kind == plist.Date {
			return ParseValue(x, kind)
		}
		return plist.NewString(x), nil
	case bool:
		return plist.NewBoolean(x), nil
	case json.Number:
		return numberOf(x.String())
	case []any:
		array := plist.NewArray()
		for _, item := range x {
			v, err := decodeValue(item, plist.Null)
			if err != nil {
				return nil, err
			}
			array.Items = append(array.Items, v)
		}
		return array, nil
	case map[string]any:
		dictionary := plist.NewDictionary()
		for _, name := range slices.Sorted(maps.Keys(x)) {
			v, err := decodeValue(x[name], plist.Null)
			if err != nil {
				return nil, err
			}
			dictionary.Fields = append(dictionary.Fields, plist.Field{Key: name, Value: v})
		}
		return dictionary, nil
	}
	return nil, errors.New("unexpected null")
}

// numberOf reads an integer as far as plists have them, and a real otherwise.
func numberOf(s string) (*plist.Value, error) {
	if !strings.ContainsAny(s, ".eE") {
		abs, err := strconv.ParseUint(strings.TrimPrefix(s, "-"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("invalid integer %s: want at most 18446744073709551615", s)
		}
		n := plist.Int{Negative: s[0] == '-' && abs != 0, Abs: abs}
		if _, fits := n.Int64(); n.Negative && !fits {
			return nil, fmt.Errorf("invalid integer %s: want at least -9223372036854775808", s)
		}
		return &plist.Value{Kind: plist.Integer, Int: n}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("invalid real %s: too large", s)
	}
	return plist.NewReal(f), nil
}

// ParseValue reads text as a scalar of a kind, as schema files write it.
func ParseValue(text string, kind plist.Kind) (*plist.Value, error) {
	switch kind {
	case plist.String:
		return plist.NewString(text), nil
	case plist.Boolean:
		b, err := strconv.ParseBool(text)
		return plist.NewBoolean(b), err
	case plist.Integer:
		v, err := numberOf(text)
		if err == nil && v.Kind != plist.Integer {
			err = fmt.Errorf("invalid integer %q", text)
		}
		return v, err
	case plist.Real:
		f, err := strconv.ParseFloat(text, 64)
		return plist.NewReal(f), err
	case plist.Date:
		t, err := time.Parse(time.RFC3339, text)
		return plist.NewDate(t), err
	case plist.Data:
		data, err := base64.StdEncoding.DecodeString(text)
		return plist.NewData(data), err
	}
	return nil, fmt.Errorf("a %s has no text form", kind)
}
