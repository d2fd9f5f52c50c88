package intent

import (
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// The two forms of DNS settings. From version 27 on the payload is deprecated and the declaration takes its place.
const (
	dnsPayload     = "com.apple.dnsSettings.managed"
	dnsDeclaration = "com.apple.configuration.network.dns-settings"
)

// dnsForm is the form for a target: one of the two, never both, since Settings would show two entries.
type dnsForm struct {
	payloadType string
	since       target.Version // first version of the form, if asked for although older devices of the target do not know it
}

// dnsForm chooses the form. The declaration wins if every device of the target knows it.
func (p *planner) dnsForm(o *Outcome) dnsForm {
	declaration, _ := p.availability(mechanism{payload: payload{payloadType: dnsDeclaration}})
	old, _ := p.availability(mechanism{payload: payload{payloadType: dnsPayload}})
	switch {
	case p.choice.DNS == AsDeclaration:
		return p.askedForDeclaration(declaration)
	case p.choice.DNS == AsProfile:
		if declaration.works {
			p.warn("--dns-form makes the DNS settings of %s a payload, deprecated since version 27", "leave out --dns-form: these devices take the declaration")
		}
	case declaration.works:
		o.detail("as a declaration: every device of the group is new enough, and the DNS payload is deprecated", fact.Apple, declaration.source)
		return dnsForm{payloadType: dnsDeclaration}
	case len(declaration.conditions) == 0 || isNotOnPlatform(declaration):
	case old.works:
		o.detail("as a payload: "+declaration.conditions[0].Text, fact.Apple, declaration.source)
	case p.choice.Output == Declarations:
		o.note(declaration.conditions[0].Text, declaration.source)
	}
	return dnsForm{payloadType: dnsPayload}
}

// askedForDeclaration returns the declaration, with a warning if it has no effect on some or all devices of the target.
func (p *planner) askedForDeclaration(s availability) dnsForm {
	form := dnsForm{payloadType: dnsDeclaration}
	if !s.works && len(s.limits) == 1 && s.limits[0].Obstacle == schema.NotYetIntroduced {
		form.since = s.limits[0].Version
	}
	if !s.works && len(s.conditions) > 0 {
		p.warn("--dns-form makes the DNS settings of %s a declaration, but "+s.conditions[0].Text, "leave out --dns-form: these devices take the payload")
	}
	return form
}

// newer returns a planner for the devices new enough for the form. Its outcome is not the target's.
func (p *planner) newer(form dnsForm) *planner {
	q := *p
	q.target.Version = form.since
	return &q
}

func isNotOnPlatform(s availability) bool {
	return len(s.limits) > 0 && s.limits[0].Obstacle == schema.NotOnPlatform
}

// warn adds a warning about the choice of form. format takes the target.
func (p *planner) warn(format, help string) {
	p.plan.Findings = append(p.plan.Findings, diag.Diagnostic{
		Rule: rule.WorseDNSForm, Severity: diag.Warning, Message: fmt.Sprintf(format, p.target), Help: help,
	})
}
