package schema

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// object is a JSON object; encoding/json sorts its keys, so the output is always the same.
type object = map[string]any

// JSONSchema returns the JSON Schema (draft-07) of the types of one payload type: of a payload's dictionary with the
// common keys of all payloads, of a whole declaration, or of a preference domain. JSON has no data and no dates: they are
// base64 and RFC 3339. A preference domain may have unknown keys.
func (c *Catalog) JSONSchema(types []*Type) ([]byte, error) {
	s := &schemaMaker{definitions: object{}, names: map[use]string{}, encoder: newKeyEncoder(nil)}
	var all []any
	for _, t := range types {
		o, err := s.document(c, t)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	root := object{"anyOf": all}
	if len(all) == 1 {
		root = all[0].(object)
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = types[0].PayloadType
	if len(s.definitions) > 0 {
		root["definitions"] = s.definitions
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(root)
	return b.Bytes(), err
}

// schemaMaker writes each shared list of keys as a definition, so keys may lead back to themselves.
type schemaMaker struct {
	definitions object
	names       map[use]string
	encoder     *keyEncoder // counts the uses, and makes up the names
}

// use is a list of keys as those of a dictionary or as the elements of an array.
type use struct {
	list
	ofArray bool
}

func (s *schemaMaker) document(c *Catalog, t *Type) (object, error) {
	s.encoder.count(t.Keys)
	d, err := c.Descriptions(t)
	if err != nil {
		return nil, err
	}
	switch t.Family {
	case Payload, Preferences:
		common, err := c.Common()
		if err != nil {
			return nil, err
		}
		ofCommon, err := c.Descriptions(common)
		if err != nil {
			return nil, err
		}
		s.encoder.count(common.Keys)
		return s.payload(t, common, d, ofCommon), nil
	case Configuration, Asset, Activation, Management:
		base, err := c.DeclarationBase()
		if err != nil {
			return nil, err
		}
		ofBase, err := c.Descriptions(base)
		if err != nil {
			return nil, err
		}
		s.encoder.count(base.Keys)
		return s.declaration(t, base, d, ofBase), nil
	}
	return s.dictionary(t.root(), d), nil
}

// payload also allows the common keys of all payloads, none required: a template leaves them out.
func (s *schemaMaker) payload(t, common *Type, d, ofCommon *Descriptions) object {
	o := s.dictionary(t.root(), d)
	if t.Family == Preferences {
		o["additionalProperties"] = true
	}
	properties := o["properties"].(object)
	for _, k := range common.Keys {
		if properties[k.Name] == nil {
			properties[k.Name] = s.key(k, ofCommon.Key(k))
		}
	}
	properties["PayloadType"] = constant(properties["PayloadType"], t.PayloadType)
	return o
}

func (s *schemaMaker) declaration(t, base *Type, d, ofBase *Descriptions) object {
	o := s.dictionary(base.root(), ofBase)
	if required, ok := o["required"].([]string); ok {
		o["required"] = slices.DeleteFunc(required, func(name string) bool { return name == "ServerToken" }) // a server adds it
	}
	properties := o["properties"].(object)
	properties["Type"] = constant(properties["Type"], t.PayloadType)
	properties["Payload"] = s.dictionary(t.root(), d)
	return o
}

// constant returns the schema of one value, with the description of a property.
func constant(property any, value string) object {
	o := object{"const": value}
	if described, ok := property.(object); ok && described["description"] != nil {
		o["description"] = described["description"]
	}
	return o
}

// key returns the schema of a key's value, with its description.
func (s *schemaMaker) key(k *Key, d *Descriptions) object {
	o := s.kind(k, d)
	if text := d.Text(); text != nil {
		o["description"] = text.String()
	}
	if k.Default != nil {
		if v, err := encodeValue(k.Default); err == nil {
			o["default"] = v
		}
	}
	if choices := rangeList(k); choices != nil {
		if items, ok := o["items"].(object); ok && k.Kind == plist.Array {
			items["enum"] = choices
		} else {
			o["enum"] = choices
		}
	}
	return o
}

func rangeList(k *Key) []any {
	var choices []any
	for _, v := range k.RangeList {
		x, err := encodeValue(v)
		if err != nil {
			return nil // JSON cannot express it, so nothing is checked
		}
		if !slices.ContainsFunc(choices, func(y any) bool { return reflect.DeepEqual(x, y) }) {
			choices = append(choices, x)
		}
	}
	return choices
}

func (s *schemaMaker) kind(k *Key, d *Descriptions) object {
	if k.AnyKind {
		return object{}
	}
	switch k.Kind {
	case plist.Dictionary:
		return s.shared(k, d)
	case plist.Array:
		return s.array(k, d)
	case plist.Integer, plist.Real:
		return number(k)
	case plist.Boolean:
		return object{"type": "boolean"}
	case plist.Data:
		return object{"type": "string", "contentEncoding": "base64"}
	case plist.Date:
		return object{"type": "string", "format": "date-time"}
	}
	return text(k)
}

func number(k *Key) object {
	o := object{"type": "integer"}
	if k.Kind == plist.Real {
		o["type"] = "number"
	}
	if k.Min != nil {
		o["minimum"] = *k.Min
	}
	if k.Max != nil {
		o["maximum"] = *k.Max
	}
	return o
}

func text(k *Key) object {
	o := object{"type": "string"}
	if pattern, ok := ecmaPattern(k.Format); ok && pattern != "" {
		o["pattern"] = pattern
	}
	return o
}

func (s *schemaMaker) array(k *Key, d *Descriptions) object {
	o := object{"type": "array", "items": s.shared(k, d)}
	if k.MinItems != nil {
		o["minItems"] = max(*k.MinItems, 0)
	}
	if k.MaxItems != nil {
		o["maxItems"] = max(*k.MaxItems, 0)
	}
	return o
}

// items allows any element if the schema names none.
func (s *schemaMaker) items(k *Key, d *Descriptions) object {
	var elements []any
	for _, element := range k.Keys {
		elements = append(elements, s.key(element, d.Key(element)))
	}
	switch len(elements) {
	case 0:
		return object{}
	case 1:
		return elements[0].(object)
	}
	return object{"anyOf": elements}
}

// shared returns the schema of a dictionary or of an array's elements, or a reference if several keys share it.
func (s *schemaMaker) shared(k *Key, d *Descriptions) object {
	write := s.dictionary
	if k.Kind == plist.Array {
		write = s.items
	}
	id := use{listOf(k.Keys), k.Kind == plist.Array}
	if s.encoder.users[id.list] < 2 {
		return write(k, d)
	}
	name, written := s.names[id]
	if !written {
		name = s.encoder.anchor(k)
		s.names[id] = name // before it is written: it may lead back here
		s.definitions[name] = write(k, d)
	}
	// In draft-07 nothing counts beside a reference, so it stands alone.
	return object{"allOf": []any{object{"$ref": "#/definitions/" + pointer(name)}}}
}

// pointer escapes a name for a reference, a JSON Pointer in a URI.
func pointer(name string) string {
	name = strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	return url.PathEscape(name)
}

func (s *schemaMaker) dictionary(k *Key, d *Descriptions) object {
	properties := object{}
	o := object{"type": "object", "properties": properties, "additionalProperties": len(k.Keys) == 0}
	var required []string
	for _, child := range k.Keys {
		if child.Name == Any {
			o["additionalProperties"] = s.key(child, d.Key(child))
			continue
		}
		properties[child.Name] = s.key(child, d.Key(child))
		if child.Required {
			required = append(required, child.Name)
		}
	}
	if required != nil {
		slices.Sort(required)
		o["required"] = slices.Compact(required)
	}
	return o
}

// ecmaPattern rewrites a format as a pattern with the same meaning in JavaScript; ok is false without one. Apart from
// look-ahead, the pattern must be valid in Go and JavaScript alike.
func ecmaPattern(format string) (string, bool) {
	pattern, ok := escapePattern(format)
	if !ok {
		return "", false
	}
	_, err := regexp.Compile(strings.NewReplacer("(?!", "(?:", "(?=", "(?:").Replace(pattern))
	return pattern, err == nil
}

// escapePattern removes escapes unknown to JavaScript's strict (Unicode) mode, and escapes literal brackets. It gives up
// on syntax special to other languages.
func escapePattern(format string) (string, bool) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(format); i++ {
		ch := format[i]
		rest := format[i:]
		switch {
		case ch == '\\':
			if i++; i == len(format) {
				return "", false
			}
			next := format[i]
			switch {
			case isAlphanumeric(next) && !strings.ContainsRune("dDsSwWbnrtfv", rune(next)), next >= 0x80:
				return "", false
			case isAlphanumeric(next), strings.IndexByte(`^$\.*+?()[]{}|/`, next) >= 0, inClass && next == '-':
				b.WriteByte('\\')
			}
			b.WriteByte(next)
			continue
		case inClass && strings.HasPrefix(rest, "[:"):
			return "", false
		case inClass && ch == ']':
			inClass = false
		case !inClass && ch == '[':
			inClass = true
		case !inClass && ch == ']', !inClass && ch == '}' && !endsCount(format[:i+1]), !inClass && ch == '{' && !startsCount(rest):
			b.WriteByte('\\')
		case !inClass && strings.HasPrefix(rest, "(?") && !hasOneOf(rest, "(?:", "(?!", "(?="):
			return "", false
		}
		b.WriteByte(ch)
	}
	return b.String(), !inClass
}

func isAlphanumeric(ch byte) bool {
	return '0' <= ch && ch <= '9' || 'a' <= ch && ch <= 'z' || 'A' <= ch && ch <= 'Z'
}

func hasOneOf(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// startsCount reports whether a brace begins a number of repetitions: {2}, {2,} or {2,3}.
func startsCount(s string) bool {
	inside, _, closed := strings.Cut(s[1:], "}")
	low, high, _ := strings.Cut(inside, ",")
	return closed && low != "" && strings.Trim(low+high, "0123456789") == ""
}

func endsCount(s string) bool {
	open := strings.LastIndexByte(s, '{')
	return open >= 0 && startsCount(s[open:]) && !strings.HasSuffix(s[:open], `\`)
}
