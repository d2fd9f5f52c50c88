package appleyaml

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// load returns the top mapping of a file. It decodes to nodes, not structs, because three of Apple's schemas are
// recursive.
func load(data []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		return nil, fmt.Errorf("reading YAML: %w", err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("no mapping at the top of the file")
	}
	return document.Content[0], nil
}

// field returns a value of a mapping, or nil.
func field(mapping *yaml.Node, name string) *yaml.Node {
	mapping = resolve(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return resolve(mapping.Content[i+1])
		}
	}
	return nil
}

func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func text(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// texts returns a list of scalars. An empty list is not nil.
func texts(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	list := []string{}
	for _, item := range n.Content {
		list = append(list, text(resolve(item)))
	}
	return list
}

func boolean(n *yaml.Node) (*bool, error) {
	if n == nil {
		return nil, nil
	}
	b, err := strconv.ParseBool(text(n))
	if err != nil {
		return nil, misread(n, "a boolean")
	}
	return &b, nil
}

func integer(n *yaml.Node) (*int, error) {
	if n == nil {
		return nil, nil
	}
	i, err := strconv.Atoi(text(n))
	if err != nil {
		return nil, misread(n, "an integer")
	}
	return &i, nil
}

func number(n *yaml.Node) (*float64, error) {
	if n == nil {
		return nil, nil
	}
	f, err := strconv.ParseFloat(text(n), 64)
	if err != nil {
		return nil, misread(n, "a number")
	}
	return &f, nil
}

func misread(n *yaml.Node, want string) error {
	return fmt.Errorf("line %d: invalid value %q: want %s", n.Line, text(n), want)
}

// keyReader reads lists of keys. A list shared by several keys, or holding itself, stays one list.
type keyReader struct {
	lists map[*yaml.Node][]*schema.Key
}

func newKeyReader() *keyReader { return &keyReader{lists: map[*yaml.Node][]*schema.Key{}} }

func (r *keyReader) keys(n *yaml.Node) ([]*schema.Key, error) {
	if n == nil {
		return nil, nil
	}
	if keys, seen := r.lists[n]; seen {
		return keys, nil
	}
	keys := make([]*schema.Key, len(n.Content))
	for i := range keys {
		keys[i] = &schema.Key{}
	}
	r.lists[n] = keys // before its keys are read: they may refer back to it
	for i, item := range n.Content {
		if err := r.key(keys[i], resolve(item)); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (r *keyReader) key(k *schema.Key, n *yaml.Node) error {
	k.Name = text(field(n, "key"))
	k.Required = text(field(n, "presence")) == "required"
	k.Format = text(field(n, "format"))
	k.Subtype = strings.Trim(text(first(field(n, "valuetype"), field(n, "subtype"))), "<>")
	k.CombineType = text(field(n, "combinetype"))
	k.AssetTypes = texts(field(n, "assettypes"))
	k.ContentTypes = texts(field(n, "asset-content-types"))
	k.SubkeyType = text(field(n, "subkeytype"))
	k.Replacement = text(field(n, "replacement"))
	k.Dropped = text(field(n, "dropped")) == "true"
	if err := readKind(k, n); err != nil {
		return err
	}
	if err := readLimits(k, n); err != nil {
		return err
	}
	var err error
	if k.Availability, err = readAvailabilities(field(n, "supportedOS")); err != nil {
		return err
	}
	k.Keys, err = r.keys(field(n, "subkeys"))
	return err
}

func first(nodes ...*yaml.Node) *yaml.Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}

func readKind(k *schema.Key, n *yaml.Node) error {
	name := strings.Trim(text(field(n, "type")), "<>")
	var err error
	if k.Kind, k.AnyKind, err = schema.ParseKind(name); err != nil {
		line := 0
		if n != nil {
			line = n.Line
		}
		return fmt.Errorf("line %d: key %q: %w", line, k.Name, err)
	}
	return nil
}

func readLimits(k *schema.Key, n *yaml.Node) error {
	var err error
	if v := field(n, "default"); v != nil {
		if k.Default, err = readValue(v, k.Kind); err != nil {
			return err
		}
	}
	if list := field(n, "rangelist"); list != nil {
		for _, item := range list.Content {
			v, err := readValue(resolve(item), k.Kind)
			if err != nil {
				return err
			}
			k.RangeList = append(k.RangeList, v)
		}
	}
	bounds, repetition := field(n, "range"), field(n, "repetition")
	if k.Min, err = number(field(bounds, "min")); err != nil {
		return err
	}
	if k.Max, err = number(field(bounds, "max")); err != nil {
		return err
	}
	if k.MinItems, err = integer(field(repetition, "min")); err != nil {
		return err
	}
	k.MaxItems, err = integer(field(repetition, "max"))
	return err
}

// readValue reads a scalar as the kind of its key, or as its YAML tag if the key takes any kind.
func readValue(n *yaml.Node, kind plist.Kind) (*plist.Value, error) {
	if kind == plist.Null || kind == plist.Array || kind == plist.Dictionary {
		kind = kindOfTag(n)
	}
	v, err := schema.ParseValue(text(n), kind)
	if err != nil || n.Kind != yaml.ScalarNode {
		return nil, misread(n, "a value of type "+kind.String())
	}
	return v, nil
}

func kindOfTag(n *yaml.Node) plist.Kind {
	switch n.ShortTag() {
	case "!!bool":
		return plist.Boolean
	case "!!int":
		return plist.Integer
	case "!!float":
		return plist.Real
	}
	return plist.String
}

func readAvailabilities(n *yaml.Node) (schema.Availabilities, error) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	as := schema.Availabilities{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		platform := n.Content[i].Value
		a, err := readAvailability(resolve(n.Content[i+1]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", platform, err)
		}
		as[target.Platform(platform)] = a
	}
	return as, nil
}

func readAvailability(n *yaml.Node) (schema.Availability, error) {
	sharedIPad := field(n, "sharedipad")
	a := schema.Availability{
		UserEnrollment:     text(field(field(n, "userenrollment"), "mode")),
		SharedIPad:         schema.SharedIPad{Mode: text(field(sharedIPad, "mode")), AllowedScopes: texts(field(sharedIPad, "allowed-scopes"))},
		AllowedEnrollments: texts(field(n, "allowed-enrollments")),
		AllowedScopes:      texts(field(n, "allowed-scopes")),
		Beta:               text(field(n, "beta")) == "true",
	}
	var err error
	for _, x := range []struct {
		to *target.Version
		of string
	}{{&a.Introduced, "introduced"}, {&a.Deprecated, "deprecated"}, {&a.Removed, "removed"}} {
		if err = readVersion(&a, x.to, field(n, x.of)); err != nil {
			return a, err
		}
	}
	for _, x := range []struct {
		to **bool
		of *yaml.Node
	}{
		{&a.Multiple, field(n, "multiple")},
		{&a.Supervised, field(n, "supervised")},
		{&a.AllowManualInstall, field(n, "allowmanualinstall")},
		{&a.RequiresDEP, field(n, "requiresdep")},
		{&a.UserApprovedMDM, field(n, "userapprovedmdm")},
		{&a.DeviceChannel, field(n, "devicechannel")},
		{&a.UserChannel, field(n, "userchannel")},
		{&a.SharedIPad.DeviceChannel, field(sharedIPad, "devicechannel")},
		{&a.SharedIPad.UserChannel, field(sharedIPad, "userchannel")},
	} {
		if *x.to, err = boolean(x.of); err != nil {
			return a, err
		}
	}
	return a, nil
}

// readVersion reads a version, or n/a. One of Apple's files has "all" for no version.
func readVersion(a *schema.Availability, to *target.Version, n *yaml.Node) error {
	switch text(n) {
	case "", "all":
		return nil
	case "n/a":
		a.NotAvailable = true
		return nil
	}
	v, err := target.ParseVersion(text(n))
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*to = v
	return nil
}
