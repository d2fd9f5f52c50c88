package lint

import (
	"cmp"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

// This file checks values against the facts of internal/schema/facts. The rules here have no function in the table (walk is
// set instead); a fact may name another rule than the usual one of its kind.

// checkFacts reports a value's breaches of the facts about its key.
func (r *run) checkFacts(n *node) {
	switch n.value.Kind {
	case plist.Dictionary:
		for _, c := range n.facts.Conditions {
			if allHold(c.When, n.value) {
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

// allHold reports whether a dictionary passes all tests. A value to be filled in later by a server or template, and one
// that could not be read, fails each.
func allHold(tests []facts.Test, v *plist.Value) bool {
	for _, t := range tests {
		f := v.Field(t.Key)
		if t.Absent != (f == nil) {
			return false
		}
		if f == nil || len(t.Is)+len(t.Not) == 0 {
			continue
		}
		if f.Value == nil || f.Value.Kind == plist.Null || f.Value.Unread || hasPlaceholder(f.Value) || containsValue(t.Not, f.Value) ||
			len(t.Is) > 0 && !containsValue(t.Is, f.Value) {
			return false
		}
	}
	return true
}

func containsValue(values []*plist.Value, v *plist.Value) bool {
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
				d := r.reportFact(c.Rule, rule.MissingCompanionKey, c.Severity, n.atKey(), "%s lacks %s, which is required%s", n.subject(), quote(key), describeTests(" with ", c.When, n))
				d.Help = cmp.Or(c.Help, "add "+quote(key))
			}
		}
	case facts.OneOf:
		if presentFields(n, c.Keys) == nil {
			r.reportFact(c.Rule, rule.MissingCompanionKey, c.Severity, n.atKey(), "%s needs %s%s", n.subject(), text.QuotedList(c.Keys, "or"), describeTests(" with ", c.When, n)).
				Help = cmp.Or(c.Help, "add "+text.QuotedList(c.Keys, "or"))
		}
	case facts.AtMostOne:
		if both := presentFields(n, c.Keys); len(both) > 1 {
			d := r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(both[1]), "%s is not allowed together with %s", quote(both[1].Key), quote(both[0].Key))
			d.Help = cmp.Or(c.Help, "remove one of them")
			d.Related = relatedTo("the other one", both[0].KeySpan)
		}
	case facts.Forbids:
		for _, f := range presentFields(n, c.Keys) {
			r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(f), "%s is not allowed%s", quote(f.Key), describeTests(" with ", c.When, n)).
				Help = cmp.Or(c.Help, "remove it")
		}
	case facts.Ignores:
		for _, f := range presentFields(n, c.Keys) {
			r.reportFact(c.Rule, rule.IgnoredKey, c.Severity, n.field(f), "%s does nothing%s", quote(f.Key), describeTests(" with ", c.When, n)).
				Help = cmp.Or(c.Help, "remove it")
		}
	case facts.Contradicts:
		f := n.value.Field(c.When[0].Key)
		if f == nil {
			return
		}
		with := describeTests(" with ", c.When[1:], n)
		if with == "" {
			with = " in " + n.subject()
		}
		r.reportFact(c.Rule, rule.ConflictingKeys, c.Severity, n.field(f), "%s is not allowed%s", describeTests("", c.When[:1], n), with).Help = c.Help
	}
}

// reportFact reports under the rule named by a fact, or else the usual one of its kind.
func (r *run) reportFact(rule, usual string, s diag.Severity, at place, format string, args ...any) *diag.Diagnostic {
	d := r.passOf(cmp.Or(rule, usual)).report(at, format, args...)
	d.Severity = s
	return d
}

// canHave reports whether a key exists on at least one target, so that it can be required.
func (p *profile) canHave(n *node, key string) bool {
	k, l := n.findKey(key)
	return k == nil || !p.isNowhere(p.on.ofKey(l.available, k).on)
}

// presentFields returns the fields of some keys, leaving out absent ones.
func presentFields(n *node, keys []string) []*plist.Field {
	var found []*plist.Field
	for _, key := range keys {
		if f := n.value.Field(key); f != nil && f.Value != nil {
			found = append(found, f)
		}
	}
	return found
}

// describeTests names the keys and values behind a condition: "DNSProtocol" set to "HTTPS". It returns "" for no tests.
func describeTests(before string, tests []facts.Test, n *node) string {
	var all []string
	for _, t := range tests {
		switch f := n.value.Field(t.Key); {
		case f == nil:
			all = append(all, "no "+quote(t.Key))
		case len(t.Is)+len(t.Not) == 0:
			all = append(all, quote(t.Key))
		default:
			all = append(all, quote(t.Key)+" set to "+f.Value.Describe())
		}
	}
	if len(all) == 0 {
		return ""
	}
	return before + strings.Join(all, " and ")
}
