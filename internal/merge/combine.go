package merge

import (
	"cmp"
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/work"
)

// Combine returns the value that a device ends up with. ok is false if it cannot be told: the way is not defined, or a value is none
// that it takes. Equal values need no rule: they are the result of every way.
func (w Way) Combine(values []*plist.Value) (result *plist.Value, ok bool) {
	work.Add(len(values))
	if len(values) == 0 {
		return nil, false
	}
	if w.How != ArrayAppend && allEqual(values) {
		return values[0], true
	}
	switch w.How {
	case BooleanAnd, BooleanOr:
		return w.boolean(values)
	case NumberMin, NumberMax:
		return w.number(values)
	case EnumFirst, EnumLast:
		return w.enum(values)
	case SetUnion, SetIntersection, ArrayAppend:
		return w.list(values)
	}
	return nil, false
}

func allEqual(values []*plist.Value) bool {
	for _, v := range values[1:] {
		if !plist.Equal(v, values[0]) {
			return false
		}
	}
	return true
}

func (w Way) boolean(values []*plist.Value) (*plist.Value, bool) {
	result := values[0]
	for _, v := range values {
		switch {
		case v.Kind != plist.Boolean:
			return nil, false
		case v.Bool == (w.How == BooleanOr):
			result = v
		}
	}
	return result, true
}

func (w Way) number(values []*plist.Value) (*plist.Value, bool) {
	result := values[0]
	for _, v := range values {
		order, ok := compareNumbers(v, result)
		if !ok {
			return nil, false
		}
		switch {
		case w.How == NumberMin && order < 0, w.How == NumberMax && order > 0, order == 0 && v.Kind == plist.Integer:
			result = v
		}
	}
	return result, true
}

// compareNumbers orders two numbers.
func compareNumbers(a, b *plist.Value) (order int, ok bool) {
	x, okX := rational(a)
	y, okY := rational(b)
	if !okX || !okY {
		return 0, false
	}
	return x.Cmp(y), true
}

func rational(v *plist.Value) (*big.Rat, bool) {
	switch v.Kind {
	case plist.Integer:
		n := new(big.Int).SetUint64(v.Int.Abs)
		if v.Int.Negative {
			n.Neg(n)
		}
		return new(big.Rat).SetInt(n), true
	case plist.Real:
		r := new(big.Rat).SetFloat64(v.Real)
		return r, r != nil
	}
	return nil, false
}

// enum takes the value that stands first or last in the key's range list.
func (w Way) enum(values []*plist.Value) (result *plist.Value, ok bool) {
	at := -1
	for _, v := range values {
		i := w.position(v)
		if i < 0 {
			return nil, false
		}
		if at < 0 || w.How == EnumFirst && i < at || w.How == EnumLast && i > at {
			at, result = i, v
		}
	}
	return result, true
}

func (w Way) position(v *plist.Value) int {
	if w.key != nil {
		return slices.IndexFunc(w.key.RangeList, func(r *plist.Value) bool { return plist.Equal(r, v) })
	}
	if v.Kind != plist.String {
		return -1
	}
	return slices.Index(w.order, v.Text)
}

// list combines arrays, by their items without what combines inside of them.
func (w Way) list(values []*plist.Value) (*plist.Value, bool) {
	element := w.element()
	type item struct {
		value *plist.Value
		text  string
		in    int // in how many arrays
		last  int // the last array it was found in, from 1
	}
	all, byText := []*item{}, map[string]*item{}
	for n, v := range values {
		if v.Kind != plist.Array {
			return nil, false
		}
		work.Add(len(v.Items))
		for _, x := range v.Items {
			text := canonical(x, element)
			known := byText[text]
			switch {
			case known == nil:
				known = &item{value: x}
				byText[text] = known
				all = append(all, known)
			case w.How == ArrayAppend:
				all = append(all, &item{value: x})
			default:
				known.value = mergeInside(known.value, x, element)
			}
			if known.last != n+1 {
				known.in, known.last = known.in+1, n+1
			}
		}
	}
	if w.How == SetIntersection {
		all = slices.DeleteFunc(all, func(x *item) bool { return x.in < len(values) })
	}
	if w.How != ArrayAppend { // a set has no order of its own
		for _, x := range all {
			x.text = canonical(x.value, nil)
		}
		slices.SortStableFunc(all, func(a, b *item) int { return cmp.Compare(a.text, b.text) })
	}
	result := plist.NewArray()
	for _, x := range all {
		result.Items = append(result.Items, x.value)
	}
	return result, true
}

// element is the schema's key of the items, if keys inside of it combine.
func (w Way) element() *schema.Key {
	if w.key == nil || len(w.key.Keys) != 1 || !combinesInside(w.key, 0) {
		return nil
	}
	return w.key.Keys[0]
}

// mergeInside combines two items that differ only in keys with a combinetype of their own.
func mergeInside(a, b *plist.Value, k *schema.Key) *plist.Value {
	if k == nil || a.Kind != plist.Dictionary || b.Kind != plist.Dictionary {
		return a
	}
	merged := plist.NewDictionary()
	for _, f := range a.Fields {
		merged.Set(f.Key, f.Value)
	}
	for _, f := range b.Fields {
		below, was := k.Key(f.Key), merged.Get(f.Key)
		switch {
		case was == nil:
			merged.Set(f.Key, f.Value)
		case below == nil:
		case below.CombineType == "":
			merged.Set(f.Key, mergeInside(was, f.Value, below))
		default:
			if v, ok := (Way{How: How(below.CombineType), key: below}).Combine([]*plist.Value{was, f.Value}); ok {
				merged.Set(f.Key, v)
			}
		}
	}
	return merged
}

// canonical writes a value so that equal values have equal texts, without the keys that combine by themselves below k.
func canonical(v *plist.Value, k *schema.Key) string {
	var b strings.Builder
	writeCanonical(&b, v, k)
	return b.String()
}

func writeCanonical(b *strings.Builder, v *plist.Value, k *schema.Key) {
	work.Add(1)
	if v == nil {
		b.WriteByte('-')
		return
	}
	switch v.Kind {
	case plist.String:
		b.WriteByte('s')
		b.WriteString(strconv.Quote(v.Text))
	case plist.Boolean:
		b.WriteString(strconv.FormatBool(v.Bool))
	case plist.Integer, plist.UID:
		b.WriteString("i" + v.Int.String())
	case plist.Real:
		b.WriteString("r" + strconv.FormatFloat(v.Real, 'g', -1, 64))
	case plist.Date:
		b.WriteString("t" + v.Time.UTC().Format(time.RFC3339))
	case plist.Data:
		b.WriteString("d" + hex.EncodeToString(v.Data))
	case plist.Array:
		b.WriteByte('[')
		for _, x := range v.Items {
			writeCanonical(b, x, nil)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case plist.Dictionary:
		writeDictionary(b, v, k)
	}
}

func writeDictionary(b *strings.Builder, v *plist.Value, k *schema.Key) {
	fields := slices.Clone(v.Fields)
	slices.SortStableFunc(fields, func(a, b plist.Field) int { return cmp.Compare(a.Key, b.Key) })
	b.WriteByte('{')
	for i, f := range fields {
		if i+1 < len(fields) && fields[i+1].Key == f.Key {
			continue // of duplicate keys the last one counts
		}
		var below *schema.Key
		if k != nil {
			if below = k.Key(f.Key); below != nil && below.CombineType != "" {
				continue
			}
		}
		b.WriteString(strconv.Quote(f.Key))
		b.WriteByte(':')
		writeCanonical(b, f.Value, below)
		b.WriteByte(',')
	}
	b.WriteByte('}')
}
