package schema

import (
	"fmt"
	"strings"
)

// describeKey says what a schema states of a key in one line.
func describeKey(k *Key) string {
	if k == nil {
		return "none"
	}
	s := k.Kind.String()
	if k.AnyKind {
		s = anyType
	}
	if k.Required {
		s += " required"
	}
	if k.Default != nil {
		s += " = " + k.Default.Describe()
	}
	if k.Min != nil || k.Max != nil {
		s += " " + bound(k.Min) + ".." + bound(k.Max)
	}
	if k.RangeList != nil {
		var values []string
		for _, v := range k.RangeList {
			values = append(values, v.Describe())
		}
		s += " [" + strings.Join(values, " ") + "]"
	}
	if k.Dropped {
		s += " dropped"
	}
	if k.Replacement != "" {
		s += "; see " + k.Replacement
	}
	return s
}

func bound(f *float64) string {
	if f == nil {
		return ""
	}
	return fmt.Sprint(*f)
}
