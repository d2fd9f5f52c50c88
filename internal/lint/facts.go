package lint

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

// What internal/schema/facts states is checked here for every value that has such facts. The rules that report it have no
// check of their own; a fact names its rule where it is not the one of its kind.

// checkFacts reports what a value does against the facts about its place.
func (r *run) checkFacts(n *node) {
	switch n.value.Kind {
	case plist.Dictionary:
		for _, c := range n.facts.Conditions {
			if holds(c.When, n.value) {
				r.checkCondition(n, c)
			}
		}
	case plist.Data:
		if m := n.facts.Meaning; m != nil && n.key != nil && m.Sense.IsOfData() {
			r.checkContent(n, m)
		}
	case plist.String:
		if n.key == nil || hasPlaceholder(n.value) {
			return
		}
		if m := n.facts.Meaning; m != nil && !m.Sense.IsOfData() {
			r.checkMeaning(n, m)
		}
		if ref := n.facts.Reference; ref != nil {
			r.checkReference(n, ref)
		}
	}
}

// holds says whether all tests hold for a dictionary. A value that a server or a template fills in later fails every test.
func holds(tests []facts.Test, v *plist.Value) bool {
	for _, t := range tests {
		f := v.Field(t.Key)
		if t.Absent != (f == nil) {
			return false
		}
		if f == nil || len(t.Is)+len(t.Not) == 0 {
			continue
		}
		if f.Value == nil || f.Value.Kind == plist.Null || hasPlaceholder(f.Value) || contains(t.Not, f.Value) ||
			len(t.Is) > 0 && !contains(t.Is, f.Value) {
			return false
		}
	}
	return true
}

func contains(values []*plist.Value, v *plist.Value) bool {
	for _, x := range values {
		if plist.Equal(x, v) {
			return true
		}
	}
	return false
}

func (r *run) checkCondition(n *node, c *facts.Condition) {
	switch c.Kind {
	case facts.Requires:
		for _, key := range c.Keys {
			if n.value.Field(key) == nil && r.profile.canHave(n, key) {
				d := r.reportFact(c.Rule, rule.MissingCompanionKey, c.Severity, n.atKey(), "%s lacks %s, which is required%s", n.subject(), quote(key), circumstances(" with ", c.When, n))
				d.Help = or(c.Help, "add "+quote(key))
			}
		}
	case facts.OneOf:
		if present(n, c.Keys) == nil {
			r.reportFact(c.Rule, rule.MissingCompanionKey, c.Severity, n.atKey(), "%s lacks %s, one of which is required%s", n.subject(), text.QuotedList(c.Keys, "and"), circumstances(" with ", c.When, n)).
				Help = or(c.Help, "add "+text.QuotedList(c.Keys, "or"))
		}
	case facts.AtMostOne:
		if both := present(n, c.Keys); len(both) > 1 {
			d := r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(both[1]), "%s stands beside %s, want only one of them", quote(both[1].Key), quote(both[0].Key))
			d.Help = or(c.Help, "remove one of them")
			d.Related = related("the other one", both[0].KeySpan)
		}
	case facts.Forbids:
		for _, f := range present(n, c.Keys) {
			r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(f), "%s is not allowed%s", quote(f.Key), circumstances(" with ", c.When, n)).
				Help = or(c.Help, "remove it")
		}
	case facts.Ignores:
		for _, f := range present(n, c.Keys) {
			r.reportFact(c.Rule, rule.IgnoredKey, c.Severity, n.field(f), "%s does nothing%s", quote(f.Key), circumstances(" with ", c.When, n)).
				Help = or(c.Help, "remove it")
		}
	case facts.Contradicts:
		f := n.value.Field(c.When[0].Key)
		if f == nil {
			return
		}
		with := circumstances(" with ", c.When[1:], n)
		if with == "" {
			with = " in " + n.subject()
		}
		r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(f), "%s is not allowed%s", circumstances("", c.When[:1], n), with).Help = c.Help
	}
}

// reportFact reports under a fact's own rule, or else the usual one of its kind.
func (r *run) reportFact(rule, usual string, s diag.Severity, at place, format string, args ...any) *diag.Diagnostic {
	d := r.of(or(rule, usual)).report(at, format, args...)
	d.Severity = s
	return d
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// canHave says whether a key exists on some target, so that it can be required.
func (p *profile) canHave(n *node, key string) bool {
	k, l := n.find(key)
	return k == nil || !p.isNowhere(p.resolve(l.standing, k.Availability))
}

// present returns those of some keys that a dictionary has.
func present(n *node, keys []string) []*plist.Field {
	var found []*plist.Field
	for _, key := range keys {
		if f := n.value.Field(key); f != nil && f.Value != nil {
			found = append(found, f)
		}
	}
	return found
}

// circumstances says what a dictionary has that makes a condition hold: "DNSProtocol" "HTTPS".
func circumstances(before string, tests []facts.Test, n *node) string {
	var all []string
	for _, t := range tests {
		switch f := n.value.Field(t.Key); {
		case f == nil:
			all = append(all, "no "+quote(t.Key))
		case len(t.Is)+len(t.Not) == 0:
			all = append(all, quote(t.Key))
		default:
			all = append(all, quote(t.Key)+" "+f.Value.Describe())
		}
	}
	if len(all) == 0 {
		return ""
	}
	return before + strings.Join(all, " and ")
}
