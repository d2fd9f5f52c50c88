// Package profiles is the model of an Apple configuration profile: its envelope, its payloads, and identity that stays
// the same from build to build. It takes bytes and readers, never paths.
//
// A profile is a property list. Encode writes it in one canonical form, so that equal profiles are equal bytes:
//
//	p := profiles.Profile{
//		Identifier:  "com.acme.clock",
//		UUID:        profiles.UUID("com.acme", "com.acme.clock"),
//		DisplayName: "Clock",
//		Payloads: []profiles.Payload{ … },
//	}
//	data, err := p.Encode()
//
// See https://developer.apple.com/documentation/devicemanagement/toplevel.
package profiles

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Value is a node of a property list. A dictionary is built with Set, a scalar with plist's constructors, which this
// package passes on: String, Integer, Boolean, Strings, Dictionary.
type Value = plist.Value

// String returns a string value.
func String(s string) *Value { return plist.NewString(s) }

// Integer returns an integer value.
func Integer(n int64) *Value { return plist.NewInteger(n) }

// Boolean returns a boolean value.
func Boolean(b bool) *Value { return plist.NewBoolean(b) }

// Strings returns an array of strings.
func Strings(texts ...string) *Value { return plist.NewStrings(texts...) }

// Array returns an array.
func Array(items ...*Value) *Value { return plist.NewArray(items...) }

// Dictionary returns an empty dictionary; fill it with Set.
func Dictionary() *Value { return plist.NewDictionary() }

// DeviceType is TargetDeviceType: the kind of device that a profile may be installed on.
type DeviceType int64

// The device types that Apple's schema lists. With AnyDevice the person who installs by hand is asked to choose one.
const (
	AnyDevice DeviceType = 0
	IPhone    DeviceType = 1 // iPhone, iPad and iPod touch
	Watch     DeviceType = 2
	HomePod   DeviceType = 3
	AppleTV   DeviceType = 4
	Mac       DeviceType = 5
	VisionPro DeviceType = 6
)

// DeviceTypeOf returns the TargetDeviceType of a profile, or AnyDevice.
func DeviceTypeOf(root *Value) DeviceType {
	if v := root.Get("TargetDeviceType"); v != nil && v.Kind == plist.Integer {
		n, _ := v.Int.Int64()
		return DeviceType(n)
	}
	return AnyDevice
}

// Platform returns the platform that the type keeps a profile to, or "" where that is none or several.
func (t DeviceType) Platform() target.Platform { return target.OfDeviceType(int64(t)) }

// Profile is a configuration profile. The zero value of an optional field leaves its key out.
type Profile struct {
	Identifier   string // PayloadIdentifier: a device replaces the profile that has the same one
	UUID         string // PayloadUUID
	DisplayName  string
	Description  string
	Organization string
	Scope        string // PayloadScope: System or User

	TargetDeviceType     DeviceType
	RemovalDisallowed    bool
	RemovalDate          time.Time
	DurationUntilRemoval time.Duration
	ExpirationDate       time.Time
	ConsentText          map[string]string // by language tag; "default" for every other language

	Payloads []Payload
}

// Payload is one dictionary of PayloadContent.
type Payload struct {
	Type        string
	Identifier  string // unique within the profile
	UUID        string // a device updates a payload in place while Identifier and UUID both stay the same
	DisplayName string
	Description string
	Keys        *Value // a dictionary of the payload's own keys; nil is empty
}

// UUID derives an identity that is the same in every build: version 5 of identifier, in the name space that is version 5
// of the organization's reverse-DNS identifier in the DNS name space (RFC 9562), in upper case as Apple writes it.
func UUID(organization, identifier string) string {
	space := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(organization))
	return strings.ToUpper(uuid.NewSHA1(space, []byte(identifier)).String())
}

// Value returns the profile as a property list. It shares the values of the payloads' keys.
func (p *Profile) Value() *Value {
	v := Dictionary()
	content := Array()
	for i := range p.Payloads {
		content.Items = append(content.Items, p.Payloads[i].Value())
	}
	v.Set("PayloadContent", content)
	setIdentity(v, "Configuration", p.Identifier, p.UUID, p.DisplayName, p.Description)
	setText(v, "PayloadOrganization", p.Organization)
	setText(v, "PayloadScope", p.Scope)
	if p.TargetDeviceType != AnyDevice {
		v.Set("TargetDeviceType", Integer(int64(p.TargetDeviceType)))
	}
	if p.RemovalDisallowed {
		v.Set("PayloadRemovalDisallowed", Boolean(true))
	}
	if !p.RemovalDate.IsZero() {
		v.Set("RemovalDate", plist.NewDate(p.RemovalDate))
	}
	if p.DurationUntilRemoval != 0 {
		v.Set("DurationUntilRemoval", plist.NewReal(p.DurationUntilRemoval.Seconds()))
	}
	if !p.ExpirationDate.IsZero() {
		v.Set("PayloadExpirationDate", plist.NewDate(p.ExpirationDate))
	}
	if len(p.ConsentText) > 0 {
		consent := Dictionary()
		for _, language := range slices.Sorted(maps.Keys(p.ConsentText)) {
			consent.Set(language, String(p.ConsentText[language]))
		}
		v.Set("ConsentText", consent)
	}
	return v
}

// Value returns the payload as a dictionary. The payload's own fields win over keys of the same name.
func (p *Payload) Value() *Value {
	v := Dictionary()
	if p.Keys != nil {
		v.Span = p.Keys.Span
		v.Fields = slices.Clone(p.Keys.Fields)
	}
	setIdentity(v, p.Type, p.Identifier, p.UUID, p.DisplayName, p.Description)
	return v
}

func setIdentity(v *Value, payloadType, identifier, id, displayName, description string) {
	v.Set("PayloadType", String(payloadType))
	v.Set("PayloadVersion", Integer(1))
	v.Set("PayloadIdentifier", String(identifier))
	v.Set("PayloadUUID", String(id))
	setText(v, "PayloadDisplayName", displayName)
	setText(v, "PayloadDescription", description)
}

func setText(v *Value, key, text string) {
	if text != "" {
		v.Set(key, String(text))
	}
}

// Encode writes the profile in canonical form: XML, tabs, sorted keys. Equal profiles give equal bytes.
func (p *Profile) Encode() ([]byte, error) { return Encode(p.Value()) }

// Encode writes the property list of a profile in canonical form, and reads it back to make sure that what a device
// will read is what was meant.
func Encode(v *Value) ([]byte, error) {
	data, err := plist.Write(v)
	if err != nil {
		return nil, err
	}
	doc, findings := plist.Read(diag.NewFile("profile", data))
	if len(findings) > 0 {
		return nil, fmt.Errorf("reading the written profile back: %s", findings[0].Message)
	}
	if !plist.Equal(v, doc.Root) {
		return nil, errors.New("reading the written profile back: its content differs")
	}
	return data, nil
}

// Parse reads an unsigned profile, XML or binary. The error names the first place that does not read. Keys of the
// envelope that Profile has no field for are not kept.
func Parse(data []byte) (*Profile, error) {
	file := diag.NewFile("profile", data)
	doc, findings := plist.Read(file)
	for _, f := range findings {
		if f.Severity == diag.Error {
			return nil, fmt.Errorf("reading profile: %s", place(f)+f.Message)
		}
	}
	root := doc.Root
	if root == nil || root.Kind != plist.Dictionary {
		return nil, errors.New("reading profile: the property list is not a dictionary")
	}
	if t := root.Get("PayloadType"); t == nil || t.Text != "Configuration" {
		return nil, fmt.Errorf("reading profile: PayloadType is %s, want \"Configuration\"", t.Describe())
	}
	content := root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return nil, errors.New("reading profile: PayloadContent is not an array")
	}
	p := parseEnvelope(root)
	for i, item := range content.Items {
		if item.Kind != plist.Dictionary {
			return nil, fmt.Errorf("reading profile: PayloadContent[%d] is not a dictionary", i)
		}
		p.Payloads = append(p.Payloads, parsePayload(item))
	}
	return p, nil
}

func parseEnvelope(root *Value) *Profile {
	p := &Profile{
		Identifier:        root.String("PayloadIdentifier"),
		UUID:              root.String("PayloadUUID"),
		DisplayName:       root.String("PayloadDisplayName"),
		Description:       root.String("PayloadDescription"),
		Organization:      root.String("PayloadOrganization"),
		Scope:             root.String("PayloadScope"),
		TargetDeviceType:  DeviceTypeOf(root),
		RemovalDisallowed: flag(root, "PayloadRemovalDisallowed"),
		RemovalDate:       date(root, "RemovalDate"),
		ExpirationDate:    date(root, "PayloadExpirationDate"),
	}
	if s := root.Get("DurationUntilRemoval"); s != nil {
		p.DurationUntilRemoval = time.Duration((s.Real + s.Int.Float()) * float64(time.Second))
	}
	if c := root.Get("ConsentText"); c != nil && len(c.Fields) > 0 {
		p.ConsentText = map[string]string{}
		for _, f := range c.Fields {
			p.ConsentText[f.Key] = f.Value.Text
		}
	}
	return p
}

func parsePayload(v *Value) Payload {
	keys := &Value{Kind: plist.Dictionary, Span: v.Span}
	for _, f := range v.Fields {
		switch f.Key {
		case "PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription":
		default:
			keys.Fields = append(keys.Fields, f)
		}
	}
	return Payload{
		Type:        v.String("PayloadType"),
		Identifier:  v.String("PayloadIdentifier"),
		UUID:        v.String("PayloadUUID"),
		DisplayName: v.String("PayloadDisplayName"),
		Description: v.String("PayloadDescription"),
		Keys:        keys,
	}
}

func flag(v *Value, key string) bool {
	w := v.Get(key)
	return w != nil && w.Bool
}

func date(v *Value, key string) time.Time {
	if w := v.Get(key); w != nil {
		return w.Time
	}
	return time.Time{}
}

func place(d diag.Diagnostic) string {
	if d.Span.IsZero() {
		return ""
	}
	p := d.Span.File.Position(d.Span.Start)
	return fmt.Sprintf("%d:%d: ", p.Line, p.Column)
}
