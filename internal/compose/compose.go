// Package compose turns a template and a target into a profile, and has it checked before anyone sees it.
package compose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"syncguard/internal/diag"
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

// Result is what one target gets: a profile, declarations, or both.
type Result struct {
	Target       target.Target
	Profile      *profiles.Profile
	Root         *plist.Value // the profile as a property list; values keep their place in the template
	Declarations []Declared   // in the profile where Carried, files of their own otherwise
	Carried      bool         // the profile carries the declarations, as it has to where nobody manages the device
	Outcomes     []intent.Outcome
	Findings     []diag.Diagnostic // of the checks, places in the template

	planned int               // the first payloads are those of the prevention intents
	written []diag.Diagnostic // those of Findings that are about what the template writes out

	isRaw func(diag.Diagnostic) bool // whether a finding is about what is raw; nil unless the profile stands as it is
}

// Options are how things are composed and checked.
type Options struct {
	Lint      lint.Options
	Choice    intent.Choice
	LegacyURL string // the folder at which MDM devices find the profiles, for com.apple.configuration.legacy; "" for none
}

// Written returns the findings in what the template itself writes as payloads. They count even where the rest of the
// template has mistakes.
func (r *Result) Written() []diag.Diagnostic { return slices.Clone(r.written) }

// Empty says whether there is no profile, because it would hold no payload: one that stands as it is counts nevertheless.
// There can be declarations in either case.
func (r *Result) Empty() bool { return len(r.Profile.Payloads) == 0 && r.isRaw == nil }

// SetsNothing says whether neither a profile nor a declaration can set anything on the target.
func (r *Result) SetsNothing() bool { return r.Empty() && len(r.Declarations) == 0 }

// FileName names the profile so that one sees what it is for: icloud-sync.ios-manual.mobileconfig.
func (r *Result) FileName(spec *template.Spec) string {
	return fileStem(spec, r.Target) + ".mobileconfig"
}

func fileStem(spec *template.Spec, t target.Target) string {
	return spec.Profile.Identifier.Value + "." + t.Slug()
}

// Compose builds what a template gives to a target, in the form that the facts choose, and checks it as the options say.
// The error is one of reading the schema facts; what is wrong with the template is in Findings.
func Compose(spec *template.Spec, t target.Target, c *schema.Catalog, o lint.Options) (*Result, error) {
	return Options{Lint: o}.Compose(spec, t, c)
}

// Compose builds what a template gives to a target, in a chosen form.
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
	r := &Result{Target: t, Profile: p, Outcomes: plan.Outcomes, Findings: plan.Findings, Carried: !t.Enrollment.IsMDM()}
	r.planned = len(p.Payloads)
	payloads, declarations := r.applying(spec, o.Choice.Output, o.Choice.Legacy)
	r.declare(spec, plan.Declarations, declarations)
	if r.Carried && len(r.Declarations) > 0 {
		if carrier, ok := r.carrier(); ok {
			p.Payloads = append(p.Payloads, identify(carrier, spec, p, "declarations"))
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
		r.freeze(spec, payloads)
	}
	placeAll(r.Root, spec, t, payloads)
	if o.LegacyURL != "" && !r.Carried && !r.Empty() {
		r.wrap(spec, o.LegacyURL)
	}
	return r, r.check(spec, lint.New(c), o.Lint)
}

// applying returns what the template writes out for the target, payloads and declarations apart. What --output leaves out
// is a finding.
func (r *Result) applying(spec *template.Spec, output intent.Output, legacy bool) (payloads, declarations []template.Payload) {
	for _, payload := range spec.Payloads {
		isDeclaration := profiles.IsDeclarationType(payload.Type.Value)
		switch {
		case !payload.AppliesTo(r.Target):
		case !r.Carried && (isDeclaration && output == intent.Profiles || !isDeclaration && output == intent.Declarations && !legacy):
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

// inOutcomes says whether a finding about a payload of the prevention intents is what their outcomes say already: what
// it does on the target, and to the sync.
func inOutcomes(d diag.Diagnostic) bool {
	rule, _ := rules.Find(d.Rule)
	return d.Severity < diag.Error && (rule.Has(rules.Effect) || rule.Has(rules.Sync))
}

// payloadIndex returns the index of the payload that a finding is about, a large one for the envelope.
func payloadIndex(d diag.Diagnostic) int {
	if index, ok := d.Path.Payload(); ok {
		return index
	}
	return math.MaxInt
}

// envelope fills the top level of a profile. Its identifier leaves the version of the target out, so that the profile
// for a newer version replaces the older one.
func envelope(spec *template.Spec, t target.Target) *profiles.Profile {
	s := spec.Profile
	identifier := strings.Join([]string{spec.Organization.Identifier.Value, s.Identifier.Value, t.Group()}, ".")
	if standing := s.Keys.Get("PayloadIdentifier"); standing != nil && standing.Text != "" {
		identifier = standing.Text
	}
	p := &profiles.Profile{
		Identifier:           identifier,
		UUID:                 profiles.UUID(spec.Organization.Identifier.Value, identifier),
		DisplayName:          displayName(s.DisplayName.Value, t),
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

// displayName tells the profiles of one template apart: an MDM such as Fleet refuses two of the same name.
func displayName(name string, t target.Target) string {
	if name == "" {
		name = "Keep iCloud Syncing"
	}
	if t.Enrollment == target.Manual {
		return fmt.Sprintf("%s (%s)", name, t.Platform)
	}
	return fmt.Sprintf("%s (%s %s)", name, t.Platform, t.Enrollment)
}

// ByHand returns what is left for a person to do.
func ByHand(outcomes []intent.Outcome) []intent.Setting {
	var settings []intent.Setting
	for _, o := range outcomes {
		if o.Class == intent.Manual || o.Class == intent.Locked {
			settings = append(settings, o.Settings...)
		}
	}
	return settings
}

// identify completes a payload's identity below its profile's.
func identify(payload profiles.Payload, spec *template.Spec, p *profiles.Profile, id string) profiles.Payload {
	payload.Identifier = p.Identifier + "." + id
	payload.UUID = profiles.UUID(spec.Organization.Identifier.Value, payload.Identifier)
	return payload
}

// written is a payload that the template writes out in Apple's keys.
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
