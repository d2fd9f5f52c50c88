package upgrade

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// pair is a version that a type or key states.
type pair struct {
	family, id, path string
	platform         target.Platform
	kind             Kind
	version          target.Version
}

// rawKey is a key in a file of the catalog.
type rawKey struct {
	Key, Type   string
	SupportedOS map[target.Platform]rawPlatform
	Subkeys     []rawKey
}

type rawPlatform struct{ Introduced, Deprecated, Removed string }

// stated reads the pairs from the files of the catalog themselves: each version that differs from what holds the key.
func stated(t *testing.T) (all []pair) {
	root := os.DirFS(filepath.Join("..", "schema", "catalog"))
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(name, "/") || strings.HasPrefix(name, "prose/") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		var file struct {
			ID, Family  string
			SupportedOS map[target.Platform]rawPlatform
			Payloadkeys []rawKey
		}
		if err := json.Unmarshal(data, &file); err != nil {
			return err
		}
		for _, p := range target.SchemaPlatforms() {
			own, listed := file.SupportedOS[p]
			if !listed && len(file.SupportedOS) > 0 || own.Introduced == "n/a" {
				continue
			}
			at := pair{family: file.Family, id: file.ID, platform: p}
			all = append(all, differing(at, rawPlatform{}, own)...)
			all = append(all, below(at, "dictionary", file.Payloadkeys, own)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// below returns the pairs of keys and of all below them.
func below(at pair, parent string, keys []rawKey, held rawPlatform) (all []pair) {
	path := at.path
	for _, k := range keys {
		own := k.SupportedOS[at.platform]
		if own.Introduced == "n/a" {
			continue
		}
		merged := held
		for _, x := range []struct{ to, stated *string }{{&merged.Introduced, &own.Introduced}, {&merged.Deprecated, &own.Deprecated}, {&merged.Removed, &own.Removed}} {
			if *x.stated != "" {
				*x.to = *x.stated
			}
		}
		switch {
		case parent == "array":
			at.path = path + "[]"
		case path == "":
			at.path = k.Key
		default:
			at.path = path + "." + k.Key
		}
		all = append(all, differing(at, held, merged)...)
		all = append(all, below(at, k.Type, k.Subkeys, merged)...)
	}
	return all
}

func differing(at pair, held, own rawPlatform) (all []pair) {
	for _, x := range []struct {
		kind      Kind
		held, own string
	}{{Introduced, held.Introduced, own.Introduced}, {Ends, held.Deprecated, own.Deprecated}, {Removed, held.Removed, own.Removed}} {
		if x.own != "" && x.own != x.held {
			at.kind = x.kind
			at.version, _ = target.ParseVersion(x.own)
			all = append(all, at)
		}
	}
	return all
}

// Every version that the catalog states between two versions of a platform is in the checklist of the move exactly once, and
// nothing else is: for all pairs of major versions.
func TestEveryPairOnce(t *testing.T) {
	all := stated(t)
	if len(all) < 1800 {
		t.Fatalf("%d pairs", len(all))
	}
	moves, seen, b := 0, map[pair]bool{}, wholeCatalog(t)
	for _, p := range target.SchemaPlatforms() {
		majors := p.Majors()
		slices.Reverse(majors)
		for i, from := range majors {
			for _, to := range majors[i+1:] {
				m := Move{Platform: p, From: target.Version{Major: from}, To: target.Version{Major: to}}
				moves++
				count := map[pair]int{}
				b.moves = []Move{m}
				for _, task := range b.checklist().Tasks {
					keys := task.Keys
					if len(keys) == 0 {
						keys = []string{""}
					}
					for _, key := range keys {
						for _, e := range task.Events {
							if e.Kind == Introduced || e.Kind == Ends || e.Kind == Removed {
								count[pair{string(task.Family), task.Type, key, e.Platform, e.Kind, e.Version}]++
							}
						}
					}
				}
				for _, want := range all {
					if want.platform == p && isWithin(want.version, m.From, m.To) {
						if seen[want] = true; count[want] != 1 {
							t.Errorf("%s to %s: %v %d times", m, m.To, want, count[want])
						}
						delete(count, want)
					}
				}
				for extra := range count {
					t.Errorf("%s to %s: %v is not in the catalog", m, m.To, extra)
				}
			}
		}
	}
	t.Logf("%d moves, %d of %d pairs lie between two major versions", moves, len(seen), len(all))
}

// wholeCatalog returns every subject of the catalog on every platform.
func wholeCatalog(t *testing.T) *builder {
	t.Helper()
	var moves []Move
	for _, p := range target.SchemaPlatforms() {
		moves = append(moves, Move{Platform: p, From: target.Version{Major: 1}, To: target.Version{Major: 1}})
	}
	b := newBuilder(moves, schema.Embedded())
	entries, err := b.catalog.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		of, err := b.catalog.Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.wholeType(of); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// enrollments are those of moves: any way of install, and each.
func enrollments(p target.Platform) (all []target.Enrollment) {
	for _, e := range append([]target.Enrollment{""}, target.Enrollments()...) {
		at := target.Target{Platform: p, Version: target.Version{Major: target.Current}, Enrollment: e}
		if _, err := target.Parse(at.String()); e == "" || err == nil {
			all = append(all, e)
		}
	}
	return all
}

// Two moves in a row say what the one over both says: the events are those of both, and the verdicts combine by the table.
func TestMovesCombine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tried := map[[3]Verdict]int{}
	for at, f := range wholeCatalog(t).subjects {
		for p, s := range f.on {
			if s.own.Introduced == s.above.Introduced && s.own.Deprecated == s.above.Deprecated && s.own.Removed == s.above.Removed && len(s.meanings) == 0 {
				continue // nothing of its own
			}
			versions := []target.Version{{Major: 1}, s.own.Introduced, s.own.Deprecated, s.own.Removed, s.replacement.Introduced, {Major: 10, Minor: 15}, {Major: 11}, {Major: 14}, {Major: 26}, {Major: 27}, {Major: 28}}
			versions = slices.DeleteFunc(versions, target.Version.IsZero)
			slices.SortFunc(versions, target.Version.Compare)
			versions = slices.Compact(versions)
			for _, e := range enrollments(p) {
				for range 12 {
					three := random.Perm(len(versions))[:3]
					slices.Sort(three)
					a, b, c := versions[three[0]], versions[three[1]], versions[three[2]]
					say := func(from, to target.Version) ([]Event, Verdict) {
						m := Move{Platform: p, From: from, To: to, Enrollment: e}
						events := s.events(m)
						return events, judge(events, s.isReplaceable(m), Redeliver)
					}
					first, one := say(a, b)
					second, two := say(b, c)
					whole, both := say(a, c)
					tried[[3]Verdict{one, two, both}]++
					if want := Combine(one, two); both != want {
						t.Errorf("%v on %s/%s, %s to %s to %s: %s, then %s: %s, want %s", at, p, e, a, b, c, one, two, both, want)
					}
					if !slices.Equal(whole, append(slices.Clip(first), second...)) {
						t.Errorf("%v on %s/%s, %s to %s to %s: %v, want %v and %v", at, p, e, a, b, c, whole, first, second)
					}
				}
			}
		}
	}
	for _, must := range [][3]Verdict{{Redeliver, Stops, Passes}, {Deprecated, Stops, Stops}, {Replaced, Replaced, Replaced}, {Redeliver, Replaced, Redeliver}, {Unchanged, Changes, Changes}, {Changes, Replaced, Changes}} {
		if tried[must] == 0 {
			t.Errorf("no case of %v", must)
		}
	}
	t.Log(tried)
}

// A declaration that comes after the deprecation: no setting of the catalog waits for one today.
func TestReplacementComesLater(t *testing.T) {
	v := func(major int) target.Version { return target.Version{Major: major} }
	s := &subject{own: schema.Availability{Introduced: v(10), Deprecated: v(16)}, replacement: schema.Availability{Introduced: v(18)}, replaced: true}
	for _, tt := range []struct {
		from, to int
		want     Verdict
	}{{15, 17, Deprecated}, {17, 18, Replaced}, {15, 18, Replaced}, {9, 17, Redeliver}, {18, 26, Unchanged}} {
		m := Move{Platform: target.IOS, From: v(tt.from), To: v(tt.to)}
		if got := judge(s.events(m), s.isReplaceable(m), Redeliver); got != tt.want {
			t.Errorf("%s to %s: got %s, want %s", m, m.To, got, tt.want)
		}
	}
	if got := Combine(Deprecated, Replaced); got != Replaced {
		t.Error(got)
	}
}

// Combine is associative, and Unchanged changes nothing.
func TestCombineIsAssociative(t *testing.T) {
	all := slices.DeleteFunc(Verdicts(), func(v Verdict) bool { return v == TakenOver || v == New })
	for _, a := range all {
		if Combine(a, Unchanged) != a || Combine(Unchanged, a) != a {
			t.Errorf("%s with %s", a, Unchanged)
		}
		for _, b := range all {
			for _, c := range all {
				if possible(a, b) && possible(b, c) && possible(a, c) && Combine(Combine(a, b), c) != Combine(a, Combine(b, c)) {
					t.Errorf("%s, %s, %s", a, b, c)
				}
			}
		}
	}
}

// possible reports whether one verdict can follow another: what is gone does not come back, and what is there cannot arrive.
func possible(a, b Verdict) bool {
	gone := a == Stops || a == Passes
	arrives := b == Redeliver || b == Passes
	return b == Unchanged || a == Unchanged || !gone && !arrives
}

// No setting changes its strength without an event of its own, or of what holds it.
func TestNoSilentChange(t *testing.T) {
	for at, f := range wholeCatalog(t).subjects {
		for p, s := range f.on {
			for _, e := range enrollments(p) {
				majors := p.Majors()
				for i := range majors[1:] {
					m := Move{Platform: p, From: target.Version{Major: majors[i+1]}, To: target.Version{Major: majors[i]}, Enrollment: e}
					works := func(on target.Target) bool {
						return !slices.ContainsFunc(s.own.Limits(on), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
					}
					if e == "" || works(m.Before()) == works(m.After()) {
						continue
					}
					whole := *s
					whole.above = schema.Availability{}
					if len(whole.events(m)) == 0 {
						t.Errorf("%v on %s to %s: nothing said", at, m, m.To)
					}
				}
			}
		}
	}
}
