package lint

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// grower makes a tree out of bytes, which choose kinds, keys and values.
type grower struct {
	seed []byte
	keys []string
}

func (g *grower) next() byte {
	if len(g.seed) == 0 {
		return 0
	}
	b := g.seed[0]
	g.seed = g.seed[1:]
	return b
}

func (g *grower) text() string {
	b := g.next()
	if b&1 == 0 {
		return g.keys[int(g.next())%len(g.keys)]
	}
	n := min(int(b>>1), len(g.seed))
	s := string(g.seed[:n])
	g.seed = g.seed[n:]
	return s
}

func (g *grower) grow(depth int) *plist.Value {
	b := g.next()
	if depth == 0 && b%12 <= 2 {
		b = 3
	}
	switch v := (&plist.Value{Secret: b == 255}); b % 12 {
	case 0, 1:
		v.Kind = plist.Dictionary
		for range g.next() % 12 {
			v.Fields = append(v.Fields, plist.Field{Key: g.text(), Value: g.grow(depth - 1)})
		}
		return v
	case 2:
		v.Kind = plist.Array
		for range g.next() % 6 {
			v.Items = append(v.Items, g.grow(depth-1))
		}
		return v
	case 3, 4:
		v.Kind, v.Text = plist.String, g.text()
		return v
	case 5:
		v.Kind, v.Bool = plist.Boolean, g.next()&1 == 1
		return v
	case 6:
		v.Kind, v.Int = plist.Integer, plist.Int{Negative: g.next()&1 == 1, Abs: uint64(g.next()) << (g.next() % 64)}
		return v
	case 7:
		v.Kind, v.Real = plist.Real, []float64{0, -1, 1.5, math.NaN(), math.Inf(1)}[g.next()%5]
		return v
	case 8:
		v.Kind, v.Data = plist.Data, []byte(g.text())
		return v
	case 9:
		return nil
	}
	return &plist.Value{Kind: plist.Kind(b % 12)}
}

// words lists every key and allowed text of a catalog, so that grown trees reach into the schemas.
func (c fakeCatalog) words() []string {
	words := []string{"", "PayloadContent", "Configuration", "mcx_preference_settings", "DNS", "1.1.1.1", "8.8.8.8", "Cleartext", "User"}
	var add func(keys []*schema.Key, depth int)
	add = func(keys []*schema.Key, depth int) {
		for _, k := range keys {
			words = append(append(words, k.Name), stringsOf(k.RangeList)...)
			if depth > 0 {
				add(k.Keys, depth-1)
			}
		}
	}
	envelope, _ := c.Envelope()
	for _, t := range append(slices.Clone(c.types), envelope) {
		words = append(words, t.PayloadType)
		add(t.Keys, 4)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// everyTarget has each platform and enrollment that go together.
func everyTarget() []target.Target {
	var all []target.Target
	for _, p := range target.Platforms() {
		for _, e := range target.Enrollments() {
			if t, err := target.Parse(fmt.Sprintf("%s@17/%s", p, e)); err == nil {
				all = append(all, t)
			}
		}
	}
	return all
}

// FuzzCheckNeverPanics holds that any tree at all can be checked, that what is said is fit to print, and that the same tree
// gives the same findings.
func FuzzCheckNeverPanics(f *testing.F) {
	c := testCatalog()
	words, on := c.words(), everyTarget()
	f.Add([]byte("\x00"), uint8(0))
	f.Add([]byte(strings.Repeat("\x00\x08\x02\x09\x00\x01\x05", 40)), uint8(1))
	f.Add(slices.Repeat([]byte{0, 3, 0, 7, 2, 4}, 200), uint8(7))
	f.Fuzz(func(t *testing.T, seed []byte, payload uint8) {
		g := &grower{seed, words}
		v := g.grow(8)
		if payload > 0 { // straight into a payload, where most rules look
			inner := pl(c.types[int(payload)%len(c.types)].PayloadType)
			for range 4 {
				inner.Fields = append(inner.Fields, plist.Field{Key: g.text(), Value: g.grow(6)})
			}
			v = d("PayloadContent", arr(inner), "A", &plist.Value{Kind: plist.Array, Items: []*plist.Value{v}})
		}
		found, err := Check(c, v, on)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			if _, ok := rules.Find(x.Rule); !ok {
				t.Errorf("finding of unknown rule %q", x.Rule)
			}
			for _, text := range []string{x.Message, x.Help, x.Path.String()} {
				if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len(text) > 8000 {
					t.Errorf("%s says something unfit to print: %q", x.Rule, text)
				}
			}
		}
		again, _ := Check(c, v, on)
		if fmt.Sprint(again) != fmt.Sprint(found) {
			t.Error("the same tree has other findings the second time")
		}
	})
}

// large makes a profile of n payloads of 40 keys, a third of which have a finding.
func large(n int) *plist.Value {
	payloads := make([]*plist.Value, n)
	for i := range payloads {
		id := fmt.Sprintf("%08x-0000-4000-8000-000000000000", i+1)
		p := pl("com.example.values", "PayloadIdentifier", id, "PayloadUUID", id)
		for j := range 8 {
			p.Fields = append(p.Fields, d("Flag", j%3 != 0, "Bounded", j*2, "EncryptionType", "WPA", "Outer", d("Inner", "x"),
				"Pair", arr("a", "b")).Fields...)
		}
		payloads[i] = p
	}
	return with(payloads...)
}

func BenchmarkLargeProfile(b *testing.B) {
	c, v, on := testCatalog(), large(1000), targets(b, "iOS iOS/supervised macOS tvOS")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Check(c, v, on); err != nil {
			b.Fatal(err)
		}
	}
}

// A profile of nothing but unknown keys is the slowest to check, for each is compared with every known one.
func BenchmarkHostileProfile(b *testing.B) {
	p := pl("com.example.values")
	for i := range 100_000 {
		p.Fields = append(p.Fields, plist.Field{Key: fmt.Sprintf("EncryptionTyp%d", i), Value: plist.NewBoolean(true)})
	}
	c, v := testCatalog(), with(p)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Check(c, v, nil); err != nil {
			b.Fatal(err)
		}
	}
}
