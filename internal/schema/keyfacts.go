package schema

import (
	"cmp"
	"maps"
	"slices"

	"syncguard/internal/target"
)

// OnPlatform is the availability on one platform.
type OnPlatform struct {
	Platform  target.Platform `json:"platform"`
	Available bool            `json:"available"` // false for n/a
	Availability
}

// InOrder lists the platforms in the order of target.Platforms.
func (as Availabilities) InOrder() []OnPlatform {
	list := []OnPlatform{}
	for _, platform := range SortPlatforms(as) {
		a := as[platform]
		list = append(list, OnPlatform{platform, !a.NotAvailable, a})
	}
	return list
}

// SortPlatforms returns the platforms of a map in the order of target.Platforms, unknown ones last.
func SortPlatforms[T any](of map[target.Platform]T) []target.Platform {
	rank := func(p target.Platform) int {
		if i := slices.Index(target.Platforms(), p); i >= 0 {
			return i
		}
		return len(target.Platforms())
	}
	return slices.SortedFunc(maps.Keys(of), func(a, b target.Platform) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b))
	})
}

// KeyFacts holds every fact of a key at its path, for programs and people.
type KeyFacts struct {
	Name      string `json:"name"`              // `ANY` stands for every key not named
	Path      string `json:"path"`              // such as `OnDemandRules[].Action`
	Element   bool   `json:"element,omitempty"` // an element of an array; its name is for people only
	Type      string `json:"type"`              // `dictionary`, `array`, `string`, `data`, `date`, `boolean`, `integer`, `real`, `any`
	Required  bool   `json:"required"`
	Default   any    `json:"default,omitempty"`   // data is base64, a date RFC 3339
	RangeList []any  `json:"rangelist,omitempty"` // the allowed values
	Unit      string `json:"unit,omitempty"`      // of a number, by the words of its schema: `milliseconds`, `seconds`, `minutes`, `days`, `bytes`, `megabytes`
	KeyDetails
	Platforms   []OnPlatform `json:"platforms"`       // the differences from the type and the keys above
	Title       string       `json:"title,omitempty"` // of an imported checkout
	Description *Description `json:"description,omitempty"`
	Repeats     string       `json:"repeats,omitempty"` // an earlier path with the same subkeys, or `the top level`; they are not listed again
	Keys        []KeyFacts   `json:"keys,omitempty"`    // subkeys
}

// Facts returns the facts of the key, with the descriptions at the key itself; nil for none.
func (n *Node) Facts(d *Descriptions) KeyFacts {
	f := KeyFacts{Name: n.Name, Path: n.Path, Element: n.IsElement, Type: n.TypeName(), Required: n.Required, KeyDetails: n.KeyDetails,
		Platforms: n.Availability.InOrder(), Title: d.Title(), Description: d.Text(), Repeats: n.Repeats, Keys: FactsOf(n.Nodes, d)}
	if n.Default != nil {
		f.Default = JSONValue(n.Default)
	}
	for _, v := range n.RangeList {
		f.RangeList = append(f.RangeList, JSONValue(v))
	}
	return f
}

// FactsOf returns the facts of several keys, with the descriptions at the key or type above them; nil for none.
func FactsOf(nodes []*Node, d *Descriptions) []KeyFacts {
	var all []KeyFacts
	for _, n := range nodes {
		all = append(all, n.Facts(d.Key(n.Key)))
	}
	return all
}
