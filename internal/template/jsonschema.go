package template

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v4"
)

// object is a JSON object; encoding/json sorts its keys, so the output is always the same.
type object = map[string]any

// JSONSchema returns the JSON Schema (draft-07) of a template, for editors. It allows ${name} in place of any single value,
// because Load checks the value after replacing the variable.
func JSONSchema() ([]byte, error) {
	top := templateShape()
	root := jsonShape(top)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "syncguard template"
	// Required keys may come from the extended template.
	root["anyOf"] = []any{object{"required": []string{"extends"}}, requirements(top)}
	root["definitions"] = object{
		"variable": object{"type": "string", "pattern": variablePattern},
		"value": object{
			"description": "Any value but null.",
			"anyOf": []any{
				object{"type": []string{"string", "number", "boolean"}},
				object{"type": "array", "items": object{"$ref": "#/definitions/value"}},
				object{"type": "object", "properties": references(), "additionalProperties": object{"$ref": "#/definitions/value"}},
			},
		},
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(root)
	return out.Bytes(), err
}

// references returns the schema of the keys of mappings that stand for another value, so editors offer them.
func references() object {
	id := object{"type": "string", "pattern": payloadID.pattern()}
	return object{
		referenceKey: object{"anyOf": []any{id, object{"$ref": "#/definitions/variable"}}, "description": "The id of another payload: stands for its PayloadUUID."},
		"$file":      object{"type": "string", "description": "The path of a file: stands for its bytes."},
		"$text":      object{"type": "string", "description": "The path of a file: stands for its text."},
	}
}

// jsonShape turns a shape into JSON Schema, description and all.
func jsonShape(s *shape) object {
	o := jsonKind(s, s.kind)
	if s.also != 0 {
		o = object{"anyOf": []any{o, jsonKind(s, s.also)}}
	}
	o["description"] = s.meaning
	if s.fallback != "" {
		o["default"] = fromYAML(s.fallback, s.kind)
	}
	if s.example != "" {
		o["examples"] = []any{fromYAML(s.example, s.kind)}
	}
	return o
}

// fromYAML reads a default or an example of the shapes as a JSON value.
func fromYAML(source string, k kind) any {
	if k == plain || k == date {
		return source
	}
	if k == list && source[0] != '[' {
		source = "[" + source + "]"
	}
	var v any
	if err := yaml.Unmarshal([]byte(source), &v); err != nil {
		return source
	}
	return v
}

func jsonKind(s *shape, k kind) object {
	switch k {
	case plain:
		return jsonText(s)
	case flag:
		return orVariable(s, object{"type": "boolean"})
	case date:
		return orVariable(s, object{"type": "string", "pattern": `^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].+)?$`})
	case list:
		o := object{"type": "array", "items": jsonShape(s.item)}
		if s.nonEmpty {
			o["minItems"] = 1
		}
		if s.unique {
			o["uniqueItems"] = true
		}
		return o
	case scalar:
		return object{"type": []string{"string", "number", "boolean", "null"}}
	case free:
		return object{"type": "object"}
	}
	return jsonMapping(s)
}

func jsonText(s *shape) object {
	switch {
	case len(s.choices) > 0:
		return orVariable(s, object{"type": "string", "enum": s.choices})
	case s.format != nil:
		return orVariable(s, object{"type": "string", "pattern": s.format.pattern()})
	case s.nonEmpty:
		return object{"type": "string", "pattern": `\S`}
	}
	return object{"type": "string"}
}

// orVariable also allows a text with a variable, unless the shape forbids variables.
func orVariable(s *shape, o object) object {
	if s.literal {
		return o
	}
	return object{"anyOf": []any{o, object{"$ref": "#/definitions/variable"}}}
}

// jsonMapping allows null for every key, because an overlay removes a key with it.
func jsonMapping(s *shape) object {
	o := object{"type": "object"}
	if s.keys == nil {
		o["additionalProperties"] = orNull(jsonShape(s.item))
		return o
	}
	properties := object{}
	var needed []string
	for _, k := range s.keys {
		if k.identity {
			properties[k.name] = jsonShape(k)
			needed = append(needed, k.name)
			continue
		}
		properties[k.name] = orNull(jsonShape(k))
	}
	o["properties"], o["additionalProperties"] = properties, false
	if needed != nil {
		o["required"] = needed
	}
	return o
}

func orNull(o object) object {
	outer := object{}
	for _, k := range []string{"description", "default", "examples"} {
		if v, ok := o[k]; ok {
			outer[k] = v
			delete(o, k)
		}
	}
	outer["anyOf"] = []any{o, object{"type": "null"}}
	return outer
}

// requirements returns the schema of the keys required after merging overlays, and not null. It is nil without any.
func requirements(s *shape) object {
	if s.kind == free {
		return object{"additionalProperties": object{"$ref": "#/definitions/value"}}
	}
	if s.kind == list && s.item != nil {
		if inner := requirements(s.item); inner != nil {
			return object{"items": inner}
		}
		return nil
	}
	properties, needed := object{}, []string{}
	for _, k := range s.keys {
		inner := requirements(k)
		if k.required {
			needed = append(needed, k.name)
			inner = orEmpty(inner)
			inner["not"] = object{"type": "null"}
		}
		if inner != nil {
			properties[k.name] = inner
		}
	}
	o := object{}
	if len(needed) > 0 {
		o["required"] = needed
	}
	if len(properties) > 0 {
		o["properties"] = properties
	}
	if len(o) == 0 {
		return nil
	}
	return o
}

func orEmpty(o object) object {
	if o == nil {
		return object{}
	}
	return o
}
