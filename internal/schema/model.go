// Package schema is the catalog of payload types, declarations and preference domains: their keys with types, limits,
// availability by platform and version, and descriptions.
//
// Start with Type and Key, the model, and with Catalog, the lookups. Embedded is the built-in catalog; Layered puts an
// imported checkout over it. A catalog is a folder of JSON files, written by Files and read by Open. Packages appleyaml
// and manifests read the sources, and generate makes the built-in catalog from them; package facts holds facts no schema
// file states. This package only answers questions: findings are made by lint.
package schema

import (
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Family is the kind of thing a Type describes.
type Family string

const (
	Payload       Family = "payload"       // a payload of a configuration profile
	Envelope      Family = "envelope"      // the keys around payloads and declarations
	Configuration Family = "configuration" // declarations
	Asset         Family = "asset"
	Activation    Family = "activation"
	Management    Family = "management"
	Credential    Family = "credential"  // the data of a credential asset
	Preferences   Family = "preferences" // a preference domain known from ProfileManifests
	Status        Family = "status"      // reports of devices to a server
)

// Families lists every family.
func Families() []Family {
	return []Family{Payload, Envelope, Configuration, Asset, Activation, Management, Credential, Preferences, Status}
}

// StatusItemsID is the ID of the type with every status item as a key.
const StatusItemsID = "StatusItems"

// Type is the definition of one payload or declaration type.
type Type struct {
	ID           string // unique in the catalog: the payload type, with a part in brackets if several types share it
	PayloadType  string // PayloadType of a payload, Type of a declaration, or the preference domain
	Family       Family
	Apply        string // how several declarations of the type combine: single, multiple, combined; may be empty
	Replacement  string // the declaration type replacing a deprecated payload; may be empty
	Availability Availabilities
	Keys         []*Key
	Sources      []Source
	Unsure       []string // facts not seen in a source, each in a few words
}

// Source is the origin of facts, at one version.
type Source struct {
	Name    string `json:"name"`              // such as apple/device-management
	Version string `json:"version,omitempty"` // commit or release
	Path    string `json:"path,omitempty"`    // within the source
}

// Key is one key of a dictionary, or the element of an array.
type Key struct {
	Name      string // Any stands for every key not named; empty for some elements of arrays
	Kind      plist.Kind
	AnyKind   bool // any type of value is taken; Kind is Null then
	Required  bool
	Default   *plist.Value   // nil if none is stated
	RangeList []*plist.Value // the allowed values, if not empty
	KeyDetails
	SubkeyType   string         // Apple's name of the structure of Keys; may be empty
	Availability Availabilities // overrides of the parent's
	Keys         []*Key         // of a dictionary; of an array, its possible elements. May point back up: walk with the value, not with the schema
}

// KeyDetails are facts of a key shown as they are, with the names of Apple's schema files.
type KeyDetails struct {
	Min          *float64 `json:"min,omitempty"` // of a number
	Max          *float64 `json:"max,omitempty"`
	Format       string   `json:"format,omitempty"`   // regular expression of a string
	Subtype      string   `json:"subtype,omitempty"`  // `url`, `hostname`, `email`
	MinItems     *int     `json:"minitems,omitempty"` // how often it stands in an array
	MaxItems     *int     `json:"maxitems,omitempty"`
	CombineType  string   `json:"combinetype,omitempty"`         // how the values of several declarations combine
	AssetTypes   []string `json:"assettypes,omitempty"`          // allowed types of a referenced asset
	ContentTypes []string `json:"asset-content-types,omitempty"` // media types of the asset's data
	Replacement  string   `json:"replacement,omitempty"`         // the declaration type replacing a deprecated key
	Dropped      bool     `json:"dropped,omitempty"`             // an older source lists the key, the newest no longer does; its last release is unknown
	Community    bool     `json:"community,omitempty"`           // a community's source has the key, and Apple's schema of the type does not
}

// Availabilities is availability by Apple's schema platform (iPadOS counts as iOS).
type Availabilities map[target.Platform]Availability

// Availability holds a schema's facts of one platform, with the names of Apple's schema files. A fact not stated is nil
// or zero.
type Availability struct {
	NotAvailable       bool           `json:"-"` // introduced: n/a
	Introduced         target.Version `json:"introduced,omitzero"`
	Deprecated         target.Version `json:"deprecated,omitzero"`
	Removed            target.Version `json:"removed,omitzero"`
	Multiple           *bool          `json:"multiple,omitempty"`
	Supervised         *bool          `json:"supervised,omitempty"`
	AllowManualInstall *bool          `json:"allowmanualinstall,omitempty"`
	RequiresDEP        *bool          `json:"requiresdep,omitempty"`
	UserApprovedMDM    *bool          `json:"userapprovedmdm,omitempty"`
	DeviceChannel      *bool          `json:"devicechannel,omitempty"`
	UserChannel        *bool          `json:"userchannel,omitempty"`
	UserEnrollment     string         `json:"userenrollment,omitempty"` // `allowed`, `required`, `forbidden`, `ignored`; absent is allowed
	SharedIPad         SharedIPad     `json:"sharedipad,omitzero"`
	AllowedEnrollments []string       `json:"allowed-enrollments,omitzero"` // of declarations: `supervised`, `device`, `user`, `local`
	AllowedScopes      []string       `json:"allowed-scopes,omitzero"`      // of declarations: `system`, `user`; an empty array is a fact
	Beta               bool           `json:"beta,omitempty"`
}

// SharedIPad holds a schema's facts of Shared iPad.
type SharedIPad struct {
	Mode          string   `json:"mode,omitempty"` // as `userenrollment`
	DeviceChannel *bool    `json:"devicechannel,omitempty"`
	UserChannel   *bool    `json:"userchannel,omitempty"`
	AllowedScopes []string `json:"allowed-scopes,omitzero"` // of declarations: `system`, `user`; an empty array is a fact
}

// IsZero is true if nothing is stated.
func (s SharedIPad) IsZero() bool {
	return s.Mode == "" && s.DeviceChannel == nil && s.UserChannel == nil && s.AllowedScopes == nil
}

// Override returns a with every fact of b in place of its own: a key counts before its parent.
func (a Availability) Override(b Availability) Availability {
	a.NotAvailable = b.NotAvailable || a.NotAvailable && b.Introduced.IsZero()
	over(&a.Introduced, b.Introduced)
	over(&a.Deprecated, b.Deprecated)
	over(&a.Removed, b.Removed)
	over(&a.Multiple, b.Multiple)
	over(&a.Supervised, b.Supervised)
	over(&a.AllowManualInstall, b.AllowManualInstall)
	over(&a.RequiresDEP, b.RequiresDEP)
	over(&a.UserApprovedMDM, b.UserApprovedMDM)
	over(&a.DeviceChannel, b.DeviceChannel)
	over(&a.UserChannel, b.UserChannel)
	over(&a.UserEnrollment, b.UserEnrollment)
	over(&a.SharedIPad.Mode, b.SharedIPad.Mode)
	over(&a.SharedIPad.DeviceChannel, b.SharedIPad.DeviceChannel)
	over(&a.SharedIPad.UserChannel, b.SharedIPad.UserChannel)
	overList(&a.SharedIPad.AllowedScopes, b.SharedIPad.AllowedScopes)
	overList(&a.AllowedEnrollments, b.AllowedEnrollments)
	overList(&a.AllowedScopes, b.AllowedScopes)
	over(&a.Beta, b.Beta)
	return a
}

// over replaces a fact by a stated one.
func over[T comparable](was *T, stated T) {
	var nothing T
	if stated != nothing {
		*was = stated
	}
}

// overList does so with a list. An empty list is a fact.
func overList(was *[]string, stated []string) {
	if stated != nil {
		*was = stated
	}
}

// Entry is a type in the catalog's index, listed without reading the type itself.
type Entry struct {
	ID          string                        `json:"id"`
	PayloadType string                        `json:"payloadtype,omitempty"` // in the index only if it is not the ID
	Family      Family                        `json:"family"`
	Platforms   map[target.Platform]Lifecycle `json:"platforms,omitempty"` // only platforms with the type
}

// Lifecycle holds the versions of a platform that introduced, deprecated and removed a type.
type Lifecycle struct {
	Introduced target.Version `json:"introduced,omitzero"`
	Deprecated target.Version `json:"deprecated,omitzero"`
	Removed    target.Version `json:"removed,omitzero"`
}
