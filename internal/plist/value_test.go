package plist

import (
	"math"
	"strings"
	"testing"
)

func TestInt(t *testing.T) {
	for _, n := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
		if got, ok := IntOf(n).Int64(); got != n || !ok {
			t.Errorf("IntOf(%d).Int64() = %d, %v", n, got, ok)
		}
	}
	for _, n := range []Int{{Abs: math.MaxInt64 + 1}, {Negative: true, Abs: 1<<63 + 1}} {
		if _, ok := n.Int64(); ok {
			t.Errorf("%s fits into 64 bits with a sign", n)
		}
	}
	if f := IntOf(-5).Float(); f != -5 {
		t.Errorf("float is %v", f)
	}
}

func TestEqual(t *testing.T) {
	a := NewDictionary(Field{Key: "a", Value: NewReal(math.NaN())}, Field{Key: "b", Value: NewStrings("x")})
	b := NewDictionary(Field{Key: "b", Value: NewStrings("x")}, Field{Key: "a", Value: NewReal(math.NaN())})
	if !Equal(a, b) {
		t.Error("the order of keys counts")
	}
	for _, other := range []*Value{nil, NewDictionary(), NewArray(), NewDictionary(Field{Key: "a", Value: NewReal(1)}, Field{Key: "b", Value: NewStrings("x")}),
		NewDictionary(Field{Key: "a", Value: NewReal(math.NaN())}, Field{Key: "b", Value: NewStrings("y")})} {
		if Equal(a, other) {
			t.Errorf("equal to %s", other.Describe())
		}
	}
	if Equal(NewInteger(1), NewReal(1)) {
		t.Error("an integer equals a real")
	}
}

func TestLookupAndSet(t *testing.T) {
	v := NewDictionary(Field{Key: "a", Value: NewInteger(1)}, Field{Key: "a", Value: NewInteger(2)})
	if got := v.Get("a").Describe(); got != "2" {
		t.Errorf("a repeated key is %s, want the last value", got)
	}
	v.Set("b", NewDictionary().Set("c", NewBoolean(true)))
	if got := v.Lookup("b", "c").Describe(); got != "true" {
		t.Errorf("b.c is %s", got)
	}
	if v.Lookup("x", "y") != nil {
		t.Error("a missing key has a value")
	}
}

func TestDescribeHidesSecrets(t *testing.T) {
	v := NewString("hunter2")
	v.Secret = true
	if got := v.Describe(); got != "a secret string" {
		t.Errorf("described as %s", got)
	}
	if got := NewString(strings.Repeat("é", 100)).Describe(); len([]rune(got)) > 65 {
		t.Errorf("described as %s", got)
	}
}
