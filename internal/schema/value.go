package schema

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/plist"
)

// encodeValue writes a stated value as JSON. Data becomes base64 and a date RFC 3339; the kind of the key tells them
// from text, so inside containers they cannot be kept and are an error.
func encodeValue(v *plist.Value) (json.RawMessage, error) {
	switch v.Kind {
	case plist.Data:
		return json.Marshal(v.Data)
	case plist.Date:
		return json.Marshal(v.Time.UTC().Format(time.RFC3339))
	}
	return encodePlain(v)
}

func encodePlain(v *plist.Value) (json.RawMessage, error) {
	switch v.Kind {
	case plist.String:
		return encodeText(v.Text)
	case plist.Boolean:
		return json.Marshal(v.Bool)
	case plist.Integer:
		return json.RawMessage(v.Int.String()), nil
	case plist.Real:
		return encodeReal(v.Real)
	case plist.Array:
		var b bytes.Buffer
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			raw, err := encodePlain(item)
			if err != nil {
				return nil, err
			}
			b.Write(raw)
		}
		b.WriteByte(']')
		return b.Bytes(), nil
	case plist.Dictionary:
		return encodeDictionary(v)
	}
	return nil, fmt.Errorf("a %s cannot be stated", v.Kind)
}

func encodeDictionary(v *plist.Value) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{} // written in the order of the keys
	for _, f := range v.Fields {
		raw, err := encodePlain(f.Value)
		if err != nil {
			return nil, err
		}
		fields[f.Key] = raw
	}
	return json.Marshal(fields)
}

// encodeText is json.Marshal without its escapes for HTML.
func encodeText(s string) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// encodeReal keeps a whole number from reading as an integer: 1.0.
func encodeReal(f float64) (json.RawMessage, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v cannot be stated", f)
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return json.RawMessage(s), nil
}

// numberOf reads an integer as far as plists have them, and a real otherwise.
func numberOf(s string) (*plist.Value, error) {
	if !strings.ContainsAny(s, ".eE") {
		abs, err := strconv.ParseUint(strings.TrimPrefix(s, "-"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is too large for an integer", s)
		}
		n := plist.Int{Negative: s[0] == '-' && abs != 0, Abs: abs}
		if _, fits := n.Int64(); n.Negative && !fits {
			return nil, fmt.Errorf("%s is too small for an integer", s)
		}
		return &plist.Value{Kind: plist.Integer, Int: n}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("%s is too large for a real", s)
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
			err = fmt.Errorf("%q is not an integer", text)
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
	return nil, fmt.Errorf("a %s is not written as text", kind)
}
