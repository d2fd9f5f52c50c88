package lint

import (
	"regexp"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

var malformedUUID = Rule{
	ID:       "malformed-uuid",
	Summary:  "a PayloadUUID is not a UUID",
	Why:      "What a PayloadUUID says does not matter, but that no other profile has it does. A text made up by hand, or a placeholder of zeros, is soon used twice.",
	Group:    Structure,
	Severity: diag.Warning,
	value: func(p *pass, n *node) {
		if n.key == nil || n.key.Name != "PayloadUUID" || n.parent.key != nil || !n.isChecked() || n.value.Kind != plist.String {
			return
		}
		switch {
		case !uuidForm.MatchString(n.value.Text):
			p.report(n.at(), "%s is %s, want a UUID", n.subject(), quote(n.value.Text)).Help = "make one with uuidgen"
		case strings.Trim(n.value.Text, "0-") == "":
			p.report(n.at(), "%s is all zeros, want a UUID of its own", n.subject()).Help = "make one with uuidgen"
		}
	},
}

var uuidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

var duplicatePayloadUUID = Rule{
	ID:       "duplicate-payload-uuid",
	Summary:  "two payloads, or a payload and the profile, have the same PayloadUUID",
	Why:      "A device tells payloads apart by their PayloadUUID and refuses a profile in which two are the same.",
	Group:    Structure,
	Severity: diag.Error,
	profile: func(p *pass, profile *profile) {
		nodes := []*node{profile.envelope}
		for _, pl := range profile.payloads {
			nodes = append(nodes, pl.node)
		}
		p.reportRepeated(nodes, "PayloadUUID", strings.ToUpper, "make a new one with uuidgen")
	},
}

var duplicatePayloadIdentifier = Rule{
	ID:       "duplicate-payload-identifier",
	Summary:  "two payloads of the profile have the same PayloadIdentifier",
	Why:      "When a new version of the profile replaces an old one, payloads are matched by PayloadIdentifier and PayloadUUID. The profile installs, but which payload is updated is unclear.",
	Group:    Structure,
	Severity: diag.Warning,
	profile: func(p *pass, profile *profile) {
		var nodes []*node
		for _, pl := range profile.payloads {
			nodes = append(nodes, pl.node)
		}
		p.reportRepeated(nodes, "PayloadIdentifier", func(s string) string { return s }, "give each payload an identifier of its own")
	},
}

// reportRepeated reports each dictionary whose text for a key is one that an earlier dictionary has.
func (p *pass) reportRepeated(nodes []*node, key string, fold func(string) string, help string) {
	first := map[string]diag.Span{}
	for _, n := range nodes {
		v := n.value.Get(key)
		if v == nil || v.Kind != plist.String || v.Text == "" || hasPlaceholder(v) {
			continue
		}
		id := fold(v.Text)
		earlier, repeated := first[id]
		if !repeated {
			first[id] = v.Span
			continue
		}
		d := p.report(place{path: n.path.field(key), span: v.Span}, "%s %s stands in the profile more than once", quote(key), quote(v.Text))
		d.Help = help
		d.Related = related("the first one", earlier)
	}
}

var danglingCertificateReference = Rule{
	ID:       "dangling-certificate-reference",
	Summary:  "a key names a certificate payload that the profile does not have",
	Why:      "A PayloadCertificateUUID is the PayloadUUID of another payload of the same profile. Without that payload the device has no certificate to use, and the setting fails.",
	Group:    Structure,
	Severity: diag.Warning,
	value: func(p *pass, n *node) {
		if n.key == nil || n.value.Kind != plist.String || !refersToCertificate(n) || hasPlaceholder(n.value) {
			return
		}
		if p.profile.uuids[strings.ToUpper(n.value.Text)] {
			return
		}
		p.report(n.at(), "%s is %s, which is the PayloadUUID of no payload in the profile", n.subject(), quote(n.value.Text)).
			Help = "add the certificate payload to the profile, or use its PayloadUUID"
	},
}

// refersToCertificate says whether the value of a node is the PayloadUUID of a certificate, or one in an array of them.
func refersToCertificate(n *node) bool {
	for ; n != nil && n.key != nil; n = n.parent {
		if name := n.key.Name; strings.HasPrefix(name, "PayloadCertificate") && (strings.HasSuffix(name, "UUID") || strings.HasSuffix(name, "UUIDs")) {
			return true
		}
		if n.value.Kind == plist.Dictionary {
			return false
		}
	}
	return false
}
