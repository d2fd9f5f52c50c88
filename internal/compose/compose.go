// Package compose turns a template and a target into a checked profile, declarations, or both.
//
// Start with Options.Compose: it plans the prevention intents (package intent), adds the payloads and declarations written in the
// template (written, declare.go), gives every value a position in the template (location.go), and lints the result (check.go).
// A profile kept verbatim goes through verbatim.go. The same input always gives the same bytes.
//
// The package signs and writes nothing; package app does.
package compose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Result is the output for one target: a profile, declarations, or both.
type Result struct {
	Target       target.Target
	Profile      *profiles.Profile
	Root         *plist.Value // the profile as a property list; values have their position in the template
	Declarations []Declared   // inside the profile if Embedded, separate files otherwise
	Embedded     bool         // the profile holds the declarations, as it must without MDM
	Outcomes     []intent.Outcome
	Findings     []diag.Diagnostic // findings of the checks, with positions in the template

	planned int               // number of payloads from the prevention intents; they come first
	written []diag.Diagnostic // the Findings about payloads and declarations written in the template

	isRaw func(diag.Diagnostic) bool // whether a finding is about raw keys; nil unless the profile is kept verbatim
}

// Options control composing and checking. The zero Options are the usual ones.
type Options struct {
	Lint      lint.Options
	Choice    intent.Choice
	LegacyURL string // URL of the folder with the profiles, for com.apple.configuration.legacy; "" for no such declaration
}

// Written returns the findings about payloads and declarations written in the template. They count even if the rest of the
// template has mistakes.
func (r *Result) Written() []diag.Diagnostic { return slices.Clone(r.written) }

// Empty reports whether there is no profile, for lack of payloads. A verbatim profile is never empty. There can be declarations
// in either case.
func (r *Result) Empty() bool { return len(r.Profile.Payloads) == 0 && r.isRaw == nil }

// SetsNothing reports whether there is neither a profile nor a declaration for the target.
func (r *Result) SetsNothing() bool { return r.Empty() && len(r.Declarations) == 0 }

// FileName returns the file name of the profile, with the target in it: icloud-sync.ios-manual.mobileconfig.
func (r *Result) FileName(spec *template.Spec) string {
	return fileStem(spec, r.Target) + ".mobileconfig"
}

func fileStem(spec *template.Spec, t target.Target) string {
	return spec.Profile.Identifier.Value + "." + t.Slug()
}

// Compose is Options.Compose with the default choice of form. o controls the checks.
func Compose(spec *template.Spec, t target.Target, c *schema.Catalog, o lint.Options) (*Result, error) {
	return Options{Lint: o}.Compose(spec, t, c)
}

// Compose builds a template's profile and declarations for a target, and checks them. Mistakes in the template are in
// Result.Findings; the error is for unreadable schema facts.
func (o Options) Compose(spec *template.Spec, t target.Target, c *schema.Catalog) (*Result, error) {
	o.Choice.Legacy = o.LegacyURL != ""
	plan, err := o.Choice.Plan(spec.Prevention, t, c)
	if err != nil {
		return nil, err
	}
	p := envelope(spec, t)
	p.Description = description(spec, plan.Outcomes)
	for _, payload := range plan.Payloads {
		p.Payloads = append(p.Payloads, identify(payload, spec, p, "prevention."+payload.Identifier))
	}
	r := &Result{Target: t, Profile: p, Outcomes: plan.Outcomes, Findings: plan.Findings, Embedded: !t.Enrollment.IsMDM()}
	r.planned = len(p.Payloads)
	payloads, declarations := r.applying(spec, o.Choice.Output, o.Choice.Legacy)
	r.resolve(spec, payloads)
	r.declare(spec, plan.Declarations, declarations)
	if r.Embedded && len(r.Declarations) > 0 {
		if payload, ok := r.declarationsPayload(); ok {
			p.Payloads = append(p.Payloads, identify(payload, spec, p, "declarations"))
		}
	}
	// A passcode alone makes no profile.
	if passcode := spec.Profile.Removal.Passcode; passcode.IsSet && len(p.Payloads)+len(payloads) > 0 {
		p.Payloads = append(p.Payloads, identify(removalPassword(passcode), spec, p, "removal-password"))
	}
	for _, payload := range payloads {
		p.Payloads = append(p.Payloads, written(payload, spec, p))
	}
	r.Root = p.Value()
	if spec.Profile.Keys != nil {
		r.keepVerbatim(spec, payloads)
	}
	locateAll(r.Root, spec, t, payloads)
	if o.LegacyURL != "" && !r.Embedded && !r.Empty() {
		r.addLegacy(spec, o.LegacyURL)
	}
	return r, r.check(spec, lint.New(c), o.Lint)
}

// applying returns the template's own payloads and declarations for the target. It adds a finding for each one left out by
// --output.
func (r *Result) applying(spec *template.Spec, output intent.Output, legacy bool) (payloads, declarations []template.Payload) {
	for _, payload := range spec.Payloads {
		isDeclaration := profiles.IsDeclarationType(payload.Type.Value)
		switch {
		case !payload.AppliesTo(r.Target):
		case !r.Embedded && (isDeclaration && output == intent.Profiles || !isDeclaration && output == intent.Declarations && !legacy):
			d := diag.Diagnostic{
				Rule: rule.NotForOutput, Severity: diag.Warning, Span: payload.Type.Span, On: r.Target.String(),
				Message: fmt.Sprintf("%q is not built for %s: --output %s leaves it out", payload.ID.Value, r.Target, output),
				Help:    "build with --output auto, or give the payload other targets",
			}
			r.Findings, r.written = append(r.Findings, d), append(r.written, d)
		case isDeclaration:
			declarations = append(declarations, payload)
		default:
			payloads = append(payloads, payload)
		}
	}
	return payloads, declarations
}

// inOutcomes reports whether the outcomes of the prevention intents say the same as a finding about their payloads: the effect on
// the target and on sync.
func inOutcomes(d diag.Diagnostic) bool {
	rule, _ := rules.Find(d.Rule)
	return d.Severity < diag.Error && (rule.Has(rules.Effect) || rule.Has(rules.Sync))
}

// payloadIndex returns the index of the payload a finding is about, math.MaxInt for the top level.
func payloadIndex(d diag.Diagnostic) int {
	if index, ok := d.Path.Payload(); ok {
		return index
	}
	return math.MaxInt
}

// envelope fills the top level of a profile. Its identifier leaves out the target's version, so a profile for a newer version
// replaces the older one.
func envelope(spec *template.Spec, t target.Target) *profiles.Profile {
	s := spec.Profile
	identifier := strings.Join([]string{spec.Organization.Identifier.Value, s.Identifier.Value, t.Group()}, ".")
	if kept := s.Keys.Get("PayloadIdentifier"); kept != nil && kept.Text != "" {
		identifier = kept.Text
	}
	p := &profiles.Profile{
		Identifier:           identifier,
		UUID:                 profiles.UUID(spec.Organization.Identifier.Value, identifier),
		DisplayName:          displayName(spec, t),
		Organization:         spec.Organization.Name.Value,
		Scope:                s.Scope.Value,
		TargetDeviceType:     profiles.DeviceType(t.Platform.DeviceType()),
		RemovalDisallowed:    s.Removal.Disallowed.Value,
		RemovalDate:          s.Removal.Date.Value,
		DurationUntilRemoval: s.Removal.After.Value,
		ExpirationDate:       s.Expires.Value,
	}
	p.ConsentText = consent(spec)
	return p
}

// displayName adds the target to a name: some MDM servers, such as Fleet, refuse two profiles of the same name.
func displayName(spec *template.Spec, t target.Target) string {
	name := spec.Profile.DisplayName.Value
	switch {
	case name != "":
	case spec.Prevention.IsOff():
		name = spec.Profile.Identifier.Value
	default:
		name = guidance.In(Languages(spec)[0]).Text("keep")
	}
	if t.Enrollment == target.Manual {
		return fmt.Sprintf("%s (%s)", name, t.Platform)
	}
	return fmt.Sprintf("%s (%s %s)", name, t.Platform, t.Enrollment)
}

// ByHand returns the settings left for a person to make.
func ByHand(outcomes []intent.Outcome) []intent.Setting {
	var settings []intent.Setting
	for _, o := range outcomes {
		if o.Class == intent.Manual || o.Class == intent.Locked {
			settings = append(settings, o.Settings...)
		}
	}
	return settings
}

// identify derives a payload's identifier and UUID from its profile's identifier.
func identify(payload profiles.Payload, spec *template.Spec, p *profiles.Profile, id string) profiles.Payload {
	payload.Identifier = p.Identifier + "." + id
	payload.UUID = profiles.UUID(spec.Organization.Identifier.Value, payload.Identifier)
	return payload
}

// written returns a payload written in the template in Apple's keys.
func written(t template.Payload, spec *template.Spec, p *profiles.Profile) profiles.Payload {
	payload := identify(profiles.Payload{
		Type:        t.Type.Value,
		DisplayName: t.DisplayName.Value,
		Description: t.Description.Value,
		Keys:        t.Keys,
	}, spec, p, t.ID.Value)
	if t.Identifier.IsSet {
		payload.Identifier = t.Identifier.Value
		payload.UUID = profiles.UUID(spec.Organization.Identifier.Value, payload.Identifier)
	}
	if t.UUID.IsSet {
		payload.UUID = t.UUID.Value
	}
	if payload.DisplayName == "" {
		payload.DisplayName = t.ID.Value
	}
	return payload
}

func removalPassword(passcode template.Entry[string]) profiles.Payload {
	secret := profiles.String(passcode.Value)
	secret.Span, secret.Secret = passcode.Span, true
	keys := profiles.Dictionary().Set("RemovalPassword", secret)
	keys.Span = passcode.Span
	return profiles.Payload{Type: "com.apple.profileRemovalPassword", DisplayName: "Removal Password", Keys: keys}
}
