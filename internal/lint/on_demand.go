package lint

import (
	"fmt"
	"slices"

	"syncguard/internal/plist"
)

// The rules about OnDemandRules. A device applies the first matching one.

func noCatchAllRule(p *pass, n *node) {
	rules := onDemandRules(n)
	if n.domain != dnsSettings || len(rules) == 0 {
		return
	}
	for _, r := range rules {
		if !hasCondition(r) {
			return
		}
	}
	p.report(n.atKey(), "%s has no rule for all other networks", n.subject()).
		Help = `add a last rule with only "Action", such as "Connect"`
}

func unreachableOnDemandRule(p *pass, n *node) {
	rules := onDemandRules(n)
	for i, r := range rules {
		if hasCondition(r) || i == len(rules)-1 {
			continue
		}
		at := n.path.at(i + 1)
		what := quote(at.name()) + " is"
		if i+2 < len(rules) {
			what = quote(at.name()) + " and the rules after it are"
		}
		d := p.report(place{path: at, span: rules[i+1].Span}, "%s never reached", what)
		d.Help = reachHelp(rules, i)
		d.Related = relatedTo("this rule matches every network", r.Span)
		offerLast(d, n.value, i)
		return
	}
}

// reachHelp tells how to make the rules after the one at i count, or which of them to delete. Rule i matches every network.
func reachHelp(rules []*plist.Value, i int) string {
	rest := rules[i+1:]
	switch always := slices.IndexFunc(rest, func(r *plist.Value) bool { return !hasCondition(r) }); {
	case always < 0:
		return "move the rule without a condition to the end"
	case slices.ContainsFunc(rest, hasCondition):
		return "keep one of the rules without a condition, and move it to the end"
	case len(rest) == 1:
		return "delete this rule: the one before it decides for every network"
	}
	return fmt.Sprintf("delete these %d rules: the one before them decides for every network", len(rest))
}

// onDemandRules returns the rules of a node, or nil if it is no array of on-demand rules.
func onDemandRules(n *node) []*plist.Value {
	if n.key == nil || n.key.Name != "OnDemandRules" || n.value.Kind != plist.Array {
		return nil
	}
	for _, r := range n.value.Items {
		if r == nil || r.Kind != plist.Dictionary {
			return nil // wrong-type reports it; indices would be unreliable
		}
	}
	return n.value.Items
}

// hasCondition reports whether a rule matches some networks only.
func hasCondition(rule *plist.Value) bool {
	for _, key := range []string{"DNSDomainMatch", "DNSServerAddressMatch", "InterfaceTypeMatch", "SSIDMatch", "URLStringProbe"} {
		if rule.Field(key) != nil {
			return true
		}
	}
	return false
}
