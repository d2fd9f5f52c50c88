package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// The rules about OnDemandRules, of which a device takes the first that matches.

var noCatchAllRule = Rule{
	ID:      "no-catch-all-rule",
	Summary: "OnDemandRules of DNS settings end without a rule for all other networks",
	Why: "The first rule that matches counts. What happens on a network that none matches is left to the device, so end with a rule " +
		"that has an Action and no condition.",
	Group:    Condition,
	Severity: diag.Warning,
	See:      []string{dnsDocumentation},
	value: func(p *pass, n *node) {
		rules := onDemandRules(n)
		if n.domain != dnsSettings || len(rules) == 0 {
			return
		}
		for _, r := range rules {
			if !hasCondition(r) {
				return
			}
		}
		p.report(n.atKey(), "%s has no rule for networks that match none of them", n.subject()).
			Help = `end with a rule that has only "Action", such as "Connect"`
	},
}

var unreachableOnDemandRule = Rule{
	ID:       "unreachable-on-demand-rule",
	Summary:  "a rule of OnDemandRules comes after one that matches every network",
	Why:      "The first rule that matches counts, and a rule without a condition matches always, so what stands behind it does nothing.",
	Group:    Condition,
	Severity: diag.Warning,
	See:      []string{dnsDocumentation},
	value: func(p *pass, n *node) {
		rules := onDemandRules(n)
		for i, r := range rules {
			if hasCondition(r) || i == len(rules)-1 {
				continue
			}
			at := n.path.at(i + 1)
			d := p.report(place{path: at, span: rules[i+1].Span}, "%s and what follows is never reached", quote(at.name()))
			d.Help = "move the rule without a condition to the end"
			d.Related = related("this rule matches every network", r.Span)
			return
		}
	},
}

var unusedActionParameters = Rule{
	ID:       "unused-action-parameters",
	Summary:  "ActionParameters stand beside an Action that is not EvaluateConnection",
	Why:      "A device reads ActionParameters only with Action EvaluateConnection, so the domains in them are not treated as they say.",
	Group:    Condition,
	Severity: diag.Warning,
	See:      []string{dnsDocumentation},
}

// onDemandRules returns the rules where a node is such an array of dictionaries.
func onDemandRules(n *node) []*plist.Value {
	if n.key == nil || n.key.Name != "OnDemandRules" || n.value.Kind != plist.Array {
		return nil
	}
	for _, r := range n.value.Items {
		if r == nil || r.Kind != plist.Dictionary {
			return nil // wrong-type says so; places in the array would not be right
		}
	}
	return n.value.Items
}

// hasCondition says whether a rule matches some networks only.
func hasCondition(rule *plist.Value) bool {
	for _, key := range []string{"DNSDomainMatch", "DNSServerAddressMatch", "InterfaceTypeMatch", "SSIDMatch", "URLStringProbe"} {
		if rule.Field(key) != nil {
			return true
		}
	}
	return false
}
