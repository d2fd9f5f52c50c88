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
	Name    string // such as apple/device-management
	Version string // commit or release
	Path    string // within the source
}

// Key is one key of a dictionary, or the element of an array.
type Key struct {
	Name         string // Any stands for every key not named; empty for some elements of arrays
	Kind         plist.Kind
	AnyKind      bool // any type of value is taken; Kind is Null then
	Required     bool
	Default      *plist.Value   // nil if none is stated
	RangeList    []*plist.Value // the allowed values, if not empty
	Min, Max     *float64       // bounds of a number
	Format       string         // regular expression of a string
	Subtype      string         // url, hostname or email
	MinItems     *int           // repetition
	MaxItems     *int
	CombineType  string
	AssetTypes   []string
	ContentTypes []string       // asset-content-types: media types of the asset's data
	Replacement  string         // the declaration type that takes the place of a deprecated key; may be empty
	Community    bool           // a community's source has it, and Apple's schema of the type does not
	Dropped      bool           // an older source lists the key and the newest does not: which release ended it is not known
	SubkeyType   string         // Apple's name of the structure that Keys make; may be empty
	Availability Availabilities // what this key overrides of its parent's
	Keys         []*Key         // of a dictionary; of an array, its possible elements. May point back up: walk with the value, not with the schema
}

// Availabilities is availability by Apple's schema platform (iPadOS counts as iOS).
type Availabilities map[target.Platform]Availability

// Availability is what a schema states of one platform. A nil pointer means not stated.
type Availability struct {
	NotAvailable       bool // introduced: n/a
	Introduced         target.Version
	Deprecated         target.Version
	Removed            target.Version
	Multiple           *bool
	Supervised         *bool
	AllowManualInstall *bool
	RequiresDEP        *bool
	UserApprovedMDM    *bool
	DeviceChannel      *bool
	UserChannel        *bool
	UserEnrollment     string   // mode: allowed, required, forbidden, ignored; empty is allowed
	SharedIPad         string   // mode: the same
	SharedIPadDevice   *bool    // device channel on Shared iPad
	SharedIPadUser     *bool    // user channel on Shared iPad
	SharedIPadScopes   []string // of declarations on Shared iPad: system, user; empty but not nil is none
	AllowedEnrollments []string // of declarations: supervised, device, user, local
	AllowedScopes      []string // of declarations: system, user
	Beta               bool
}

// Entry is a type in the catalog's index: what can be listed without reading the type itself.
type Entry struct {
	ID          string
	PayloadType string
	Family      Family
	Platforms   map[target.Platform]Lifecycle // only platforms that have the type
}

// Lifecycle is when a type came to a platform, and when it goes.
type Lifecycle struct {
	Introduced, Deprecated, Removed target.Version
}
