package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema/facts"
)

var danglingCertificateReference = Rule{
	ID:       "dangling-certificate-reference",
	Summary:  "a key names a certificate payload that the profile does not have",
	Why:      "A PayloadCertificateUUID is the PayloadUUID of another payload of the same profile. Without that payload the device has no certificate to use, and the setting fails.",
	Group:    Structure,
	Severity: diag.Warning,
}

var wrongCertificatePayload = Rule{
	ID:      "wrong-certificate-payload",
	Summary: "a key points at a payload of a kind that it cannot use",
	Why: "Where a device proves who it is, it needs an identity, which is a certificate with its private key; a certificate alone does not " +
		"do. A payload that holds no certificate at all never does. The profile installs, and the setting fails.",
	Group:    Structure,
	Severity: diag.Warning,
}

func (r *run) checkReference(n *node, ref *facts.Reference) {
	if r.profile.isDeclaration || n.value.Text == "" {
		return
	}
	to := r.profile.uuids[strings.ToUpper(n.value.Text)]
	switch {
	case to == nil:
		r.of(danglingCertificateReference.ID).report(n.at(), "%s is %s, which is the PayloadUUID of no payload in the profile", n.subject(), quote(n.value.Text)).
			Help = "add the certificate payload to the profile, or use its PayloadUUID"
	case to.payloadType != "" && !slices.Contains(ref.To, to.payloadType):
		d := r.of(wrongCertificatePayload.ID).report(n.at(), "%s points at %s, want a payload of %s", n.subject(), to.node.subject(), keyList(ref.To, "or"))
		d.Related = related("that payload", to.node.atKey().span)
	}
}
