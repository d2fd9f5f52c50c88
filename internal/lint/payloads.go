package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

func notAProfile(p *pass, profile *profile) {
	if text, help := document.Profile.CheckTopLevel(profile.root); text != "" {
		p.report(place{path: root, span: profile.root.Span}, "%s", text).Help = help
	}
}

// hasShape reports whether the top level has at least one of the keys of a profile, or of a declaration.
func (p *profile) hasShape() bool {
	kind := document.Profile
	if p.isDeclaration {
		kind = document.Declaration
	}
	text, _ := kind.CheckTopLevel(p.root)
	return text == ""
}

func unknownPayloadType(p *pass, profile *profile) {
	for _, pl := range profile.payloads {
		if pl.payloadType == "" || len(pl.types) > 0 || hasPlaceholder(pl.node.value.Get("PayloadType")) {
			continue
		}
		at := pl.node.fieldValue(pl.node.value.Field("PayloadType"))
		d := p.report(at, "unknown payload type %s, so its keys are not checked", quote(pl.payloadType))
		if near, sure := profile.nearType(pl.payloadType); near != "" {
			d.Severity, d.Help = diag.Error, text.DidYouMean(pl.payloadType, []string{near})
			offerType(d, pl.node.value.Field("PayloadType"), near, sure)
			tolerate(d, pl.node.facts.Key("PayloadType"))
		} else if !profile.isForMacs() {
			d.Severity = diag.Warning
		} else {
			d.Help = "a Mac stores the keys as preferences of the app with this identifier; whether the app reads them is unknown"
		}
	}
}

// isForMacs reports whether all targets are Macs; it is true without targets.
func (p *profile) isForMacs() bool {
	return !slices.ContainsFunc(p.targets, func(t target.Target) bool { return t.Platform != target.MacOS })
}

// nearType returns the type nearest to an unknown one, or "". The common prefix of Apple's types does not count. It is sure
// if no other type is nearly as near.
func (p *profile) nearType(unknown string) (near string, sure bool) {
	names, err := p.checker.names()
	if err != nil {
		p.err = cmp.Or(p.err, err)
		return "", false
	}
	known := &names.payloads
	if p.isDeclaration {
		known = &names.declarations
	}
	if slices.Contains(known.all, unknown) {
		return "", false // listed, though its file is not there
	}
	end, isApple := cutPrefixFold(unknown, apple)
	ends := known.all
	if isApple {
		ends = known.apple
	}
	near, _ = p.nearest(end, ends)
	sure = text.IsSure(end, near, ends, p.isTerm)
	if near != "" && isApple {
		near = apple + near
	}
	return near, sure
}

const apple = "com.apple."

// typeNames are the names of all types.
type typeNames struct{ payloads, declarations names }

// names are the names of types in order, and again those of Apple's without their common prefix.
type names struct{ all, apple []string }

func (n *names) add(name string) {
	n.all = append(n.all, name)
	if end, ok := strings.CutPrefix(name, apple); ok {
		n.apple = append(n.apple, end)
	}
}

func readNames(c Catalog) (*typeNames, error) {
	entries, err := c.Entries()
	if err != nil {
		return nil, fmt.Errorf("reading the index of schemas: %w", err)
	}
	all := &typeNames{}
	for _, e := range slices.SortedStableFunc(slices.Values(entries), func(a, b schema.Entry) int { return strings.Compare(a.PayloadType, b.PayloadType) }) {
		switch e.Family {
		case schema.Payload, schema.Preferences:
			all.payloads.add(e.PayloadType)
		case schema.Configuration, schema.Asset, schema.Activation, schema.Management:
			all.declarations.add(e.PayloadType)
		}
	}
	return all, nil
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func singleInstancePayloadRepeated(p *pass, profile *profile) {
	first := map[string]*payload{}
	for _, pl := range profile.payloads {
		for _, t := range pl.types {
			if !profile.isSingle(t) {
				continue
			}
			if before := first[t.ID]; before != nil {
				d := p.report(pl.node.atKey(), "%s is in the profile more than once, want only one", pl.node.subject())
				d.Help = "put all its keys into one payload"
				d.Related = relatedTo("the first one", before.node.atKey().span)
			} else {
				first[t.ID] = pl
			}
		}
	}
}

// isSingle reports whether only one payload of a type can be installed: on any target, or without targets on all platforms.
func (p *profile) isSingle(t *schema.Type) bool {
	for _, on := range p.targets {
		if a, ok := t.Availability[on.Platform.Schema()]; ok && a.Multiple != nil && !*a.Multiple {
			return true
		}
	}
	if len(p.targets) > 0 {
		return false
	}
	stated := false
	for _, a := range t.Availability {
		if a.Multiple != nil && *a.Multiple {
			return false
		}
		stated = stated || a.Multiple != nil
	}
	return stated
}

func encryptedContent(p *pass, profile *profile) {
	if f := profile.root.Field("EncryptedPayloadContent"); f != nil {
		p.report(profile.envelope.field(f), "%s is encrypted, so its payloads are not checked", quote(f.Key))
	}
}
