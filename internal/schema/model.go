// Package schema answers what Apple's device-management schemas state of a payload or declaration type: its keys,
// their types and limits, and on which devices they count. It makes no diagnostics.
package schema

import (
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Family says what a Type describes.
type Family string

const (
	Payload       Family = "payload"       // a payload of a configuration profile
	Envelope      Family = "envelope"      // the keys around payloads and declarations
	Configuration Family = "configuration" // declarations
	Asset         Family = "asset"
	Activation    Family = "activation"
	Management    Family = "management"
	Credential    Family = "credential"  // the data that an asset refers to
	Preferences   Family = "preferences" // a preference domain known from ProfileManifests
	Status        Family = "status"      // what devices report to a server
)

// Families lists every family.
func Families() []Family {
	return []Family{Payload, Envelope, Configuration, Asset, Activation, Management, Credential, Preferences, Status}
}

// StatusItemsID is the ID of the type that has every status item as a key.
const StatusItemsID = "StatusItems"

// Type is the definition of one payload or declaration type.
type Type struct {
	ID           string // unique in the catalog: the payload type, with a part in brackets where several share it
	PayloadType  string // PayloadType of a payload, Type of a declaration, or the preference domain
	Family       Family
	Apply        string // how several declarations of the type combine: single, multiple, combined; may be empty
	Replacement  string // the declaration type that takes the place of a deprecated payload; may be empty
	Availability Availabilities
	Keys         []*Key
	Sources      []Source
	Unsure       []string // which facts were not seen in a source, each in a few words
}

// Source is where facts come from, and the version that it states.
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
	SubkeyType   string         // Apple's name of the structure that Keys make; may be empty
	Availability Availabilities // what this key overrides of its parent's
	Keys         []*Key         // of a dictionary; of an array, its possible elements. May point back up: walk with the value, not with the schema
}

// KeyDetails are facts of a key that are kept and shown as they are, under the names that Apple's schema files use.
type KeyDetails struct {
	Min          *float64 `json:"min,omitempty"` // of a number
	Max          *float64 `json:"max,omitempty"`
	Format       string   `json:"format,omitempty"`   // regular expression of a string
	Subtype      string   `json:"subtype,omitempty"`  // `url`, `hostname`, `email`
	MinItems     *int     `json:"minitems,omitempty"` // how often it stands in an array
	MaxItems     *int     `json:"maxitems,omitempty"`
	CombineType  string   `json:"combinetype,omitempty"`         // how the values of several declarations combine
	AssetTypes   []string `json:"assettypes,omitempty"`          // what a reference to an asset may lead to
	ContentTypes []string `json:"asset-content-types,omitempty"` // media types of the asset's data
	Replacement  string   `json:"replacement,omitempty"`         // the declaration type that takes the place of a deprecated key
	Dropped      bool     `json:"dropped,omitempty"`             // an older source lists the key and the newest does not: which release ended it is not known
	Community    bool     `json:"community,omitempty"`           // a community's source has the key, and Apple's schema of the type does not
}

// Availabilities is availability by Apple's schema platform (iPadOS counts as iOS).
type Availabilities map[target.Platform]Availability

// Availability is what a schema states of one platform, under the names that Apple's schema files use. What is not stated is
// absent: nil, or zero.
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

// SharedIPad is what a schema states of Shared iPad.
type SharedIPad struct {
	Mode          string   `json:"mode,omitempty"` // as `userenrollment`
	DeviceChannel *bool    `json:"devicechannel,omitempty"`
	UserChannel   *bool    `json:"userchannel,omitempty"`
	AllowedScopes []string `json:"allowed-scopes,omitzero"` // of declarations: `system`, `user`; an empty array is a fact
}

// IsZero reports whether nothing is stated.
func (s SharedIPad) IsZero() bool {
	return s.Mode == "" && s.DeviceChannel == nil && s.UserChannel == nil && s.AllowedScopes == nil
}

// Override returns a with everything that b states put over it: what a key states counts before what its parent does.
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

// over puts what is stated in the place of what was.
func over[T comparable](was *T, stated T) {
	var nothing T
	if stated != nothing {
		*was = stated
	}
}

// overList does so with a list, of which an empty one is a fact.
func overList(was *[]string, stated []string) {
	if stated != nil {
		*was = stated
	}
}

// Entry is a type in the catalog's index: what can be listed without reading the type itself.
type Entry struct {
	ID          string                        `json:"id"`
	PayloadType string                        `json:"payloadtype,omitempty"` // in the index only if it is not the ID
	Family      Family                        `json:"family"`
	Platforms   map[target.Platform]Lifecycle `json:"platforms,omitempty"` // only platforms that have the type
}

// Lifecycle is when a type came to a platform, and when it goes.
type Lifecycle struct {
	Introduced target.Version `json:"introduced,omitzero"`
	Deprecated target.Version `json:"deprecated,omitzero"`
	Removed    target.Version `json:"removed,omitzero"`
}
