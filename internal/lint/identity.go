package lint

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

func malformedUUID(p *pass, n *node) {
	if n.key == nil || n.key.Name != "PayloadUUID" || n.parent.key != nil || !n.isChecked() || n.value.Kind != plist.String {
		return
	}
	problem := "all zeros, want a unique UUID"
	switch {
	case !isUUID(n.value.Text):
		problem = quote(n.value.Text) + ", want a UUID"
	case strings.Trim(n.value.Text, "0-") != "":
		return
	}
	d := p.report(n.at(), "%s is %s", n.subject(), problem)
	d.Help = "make one with uuidgen"
	p.offerUUID(d, n)
}

func duplicatePayloadUUID(p *pass, profile *profile) {
	p.reportRepeated(profile.namedNodes(), "PayloadUUID", strings.ToUpper, "make a new one with uuidgen")
}

func duplicatePayloadIdentifier(p *pass, profile *profile) {
	p.reportRepeated(profile.namedNodes()[1:], "PayloadIdentifier", func(s string) string { return s }, "give each payload an identifier of its own")
}

// reportRepeated reports each dictionary with the same text for a key as an earlier one, compared after fold.
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
		d := p.report(place{path: n.path.field(key), span: v.Span}, "%s %s is used more than once in the profile", quote(key), quote(v.Text))
		d.Help = help
		d.Related = relatedTo("the first one", earlier)
	}
}
