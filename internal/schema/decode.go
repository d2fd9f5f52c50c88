package schema

import (
	"encoding/base64"
	"fmt"
	"time"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// decodeType reads a type's file.
func decodeType(data []byte) (*Type, error) {
	t := &Type{}
	d := decoder{reader: reader{text: string(data)}, anchors: map[string]*Key{}}
	d.object(func(name string) {
		switch name {
		case "id":
			t.ID = d.string()
		case "payloadtype":
			t.PayloadType = d.string()
		case "family":
			t.Family = Family(d.string())
		case "apply":
			t.Apply = d.string()
		case "replacement":
			t.Replacement = d.string()
		case "sources":
			d.array(func() { t.Sources = append(t.Sources, d.source().Source) })
		case "unsure":
			t.Unsure = d.strings()
		case "supportedOS":
			t.Availability = d.availabilities()
		case "payloadkeys":
			t.Keys = d.keys()
		default:
			d.value()
		}
	})
	if t.PayloadType == "" {
		t.PayloadType = t.ID
	}
	d.resolve()
	return t, d.finish()
}

// decoder reads the parts of a catalog. Subkeys that keys share become one list again.
type decoder struct {
	reader
	anchors map[string]*Key
	aliases []alias
}

type alias struct {
	key    *Key
	anchor string
}

func (d *decoder) resolve() {
	for _, a := range d.aliases {
		from, ok := d.anchors[a.anchor]
		if !ok {
			d.fail("key %q: unknown anchor %q", a.key.Name, a.anchor)
			return
		}
		a.key.Keys = from.Keys
	}
}

func (d *decoder) source() (s SourceCount) {
	d.object(func(name string) {
		switch name {
		case "name":
			s.Name = d.string()
		case "version":
			s.Version = d.string()
		case "path":
			s.Path = d.string()
		case "types":
			s.Types = *d.integer()
		default:
			d.value()
		}
	})
	return s
}

func (d *decoder) keys() []*Key {
	var keys []*Key
	d.array(func() { keys = append(keys, d.key()) })
	return keys
}

func (d *decoder) key() *Key {
	k := &Key{}
	d.object(func(name string) {
		if !d.shape(k, name) && !d.limit(k, name) {
			d.value()
		}
	})
	if k.Kind == plist.Null && !k.AnyKind {
		d.fail("key %q has no type", k.Name)
	}
	d.settle(k.Default, k.Kind)
	for _, v := range k.RangeList {
		d.settle(v, k.Kind)
	}
	return k
}

// shape reads a field that says what a key is, and returns whether it was one.
func (d *decoder) shape(k *Key, name string) bool {
	switch name {
	case "key":
		k.Name = d.string()
	case "type":
		var err error
		if k.Kind, k.AnyKind, err = ParseKind(d.string()); err != nil {
			d.fail("key %q: %v", k.Name, err)
		}
	case "required":
		k.Required = *d.boolean()
	case "dropped":
		k.Dropped = *d.boolean()
	case "replacement":
		k.Replacement = d.string()
	case "supportedOS":
		k.Availability = d.availabilities()
	case "subkeytype":
		k.SubkeyType = d.string()
	case "anchor":
		d.anchors[d.string()] = k
	case "alias":
		d.aliases = append(d.aliases, alias{k, d.string()})
	case "subkeys":
		k.Keys = d.keys()
	default:
		return false
	}
	return true
}

// limit reads a field that says what values a key takes, and returns whether it was one.
func (d *decoder) limit(k *Key, name string) bool {
	switch name {
	case "default":
		k.Default = d.value()
	case "rangelist":
		d.array(func() { k.RangeList = append(k.RangeList, d.value()) })
	case "min":
		k.Min = d.number()
	case "max":
		k.Max = d.number()
	case "format":
		k.Format = d.string()
	case "subtype":
		k.Subtype = d.string()
	case "minitems":
		k.MinItems = d.integer()
	case "maxitems":
		k.MaxItems = d.integer()
	case "combinetype":
		k.CombineType = d.string()
	case "assettypes":
		k.AssetTypes = d.strings()
	case "asset-content-types":
		k.ContentTypes = d.strings()
	default:
		return false
	}
	return true
}

// settle makes data or a date of the string that JSON has in its place, as the kind of the key tells.
func (d *decoder) settle(v *plist.Value, kind plist.Kind) {
	if v == nil || v.Kind != plist.String {
		return
	}
	switch kind {
	case plist.Data:
		data, err := base64.StdEncoding.DecodeString(v.Text)
		if err != nil {
			d.fail("%v", err)
		}
		*v = *plist.NewData(data)
	case plist.Date:
		t, err := time.Parse(time.RFC3339, v.Text)
		if err != nil {
			d.fail("%v", err)
		}
		*v = *plist.NewDate(t)
	}
}

func (d *decoder) availabilities() Availabilities {
	as := Availabilities{}
	d.object(func(platform string) { as[target.Platform(platform)] = d.availability() })
	return as
}

func (d *decoder) availability() (a Availability) {
	d.object(func(name string) {
		if !d.lifecycle(&a, name) && !d.enrollment(&a, name) {
			d.value()
		}
	})
	return a
}

// lifecycle reads a field that says in which versions a platform has something.
func (d *decoder) lifecycle(a *Availability, name string) bool {
	switch name {
	case "introduced":
		a.Introduced, a.NotAvailable = d.version()
	case "deprecated":
		a.Deprecated, _ = d.version()
	case "removed":
		a.Removed, _ = d.version()
	case "beta":
		a.Beta = *d.boolean()
	default:
		return false
	}
	return true
}

// enrollment reads a field that says on which devices of a platform something counts.
func (d *decoder) enrollment(a *Availability, name string) bool {
	switch name {
	case "multiple":
		a.Multiple = d.boolean()
	case "supervised":
		a.Supervised = d.boolean()
	case "allowmanualinstall":
		a.AllowManualInstall = d.boolean()
	case "requiresdep":
		a.RequiresDEP = d.boolean()
	case "userapprovedmdm":
		a.UserApprovedMDM = d.boolean()
	case "devicechannel":
		a.DeviceChannel = d.boolean()
	case "userchannel":
		a.UserChannel = d.boolean()
	case "userenrollment":
		a.UserEnrollment = d.string()
	case "sharedipad":
		d.sharedIPad(a)
	case "allowed-enrollments":
		a.AllowedEnrollments = d.strings()
	case "allowed-scopes":
		a.AllowedScopes = d.strings()
	default:
		return false
	}
	return true
}

func (d *decoder) sharedIPad(a *Availability) {
	d.object(func(name string) {
		switch name {
		case "mode":
			a.SharedIPad = d.string()
		case "devicechannel":
			a.SharedIPadDevice = d.boolean()
		case "userchannel":
			a.SharedIPadUser = d.boolean()
		case "allowed-scopes":
			a.SharedIPadScopes = d.strings()
		default:
			d.value()
		}
	})
}

// version reads a version, or n/a.
func (d *decoder) version() (v target.Version, isNotAvailable bool) {
	text := d.string()
	if text == notAvailable || d.err != nil {
		return v, text == notAvailable
	}
	v, err := target.ParseVersion(text)
	if err != nil {
		d.fail("%v", err)
	}
	return v, false
}

// ParseKind reads the name of a kind as Apple's schema files have it, without its angle brackets. IsAny is true for
// "any", which has no kind.
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
