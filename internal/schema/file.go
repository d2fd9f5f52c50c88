package schema

import "syncguard/internal/target"

// A type's file in the catalog is JSON, with the names of Apple's schema files. Facts not stated are left out.

type typeFile struct {
	ID           string           `json:"id"`
	PayloadType  string           `json:"payloadtype,omitempty"` // if it is not the ID
	Family       Family           `json:"family"`
	Apply        string           `json:"apply,omitempty"`
	Replacement  string           `json:"replacement,omitempty"`
	Sources      []Source         `json:"sources,omitempty"`
	Unsure       []string         `json:"unsure,omitempty"`
	Availability availabilityFile `json:"supportedOS,omitempty"`
	Keys         []keyFile        `json:"payloadkeys,omitempty"`
}

type keyFile struct {
	Name      string `json:"key,omitempty"`
	Type      string `json:"type"`
	Required  bool   `json:"required,omitempty"`
	Default   any    `json:"default,omitempty"`
	RangeList []any  `json:"rangelist,omitempty"`
	KeyDetails
	Availability availabilityFile `json:"supportedOS,omitempty"`
	SubkeyType   string           `json:"subkeytype,omitempty"`
	Anchor       string           `json:"anchor,omitempty"` // names the subkeys, for others to share
	Alias        string           `json:"alias,omitempty"`  // the subkeys are those of this anchor
	Keys         []keyFile        `json:"subkeys,omitempty"`
}

type availabilityFile map[target.Platform]platformFile

type platformFile struct {
	Introduced versionFile `json:"introduced,omitzero"` // replaces the field of Availability
	Availability
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
	return v.Version.MarshalText()
}

func (v *versionFile) UnmarshalText(text []byte) error {
	if v.isNotAvailable = string(text) == notAvailable; v.isNotAvailable {
		return nil
	}
	return v.Version.UnmarshalText(text)
}

// The index is a file of its own.

type indexFile struct {
	Sources []SourceCount  `json:"sources"`
	Newest  target.Version `json:"newest,omitzero"` // newest release a checkout introduces a key in, as a version of iOS
	Types   []Entry        `json:"types"`
}
