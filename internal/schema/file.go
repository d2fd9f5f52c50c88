package schema

import "syncguard/internal/target"

// A type's file in the catalog is JSON under the names that Apple's schema files use. What is not stated is left out.

type typeFile struct {
	ID           string           `json:"id"`
	PayloadType  string           `json:"payloadtype,omitempty"` // if it is not the ID
	Family       Family           `json:"family"`
	Apply        string           `json:"apply,omitempty"`
	Replacement  string           `json:"replacement,omitempty"`
	Sources      []sourceFile     `json:"sources,omitempty"`
	Unsure       []string         `json:"unsure,omitempty"`
	Availability availabilityFile `json:"supportedOS,omitempty"`
	Keys         []keyFile        `json:"payloadkeys,omitempty"`
}

type sourceFile struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Path    string `json:"path,omitempty"`
}

type keyFile struct {
	Name         string           `json:"key,omitempty"`
	Type         string           `json:"type"`
	Required     bool             `json:"required,omitempty"`
	Default      any              `json:"default,omitempty"`
	RangeList    []any            `json:"rangelist,omitempty"`
	Min          *float64         `json:"min,omitempty"`
	Max          *float64         `json:"max,omitempty"`
	Format       string           `json:"format,omitempty"`
	Subtype      string           `json:"subtype,omitempty"`
	MinItems     *int             `json:"minitems,omitempty"`
	MaxItems     *int             `json:"maxitems,omitempty"`
	CombineType  string           `json:"combinetype,omitempty"`
	AssetTypes   []string         `json:"assettypes,omitempty"`
	ContentTypes []string         `json:"asset-content-types,omitempty"`
	Replacement  string           `json:"replacement,omitempty"`
	Dropped      bool             `json:"dropped,omitempty"`
	Community    bool             `json:"community,omitempty"`
	Availability availabilityFile `json:"supportedOS,omitempty"`
	SubkeyType   string           `json:"subkeytype,omitempty"`
	Anchor       string           `json:"anchor,omitempty"` // names the subkeys, for others to share
	Alias        string           `json:"alias,omitempty"`  // the subkeys are those of this anchor
	Keys         []keyFile        `json:"subkeys,omitempty"`
}

type availabilityFile map[target.Platform]platformFile

type platformFile struct {
	Introduced         versionFile    `json:"introduced,omitzero"`
	Deprecated         versionFile    `json:"deprecated,omitzero"`
	Removed            versionFile    `json:"removed,omitzero"`
	Multiple           *bool          `json:"multiple,omitempty"`
	Supervised         *bool          `json:"supervised,omitempty"`
	AllowManualInstall *bool          `json:"allowmanualinstall,omitempty"`
	RequiresDEP        *bool          `json:"requiresdep,omitempty"`
	UserApprovedMDM    *bool          `json:"userapprovedmdm,omitempty"`
	DeviceChannel      *bool          `json:"devicechannel,omitempty"`
	UserChannel        *bool          `json:"userchannel,omitempty"`
	UserEnrollment     string         `json:"userenrollment,omitempty"`
	SharedIPad         sharedIPadFile `json:"sharedipad,omitzero"`
	AllowedEnrollments []string       `json:"allowed-enrollments,omitzero"`
	AllowedScopes      []string       `json:"allowed-scopes,omitzero"` // an empty list is a fact
	Beta               bool           `json:"beta,omitempty"`
}

type sharedIPadFile struct {
	Mode          string   `json:"mode,omitempty"`
	DeviceChannel *bool    `json:"devicechannel,omitempty"`
	UserChannel   *bool    `json:"userchannel,omitempty"`
	AllowedScopes []string `json:"allowed-scopes,omitzero"` // an empty list is a fact
}

// versionFile is a version, or n/a.
type versionFile struct {
	target.Version
	isNotAvailable bool
}

const notAvailable = "n/a"

func (v versionFile) IsZero() bool { return v == versionFile{} }

func (v versionFile) MarshalText() ([]byte, error) {
	if v.isNotAvailable {
		return []byte(notAvailable), nil
	}
	return []byte(v.String()), nil
}

func (v *versionFile) UnmarshalText(text []byte) (err error) {
	if v.isNotAvailable = string(text) == notAvailable; v.isNotAvailable {
		return nil
	}
	v.Version, err = target.ParseVersion(string(text))
	return err
}

// The index is a file of its own.

type indexFile struct {
	Sources []sourceCountFile `json:"sources"`
	Types   []entryFile       `json:"types"`
}

type sourceCountFile struct {
	sourceFile
	Types int `json:"types"`
}

type entryFile struct {
	ID          string           `json:"id"`
	PayloadType string           `json:"payloadtype,omitempty"` // if it is not the ID
	Family      Family           `json:"family"`
	Platforms   availabilityFile `json:"platforms,omitempty"` // versions only
}
