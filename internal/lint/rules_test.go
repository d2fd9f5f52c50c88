package lint

import (
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
			if got.Rule != c.rule || got.Path != c.path {
				t.Errorf("got %s at %s, want %s at %s", got.Rule, got.Path, c.rule, c.path)
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

func TestEveryRuleHasCases(t *testing.T) {
	bad, good := map[string]bool{}, map[string]bool{}
	for _, c := range ruleCases() {
		bad[c.rule] = true
		good[c.rule] = good[c.rule] || c.good != nil
	}
	for _, c := range contentCases() { // which have the right forms beside the wrong ones
		for line := range strings.Lines(c.want) {
			id := strings.Fields(line)[1]
			bad[id], good[id] = true, true
		}
	}
	for _, r := range checks {
		if page, _ := rules.Find(r.id); isAboutMore(&page) {
			continue // TestExamplesOfPages and TestMoreRules have them
		}
		if r.declaration != nil || r.declared != nil || r.options != nil || r.id == ruleMalformedDeclaration || r.id == danglingDeclarationReference.id || r.id == notInEnrollment.id || r.id == unknownStatusItem.id {
			continue // TestDeclarations, TestEmbeddedDeclarations, TestDeclarationsInAProfile and TestReportUnused have them
		}
		if !bad[r.id] || !good[r.id] {
			t.Errorf("rule %s lacks a bad case or its repair", r.id)
		}
	}
	for id := range bad {
		if _, ok := rules.Find(id); !ok {
			t.Errorf("case for unknown rule %s", id)
		}
	}
}

// ways counts the ways in which a rule is checked.
func ways(r rule) int {
	n := 0
	for _, has := range []bool{r.value != nil, r.effect != nil, r.settings != nil, r.profile != nil, r.declaration != nil, r.document != nil, r.declared != nil, r.options != nil} {
		if has {
			n++
		}
	}
	return n
}

// reportedElsewhere has the rules that something else than a check of their own reports: facts above all.
func reportedElsewhere() map[string]bool {
	ids := map[string]bool{ruleMalformedDeclaration: true, ruleDanglingCertificateReference: true, ruleWrongCertificatePayload: true,
		ruleMissingCompanionKey: true, ruleConflictingKeys: true, ruleIgnoredKey: true, ruleMalformedValue: true}
	known, _ := facts.Embedded()
	for _, c := range known.Conditions {
		ids[c.Rule] = true
	}
	for _, m := range known.Meanings {
		ids[m.Rule] = true
	}
	return ids
}

// Facts name rules that exist.
func TestFactsNameRules(t *testing.T) {
	known, err := facts.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for id := range reportedElsewhere() {
		ids = append(ids, id)
	}
	for _, e := range known.Envelope {
		ids = append(ids, e.Rule)
	}
	for _, x := range known.Tolerances {
		ids = append(ids, x.Rules...)
	}
	for _, id := range ids {
		if _, ok := rules.Find(id); !ok && id != "" {
			t.Errorf("a fact names the rule %q, which does not exist", id)
		}
	}
}

func TestChecksAreComplete(t *testing.T) {
	if !slices.IsSortedFunc(checks, func(a, b rule) int { return strings.Compare(a.id, b.id) }) {
		t.Error("the checks are not sorted by ID")
	}
	for i, r := range checks {
		if _, ok := rules.Find(r.id); !ok {
			t.Errorf("rule %s has no page", r.id)
		}
		if i > 0 && checks[i-1].id == r.id {
			t.Errorf("rule %s stands twice", r.id)
		}
		if ways(r) > 1 && r.id != placeholderFound.id || ways(r) == 0 && !reportedElsewhere()[r.id] {
			t.Errorf("rule %s has %d checks", r.id, ways(r))
		}
	}
}

// testNow is the day of the run in tests.
var testNow = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// isAboutMore says whether a rule is one of those that validate leaves out: its table is that of TestMoreRules.
func isAboutMore(r *rules.Rule) bool {
	return r.Has(rules.Security) || r.Has(rules.Hygiene) || r.Has(rules.Delivery)
}
