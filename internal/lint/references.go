package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

func (r *run) checkReference(n *node, ref *facts.Reference) {
	if r.profile.isDeclaration {
		return
	}
	if n.value.Text == "" {
		d := r.passOf(rule.EmptyCertificateReference).reportSchema(n, n.at(), "%s is empty, want the PayloadUUID of a certificate payload in the profile", n.subject())
		d.Help = "name the payload, or remove the key"
		if n.key.Format == "" { // the schema allows any text
			d.Severity = min(d.Severity, diag.Warning)
		}
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

// isEmptyReference is true for a value that has a rule of its own, in clearer words.
func (n *node) isEmptyReference() bool {
	return n.value.Text == "" && n.facts != nil && n.facts.Reference != nil
}
