package lint

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

// ruleCase is a profile that breaks one rule at one place, and what repairs it.
type ruleCase struct {
	rule, path string
	bad, good  *plist.Value
	targets    string // separated by blanks
	message    string // of the finding, where its words matter
	help       string
	severity   diag.Severity // where it is not the rule's own
}

// d makes a dictionary from keys and values: strings, booleans, integers, reals and values.
func d(pairs ...any) *plist.Value {
	v := plist.NewDictionary()
	for i := 0; i < len(pairs); i += 2 {
		v.Fields = append(v.Fields, plist.Field{Key: pairs[i].(string), Value: value(pairs[i+1])})
	}
	return v
}

func value(x any) *plist.Value {
	switch x := x.(type) {
	case string:
		return plist.NewString(x)
	case bool:
		return plist.NewBoolean(x)
	case int:
		return plist.NewInteger(int64(x))
	case float64:
		return plist.NewReal(x)
	case []byte:
		return plist.NewData(x)
	}
	return x.(*plist.Value)
}

func arr(x ...any) *plist.Value {
	a := plist.NewArray()
	for _, i := range x {
		a.Items = append(a.Items, value(i))
	}
	return a
}

// pl makes a payload that lacks nothing common.
func pl(payloadType string, pairs ...any) *plist.Value {
	v := d("PayloadType", payloadType, "PayloadVersion", 1)
	v.Fields = append(v.Fields, d(pairs...).Fields...)
	return v
}

// with makes a profile that lacks nothing. Payloads get an identifier and UUID of their own where they have none.
func with(payloads ...*plist.Value) *plist.Value {
	for i, p := range payloads {
		letter := string(rune('a' + i))
		if p.Field("PayloadIdentifier") == nil {
			p.Set("PayloadIdentifier", value("com.example."+letter))
		}
		if p.Field("PayloadUUID") == nil {
			p.Set("PayloadUUID", value("0000000"+letter+"-0000-4000-8000-000000000001"))
		}
	}
	return d("PayloadType", "Configuration", "PayloadVersion", 1, "PayloadIdentifier", "com.example", "PayloadScope", "System",
		"PayloadUUID", "10000000-0000-4000-8000-000000000001", "PayloadContent", plist.NewArray(payloads...))
}

func without(v *plist.Value, key string) *plist.Value {
	v.Fields = slices.DeleteFunc(v.Fields, func(f plist.Field) bool { return f.Key == key })
	return v
}

func targets(t testing.TB, text string) []target.Target {
	t.Helper()
	var all []target.Target
	for _, s := range strings.Fields(text) {
		one, err := target.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func check(t testing.TB, v *plist.Value, on string) []diag.Diagnostic {
	t.Helper()
	found, err := Check(testCatalog(), v, targets(t, on))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases() {
		t.Run(c.rule+" "+c.path, func(t *testing.T) {
			found := check(t, c.bad, c.targets)
			if len(found) != 1 {
				t.Fatalf("got %d findings, want one: %v", len(found), found)
			}
			got := found[0]
			if got.Rule != c.rule || got.Path.String() != c.path {
				t.Errorf("got %s at %s, want %s at %s", got.Rule, got.Path.String(), c.rule, c.path)
			}
			if c.message != "" && got.Message != c.message {
				t.Errorf("got message\n\t%s, want\n\t%s", got.Message, c.message)
			}
			if c.help != "" && got.Help != c.help {
				t.Errorf("got help %q, want %q", got.Help, c.help)
			}
			r, _ := rules.Find(c.rule)
			if c.severity == 0 {
				c.severity = r.Severity
			}
			if got.Severity != c.severity {
				t.Errorf("got %s, want %s", got.Severity, c.severity)
			}
			if c.good != nil {
				if left := check(t, c.good, c.targets); len(left) != 0 {
					t.Errorf("the repaired profile has findings: %v", left)
				}
			}
		})
	}
}

// The rules that facts name are in the table, for the walk to report.
func TestFactsNameRules(t *testing.T) {
	known := facts.Embedded()
	want := func(id string, is func(ruleCheck) bool) {
		if i, ok := findCheck(id); id != "" && (!ok || !is(checks[i])) {
			t.Errorf("a fact names the rule %q, which the table does not have for it", id)
		}
	}
	walk := func(e ruleCheck) bool { return e.walk }
	for _, c := range known.Conditions {
		want(c.Rule, walk)
	}
	for _, m := range known.Meanings {
		want(m.Rule, walk)
	}
	for _, e := range known.Envelope {
		want(e.Rule, func(e ruleCheck) bool { return e.profile != nil })
	}
	for _, x := range known.Tolerances {
		for _, id := range x.Rules {
			want(id, func(ruleCheck) bool { return true })
		}
	}
}

func TestChecksAreComplete(t *testing.T) {
	for i, e := range checks {
		if i > 0 && checks[i-1].id >= e.id {
			t.Errorf("the table in rules.go is not sorted: %s stands after %s", e.id, checks[i-1].id)
		}
		if n := ways(e); n > 1 || n == 0 && !e.walk {
			t.Errorf("rule %s has %d functions in the table in rules.go, want one, or walk", e.id, n)
		}
	}
}

// ways counts the functions of an entry.
func ways(e ruleCheck) (n int) {
	for _, field := range reflect.ValueOf(e).Fields() {
		if field.Kind() == reflect.Func && !field.IsNil() {
			n++
		}
	}
	return n
}

// testNow is the day of the run in tests.
var testNow = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
