package manifests

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// key is the facts of one key of a manifest.
type key struct {
	Name      string   `plist:"pfm_name"`
	Type      string   `plist:"pfm_type"`
	Require   string   `plist:"pfm_require"`
	Required  bool     `plist:"pfm_required"`
	Default   any      `plist:"pfm_default"`
	RangeList []any    `plist:"pfm_range_list"`
	OpenList  bool     `plist:"pfm_range_list_allow_custom_value"` // RangeList is only a suggestion
	Min       any      `plist:"pfm_range_min"`
	Max       any      `plist:"pfm_range_max"`
	Format    string   `plist:"pfm_format"`
	MinItems  *int     `plist:"pfm_repetition_min"`
	MaxItems  *int     `plist:"pfm_repetition_max"`
	Sensitive bool     `plist:"pfm_sensitive"`
	Excluded  []string `plist:"pfm_n_platforms"`
	Subkeys   []key    `plist:"pfm_subkeys"`
	Segments  any      `plist:"pfm_segments"` // a row of buttons in an editor, not a key
	Platforms
}

// maxDefaultWords bounds the words of a default. Longer ones, and any beyond one line of ASCII, are messages to people, not
// facts.
const maxDefaultWords = 8

// The placeholders stand for every key of a dictionary.
const (
	placeholderKey   = "{{key}}"
	placeholderValue = "{{value}}"
)

func convertKeys(keys []key, platforms []string, top bool) ([]*schema.Key, error) {
	var list []*schema.Key
	for _, k := range keys {
		if k.Segments != nil || k.Name == placeholderKey || top && isCommon(k.Name) {
			continue
		}
		s, err := k.convert(platforms)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", k.Name, err)
		}
		repeated := s.Name != "" && slices.ContainsFunc(list, func(x *schema.Key) bool { return x.Name == s.Name })
		if !repeated {
			list = append(list, s)
		}
	}
	return list, nil
}

// isCommon reports whether every payload has the key.
func isCommon(name string) bool {
	switch name {
	case "PayloadDescription", "PayloadDisplayName", "PayloadIdentifier", "PayloadOrganization", "PayloadType",
		"PayloadUUID", "PayloadVersion", "PayloadEnabled", "PayloadScope":
		return true
	}
	return false
}

func (k *key) convert(platforms []string) (*schema.Key, error) {
	s := &schema.Key{
		Name: k.Name, Required: k.Required || strings.HasPrefix(k.Require, "always"),
		KeyDetails: schema.KeyDetails{Format: k.Format, MinItems: k.MinItems, MaxItems: k.MaxItems, Min: number(k.Min), Max: number(k.Max)},
	}
	if k.Name == placeholderValue {
		s.Name, s.Required = schema.Any, false
	}
	name := k.Type
	if name == "float" {
		name = plist.Real.String()
	}
	var err error
	if s.Kind, s.AnyKind, err = schema.ParseKind(name); err != nil {
		return nil, err
	}
	if k.Default != nil {
		if s.Default = fact(k.Default, s.Kind); s.Default != nil && isMessage(s.Default) {
			s.Default = nil
		}
	}
	if !k.OpenList {
		for _, x := range k.RangeList {
			if v := fact(x, s.Kind); v != nil {
				s.RangeList = append(s.RangeList, v)
			}
		}
	}
	if s.Availability, err = k.availabilities(platforms); err != nil {
		return nil, err
	}
	s.Keys, err = convertKeys(k.Subkeys, platforms, false)
	return s, err
}

// availabilities returns the key's own facts for the platforms of its manifest, beyond those of the manifest.
func (k *key) availabilities(platforms []string) (schema.Availabilities, error) {
	as := schema.Availabilities{}
	for _, platform := range platforms {
		a, err := k.on(platform)
		if err != nil {
			return nil, err
		}
		a.NotAvailable = k.Names != nil && !slices.Contains(k.Names, platform) || slices.Contains(k.Excluded, platform)
		if a.NotAvailable {
			a = schema.Availability{NotAvailable: true}
		}
		if !reflect.DeepEqual(a, schema.Availability{}) {
			as[target.Platform(platform)] = a
		}
	}
	if len(as) == 0 {
		return nil, nil
	}
	return as, nil
}

func isMessage(v *plist.Value) bool {
	notPlain := func(r rune) bool { return r < ' ' || r > '~' }
	return v.Kind == plist.String && (len(strings.Fields(v.Text)) > maxDefaultWords || strings.ContainsFunc(v.Text, notPlain))
}

func number(x any) *float64 {
	var f float64
	switch x := x.(type) {
	case uint64:
		f = float64(x)
	case int64:
		f = float64(x)
	case float64:
		f = x
	default:
		return nil
	}
	return &f
}

// fact returns a value as the kind of its key, or nil if it does not fit: a mistake of the manifest.
func fact(x any, kind plist.Kind) *plist.Value {
	v := valueOf(x)
	switch {
	case v == nil:
		return nil
	case kind == plist.Real && v.Kind == plist.Integer:
		return plist.NewReal(v.Int.Float())
	case kind == plist.Integer && v.Kind == plist.Real && v.Real == math.Trunc(v.Real) && math.Abs(v.Real) < 1<<53:
		return plist.NewInteger(int64(v.Real))
	case kind == plist.Array && v.Kind != plist.Array:
		return v // an array's list has the values of its elements
	case v.Kind != kind:
		return nil
	}
	return v
}

func valueOf(x any) *plist.Value {
	switch x := x.(type) {
	case string:
		return plist.NewString(x)
	case bool:
		return plist.NewBoolean(x)
	case uint64:
		return &plist.Value{Kind: plist.Integer, Int: plist.Int{Abs: x}}
	case int64:
		return plist.NewInteger(x)
	case float64:
		return plist.NewReal(x)
	case []byte:
		return plist.NewData(x)
	case time.Time:
		return plist.NewDate(x)
	case []any:
		array := plist.NewArray()
		for _, item := range x {
			array.Items = append(array.Items, valueOf(item))
		}
		return array
	case map[string]any:
		dictionary := plist.NewDictionary()
		for name, item := range x {
			dictionary.Fields = append(dictionary.Fields, plist.Field{Key: name, Value: valueOf(item)})
		}
		slices.SortFunc(dictionary.Fields, func(a, b plist.Field) int { return strings.Compare(a.Key, b.Key) })
		return dictionary
	}
	return nil
}
