// Package profiles builds and reads Apple configuration profiles and declarations in Go. Identifiers and UUIDs stay the same
// from build to build. The package works on bytes, never on paths.
//
// Start with Profile and its Encode. A profile is a property list; Encode writes it in one canonical form, so equal profiles
// are equal bytes:
//
//	p := profiles.Profile{
//		Identifier:  "com.acme.clock",
//		UUID:        profiles.UUID("com.acme", "com.acme.clock"),
//		DisplayName: "Clock",
//		Payloads: []profiles.Payload{ … },
//	}
//	data, err := p.Encode()
//
// Parse reads a profile. Declaration is the counterpart for declarative device management, and DeriveUUIDs renews the UUIDs
// of an existing profile. The package does not check payload keys, sign, or know templates: the command syncguard lint, sign
// and build do.
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

// Value is a node of a property list. Dictionary and its method Set build a dictionary; String, Integer, Boolean, Strings and
// Array build the other values.
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

// DeviceType is TargetDeviceType: the kind of device for a profile.
type DeviceType int64

// The device types in Apple's schema. With AnyDevice the person installing by hand has to choose one.
const (
	AnyDevice DeviceType = 0
	IPhone    DeviceType = 1 // iPhone, iPad and iPod touch
	Watch     DeviceType = 2
	HomePod   DeviceType = 3
	AppleTV   DeviceType = 4
	Mac       DeviceType = 5
	VisionPro DeviceType = 6
)

// DeviceTypeOf returns the TargetDeviceType of a profile's property list, or AnyDevice without one.
func DeviceTypeOf(root *Value) DeviceType {
	if v := root.Get("TargetDeviceType"); v != nil && v.Kind == plist.Integer {
		n, _ := v.Int.Int64()
		return DeviceType(n)
	}
	return AnyDevice
}

// Platform returns the one platform of the type, or "" for none or several.
func (t DeviceType) Platform() target.Platform { return target.OfDeviceType(int64(t)) }

// Profile is a configuration profile. A device needs Identifier and UUID; the zero value of any other field leaves out its
// key.
//
// See https://developer.apple.com/documentation/devicemanagement/toplevel.
type Profile struct {
	Identifier   string // PayloadIdentifier: a device replaces an installed profile with the same one
	UUID         string // PayloadUUID, in upper case; see UUID
	DisplayName  string // PayloadDisplayName
	Description  string // PayloadDescription
	Organization string // PayloadOrganization
	Scope        string // PayloadScope: System or User

	TargetDeviceType     DeviceType
	RemovalDisallowed    bool              // PayloadRemovalDisallowed: people cannot remove the profile
	RemovalDate          time.Time         // the device removes the profile then; whole seconds
	DurationUntilRemoval time.Duration     // the device removes the profile this long after installation; written in seconds
	ExpirationDate       time.Time         // PayloadExpirationDate: the profile counts as out of date then; whole seconds
	ConsentText          map[string]string // by language tag, such as de; "default" for every other language

	Payloads []Payload
}

// Payload is one dictionary of PayloadContent. PayloadVersion is always 1.
//
// See https://developer.apple.com/documentation/devicemanagement/commonpayloadkeys.
type Payload struct {
	Type        string // PayloadType, such as com.apple.wifi.managed
	Identifier  string // PayloadIdentifier, unique within the profile
	UUID        string // PayloadUUID: a device updates a payload in place while Identifier and UUID both stay the same
	DisplayName string // PayloadDisplayName; "" for none
	Description string // PayloadDescription; "" for none
	Keys        *Value // a dictionary of the payload's own keys; nil is empty
}

// UUID derives the UUID of an identifier, the same in every build, in upper case as written by Apple. It is the UUIDv5 of
// identifier; its name space is the UUIDv5 of organization, a reverse-DNS name, in the DNS name space (RFC 9562).
func UUID(organization, identifier string) string {
	space := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(organization))
	return strings.ToUpper(uuid.NewSHA1(space, []byte(identifier)).String())
}

// Value returns the profile as a property list. The result shares the values of the payloads' keys; do not modify them.
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

// Encode writes the profile in canonical form: XML, tabs, sorted keys. Equal profiles give equal bytes. Its errors are those
// of the function Encode.
func (p *Profile) Encode() ([]byte, error) { return Encode(p.Value()) }

// Encode writes the property list of a profile in canonical form, and reads it back to compare. It fails for values
// impossible in a property list, such as a control character, a duplicate key or a date after the year 9999, and for more
// than 16 MiB, 100,000 values or 128 levels. The error names the key path.
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

// Parse reads an unsigned profile, XML or binary, from untrusted bytes. It drops keys of the envelope without a field in
// Profile. It fails for a malformed property list, with the first place as LINE:COLUMN, and for a PayloadType other than
// Configuration or a PayloadContent other than an array of dictionaries, as in an encrypted profile.
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
