package compose

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Declared is one declaration for a target.
type Declared struct {
	profiles.Declaration
	Name string // part of its file name and the end of its Identifier: dns.cloudflare

	source *template.Payload // its entry in the template; nil for one of an intent
}

// FileName returns the file name of the declaration: icloud-sync.ios-27-supervised.dns.cloudflare.json.
func (d *Declared) FileName(spec *template.Spec, t target.Target) string {
	return fileStem(spec, t) + "." + d.Name + ".json"
}

// declare adds the declarations of the plan and of the template, and an activation for each configuration: a refused one then
// does not take others with it.
func (r *Result) declare(spec *template.Spec, planned []profiles.Declaration, written []template.Payload) {
	for _, d := range planned {
		r.addDeclaration(spec, Declared{Declaration: d, Name: d.Identifier})
	}
	for i := range written {
		source := &written[i]
		d := profiles.Declaration{Type: source.Type.Value, Payload: source.Keys}
		r.addDeclaration(spec, Declared{Declaration: d, Name: source.ID.Value, source: source})
	}
	active := r.activated()
	for _, d := range slices.Clone(r.Declarations) {
		if d.IsConfiguration() && !active[d.Identifier] {
			r.activate(spec, d)
		}
	}
}

// addDeclaration sets the Identifier of a declaration, adds it to the result and returns it.
func (r *Result) addDeclaration(spec *template.Spec, d Declared) Declared {
	d.Identifier = profiles.DeclarationIdentifier(spec.Organization.Identifier.Value, r.Profile.Identifier+"."+d.Name)
	if d.source != nil && d.source.Identifier.IsSet {
		d.Identifier = d.source.Identifier.Value
	}
	r.Declarations = append(r.Declarations, d)
	return d
}

func (r *Result) activate(spec *template.Spec, d Declared) {
	r.addDeclaration(spec, Declared{Declaration: profiles.Activation("", d.Identifier), Name: d.Name + ".activation"})
}

// activated returns the Identifiers of configurations named by the template's own activations.
func (r *Result) activated() map[string]bool {
	active := map[string]bool{}
	for _, d := range r.Declarations {
		if d.Type != profiles.ActivationType {
			continue
		}
		if list := d.Payload.Get("StandardConfigurations"); list != nil {
			for _, item := range list.Items {
				active[item.Text] = true
			}
		}
	}
	return active
}

// declarationsPayload returns the payload with all declarations. It returns false if one cannot be encoded; a finding says why.
func (r *Result) declarationsPayload() (profiles.Payload, bool) {
	var all []profiles.Declaration
	for _, d := range r.Declarations {
		if len(d.Identifier) > profiles.MaxIdentifier {
			return profiles.Payload{}, false // the check reports it, with its position
		}
		all = append(all, d.Declaration)
	}
	payload, err := profiles.DeclarationsPayload(all)
	if err != nil {
		r.Findings = append(r.Findings, diag.Diagnostic{Rule: rule.MalformedDeclaration, Severity: diag.Error, Message: err.Error()})
	}
	return payload, err == nil
}

// addLegacy adds the legacy declaration for devices to fetch the profile with. Its server token is incomplete before Finalize.
func (r *Result) addLegacy(spec *template.Spec, folder string) {
	url := strings.TrimSuffix(folder, "/") + "/" + r.FileName(spec)
	r.activate(spec, r.addDeclaration(spec, Declared{Name: "profile", Declaration: profiles.Declaration{
		Type: profiles.LegacyType, Payload: profiles.Dictionary().Set("ProfileURL", profiles.String(url)),
	}}))
}

// Finalize gives the legacy declaration the bytes of the profile file, so that its server token changes with them.
func (r *Result) Finalize(profile []byte) {
	for i := range r.Declarations {
		if d := &r.Declarations[i]; d.Type == profiles.LegacyType && d.source == nil {
			d.Referenced = profile
		}
	}
}

// located returns the declaration as a tree with positions in the template. Findings about the whole declaration point at its
// type.
func (d *Declared) located(spec *template.Spec, t target.Target) *plist.Value {
	root, err := d.Value()
	if err != nil { // a mistake in the template; check a tree with the rest
		root = profiles.Dictionary().Set("Type", profiles.String(d.Type)).Set("Identifier", profiles.String(d.Identifier)).
			Set("ServerToken", profiles.String("none")).Set("Payload", cmp.Or(d.Payload, profiles.Dictionary()))
	}
	at := targetSpan(spec, t)
	if span := root.Get("Payload").Span; !span.IsZero() {
		at = span
	}
	if d.source != nil {
		at = d.source.Type.Span
		identifier := d.source.ID.Span
		if d.source.Identifier.IsSet {
			identifier = d.source.Identifier.Span
		}
		setLocation(root, "Identifier", identifier)
	}
	root.Span = at
	setLocation(root, "Type", at)
	root.Field("Payload").KeySpan = at
	root.Field("Payload").Value = withSpan(root.Get("Payload"), at)
	return root
}

// withSpan returns a shallow copy of a container with another position.
func withSpan(v *plist.Value, at diag.Span) *plist.Value {
	moved := *v
	moved.Span = at
	return &moved
}
