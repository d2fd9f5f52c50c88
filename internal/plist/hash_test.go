package plist

import (
	"math"
	"testing"
	"time"
)

func TestHash(t *testing.T) {
	real := func(f float64) *Value { return NewReal(f) }
	pair := func(a, b string) *Value {
		return NewDictionary(Field{Key: a, Value: NewString("x")}, Field{Key: b, Value: NewArray(NewBoolean(true))})
	}
	zero := 0.0
	for _, same := range [][2]*Value{
		{pair("a", "b"), NewDictionary(pair("a", "b").Fields[1], pair("a", "b").Fields[0])},
		{real(zero), real(-zero)}, {real(math.Copysign(0, -1)), real(0)}, {real(math.NaN()), real(math.Float64frombits(0x7ff8000000000002))},
		{NewDate(time.Unix(5, 0)), NewDate(time.Unix(5, 0).In(time.FixedZone("x", 3600)))}, {nil, nil},
		{NewDictionary(Field{Key: "a", Value: NewString("old")}, Field{Key: "a", Value: NewString("x")}), NewDictionary(Field{Key: "a", Value: NewString("x")})},
	} {
		if Hash(same[0]) != Hash(same[1]) {
			t.Errorf("%v and %v differ", same[0], same[1])
		}
	}
	seen := map[uint64]*Value{}
	for _, v := range []*Value{nil, {}, pair("a", "b"), pair("b", "a"), NewDictionary(), NewArray(), NewArray(NewString("a"), NewString("b")),
		NewArray(NewString("b"), NewString("a")), NewString(""), NewString("1"), NewData([]byte("1")), NewInteger(1), NewInteger(-1), NewReal(1), NewBoolean(false),
		NewBoolean(true), NewReal(math.NaN()), NewReal(math.Inf(1)), NewDate(time.Unix(0, 0)), NewDate(time.Unix(1, 0)), {Kind: UID}, NewArray(NewArray())} {
		if other, twice := seen[Hash(v)]; twice {
			t.Errorf("%v and %v are alike", v, other)
		}
		seen[Hash(v)] = v
	}
}
