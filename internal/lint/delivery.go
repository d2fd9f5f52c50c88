package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
)

// The rules about the server delivering a profile. Package mdm holds the facts about servers.

// attribute marks a finding whose fact comes from the community as unconfirmed, and makes it a warning at most.
func attribute(d *diag.Diagnostic, f fact.Statement) {
	if f.Evidence == fact.Community {
		d.Message += " (not confirmed by the vendor)"
		d.Severity = min(d.Severity, diag.Warning)
	}
}

func tooLargeForMDM(p *pass, profile *profile, server *mdm.Server) {
	if size := profile.options.Container.Size; server.Size != nil && size > server.Size.Bytes {
		d := p.report(place{path: root}, "the file has %d bytes, but %s accepts at most %d", size, server.Name, server.Size.Bytes)
		d.Help = "split the payloads into several profiles"
		attribute(d, server.Size.Statement)
	}
}

func signedForMDM(p *pass, profile *profile, server *mdm.Server) {
	if !profile.options.Container.Signed || server.Signed == nil {
		return
	}
	d := p.report(place{path: root}, "the file is signed, but %s accepts only unsigned profiles", server.Name)
	d.Help = "upload the unsigned profile"
	switch server.Signed.Does {
	case mdm.Strips:
		d.Severity, d.Message = diag.Warning, "the file is signed, but the API of "+server.Name+" removes the signature"
		d.Help = "upload it on the web page, or upload the unsigned profile"
	case mdm.Unproven:
		d.Severity, d.Message = diag.Warning, "the file is signed, and "+server.Name+" is not known to deliver signed profiles"
	}
	attribute(d, server.Signed.Statement)
}

func binaryForMDM(p *pass, profile *profile, server *mdm.Server) {
	if profile.options.Container.Binary && server.Binary != nil && server.Binary.Refused {
		d := p.report(place{path: root}, "the file is a binary property list, but %s accepts only XML", server.Name)
		d.Help = "convert it with plutil -convert xml1"
		attribute(d, server.Binary.Statement)
	}
}

func textRefusedByMDM(p *pass, profile *profile, server *mdm.Server) {
	if server.Text == nil {
		return
	}
	for _, odd := range profile.options.Container.Odd {
		if slices.Contains(server.Text.Refuses, string(odd)) {
			d := p.report(place{path: root}, "the file has %s, so %s refuses it", string(odd), server.Name)
			d.Help = "write it as plain UTF-8 with syncguard fmt -w"
			attribute(d, server.Text.Statement)
			return
		}
	}
}

func payloadRefusedByMDM(p *pass, profile *profile, server *mdm.Server) {
	for _, pl := range profile.payloads {
		for _, r := range server.Refuses {
			if slices.Contains(r.Types, pl.payloadType) {
				p.reportRefusal(pl, server, r)
			}
		}
	}
}

func (p *pass) reportRefusal(pl *payload, server *mdm.Server, r mdm.Refusal) {
	at, subject := pl.node.atKey(), pl.node.subject()
	if len(r.Keys) > 0 {
		i := slices.IndexFunc(pl.node.value.Fields, func(f plist.Field) bool { return slices.Contains(r.Keys, f.Key) })
		if i < 0 {
			return
		}
		f := &pl.node.value.Fields[i]
		at, subject = pl.node.field(f), quote(f.Key)
	}
	d := p.report(at, "%s refuses profiles with %s: %s", server.Name, subject, r.Because)
	d.Help = "leave it out of profiles for " + server.Name
	attribute(d, r.Statement)
}

func valueReservedByMDM(p *pass, profile *profile, server *mdm.Server) {
	for _, n := range profile.namedNodes() {
		for _, r := range server.Reserves {
			if f := n.stringField(r.Key); f != nil && slices.Contains(r.Values, f.Value.Text) {
				d := p.report(n.fieldValue(f), "%s is %s, which %s reserves for itself", quote(f.Key), quote(f.Value.Text), server.Name)
				d.Help = "use another value"
				attribute(d, r.Statement)
			}
		}
	}
}

func keyMissingForMDM(p *pass, profile *profile, server *mdm.Server) {
	for _, k := range server.Requires {
		v := profile.root.Get(k.Key)
		if v != nil && (v.Kind != plist.String || v.Text != "") || v == nil && profile.requires(k.Key) {
			continue
		}
		d := p.report(profile.envelope.atKey(), "the profile lacks %s, so %s refuses it", quote(k.Key), server.Name)
		d.Help = "add " + quote(k.Key)
		attribute(d, k.Statement)
	}
}

// requires reports whether Apple's schema requires a key of the top level; then missing-required-key reports it.
func (p *profile) requires(key string) bool {
	k, _ := p.envelope.findKey(key)
	return k != nil && k.Required
}

func notRenewedByMDM(p *pass, profile *profile, server *mdm.Server) {
	if server.Renewal == nil {
		return
	}
	for _, pl := range profile.payloads {
		if slices.Contains(server.Renewal.Types, pl.payloadType) {
			p.checkRenewal(pl, server)
		}
	}
}

// checkRenewal looks for the server's renewal variable in the subject of a payload's certificate request.
func (p *pass) checkRenewal(pl *payload, server *mdm.Server) {
	r := server.Renewal
	inOU, inCN, proxied := false, false, false
	for n := range plist.Walk(pl.node.value) {
		proxied = proxied || n.Kind == plist.String && slices.ContainsFunc(r.Proxied, func(prefix string) bool {
			return strings.Contains(n.Text, "$"+prefix) || strings.Contains(n.Text, "${"+prefix)
		})
	}
	eachSubjectPart(pl.node.value, func(attribute, text string) {
		if slices.ContainsFunc(r.Variables, func(name string) bool {
			return strings.Contains(text, "$"+name) || strings.Contains(text, "${"+name+"}")
		}) {
			inOU, inCN = inOU || attribute == "OU", inCN || attribute == "CN"
		}
	})
	want := quote("$" + r.Variables[0])
	var d *diag.Diagnostic
	switch {
	case inOU && inCN && proxied:
		d = p.report(pl.node.atKey(), "the subject has %s in both CN and OU, but %s accepts it in only one of them", want, server.Name)
		d.Severity, d.Help = diag.Error, "keep it in the OU only"
	case inOU || inCN && proxied:
		return
	case proxied:
		d = p.report(pl.node.atKey(), "the subject lacks %s, so %s refuses the profile", want, server.Name)
		d.Severity, d.Help = diag.Error, "add it to the subject as OU"
	default:
		d = p.report(pl.node.atKey(), "%s does not renew this certificate: the subject lacks %s as OU", server.Name, want)
		d.Help = "add it to the subject as OU"
	}
	attribute(d, r.Statement)
}

// eachSubjectPart calls do for every attribute of the subject in an ACME or SCEP payload: an array of arrays of pairs, each
// of a name such as OU (or its number) and a text.
func eachSubjectPart(payload *plist.Value, do func(attribute, text string)) {
	subject := payload.Get("Subject")
	if subject == nil {
		subject = payload.Get("PayloadContent").Get("Subject")
	}
	if subject == nil {
		return
	}
	for _, set := range subject.Items {
		for _, pair := range set.Items {
			if len(pair.Items) == 2 {
				do(attributeName(pair.Items[0].Text), pair.Items[1].Text)
			}
		}
	}
}

func attributeName(name string) string {
	switch name {
	case "2.5.4.11":
		return "OU"
	case "2.5.4.3":
		return "CN"
	}
	return strings.ToUpper(name)
}

func scopeLeftToMDM(p *pass, profile *profile, server *mdm.Server) {
	if server.Scope == nil || profile.root.Field("PayloadScope") != nil || !profile.reachesMacs() {
		return
	}
	d := p.report(profile.envelope.atKey(), "the profile has no %q, and %s %s", "PayloadScope", server.Name, server.Scope.Says)
	d.Help = `set it to "System" or "User"`
	attribute(d, server.Scope.Statement)
}

// reachesMacs reports whether a profile can be for Macs. Only Macs have scopes.
func (p *profile) reachesMacs() bool {
	if p.installablePlatforms()&macOS == 0 {
		return false
	}
	return len(p.payloads) == 0 || slices.ContainsFunc(p.payloads, func(pl *payload) bool {
		return len(pl.types) == 0 || platformsOf(pl.types[0], isThere)&macOS != 0
	})
}

func arraysSideBySide(p *pass, n *node) {
	server := p.profile.options.For
	if server == nil || server.Phantoms == nil || n.value.Kind != plist.Array {
		return
	}
	for i := 1; i < len(n.value.Items); i++ {
		before, here := n.value.Items[i-1], n.value.Items[i]
		if before == nil || here == nil || before.Kind != plist.Array || here.Kind != plist.Array || here.Span.Start <= before.Span.End {
			continue
		}
		d := p.report(n.atKey(), "%s holds arrays with white space between them, which the API of %s turns into empty arrays", n.subject(), server.Name)
		d.Help = "remove the white space between the arrays"
		attribute(d, *server.Phantoms)
		return
	}
}
