package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"syncguard/internal/plist"
)

// decodeJSON reads a whole file of the catalog. An unknown field is an error.
func decodeJSON(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("unexpected text after the JSON value")
	}
	return nil
}

// decodeType reads a type's file.
func decodeType(data []byte) (*Type, error) {
	var f typeFile
	if err := decodeJSON(data, &f); err != nil {
		return nil, err
	}
	t := &Type{
		ID: f.ID, PayloadType: cmp.Or(f.PayloadType, f.ID), Family: f.Family, Apply: f.Apply, Replacement: f.Replacement,
		Availability: f.Availability.decode(), Sources: f.Sources, Unsure: f.Unsure,
	}
	d := keyDecoder{anchors: map[string]*Key{}}
	var err error
	if t.Keys, err = d.keys(f.Keys); err != nil {
		return nil, err
	}
	return t, d.resolve()
}

// keyDecoder restores lists of subkeys shared by several keys.
type keyDecoder struct {
	anchors map[string]*Key
	aliases []alias
}

type alias struct {
	key    *Key
	anchor string
}

func (d *keyDecoder) resolve() error {
	for _, a := range d.aliases {
		from, ok := d.anchors[a.anchor]
		if !ok {
			return fmt.Errorf("key %q: unknown anchor %q", a.key.Name, a.anchor)
		}
		a.key.Keys = from.Keys
	}
	return nil
}

func (d *keyDecoder) keys(files []keyFile) ([]*Key, error) {
	var keys []*Key
	for i := range files {
		k, err := d.key(&files[i])
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", files[i].Name, err)
		}
		if k.Keys, err = d.keys(files[i].Keys); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// key reads all of a key but its subkeys.
func (d *keyDecoder) key(f *keyFile) (*Key, error) {
	k := &Key{Name: f.Name, Required: f.Required, KeyDetails: f.KeyDetails, SubkeyType: f.SubkeyType, Availability: f.Availability.decode()}
	var err error
	if k.Kind, k.AnyKind, err = ParseKind(f.Type); err != nil {
		return nil, err
	}
	if f.Default != nil {
		if k.Default, err = decodeValue(f.Default, k.Kind); err != nil {
			return nil, err
		}
	}
	for _, x := range f.RangeList {
		v, err := decodeValue(x, k.Kind)
		if err != nil {
			return nil, err
		}
		k.RangeList = append(k.RangeList, v)
	}
	if f.Anchor != "" {
		d.anchors[f.Anchor] = k
	}
	if f.Alias != "" {
		d.aliases = append(d.aliases, alias{k, f.Alias})
	}
	return k, nil
}

func (f availabilityFile) decode() Availabilities {
	if f == nil {
		return nil
	}
	as := make(Availabilities, len(f))
	for platform, p := range f {
		a := p.Availability
		a.Introduced, a.NotAvailable = p.Introduced.Version, p.Introduced.isNotAvailable
		as[platform] = a
	}
	return as
}

func decodeIndex(data []byte) (*index, error) {
	var f indexFile
	if err := decodeJSON(data, &f); err != nil {
		return nil, err
	}
	for i, e := range f.Types {
		f.Types[i].PayloadType = cmp.Or(e.PayloadType, e.ID)
	}
	return &index{f.Sources, f.Newest, f.Types}, nil
}

const anyType = "any"

// ParseKind reads the name of a kind as Apple's schema files have it, without its angle brackets. IsAny is true for
// "any", a type without a kind.
func ParseKind(name string) (kind plist.Kind, isAny bool, err error) {
	if name == anyType {
		return plist.Null, true, nil
	}
	for k := plist.Dictionary; k <= plist.Real; k++ {
		if k.String() == name {
			return k, false, nil
		}
	}
	return plist.Null, false, fmt.Errorf("unknown type %q", name)
}
