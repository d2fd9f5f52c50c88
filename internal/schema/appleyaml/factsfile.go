package appleyaml

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// FactsFile returns a schema file of Apple's as facts only: without titles, descriptions, notes, examples and comments,
// under a comment naming its commit and path. Left names the fields left out beside these, sorted: this package does not
// read them.
//
// Old is the facts file to be replaced, or nil. Its keys missing from data stay, as dropped, and so does its former name.
func FactsFile(commit, name string, data, old []byte) (facts []byte, left []string, err error) {
	document, err := load(data)
	if err != nil {
		return nil, nil, err
	}
	s := factsFilter{left: map[string]bool{}, done: map[*yaml.Node]bool{}}
	s.apply(document, &fileFields)
	if old != nil {
		before, err := load(old)
		if err != nil {
			return nil, nil, fmt.Errorf("reading the facts to replace: %w", err)
		}
		if keys := field(document, "payloadkeys"); keys != nil {
			keepDropped(keys, field(before, "payloadkeys"), map[*yaml.Node]bool{})
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# source: %s @ %s %s\n", RepositoryName, commit, name)
	if from := readHeader(old, "").renamedFrom; from != "" {
		fmt.Fprintf(&b, "# renamed from %s.yaml\n", from)
	}
	dumper, err := yaml.NewDumper(&b, yaml.WithLineWidth(-1))
	if err == nil {
		err = errors.Join(dumper.Dump(document), dumper.Close())
	}
	if err == nil {
		err = sameFacts(data, b.Bytes(), old != nil)
	}
	return b.Bytes(), slices.Sorted(maps.Keys(s.left)), err
}

// sameFacts returns an error if facts do not read as the type of data. With more, facts may have keys beyond those of data.
func sameFacts(data, facts []byte, more bool) error {
	x, err := ReadType("", data)
	if err != nil {
		return err
	}
	y, err := ReadType("", facts)
	if err != nil {
		return fmt.Errorf("reading the facts back: %w", err)
	}
	if more {
		x.Keys, y.Keys = nil, nil
	}
	if !reflect.DeepEqual(x, y) {
		return errors.New("the facts do not read back as they were")
	}
	return nil
}

// fields lists the fields of one mapping of a schema file.
type fields struct {
	facts []string           // kept
	prose []string           // left out silently
	below map[string]*fields // kept, and filtered themselves; "" is any other field
}

var (
	sharedIPadFields = fields{facts: []string{"mode", "devicechannel", "userchannel", "allowed-scopes"}}
	enrollmentFields = fields{facts: []string{"mode"}, prose: []string{"behavior"}}
	platformFields   = fields{
		facts: []string{"introduced", "deprecated", "removed", "beta", "multiple", "supervised", "requiresdep", "userapprovedmdm",
			"allowmanualinstall", "devicechannel", "userchannel", "allowed-enrollments", "allowed-scopes"},
		below: map[string]*fields{"sharedipad": &sharedIPadFields, "userenrollment": &enrollmentFields},
	}
	platformsFields = fields{below: map[string]*fields{"": &platformFields}}
	payloadFields   = fields{
		facts: []string{"payloadtype", "declarationtype", "credentialtype", "apply", "beta"},
		prose: []string{"title", "description", "content"},
		below: map[string]*fields{"supportedOS": &platformsFields},
	}
	fileFields = fields{
		prose: []string{"title", "description", "notes", "examples", "related-status-items"},
		below: map[string]*fields{"payload": &payloadFields, "payloadkeys": keyFields()},
	}
)

// keyFields is a function because subkeys are keys again.
func keyFields() *fields {
	k := &fields{
		facts: []string{"key", "type", "valuetype", "subtype", "presence", "default", "rangelist", "range", "repetition", "format",
			"combinetype", "assettypes", "asset-content-types", "subkeytype", "replacement", "dropped"},
		prose: []string{"title", "content", "description"},
		below: map[string]*fields{"supportedOS": &platformsFields},
	}
	k.below["subkeys"] = k
	return k
}

type factsFilter struct {
	left map[string]bool
	done map[*yaml.Node]bool // visited: a list may hold itself
}

// apply removes comments, and all fields but facts, from a mapping or from each mapping of a list.
func (s *factsFilter) apply(n *yaml.Node, f *fields) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	if s.done[n] {
		return
	}
	s.done[n] = true
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			s.apply(item, f)
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		below := f.below[name.Value]
		if below == nil {
			below = f.below[""]
		}
		switch {
		case below != nil:
			s.apply(value, below)
		case slices.Contains(f.facts, name.Value):
			s.apply(value, &fields{facts: []string{"min", "max"}})
		default:
			if !slices.Contains(f.prose, name.Value) {
				s.left[name.Value] = true
			}
			continue
		}
		name.HeadComment, name.LineComment, name.FootComment = "", "", ""
		kept = append(kept, name, value)
	}
	n.Content = kept
}

// keepDropped adds the keys of the old list alone to keys, marked as dropped.
func keepDropped(keys, old *yaml.Node, done map[*yaml.Node]bool) {
	if keys == nil || old == nil || done[keys] {
		return
	}
	done[keys] = true
	for _, before := range old.Content {
		before = resolve(before)
		name := text(field(before, "key"))
		i := slices.IndexFunc(keys.Content, func(k *yaml.Node) bool { return text(field(k, "key")) == name })
		if i >= 0 {
			keepDroppedSubkeys(keys.Content[i], before, done)
			continue
		}
		if text(field(before, "dropped")) == "" {
			before.Content = append(before.Content,
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "dropped"}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
		}
		keys.Content = append(keys.Content, before)
	}
}

// keepDroppedSubkeys pairs array elements by place: their names are for people only.
func keepDroppedSubkeys(k, old *yaml.Node, done map[*yaml.Node]bool) {
	keys, olds := field(k, "subkeys"), field(old, "subkeys")
	if keys == nil || olds == nil || text(field(k, "type")) != text(field(old, "type")) {
		return
	}
	if strings.Trim(text(field(k, "type")), "<>") != "array" {
		keepDropped(keys, olds, done)
		return
	}
	if done[keys] {
		return
	}
	done[keys] = true
	for i := range min(len(keys.Content), len(olds.Content)) {
		keepDroppedSubkeys(keys.Content[i], olds.Content[i], done)
	}
}
