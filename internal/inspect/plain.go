package inspect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// Masked replaces a secret, as text or as data with this text.
const Masked = "(secret)"

// Plain returns a copy of a tree with sorted keys and marked secrets masked, and the number of those secrets. The last of
// several equal keys counts, as on a device. Values beyond some formats (null, a UID, infinity, NaN) become text in
// brackets.
func Plain(v *plist.Value) (plain *plist.Value, secrets int) {
	p := &copier{}
	return p.value(v), p.secrets
}

// PlainXML is Plain for an XML property list. Real numbers stay, and a UID becomes a dictionary with the key CF$UID, as
// plutil writes it. A null stays too: writing refuses it.
func PlainXML(v *plist.Value) (plain *plist.Value, secrets int) {
	p := &copier{xml: true}
	return p.value(v), p.secrets
}

// copier copies a tree for Plain and PlainXML.
type copier struct {
	secrets int
	xml     bool
}

func (p *copier) value(v *plist.Value) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		switch {
		case v.Secret && v.Kind == plist.Data:
			p.secrets++
			return plist.NewData([]byte(Masked)), false
		case v.Secret:
			p.secrets++
			return plist.NewString(Masked), false
		case v.Kind == plist.Null, v.Kind == plist.UID, v.Kind == plist.Real:
			return p.special(v), false
		case v.Kind == plist.Dictionary:
			return inOrder(v), true
		}
		return v, true
	})
}

// special returns a null, a UID or a real number in the form of the output.
func (p *copier) special(v *plist.Value) *plist.Value {
	scalar := *v
	switch {
	case p.xml && v.Kind == plist.UID:
		return plist.NewDictionary().Set("CF$UID", &plist.Value{Kind: plist.Integer, Int: v.Int})
	case p.xml, v.Kind == plist.Real && !math.IsNaN(v.Real) && !math.IsInf(v.Real, 0):
		return &scalar
	case v.Kind == plist.Null:
		return plist.NewString("(null)")
	case v.Kind == plist.UID:
		return plist.NewString("(uid " + v.Int.String() + ")")
	}
	return plist.NewString(fmt.Sprintf("(%v)", v.Real))
}

// inOrder returns a dictionary sorted by key, with the last of equal keys.
func inOrder(v *plist.Value) *plist.Value {
	fields := slices.Clone(v.Fields)
	slices.SortStableFunc(fields, func(a, b plist.Field) int { return strings.Compare(a.Key, b.Key) })
	out := plist.NewDictionary()
	for i, f := range fields {
		if i+1 == len(fields) || fields[i+1].Key != f.Key {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}
