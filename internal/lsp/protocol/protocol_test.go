package protocol

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/generated"
)

var update = flag.Bool("update", false, "write protocol.go, and metamodel.json from the file that SYNCGUARD_METAMODEL names")

// metamodel is the part of the official model of the protocol that is read here.
type metamodel struct {
	Metadata struct {
		Version string `json:"version"`
	} `json:"metaData"`
	Structures   []structure   `json:"structures"`
	Enumerations []enumeration `json:"enumerations"`
	Aliases      []alias       `json:"typeAliases"`
}

type structure struct {
	Name       string     `json:"name"`
	Extends    []typeOf   `json:"extends,omitempty"`
	Mixins     []typeOf   `json:"mixins,omitempty"`
	Properties []property `json:"properties"`
}

type property struct {
	Name     string `json:"name"`
	Type     typeOf `json:"type"`
	Optional bool   `json:"optional,omitempty"`
}

type enumeration struct {
	Name   string  `json:"name"`
	Type   typeOf  `json:"type"`
	Values []value `json:"values"`
}

type value struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

type alias struct {
	Name string `json:"name"`
	Type typeOf `json:"type"`
}

type typeOf struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name,omitempty"`
	Element *typeOf         `json:"element,omitempty"`
	Items   []typeOf        `json:"items,omitempty"`
	Key     *typeOf         `json:"key,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"` // of a map a type, of a literal a structure
}

func (t typeOf) value() (of typeOf)      { _ = json.Unmarshal(t.Value, &of); return }
func (t typeOf) literal() (of structure) { _ = json.Unmarshal(t.Value, &of); return }

// protocol.go has the types of the official model that used.txt names. metamodel.json is what is left of the model by it.
func TestProtocolIsTheOfficialOne(t *testing.T) {
	if path := os.Getenv("SYNCGUARD_METAMODEL"); path != "" && *update {
		cut := read(t, path)
		cut.cut(t)
		data, err := json.MarshalIndent(cut, "", " ")
		if err == nil {
			err = os.WriteFile("metamodel.json", append(data, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	model := read(t, "metamodel.json")
	generated.Check(t, "protocol.go", model.code(), *update)
}

func read(t *testing.T, path string) (m metamodel) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cut leaves the structures and properties of used.txt, each structure with what it inherits, and the other types that they need.
func (m *metamodel) cut(t *testing.T) {
	used, err := os.ReadFile("used.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]structure{}
	for _, s := range m.Structures {
		all[s.Name] = s
	}
	m.Structures = nil
	for line := range strings.Lines(string(used)) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		whole, ok := all[name]
		if !ok {
			t.Fatalf("the model has no %s", name)
		}
		properties := inherited(all, whole)
		if wanted := strings.Fields(list); !slices.Equal(wanted, []string{"*"}) {
			properties = choose(t, name, properties, wanted)
		}
		m.Structures = append(m.Structures, structure{Name: name, Properties: properties})
	}
	needs := m.needs()
	m.Enumerations = slices.DeleteFunc(m.Enumerations, func(e enumeration) bool { return !needs[e.Name] })
	m.Aliases = slices.DeleteFunc(m.Aliases, func(a alias) bool { return !needs[a.Name] || a.Name == "LSPAny" })
	for name := range needs {
		known := name == "LSPAny" || slices.ContainsFunc(m.Structures, func(s structure) bool { return s.Name == name }) ||
			slices.ContainsFunc(m.Enumerations, func(e enumeration) bool { return e.Name == name }) ||
			slices.ContainsFunc(m.Aliases, func(a alias) bool { return a.Name == name })
		if !known {
			t.Errorf("used.txt lacks %s", name)
		}
	}
}

func inherited(all map[string]structure, s structure) (properties []property) {
	for _, from := range slices.Concat(s.Extends, s.Mixins) {
		properties = append(properties, inherited(all, all[from.Name])...)
	}
	return append(properties, s.Properties...)
}

func choose(t *testing.T, name string, all []property, wanted []string) (chosen []property) {
	for _, word := range wanted {
		word, alternative, _ := strings.Cut(word, "=")
		i := slices.IndexFunc(all, func(p property) bool { return p.Name == word })
		if i < 0 {
			t.Fatalf("%s has no %s", name, word)
		}
		p := all[i]
		if alternative != "" {
			p.Type = chooseType(t, p.Type, alternative)
		}
		chosen = append(chosen, p)
	}
	return chosen
}

// chooseType returns a type without the alternatives that are not wanted.
func chooseType(t *testing.T, of typeOf, name string) typeOf {
	switch of.Kind {
	case "array":
		of.Element = new(chooseType(t, *of.Element, name))
		return of
	case "reference": // an alias of alternatives
		return typeOf{Kind: "reference", Name: name}
	}
	i := slices.IndexFunc(of.Items, func(x typeOf) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("no alternative is %s", name)
	}
	return of.Items[i]
}

// needs are the names that the structures refer to.
func (m *metamodel) needs() map[string]bool {
	names := map[string]bool{}
	var visit func(of typeOf)
	visit = func(of typeOf) {
		switch of.Kind {
		case "reference":
			if names[of.Name] {
				return
			}
			names[of.Name] = true
			for _, a := range m.Aliases {
				if a.Name == of.Name && a.Name != "LSPAny" {
					visit(a.Type)
				}
			}
		case "array":
			visit(*of.Element)
		case "map":
			visit(*of.Key)
			visit(of.value())
		case "or":
			for _, x := range of.Items {
				visit(x)
			}
		case "literal":
			for _, p := range of.literal().Properties {
				visit(p.Type)
			}
		}
	}
	for _, s := range m.Structures {
		for _, p := range s.Properties {
			visit(p.Type)
		}
	}
	return names
}

func (m *metamodel) code() string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Code generated by go test ./internal/lsp/protocol -update from metamodel.json; DO NOT EDIT.\n\n")
	fmt.Fprintf(&b, "// Package protocol has the types in use of the Language Server Protocol %s, from its official model. doc.go tells where that is from.\npackage protocol\n\nimport \"encoding/json\"\n\n", m.Metadata.Version)
	for _, s := range m.Structures {
		fmt.Fprintf(&b, "type %s %s\n\n", s.Name, m.fields(s.Properties))
	}
	for _, a := range m.Aliases {
		fmt.Fprintf(&b, "type %s = %s\n\n", a.Name, m.goType(a.Type, false))
	}
	for _, e := range m.Enumerations {
		fmt.Fprintf(&b, "type %s %s\n\nconst (\n", e.Name, m.goType(e.Type, false))
		for _, v := range e.Values {
			fmt.Fprintf(&b, "%s%s %s = %s\n", e.Name, title(v.Name), e.Name, v.Value)
		}
		b.WriteString(")\n\n")
	}
	return b.String()
}

func (m *metamodel) fields(all []property) string {
	var b strings.Builder
	b.WriteString("struct {\n")
	for _, p := range all {
		tag := p.Name
		if p.Optional {
			tag += ",omitempty"
		}
		fmt.Fprintf(&b, "%s %s `json:%q`\n", title(p.Name), m.goType(p.Type, p.Optional), tag)
	}
	return b.String() + "}"
}

// goType returns the Go type of a type. An optional structure is a pointer, and so is what may be null.
func (m *metamodel) goType(of typeOf, optional bool) string {
	pointer := ""
	if optional && m.isStructure(of) {
		pointer = "*"
	}
	switch of.Kind {
	case "base":
		return map[string]string{"string": "string", "boolean": "bool", "integer": "int32", "uinteger": "uint32", "decimal": "float64",
			"DocumentUri": "string", "URI": "string"}[of.Name]
	case "reference":
		if of.Name == "LSPAny" {
			return "json.RawMessage"
		}
		return pointer + of.Name
	case "array":
		return "[]" + m.goType(*of.Element, false)
	case "map":
		return "map[" + m.goType(*of.Key, false) + "]" + m.goType(of.value(), false)
	case "literal":
		return pointer + m.fields(of.literal().Properties)
	case "or":
		rest := slices.DeleteFunc(slices.Clone(of.Items), func(x typeOf) bool { return x.Name == "null" })
		if len(rest) < len(of.Items) && len(rest) == 1 {
			if kind := m.goType(rest[0], false); strings.HasPrefix(kind, "[]") {
				return kind
			} else {
				return "*" + kind
			}
		}
		if len(rest) > 1 && !slices.ContainsFunc(rest, func(x typeOf) bool { return !m.isStructure(x) }) {
			return m.fields(m.merged(rest))
		}
	}
	return "json.RawMessage"
}

func (m *metamodel) isStructure(of typeOf) bool {
	return of.Kind == "literal" || of.Kind == "reference" && slices.ContainsFunc(m.Structures, func(s structure) bool { return s.Name == of.Name })
}

// properties are those of a structure or a literal.
func (m *metamodel) properties(of typeOf) []property {
	for _, s := range m.Structures {
		if of.Kind == "reference" && s.Name == of.Name {
			return s.Properties
		}
	}
	return of.literal().Properties
}

// merged are the properties of several structures, optional unless all have them.
func (m *metamodel) merged(all []typeOf) (properties []property) {
	for _, of := range all {
		for _, p := range m.properties(of) {
			if !slices.ContainsFunc(properties, func(q property) bool { return q.Name == p.Name }) {
				p.Optional = p.Optional || slices.ContainsFunc(all, func(x typeOf) bool {
					return !slices.ContainsFunc(m.properties(x), func(q property) bool { return q.Name == p.Name })
				})
				properties = append(properties, p)
			}
		}
	}
	return properties
}

func title(name string) string {
	if name == "uri" {
		return "URI"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
