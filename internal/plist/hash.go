package plist

import (
	"hash/maphash"
	"math"
)

var seed = maphash.MakeSeed()

// Hash returns equal numbers for Equal values, within one run of the program. Of duplicate keys the last one counts.
func Hash(v *Value) uint64 {
	if v == nil {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(seed)
	_ = h.WriteByte(byte(v.Kind))
	switch v.Kind {
	case Dictionary:
		last := make(map[string]uint64, len(v.Fields))
		for _, f := range v.Fields {
			last[f.Key] = Hash(f.Value)
		}
		var sum uint64 // independent of the order
		for key, value := range last {
			type entry struct {
				key   string
				value uint64
			}
			sum += maphash.Comparable(seed, entry{key, value})
		}
		maphash.WriteComparable(&h, sum)
	case Array:
		for _, item := range v.Items {
			maphash.WriteComparable(&h, Hash(item))
		}
	case Real:
		if math.IsNaN(v.Real) {
			break // all NaNs are Equal
		}
		maphash.WriteComparable(&h, v.Real)
	default:
		type scalar struct {
			text, data string
			unix       int64
			bool       bool
			int        Int
		}
		maphash.WriteComparable(&h, scalar{v.Text, string(v.Data), v.Time.Unix(), v.Bool, v.Int})
	}
	return h.Sum64()
}
