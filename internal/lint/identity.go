package lint

import (
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
		case !isUUID(n.value.Text):
			p.report(n.at(), "%s is %s, want a UUID", n.subject(), quote(n.value.Text)).Help = "make one with uuidgen"
		case strings.Trim(n.value.Text, "0-") == "":
			p.report(n.at(), "%s is all zeros, want a UUID of its own", n.subject()).Help = "make one with uuidgen"
		}
	},
}

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
