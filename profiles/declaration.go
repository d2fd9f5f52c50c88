package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/plist"
)

// MaxIdentifier is the longest Identifier and ServerToken of a declaration, in bytes of UTF-8.
const MaxIdentifier = 64

// The declaration types that this package knows by name.
const (
	ActivationType = "com.apple.activation.simple"
	LegacyType     = "com.apple.configuration.legacy"
)

// declarationFamilies are what every type of declaration begins with.
var declarationFamilies = []string{"com.apple.activation.", "com.apple.asset.", "com.apple.configuration.", "com.apple.management."}

// IsDeclarationType says whether a type names a declaration, and not a payload.
func IsDeclarationType(name string) bool {
	for _, family := range declarationFamilies {
		if strings.HasPrefix(name, family) {
			return true
		}
	}
	return false
}

// Declaration is one declaration of declarative device management, what a device gets as JSON.
//
// See https://developer.apple.com/documentation/devicemanagement/declarationbase.
type Declaration struct {
	Type       string
	Identifier string // at most MaxIdentifier bytes; see DeclarationIdentifier
	Payload    *Value // a dictionary; nil is empty
	Refers     []byte // content that the payload only points at, so that the token changes with it; nil for none
}

// DeclarationIdentifier is an Identifier made of one that may be too long: itself where it fits, and otherwise its
// beginning and its UUID.
func DeclarationIdentifier(organization, identifier string) string {
	if len(identifier) <= MaxIdentifier {
		return identifier
	}
	id := UUID(organization, identifier)
	return strings.ToValidUTF8(identifier[:MaxIdentifier-len(id)-1], "") + "." + id
}

// Activation is the declaration that puts configurations into effect. One of them that a device refuses keeps it from
// applying the others of the same activation.
func Activation(identifier string, configurations ...string) Declaration {
	return Declaration{
		Type:       ActivationType,
		Identifier: identifier,
		Payload:    Dictionary().Set("StandardConfigurations", Strings(configurations...)),
	}
}

// IsConfiguration says whether the declaration needs an activation to count.
func (d *Declaration) IsConfiguration() bool {
	return strings.HasPrefix(d.Type, "com.apple.configuration.")
}

// ServerToken is what a device compares to see whether it has this very declaration: the SHA-256 of its content in
// hexadecimal. Equal content has equal tokens, whatever the order of its keys.
func (d *Declaration) ServerToken() (string, error) {
	content, err := plist.WriteJSON(d.content())
	if err != nil {
		return "", fmt.Errorf("encoding declaration %s: %w", d.Identifier, err)
	}
	hash := sha256.New()
	hash.Write(content)
	hash.Write(d.Refers)
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

// Value returns the declaration with its token, as Encode writes it. It shares the values of the payload.
func (d *Declaration) Value() (*Value, error) {
	token, err := d.ServerToken()
	if err != nil {
		return nil, err
	}
	return d.content().Set("ServerToken", String(token)), nil
}

// Encode writes the declaration in canonical form: JSON, two spaces, sorted keys. Equal declarations give equal bytes.
func (d *Declaration) Encode() ([]byte, error) {
	for name, text := range map[string]string{"Type": d.Type, "Identifier": d.Identifier} {
		if text == "" {
			return nil, fmt.Errorf("encoding a declaration: it has no %s", name)
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

// DeclarationsPayload is the payload by which a profile that is installed by hand carries declarations. Identifier and
// UUID are left to the caller. A device applies only those whose schema allows a local enrollment.
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
