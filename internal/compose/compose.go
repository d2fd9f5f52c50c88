// Package compose turns a template and a target into a profile, and has it checked before anyone sees it.
package compose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"syncguard/internal/baseline"
	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Result is the profile for one target.
type Result struct {
	Target   target.Target
	Profile  *profiles.Profile
	Root     *plist.Value // the profile as a property list; values keep their place in the template
	Outcomes []baseline.Outcome
	Findings []diag.Diagnostic // of the checks, places in the template

	planned int // the first payloads are those of the prevention intents
}

// Written returns the findings in what the template itself writes as payloads. They count even where the rest of the
// template has mistakes.
func (r *Result) Written() []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(d diag.Diagnostic) bool {
		return d.Span.IsZero() || payloadIndex(d) < r.planned
	})
}

// Empty says whether nothing can be set on the target, so that a profile would hold no payload.
func (r *Result) Empty() bool { return len(r.Profile.Payloads) == 0 }

// FileName names the profile so that one sees what it is for: icloud-sync.ios-manual.mobileconfig.
func (r *Result) FileName(spec *template.Spec) string {
	return spec.Profile.Identifier.Value + "." + r.Target.Slug() + ".mobileconfig"
}

// Compose builds the profile of a template for a target and checks it as the options say. The error is one of reading the schema facts; what
// is wrong with the template is in Findings.
func Compose(spec *template.Spec, t target.Target, c *schema.Catalog, o lint.Options) (*Result, error) {
	plan, err := baseline.New(spec.Prevention, t, c)
	if err != nil {
		return nil, err
	}
	p := envelope(spec, t)
	p.Description = description(spec, plan.Outcomes)
	for _, payload := range plan.Payloads {
		p.Payloads = append(p.Payloads, identify(payload, spec, p, "prevention."+payload.Identifier))
	}
	applying := slices.DeleteFunc(slices.Clone(spec.Payloads), func(payload template.Payload) bool { return !payload.AppliesTo(t) })
	// A passcode alone makes no profile.
	if passcode := spec.Profile.Removal.Passcode; passcode.IsSet && len(p.Payloads)+len(applying) > 0 {
		p.Payloads = append(p.Payloads, identify(removalPassword(passcode), spec, p, "removal-password"))
	}
	for _, payload := range applying {
		p.Payloads = append(p.Payloads, written(payload, spec, p))
	}
	r := &Result{Target: t, Profile: p, Root: p.Value(), Outcomes: plan.Outcomes, planned: len(plan.Payloads)}
	placeAll(r.Root, spec, t, applying)
	if r.Empty() {
		return r, nil
	}
	findings, err := lint.New(c).Check(r.Root, []target.Target{t}, o)
	r.Findings = slices.DeleteFunc(findings, func(d diag.Diagnostic) bool {
		return payloadIndex(d) < r.planned && inOutcomes(d)
	})
	return r, err
}

// inOutcomes says whether a finding about a payload of the prevention intents is what their outcomes say already: what
// it does on the target, and to the sync.
func inOutcomes(d diag.Diagnostic) bool {
	rule, _ := rules.Find(d.Rule)
	return d.Severity < diag.Error && (rule.Has(rules.Effect) || rule.Has(rules.Sync))
}

// payloadIndex returns the index of the payload that a finding is about, a large one for the envelope.
func payloadIndex(d diag.Diagnostic) int {
	var index int
	if _, err := fmt.Sscanf(d.Path, "PayloadContent[%d]", &index); err != nil {
		return math.MaxInt
	}
	return index
}

// envelope fills the top level of a profile. Its identifier leaves the version of the target out, so that the profile
// for a newer version replaces the older one.
func envelope(spec *template.Spec, t target.Target) *profiles.Profile {
	s := spec.Profile
	identifier := strings.Join([]string{spec.Organization.Identifier.Value, s.Identifier.Value, t.Group()}, ".")
	p := &profiles.Profile{
		Identifier:           identifier,
		UUID:                 profiles.UUID(spec.Organization.Identifier.Value, identifier),
		DisplayName:          displayName(s.DisplayName.Value, t),
		Organization:         spec.Organization.Name.Value,
		Scope:                s.Scope.Value,
		TargetDeviceType:     deviceType(t.Platform),
		RemovalDisallowed:    s.Removal.Disallowed.Value,
		RemovalDate:          s.Removal.Date.Value,
		DurationUntilRemoval: s.Removal.After.Value,
		ExpirationDate:       s.Expires.Value,
	}
	if len(s.Consent) > 0 {
		p.ConsentText = map[string]string{}
		for _, c := range s.Consent {
			p.ConsentText[c.Language] = c.Text.Value
		}
	}
	return p
}

// displayName tells the profiles of one template apart: an MDM such as Fleet refuses two of the same name.
func displayName(name string, t target.Target) string {
	if name == "" {
		name = "iCloud Sync Prevention"
	}
	if t.Enrollment == target.Manual {
		return fmt.Sprintf("%s (%s)", name, t.Platform)
	}
	return fmt.Sprintf("%s (%s %s)", name, t.Platform, t.Enrollment)
}

func deviceType(p target.Platform) profiles.DeviceType {
	switch p {
	case target.IOS, target.IPadOS:
		return profiles.IPhone
	case target.MacOS:
		return profiles.Mac
	case target.TvOS:
		return profiles.AppleTV
	case target.VisionOS:
		return profiles.VisionPro
	case target.WatchOS:
		return profiles.Watch
	}
	return profiles.AnyDevice
}

// description says what the profile is for, and what a person has to do where it cannot.
func description(spec *template.Spec, outcomes []baseline.Outcome) string {
	var b strings.Builder
	b.WriteString(spec.Profile.Description.Value)
	if b.Len() == 0 {
		b.WriteString("Keeps iCloud syncing.")
	}
	settings := ByHand(outcomes)
	if len(settings) == 0 {
		return b.String()
	}
	b.WriteString("\n\nNo profile can set these; please check them (the names can differ between versions):")
	for _, s := range settings {
		b.WriteString("\n• " + s.String())
	}
	return b.String()
}

// ByHand returns what is left for a person to do.
func ByHand(outcomes []baseline.Outcome) []baseline.Setting {
	var settings []baseline.Setting
	for _, o := range outcomes {
		if o.Class == baseline.Hint || o.Class == baseline.Locked {
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
