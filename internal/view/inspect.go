package view

import (
	"syncguard/internal/app"
	"syncguard/internal/schema"
)

// Inspection is what files hold. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Inspection struct {
	Files []Inspected `json:"files"`
	TargetNotes
}

// Inspected is one file.
type Inspected struct {
	File      string             `json:"file"`
	Format    string             `json:"format"` // xml, binary or json
	Size      int                `json:"size"`   // of the file in bytes, with the signature
	Signature *app.VerifiedFile  `json:"signature"`
	Encrypted *InspectedEnvelope `json:"encrypted"`
	Errors    int                `json:"errors"`           // in reading: with one, a part of the file may be missing here
	Defect    string             `json:"defect,omitempty"` // why the file as a whole is not what a device takes
	InspectedDocument
}

// InspectedEnvelope is what can be said of encrypted payloads.
type InspectedEnvelope struct {
	Cipher     string               `json:"cipher"`
	Size       int                  `json:"size"` // in bytes
	Recipients []InspectedRecipient `json:"recipients"`
	Problem    string               `json:"problem,omitempty"` // why nothing can be said
}

// InspectedRecipient is how a recipient's certificate is named: by issuer and serial number, or by key identifier.
type InspectedRecipient struct {
	Issuer string `json:"issuer,omitempty"`
	Serial string `json:"serial,omitempty"`
	KeyID  string `json:"keyIdentifier,omitempty"`
}

// InspectedDocument is a profile, a declaration or a property list: a file, or what data in one holds.
type InspectedDocument struct {
	Kind     string             `json:"kind"`     // profile or declaration; empty for another property list
	Envelope []InspectedKey     `json:"envelope"` // the keys around the payloads
	Payloads []InspectedPayload `json:"payloads"`
}

// InspectedPayload is one payload of a profile, or the Payload of a declaration.
type InspectedPayload struct {
	Index     int                 `json:"index"` // in PayloadContent, from 0
	Type      string              `json:"type"`
	Types     []InspectedType     `json:"types"` // what the schemas know of it; empty for an unknown type
	Obstacles []InspectedObstacle `json:"obstacles"`
	Keys      []InspectedKey      `json:"keys"`
}

// InspectedType is what holds for a type as a whole.
type InspectedType struct {
	ID          string              `json:"id"`
	Family      string              `json:"family"`
	Title       string              `json:"title,omitempty"` // of an imported schema
	Replacement string              `json:"replacement,omitempty"`
	Platforms   []schema.OnPlatform `json:"platforms"`
	Source      string              `json:"source"`
}

// InspectedObstacle is why something does not simply work on a target.
type InspectedObstacle struct {
	Target string `json:"target"`
	Text   string `json:"text"`
	Blocks bool   `json:"blocks"` // it does nothing there
}

// InspectedKey is a key of a dictionary with its value, or an element of an array.
type InspectedKey struct {
	Key       string              `json:"key"`             // empty for an element
	Index     *int                `json:"index,omitempty"` // of an element, from 0
	Type      string              `json:"type"`
	Value     any                 `json:"value,omitempty"` // of a scalar; absent for data and for secrets
	Secret    bool                `json:"secret,omitempty"`
	Unknown   bool                `json:"unknown,omitempty"`   // no schema has the key, though one has those beside it
	Community bool                `json:"community,omitempty"` // the schema is a community's and not Apple's
	Managed   string              `json:"managed,omitempty"`   // of a preference domain: Forced, Set-Once or Often
	Types     []string            `json:"types,omitempty"`     // what the schemas know of such a domain
	Schema    *schema.KeyFacts    `json:"schema,omitempty"`    // without subkeys
	Obstacles []InspectedObstacle `json:"obstacles,omitempty"`
	Data      *InspectedData      `json:"data,omitempty"`
	Inside    *InspectedDocument  `json:"inside,omitempty"` // the document that data holds
	Keys      []InspectedKey      `json:"keys,omitempty"`   // of a dictionary or an array

	Text  string `json:"-"` // of a scalar, as people write it
	Loose bool   `json:"-"` // the schema does not claim to have every key
}

// InspectedData says what some bytes are.
type InspectedData struct {
	Kind         string          `json:"kind"`
	Size         int             `json:"size"` // in bytes
	SHA256       string          `json:"sha256,omitempty"`
	Certificates []InspectedCert `json:"certificates,omitempty"`
}

// InspectedCert is a certificate in data.
type InspectedCert struct {
	Subject   string `json:"subject"`
	Issuer    string `json:"issuer"`
	Serial    string `json:"serial"` // hexadecimal
	NotBefore string `json:"notBefore"`
	NotAfter  string `json:"notAfter"`
	SHA256    string `json:"sha256"`
	Key       string `json:"key"`
	CA        bool   `json:"ca"`
	Expired   bool   `json:"expired"`
}
