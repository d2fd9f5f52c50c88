package merge_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/fact"
	"syncguard/internal/merge"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

func entriesOf(t *testing.T, f schema.Family) (all []schema.Entry) {
	t.Helper()
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.PayloadType = cmp.Or(e.PayloadType, e.ID); e.Family == f {
			all = append(all, e)
		}
	}
	return all
}

// combined calls visit for each key of the catalog with a combinetype.
func combined(t *testing.T, visit func(of *schema.Type, path []string, k *schema.Key)) {
	c := schema.Embedded()
	var walk func(of *schema.Type, keys []*schema.Key, path []string)
	walk = func(of *schema.Type, keys []*schema.Key, path []string) {
		for _, k := range keys {
			at := path
			if k.Name != "" && !isElement(of, path, k) {
				at = append(slices.Clip(path), k.Name)
			}
			if k.CombineType != "" {
				visit(of, at, k)
			}
			if len(at) < 8 {
				walk(of, k.Keys, at)
			}
		}
	}
	for _, e := range entriesOf(t, schema.Configuration) {
		of, err := c.Declaration(e.PayloadType)
		if err != nil {
			t.Fatal(err)
		}
		walk(of, of.Keys, nil)
	}
}

// isElement reports whether a key is the element of an array, whose name is for people only.
func isElement(of *schema.Type, path []string, k *schema.Key) bool {
	parent := of.Key(path...)
	return parent != nil && parent.Kind == plist.Array && slices.Contains(parent.Keys, k)
}

func TestEveryCombineTypeHasACase(t *testing.T) {
	cases := map[merge.How]int{}
	for _, x := range combineCases() {
		cases[x.how]++
	}
	used := map[merge.How]bool{}
	combined(t, func(of *schema.Type, path []string, k *schema.Key) {
		how := merge.How(k.CombineType)
		used[how] = true
		if cases[how] == 0 {
			t.Errorf("%s.%s: no case for %s", of.ID, strings.Join(path, "."), how)
		}
		if w := merge.Declaration(of, path); w.How != how && !strings.Contains(w.ID, "coexist") {
			t.Errorf("%s.%s: got %s, want %s", of.ID, strings.Join(path, "."), w.How, how)
		}
	})
	for _, how := range merge.CombineTypes() {
		if !used[how] {
			t.Errorf("the catalog has no %s", how)
		}
	}
}

type combineCase struct {
	how     merge.How
	of, key string
	values  []string // JSON
	want    string   // "" for a value that cannot be told
}

// combineCases has a case for every combinetype of the catalog.
func combineCases() []combineCase {
	return []combineCase{
		{merge.BooleanAnd, "com.apple.configuration.safari.settings", "AllowPopups", []string{"true", "false", "true"}, "false"},
		{merge.BooleanAnd, "com.apple.configuration.intelligence.settings", "Apps.Mail.AllowSummary", []string{"true", "true"}, "true"},
		{merge.BooleanOr, "com.apple.configuration.passcode.settings", "RequirePasscode", []string{"false", "true"}, "true"},
		{merge.NumberMax, "com.apple.configuration.passcode.settings", "MinimumLength", []string{"6", "8", "4"}, "8"},
		{merge.NumberMax, "com.apple.configuration.softwareupdate.settings", "Deferrals.MajorPeriodInDays", []string{"30", "90"}, "90"},
		{merge.NumberMin, "com.apple.configuration.passcode.settings", "MaximumFailedAttempts", []string{"10", "6"}, "6"},
		{merge.NumberMin, "com.apple.configuration.passcode.settings", "PasscodeReuseLimit", []string{"5", "20"}, "5"},
		{merge.EnumFirst, "com.apple.configuration.safari.settings", "AcceptCookies", []string{`"Always"`, `"CurrentWebsite"`, `"VisitedWebsites"`}, `"CurrentWebsite"`},
		{merge.EnumLast, "com.apple.configuration.diskmanagement.settings", "Restrictions.ExternalStorage", []string{`"ReadOnly"`, `"Disallowed"`, `"Allowed"`}, `"Disallowed"`},
		{merge.EnumLast, "com.apple.configuration.softwareupdate.settings", "AutomaticActions.Download", []string{`"AlwaysOn"`, `"Sometimes"`}, ""},
		{merge.First, "com.apple.configuration.audio-accessory.settings", "TemporaryPairing.Configuration", []string{`{"UnpairingTime": {"Policy": "None"}}`, `{"UnpairingTime": {"Policy": "Hour"}}`}, ""},
		{merge.First, "com.apple.configuration.softwareupdate.settings", "Beta.RequireProgram", []string{`{"Token": "a"}`, `{"Token": "a"}`}, `{"Token": "a"}`},
		{merge.ArrayAppend, "com.apple.configuration.safari.bookmarks", "ManagedBookmarks.Bookmarks", []string{`["a", "b"]`, `["b"]`}, `["a", "b", "b"]`},
		{merge.SetUnion, "com.apple.configuration.management.status-subscriptions", "StatusItems", []string{`[{"Name": "b"}, {"Name": "a"}]`, `[{"Name": "c"}, {"Name": "a"}]`}, `[{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]`},
		{merge.SetIntersection, "com.apple.configuration.external-intelligence.settings", "AllowedWorkspaceIDs", []string{`["a", "b"]`, `["b", "c"]`}, `["b"]`},
		{merge.SetIntersection, "com.apple.configuration.app.settings", "Allowed.AllowedApps", []string{`["a"]`, `["b"]`}, `[]`},
		{merge.SetIntersection, "com.apple.configuration.app.settings", "Allowed.AllowedBinaries",
			[]string{`[{"TeamID": "A", "SigningState": "All"}, {"TeamID": "B"}]`, `[{"TeamID": "A", "SigningState": "AppStore"}]`},
			`[{"TeamID": "A", "SigningState": "AppStore"}]`},
		{merge.BooleanOr, "com.apple.configuration.passcode.settings", "RequirePasscode", []string{`"yes"`, "true"}, ""},
	}
}

func TestCombineTypes(t *testing.T) {
	c := schema.Embedded()
	for _, x := range combineCases() {
		t.Run(x.key, func(t *testing.T) {
			of, err := c.Declaration(x.of)
			if err != nil || of == nil {
				t.Fatal(of, err)
			}
			w := merge.Declaration(of, strings.Split(x.key, "."))
			if w.How != x.how {
				t.Fatalf("got %s, want %s", w.How, x.how)
			}
			var values []*plist.Value
			for _, v := range x.values {
				values = append(values, fromJSON(t, v))
			}
			got, ok := w.Combine(values)
			switch {
			case ok != (x.want != ""):
				t.Errorf("ok is %v", ok)
			case ok && !plist.Equal(got, fromJSON(t, x.want)):
				t.Errorf("got %v, want %s", schema.JSONValue(got), x.want)
			}
		})
	}
}

// TestLaws: how values combine does not depend on their order or grouping, and a value combined with itself is itself.
func TestLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	combined(t, func(of *schema.Type, path []string, k *schema.Key) {
		w := merge.Declaration(of, path)
		if w.How.IsWhole() || !w.IsDefined() || w.How == merge.ArrayAppend {
			return
		}
		where := of.ID + "." + strings.Join(path, ".")
		for range 20 {
			a, b, c := randomValue(r, k), randomValue(r, k), randomValue(r, k)
			abc := mustCombine(t, where, w, a, b, c)
			for _, other := range []*plist.Value{
				mustCombine(t, where, w, c, b, a), mustCombine(t, where, w, b, a, c),
				mustCombine(t, where, w, mustCombine(t, where, w, a, b), c), mustCombine(t, where, w, a, mustCombine(t, where, w, b, c)),
				mustCombine(t, where, w, a, b, c, a, b), mustCombine(t, where, w, abc, abc),
			} {
				if !plist.Equal(abc, other) {
					t.Fatalf("%s: %v and %v", where, schema.JSONValue(abc), schema.JSONValue(other))
				}
			}
			if one := mustCombine(t, where, w, a); !plist.Equal(one, a) {
				t.Fatalf("%s: one value became %v", where, schema.JSONValue(one))
			}
		}
	})
}

func mustCombine(t *testing.T, where string, w merge.Way, values ...*plist.Value) *plist.Value {
	t.Helper()
	v, ok := w.Combine(values)
	if !ok {
		t.Fatalf("%s: no value", where)
	}
	return v
}

func randomValue(r *rand.Rand, k *schema.Key) *plist.Value {
	switch {
	case len(k.RangeList) > 0:
		return k.RangeList[r.IntN(len(k.RangeList))]
	case k.Kind == plist.Boolean:
		return plist.NewBoolean(r.IntN(2) == 0)
	case k.Kind == plist.Integer, k.Kind == plist.Real:
		return plist.NewInteger(r.Int64N(9))
	}
	a := plist.NewArray()
	for _, n := range r.Perm(6)[:r.IntN(6)] {
		a.Items = append(a.Items, plist.NewString(fmt.Sprint(n)))
	}
	return a
}

// TestRules: each rule is used, has a source and evidence, and reads as a sentence.
func TestRules(t *testing.T) {
	for _, r := range merge.Rules() {
		switch {
		case r.ID == "" || r.Does == "" || !strings.HasPrefix(r.Source, "https://"):
			t.Errorf("%q is not complete", r.ID)
		case strings.HasSuffix(r.Does, ".") || strings.HasSuffix(r.Next, "."):
			t.Errorf("%q ends with a full stop", r.ID)
		case fact.Weaker(r.Evidence, r.Evidence) != r.Evidence:
			t.Errorf("%q has evidence %q", r.ID, r.Evidence)
		case merge.ByID(r.ID).Does != r.Does:
			t.Errorf("two rules %q", r.ID)
		}
	}
}

// TestEveryPayloadTypeHasAWay also proves that no entry names a rule that is not there.
func TestEveryPayloadTypeHasAWay(t *testing.T) {
	c := schema.Embedded()
	for _, e := range entriesOf(t, schema.Payload) {
		types, err := c.Payloads(e.PayloadType)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range target.SchemaPlatforms() {
			if w := merge.Payload(e.PayloadType, types, nil, p); w.Rule == nil {
				t.Errorf("%s on %s: no way", e.ID, p)
			}
			for _, of := range types {
				for _, k := range of.Keys {
					w := merge.Payload(e.PayloadType, types, []string{k.Name}, p)
					if (w.How == merge.BooleanAnd || w.How == merge.BooleanOr) && k.Kind != plist.Boolean && k.Kind != plist.Array {
						t.Errorf("%s.%s is no boolean", e.ID, k.Name)
					}
					if (w.How == merge.NumberMin || w.How == merge.NumberMax) && k.Kind != plist.Integer && k.Kind != plist.Real {
						t.Errorf("%s.%s is no number", e.ID, k.Name)
					}
				}
			}
		}
	}
}

// TestEveryRestrictionHasAWay: a new key of restrictions needs a decision.
func TestEveryRestrictionHasAWay(t *testing.T) {
	types, err := schema.Embedded().Payloads("com.apple.applicationaccess")
	if err != nil {
		t.Fatal(err)
	}
	open := []string{"allowedCameraRestrictionBundleIDs", "autonomousSingleAppModePermittedAppIDs", "ratingRegion", "ratingAppsExemptedBundleIDs"}
	for _, of := range types {
		for _, k := range of.Keys {
			w := merge.Payload("com.apple.applicationaccess", types, []string{k.Name}, target.IOS)
			if w.IsDefined() == slices.Contains(open, k.Name) {
				t.Errorf("%s: %s by %s", k.Name, w.How, w.ID)
			}
		}
	}
}
