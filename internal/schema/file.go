package schema

import (
	"encoding/json"

	"syncguard/internal/target"
)

// A type's file in the catalog is JSON under the names that Apple's schema files use. What is not stated is left out.

type typeFile struct {
	ID           string            `json:"id"`
	PayloadType  string            `json:"payloadtype,omitempty"` // if it is not the ID
	Family       Family            `json:"family"`
	Apply        string            `json:"apply,omitempty"`
	Replacement  string            `json:"replacement,omitempty"`
	Sources      []sourceFile      `json:"sources,omitempty"`
	Unsure       []string          `json:"unsure,omitempty"`
	Availability *availabilityFile `json:"supportedOS,omitempty"`
	Keys         []*keyFile        `json:"payloadkeys,omitempty"`
}

type sourceFile struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Path    string `json:"path,omitempty"`
	Types   int    `json:"types,omitempty"` // in the index
}

type keyFile struct {
	Name         string            `json:"key,omitempty"`
	Type         string            `json:"type"`
	Required     bool              `json:"required,omitempty"`
	Default      json.RawMessage   `json:"default,omitempty"`
	RangeList    []json.RawMessage `json:"rangelist,omitempty"`
	Min          *float64          `json:"min,omitempty"`
	Max          *float64          `json:"max,omitempty"`
	Format       string            `json:"format,omitempty"`
	Subtype      string            `json:"subtype,omitempty"`
	MinItems     *int              `json:"minitems,omitempty"`
	MaxItems     *int              `json:"maxitems,omitempty"`
	CombineType  string            `json:"combinetype,omitempty"`
	AssetTypes   []string          `json:"assettypes,omitempty"`
	ContentTypes []string          `json:"asset-content-types,omitempty"`
	Replacement  string            `json:"replacement,omitempty"`
	Dropped      bool              `json:"dropped,omitempty"`
	Availability *availabilityFile `json:"supportedOS,omitempty"`
	SubkeyType   string            `json:"subkeytype,omitempty"`
	Anchor       string            `json:"anchor,omitempty"` // names the subkeys, for others to share
	Alias        string            `json:"alias,omitempty"`  // the subkeys are those of this anchor
	Keys         []*keyFile        `json:"subkeys,omitempty"`
}

// availabilityFile is a struct because that reads twice as fast as a map. Apple's files know these platforms.
type availabilityFile struct {
	IOS      *platformFile `json:"iOS,omitempty"`
	MacOS    *platformFile `json:"macOS,omitempty"`
	TvOS     *platformFile `json:"tvOS,omitempty"`
	VisionOS *platformFile `json:"visionOS,omitempty"`
	WatchOS  *platformFile `json:"watchOS,omitempty"`
}

// platform returns where the facts of a platform are kept, or nil for a platform that has no place.
func (f *availabilityFile) platform(p target.Platform) **platformFile {
	switch p {
	case target.IOS:
		return &f.IOS
	case target.MacOS:
		return &f.MacOS
	case target.TvOS:
		return &f.TvOS
	case target.VisionOS:
		return &f.VisionOS
	case target.WatchOS:
		return &f.WatchOS
	}
	return nil
}

type platformFile struct {
	Introduced         string          `json:"introduced,omitempty"` // n/a where it is not available
	Deprecated         string          `json:"deprecated,omitempty"`
	Removed            string          `json:"removed,omitempty"`
	Multiple           *bool           `json:"multiple,omitempty"`
	Supervised         *bool           `json:"supervised,omitempty"`
	AllowManualInstall *bool           `json:"allowmanualinstall,omitempty"`
	RequiresDEP        *bool           `json:"requiresdep,omitempty"`
	UserApprovedMDM    *bool           `json:"userapprovedmdm,omitempty"`
	DeviceChannel      *bool           `json:"devicechannel,omitempty"`
	UserChannel        *bool           `json:"userchannel,omitempty"`
	UserEnrollment     string          `json:"userenrollment,omitempty"`
	SharedIPad         *sharedIPadFile `json:"sharedipad,omitempty"`
	AllowedEnrollments []string        `json:"allowed-enrollments,omitzero"`
	AllowedScopes      []string        `json:"allowed-scopes,omitzero"` // an empty list is a fact
	Beta               bool            `json:"beta,omitempty"`
}

type sharedIPadFile struct {
	Mode          string   `json:"mode,omitempty"`
	DeviceChannel *bool    `json:"devicechannel,omitempty"`
	UserChannel   *bool    `json:"userchannel,omitempty"`
	AllowedScopes []string `json:"allowed-scopes,omitzero"` // an empty list is a fact
}

const (
	notAvailable = "n/a"
	anyType      = "any"
)
