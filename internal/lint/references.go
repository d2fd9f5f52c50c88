package lint

import (
	"slices"
	"strings"

	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

func (r *run) checkReference(n *node, ref *facts.Reference) {
	if r.profile.isDeclaration || n.value.Text == "" {
		return
	}
	to := r.profile.uuids[strings.ToUpper(n.value.Text)]
	switch {
	case to == nil:
		r.passOf(rule.DanglingCertificateReference).report(n.at(), "%s is %s, but no payload in the profile has this PayloadUUID", n.subject(), quote(n.value.Text)).
			Help = "add the certificate payload to the profile, or use its PayloadUUID"
	case to.payloadType != "" && !slices.Contains(ref.To, to.payloadType):
		d := r.passOf(rule.WrongCertificatePayload).report(n.at(), "%s points at %s, want a payload of type %s", n.subject(), to.node.subject(), text.QuotedList(ref.To, "or"))
		d.Related = relatedTo("that payload", to.node.atKey().span)
	}
}
