package template

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

func treeValues(depth int) *rapid.Generator[*plist.Value] {
	scalars := []*rapid.Generator[*plist.Value]{
		rapid.Map(rapid.String(), plist.NewString),
		rapid.Map(rapid.StringOfN(rapid.SampledFrom([]rune("ab ${}:#-'\"\n\t\r~.|>")), 0, 30, -1), plist.NewString),
		rapid.Map(rapid.SampledFrom([]string{"on", "No", "null", "1e3", "2027-01-31", "a\n\n", "\n", "<<", "=", "0o7"}), plist.NewString),
		rapid.Map(rapid.Int64(), plist.NewInteger),
		rapid.Map(rapid.Bool(), plist.NewBoolean),
		rapid.Map(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), plist.NewReal),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 200), plist.NewData),
		rapid.Map(rapid.Int64Range(-60_000_000_000, 250_000_000_000), func(s int64) *plist.Value { return plist.NewDate(time.Unix(s, 0)) }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(treeValues(depth-1), 0, 4), func(items []*plist.Value) *plist.Value { return plist.NewArray(items...) }),
		rapid.Map(rapid.MapOfN(rapid.String(), treeValues(depth-1), 0, 4), func(m map[string]*plist.Value) *plist.Value {
			v := plist.NewDictionary()
			for key, value := range m {
				v.Set(key, value)
			}
			return v
		}),
	)...)
}

// What Write writes is read as the same value, whatever stands behind it.
func TestWriteIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := plist.NewDictionary(plist.Field{Key: "value", Value: treeValues(3).Draw(t, "value")})
		written, err := Write(v)
		if err != nil {
			t.Fatal(err)
		}
		read, found := ReadYAML(diag.NewFile("t.yaml", append(written, "\nbehind: true\n"...)))
		if len(found) > 0 || !plist.Equal(read.Get("value"), v.Get("value")) {
			t.Fatalf("%v\n%s", found, written)
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	for name, v := range map[string]*plist.Value{
		"a number that is not finite": plist.NewReal(math.Inf(1)),
		"a null":                      {Kind: plist.Null},
		"bytes that are no text":      plist.NewString("\xff"),
		"such bytes in a key":         plist.NewDictionary().Set("\xff", plist.NewBoolean(true)),
	} {
		if _, err := Write(plist.NewArray(v)); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func TestWriteQuotesWhatOldReadersMistake(t *testing.T) {
	got, err := Write(plist.NewDictionary().Set("yes", plist.NewString("On")).Set("logo", plist.NewDictionary().Set("$file", plist.NewString("logo.png"))))
	if want := "\"yes\": \"On\"\nlogo: {$file: logo.png}\n"; err != nil || string(got) != want {
		t.Errorf("%v, got\n%swant\n%s", err, got, want)
	}
}

// Literal text is itself again, and never a variable.
func TestLiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"$", "{", "}", "${", "$${", "x", "FLEET_VAR_X", "${FLEET_VAR_X}", "$FLEET_VAR_X", "é"})).Draw(t, "parts"), "")
		var b strings.Builder
		for _, p := range split(Literal(s)) {
			if p.name != "" || p.malformed {
				t.Fatalf("%q has a variable", Literal(s))
			}
			b.WriteString(p.text)
		}
		if b.String() != s {
			t.Fatalf("%q is read as %q", Literal(s), b.String())
		}
	})
	if got := Literal("${FLEET_VAR_HOST} $SERIALNUMBER"); got != "${FLEET_VAR_HOST} $SERIALNUMBER" {
		t.Errorf("the variables of a server become %q", got)
	}
}
