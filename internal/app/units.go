package app

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"syncguard/internal/outline"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
)

// unitTypeOf is the name under which the facts have the units of a type.
func unitTypeOf(t *schema.Type) string {
	if t.ID == "TopLevel" {
		return facts.Profile
	}
	return t.PayloadType
}

// addUnits gives the numbers below a path of a payload type their units.
func addUnits(keys []schema.KeyFacts, payloadType string, path []string) {
	for i := range keys {
		k, at := &keys[i], path
		if !k.Element {
			at = append(at[:len(at):len(at)], k.Name)
		}
		if k.Type == plist.Integer.String() || k.Type == plist.Real.String() {
			k.Unit = string(facts.Embedded().UnitAt(payloadType, at...))
		}
		addUnits(k.Keys, payloadType, at)
	}
}

// unitHint tells what a number in a text counts; "" for other values, and where the key says it.
func (t *Text) unitHint(n *outline.Node) (string, error) {
	if n.Kind != outline.Scalar || n.Key == "" || n.Parent == nil || n.Open != n.Start && n.Tag != "integer" && n.Tag != "real" {
		return "", nil
	}
	number, err := strconv.ParseFloat(strings.TrimSpace(n.Text), 64)
	if err != nil {
		return "", nil
	}
	s, err := t.site(n.Parent)
	if err != nil {
		return "", err
	}
	path := append(s.path[:len(s.path):len(s.path)], n.Key)
	for _, of := range s.types {
		k := of.Key(path...)
		if k == nil || k.Kind != plist.Integer && k.Kind != plist.Real {
			continue
		}
		if unit := facts.Embedded().UnitAt(unitTypeOf(of), path...); unit != "" {
			return amount(number, unit, n.Key), nil
		}
	}
	return "", nil
}

// scale is a unit of a larger size.
type scale struct {
	size float64
	name string
}

// scales are the sizes of a number to show it in, the largest first, and at last its own unit.
func scales(u facts.Unit) []scale {
	const minute, hour, day = 60, 3600, 86400
	switch u {
	case facts.Milliseconds:
		return []scale{{1000 * minute, "minute"}, {1000, "second"}, {1, "millisecond"}}
	case facts.Seconds:
		return []scale{{day, "day"}, {hour, "hour"}, {minute, "minute"}, {1, "second"}}
	case facts.Minutes:
		return []scale{{day / minute, "day"}, {hour / minute, "hour"}, {1, "minute"}}
	}
	return nil
}

// forever is a number of days that stands for no limit.
const forever = 3650

// amount tells a number in units that a person thinks in: 604800 seconds are 7 days. One that is plain already has its unit alone,
// and nothing if the name of its key has it.
func amount(n float64, u facts.Unit, key string) string {
	plain := string(u)
	for _, said := range map[facts.Unit][]string{facts.Seconds: {"seconds"}, facts.Minutes: {"minutes"}, facts.Days: {"days"}, facts.Megabytes: {"mb"}}[u] {
		if strings.Contains(strings.ToLower(key), said) {
			plain = ""
		}
	}
	if n != math.Trunc(n) || n <= 0 {
		return plain
	}
	switch u {
	case facts.Bytes, facts.Megabytes:
		bytes := n
		if u == facts.Megabytes {
			bytes *= 1e6
		}
		for _, s := range []scale{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}} {
			if bytes >= s.size && !(u == facts.Megabytes && s.name == "MB") {
				return strconv.FormatFloat(bytes/s.size, 'g', 4, 64) + " " + s.name
			}
		}
		return plain
	}
	all := scales(u)
	if len(all) == 0 || n < all[len(all)-2].size || n/all[0].size > forever {
		return plain
	}
	var parts []string
	rest := n
	for _, s := range all {
		count := math.Floor(rest / s.size)
		if len(parts) == 2 || len(parts) == 0 && count == 0 {
			continue
		}
		if rest -= count * s.size; count > 0 {
			parts = append(parts, counted(count, s.name))
		}
	}
	text := strings.Join(parts, " ")
	if rest > 0 {
		text = "about " + text
	}
	return text
}

func counted(n float64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%.0f %ss", n, noun)
}
