package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
)

// encodeType writes a type's file.
func encodeType(t *Type) ([]byte, error) {
	f := typeFile{
		ID: t.ID, PayloadType: unlessID(t), Family: t.Family, Apply: t.Apply, Replacement: t.Replacement, Unsure: t.Unsure,
		Sources: t.Sources, Availability: t.Availability.encode(),
	}
	var err error
	if f.Keys, err = newKeyEncoder(t.Keys).keys(t.Keys); err != nil {
		return nil, fmt.Errorf("%s: %w", t.ID, err)
	}
	return encodeJSON(f)
}

// unlessID returns the payload type, or "" if it equals the ID.
func unlessID(t *Type) string {
	if t.PayloadType == t.ID {
		return ""
	}
	return t.PayloadType
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return layOut(b.Bytes())
}

// list identifies a list of subkeys, possibly shared by several keys.
type list struct {
	first *Key
	len   int
}

func listOf(keys []*Key) list {
	if len(keys) == 0 {
		return list{}
	}
	return list{keys[0], len(keys)}
}

type keyEncoder struct {
	users   map[list]int
	anchors map[list]string // of the lists already written
	names   map[string]bool
}

func newKeyEncoder(keys []*Key) *keyEncoder {
	e := &keyEncoder{users: map[list]int{}, anchors: map[list]string{}, names: map[string]bool{}}
	e.count(keys)
	return e
}

func (e *keyEncoder) count(keys []*Key) {
	for _, k := range keys {
		if len(k.Keys) == 0 {
			continue
		}
		if e.users[listOf(k.Keys)]++; e.users[listOf(k.Keys)] == 1 {
			e.count(k.Keys)
		}
	}
}

func (e *keyEncoder) keys(keys []*Key) ([]keyFile, error) {
	var files []keyFile
	for _, k := range keys {
		f, err := e.key(k)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", k.Name, err)
		}
		files = append(files, f)
	}
	return files, nil
}

func (e *keyEncoder) key(k *Key) (keyFile, error) {
	f := keyFile{Name: k.Name, Type: k.TypeName(), Required: k.Required, KeyDetails: k.KeyDetails, Availability: k.Availability.encode(), SubkeyType: k.SubkeyType}
	var err error
	if k.Default != nil {
		if f.Default, err = encodeValue(k.Default); err != nil {
			return f, err
		}
	}
	for _, v := range k.RangeList {
		x, err := encodeValue(v)
		if err != nil {
			return f, err
		}
		f.RangeList = append(f.RangeList, x)
	}
	if id := listOf(k.Keys); e.users[id] > 1 {
		if f.Alias = e.anchors[id]; f.Alias != "" {
			return f, nil
		}
		f.Anchor = e.anchor(k)
		e.anchors[id] = f.Anchor
	}
	f.Keys, err = e.keys(k.Keys)
	return f, err
}

// anchor makes up a unique name for the subkeys of k.
func (e *keyEncoder) anchor(k *Key) string {
	base := cmp.Or(k.SubkeyType, k.Name, k.Kind.String())
	name := base
	for n := 2; e.names[name]; n++ {
		name = fmt.Sprintf("%s %d", base, n)
	}
	e.names[name] = true
	return name
}

func (as Availabilities) encode() availabilityFile {
	f := availabilityFile{}
	for platform, a := range as {
		f[platform] = platformFile{versionFile{a.Introduced, a.NotAvailable}, a}
	}
	return f
}
