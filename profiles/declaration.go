package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/plist"
)

// MaxIdentifier is the greatest length of a declaration's Identifier and ServerToken, in bytes of UTF-8.
const MaxIdentifier = 64

// The types of Activation, and of a declaration pointing at a profile.
//
// See https://developer.apple.com/documentation/devicemanagement/legacyprofile.
const (
	ActivationType = "com.apple.activation.simple"
	LegacyType     = "com.apple.configuration.legacy"
)

// declarationFamilies are the prefixes of declaration types.
var declarationFamilies = []string{"com.apple.activation.", "com.apple.asset.", "com.apple.configuration.", "com.apple.management."}

// IsDeclarationType is true for the Type of a declaration, and false for a PayloadType.
func IsDeclarationType(name string) bool {
	for _, family := range declarationFamilies {
		if strings.HasPrefix(name, family) {
			return true
		}
	}
	return false
}

// Declaration is one declaration of declarative device management. Encode writes it as JSON, the form for devices.
//
// See https://developer.apple.com/documentation/devicemanagement/declarationbase.
type Declaration struct {
	Type       string // such as com.apple.configuration.passcode.settings
	Identifier string // at most MaxIdentifier bytes; see DeclarationIdentifier
	Payload    *Value // a dictionary; nil is empty
	Referenced []byte // content behind a reference in the payload: the ServerToken changes with it; nil for none
}

// DeclarationIdentifier shortens an identifier to MaxIdentifier bytes: a longer one becomes its beginning, a dot and its
// UUID, the one UUID derives for the organization. The result is the same in every build.
func DeclarationIdentifier(organization, identifier string) string {
	if len(identifier) <= MaxIdentifier {
		return identifier
	}
	id := UUID(organization, identifier)
	return strings.ToValidUTF8(identifier[:MaxIdentifier-len(id)-1], "") + "." + id
}

// Activation returns the declaration to put configurations, named by their identifiers, into effect. One
// refused configuration keeps a device from applying the others of the same activation.
//
// See https://developer.apple.com/documentation/devicemanagement/activationsimple.
func Activation(identifier string, configurations ...string) Declaration {
	return Declaration{
		Type:       ActivationType,
		Identifier: identifier,
		Payload:    Dictionary().Set("StandardConfigurations", Strings(configurations...)),
	}
}

// IsConfiguration is true for a configuration: it has no effect without an Activation.
func (d *Declaration) IsConfiguration() bool {
	return strings.HasPrefix(d.Type, "com.apple.configuration.")
}

// ServerToken returns the SHA-256 of the content in hexadecimal, 64 characters. A device compares it to notice a changed
// declaration. Equal content has equal tokens, in any order of keys. It fails for a Payload impossible in JSON.
func (d *Declaration) ServerToken() (string, error) {
	content, err := plist.WriteJSON(d.content())
	if err != nil {
		return "", fmt.Errorf("encoding declaration %s: %w", d.Identifier, err)
	}
	hash := sha256.New()
	hash.Write(content)
	hash.Write(d.Referenced)
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// content is the declaration without its token.
func (d *Declaration) content() *Value {
	payload := d.Payload
	if payload == nil {
		payload = Dictionary()
	}
	return Dictionary().Set("Type", String(d.Type)).Set("Identifier", String(d.Identifier)).Set("Payload", payload)
}

// Value returns the declaration as a dictionary of Type, Identifier, Payload and ServerToken. The result shares the values
// of the payload; do not modify them.
func (d *Declaration) Value() (*Value, error) {
	token, err := d.ServerToken()
	if err != nil {
		return nil, err
	}
	return d.content().Set("ServerToken", String(token)), nil
}

// Encode writes the declaration with its ServerToken in canonical form: JSON, two spaces, sorted keys. Equal declarations
// give equal bytes. It fails without a Type or an Identifier, for an Identifier longer than MaxIdentifier, and for a Payload
// impossible in JSON: not a dictionary, duplicate keys, null or NaN.
func (d *Declaration) Encode() ([]byte, error) {
	for name, text := range map[string]string{"Type": d.Type, "Identifier": d.Identifier} {
		if text == "" {
			return nil, fmt.Errorf("encoding a declaration: %s is missing", name)
		}
	}
	if len(d.Identifier) > MaxIdentifier {
		return nil, fmt.Errorf("encoding declaration %s: its Identifier has %d bytes, want at most %d", d.Identifier, len(d.Identifier), MaxIdentifier)
	}
	if d.Payload != nil && d.Payload.Kind != plist.Dictionary {
		return nil, errors.New("encoding declaration " + d.Identifier + ": its Payload is not a dictionary")
	}
	v, err := d.Value()
	if err != nil {
		return nil, err
	}
	return plist.WriteJSON(v)
}

// DeclarationsPayload returns a payload with declarations, for a profile installed by hand. Each element of its key
// Declarations is the result of Encode, as data. The caller fills in Identifier and UUID. A device applies only declarations
// allowed for local enrollment in Apple's schema. It fails for the first declaration Encode refuses.
//
// See https://developer.apple.com/documentation/devicemanagement/declarations.
func DeclarationsPayload(declarations []Declaration) (Payload, error) {
	items := Array()
	for i := range declarations {
		data, err := declarations[i].Encode()
		if err != nil {
			return Payload{}, err
		}
		item := plist.NewData(data)
		if declarations[i].Payload != nil {
			item.Span = declarations[i].Payload.Span
		}
		items.Items = append(items.Items, item)
	}
	return Payload{Type: "com.apple.declarations", DisplayName: "Declarations", Keys: Dictionary().Set("Declarations", items)}, nil
}
