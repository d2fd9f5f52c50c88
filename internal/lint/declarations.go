package lint

import (
	"cmp"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// Declarations are checked like profiles with a single payload. A profile can hold declarations in the payload
// com.apple.declarations, each as JSON in a data item.

const (
	declarationsPayload = "com.apple.declarations"
	simpleActivation    = "com.apple.activation.simple"
)

// newDeclaration prepares a declaration with its root at a path.
func (c *Checker) newDeclaration(rootValue *plist.Value, at *path, targets []target.Target, o Options) (*profile, error) {
	p := c.newBase(rootValue, at, targets, o)
	p.isDeclaration = true
	if p.root.Kind != plist.Dictionary {
		return p, nil
	}
	base, err := c.catalog.DeclarationBase()
	if err != nil {
		return nil, fmt.Errorf("reading the schema of declarations: %w", err)
	}
	p.envelope = &node{value: p.root, path: at, noun: nounDeclaration, layers: []layer{p.layer(base)}, facts: p.facts.Of(facts.Declaration)}
	return p, p.addDeclaredPayload()
}

// addDeclaredPayload adds the Payload of a declaration, with the keys of its type.
func (p *profile) addDeclaredPayload() error {
	pl := &payload{payloadType: p.root.String("Type")}
	t, err := p.declarationType(pl.payloadType)
	if err != nil || t == nil {
		return err
	}
	pl.types = []*schema.Type{t}
	content := p.root.Get("Payload")
	if content == nil || content.Kind != plist.Dictionary {
		return nil
	}
	pl.node = &node{value: content, path: p.at.field("Payload"), noun: nounDeclaration, payload: pl, domain: pl.payloadType,
		layers: []layer{p.layer(t)}, effects: p.on.ofType(t).effects, facts: p.facts.Of(pl.payloadType)}
	p.payloads = []*payload{pl}
	return nil
}

func (p *profile) declarationType(name string) (*schema.Type, error) {
	if name == "" {
		return nil, nil
	}
	t, err := p.checker.catalog.Declaration(name)
	if err != nil {
		return nil, fmt.Errorf("reading the schema of declaration type %s: %w", quote(name), err)
	}
	return t, nil
}

func notADeclaration(p *pass, declaration *profile) {
	if text, help := document.Declaration.CheckTopLevel(declaration.root); text != "" {
		p.report(place{path: declaration.at, span: declaration.root.Span}, "%s", text).Help = help
	}
}

func unknownDeclarationType(p *pass, declaration *profile) {
	name := declaration.root.String("Type")
	if name == "" || len(declaration.payloads) > 0 {
		return
	}
	if t, err := declaration.declarationType(name); t != nil || err != nil {
		return
	}
	f := declaration.root.Field("Type")
	d := p.report(declaration.envelope.fieldValue(f), "unknown declaration type %s, so its keys are not checked", quote(name))
	d.Domain, d.Key = name, ""
	if near, sure := declaration.nearType(name); near != "" {
		d.Severity, d.Help = diag.Error, text.DidYouMean(name, []string{near})
		offerType(d, f, near, sure)
	}
}

func danglingDeclarationReference(p *pass, n *node) {
	if p.profile.declared == nil || n.key == nil || n.value.Kind != plist.String || !n.isDeclarationReference() {
		return
	}
	if _, found := p.profile.declared[n.value.Text]; !found {
		p.report(n.at(), "%s is %s, but no declaration in the payload has this Identifier", n.subject(), quote(n.value.Text)).
			Help = "add the declaration to the payload, or use its Identifier"
	}
}

// isDeclarationReference reports whether a string is the Identifier of another declaration.
func (n *node) isDeclarationReference() bool {
	return len(n.key.AssetTypes) > 0 ||
		n.domain == simpleActivation && n.path.item && n.path.lastKey() == "StandardConfigurations"
}

func declarationNotActivated(p *pass, declarations []*profile) {
	active := map[string]bool{}
	for _, d := range declarations {
		if d.root.String("Type") == simpleActivation {
			for _, v := range items(d.root.Lookup("Payload", "StandardConfigurations")) {
				active[v.Text] = true
			}
		}
	}
	for _, d := range declarations {
		if id := d.root.String("Identifier"); d.isConfiguration() && id != "" && !active[id] {
			p.report(place{path: d.at, span: p.within}, "no activation names the configuration %s, so devices do not apply it", quote(id)).
				Help = "add a declaration " + simpleActivation + " that names it"
		}
	}
}

func (p *profile) isConfiguration() bool {
	return len(p.payloads) > 0 && p.payloads[0].types[0].Family == schema.Configuration
}

// checkDeclarations checks the declarations in the profile's payloads.
func (r *run) checkDeclarations() {
	for _, pl := range r.profile.payloads {
		if pl.payloadType == declarationsPayload && !r.profile.isDeclaration {
			r.checkDeclared(pl)
		}
	}
}

func (r *run) checkDeclared(pl *payload) {
	declarations, spans := r.readDeclared(pl)
	declared := map[string]string{}
	for _, d := range declarations {
		declared[d.root.String("Identifier")] = d.root.String("Type")
	}
	for i, d := range declarations {
		d.declared = declared
		d.findSecrets()
		sub := d.newRun()
		sub.within = spans[i]
		sub.visitAll()
		r.profile.err = cmp.Or(r.profile.err, d.err)
		r.makeRoom(len(sub.found))
		r.found = append(r.found, sub.found...)
		sub.release()
	}
	for i := range r.passes {
		if p := &r.passes[i]; p.chosen && p.rule.declared != nil {
			p.rule.declared(p, declarations)
		}
	}
}

// readDeclared returns the readable declarations of a payload and the spans of their data items.
func (r *run) readDeclared(pl *payload) (declarations []*profile, spans []diag.Span) {
	at, roots, o := pl.node.path.field("Declarations"), []*plist.Value(nil), r.profile.options
	for i, item := range items(pl.node.value.Get("Declarations")) {
		if item.Kind != plist.Data {
			continue // wrong-type reports it
		}
		doc, found := document.OpenNested(diag.NewFile("declaration", item.Data), r.inside)
		if doc.Format != document.JSON || diag.HasErrors(found) {
			r.passOf(rule.MalformedDeclaration).report(place{at.at(i), item.Span, true}, "%s is not JSON%s", quote(at.at(i).name()), firstMessage(found))
			continue
		}
		v := doc.Root
		for n := range plist.Walk(v) { // the spans of the decoded JSON do not point into the profile
			if n.Span = (diag.Span{}); n.Field != nil {
				n.Field.KeySpan = diag.Span{}
			}
		}
		d, err := r.profile.checker.newDeclaration(v, at.at(i), asManual(r.profile.targets), Options{Groups: o.Groups, Composed: o.Composed, Container: Container{Damaged: o.Container.Damaged}})
		if err != nil {
			r.profile.err = cmp.Or(r.profile.err, err)
			return nil, nil
		}
		declarations, spans = append(declarations, d), append(spans, item.Span)
		roots = append(roots, v)
	}
	for i, id := range plist.ItemIDs(roots, "Identifier") {
		declarations[i].at.id = id
	}
	return declarations, spans
}

// asManual returns the targets with manual enrollment: profiles with declarations can only be installed by hand.
func asManual(targets []target.Target) []target.Target {
	local := slices.Clone(targets)
	for i := range local {
		if local[i].Enrollment = target.Manual; targets[i].IsSupervised() {
			local[i].Enrollment = target.ManualSupervised
		}
	}
	return local
}

// firstMessage returns the message of the first finding, after a colon, or "".
func firstMessage(found []diag.Diagnostic) string {
	if len(found) == 0 {
		return ""
	}
	return ": " + found[0].Message
}
