package diff

import (
	"slices"

	"syncguard/internal/diag"
)

// ID names a kind of consequence. IDs never change.
type ID string

// The consequences.
const (
	NothingChanges       ID = "nothing-changes"
	ProfileAdded         ID = "profile-added"
	ProfileRemoved       ID = "profile-removed"
	UpdatedInPlace       ID = "updated-in-place"
	InstalledBeside      ID = "installed-beside"
	ReplacementRefused   ID = "replacement-refused"
	SignerChanged        ID = "signer-changed"
	SignatureLost        ID = "signature-lost"
	PayloadAdded         ID = "payload-added"
	PayloadRemoved       ID = "payload-removed"
	PayloadReinstalled   ID = "payload-reinstalled"
	PayloadRetyped       ID = "payload-retyped"
	IdentityReissued     ID = "identity-reissued"
	ScopeWidened         ID = "scope-widened"
	ScopeNarrowed        ID = "scope-narrowed"
	TargetWidened        ID = "target-widened"
	TargetNarrowed       ID = "target-narrowed"
	SupervisionLost      ID = "supervision-lost"
	SupervisionNeeded    ID = "supervision-needed"
	RemovalForbidden     ID = "removal-forbidden"
	RemovalAllowed       ID = "removal-allowed"
	RemovalDated         ID = "removal-dated"
	ConsentAsked         ID = "consent-asked"
	EncryptionLost       ID = "encryption-lost"
	SecretChanged        ID = "secret-changed"
	DeclarationReplaced  ID = "declaration-replaced"
	DeclarationBeside    ID = "declaration-beside"
	DeclarationUnnoticed ID = "declaration-unnoticed"
	DeclarationRetyped   ID = "declaration-retyped"
)

// Consequence is an action of a device, or an effect on it.
type Consequence struct {
	Meaning
	Payload string `json:"payload,omitempty"` // PayloadIdentifier of the affected payload
	Text    string `json:"text"`              // a clause with the profile or payload as its subject, or a sentence
	Help    string `json:"help,omitempty"`    // advice
}

// Meaning explains a kind of consequence.
type Meaning struct {
	ID        ID            `json:"id"`       // see [diff.md](diff.md)
	Severity  diag.Severity `json:"severity"` // `error`: it will not arrive, or takes something away; `warning`: look twice; `note`: as expected
	Says      string        `json:"-"`
	Source    string        `json:"source"`    // source of the fact
	Community bool          `json:"community"` // not stated by Apple
}

const (
	topLevel  = "apple/device-management, other/TopLevel.yaml"
	common    = "apple/device-management, other/CommonPayloadKeys.yaml"
	reference = "Apple's Configuration Profile Reference, 2019"
	base      = "apple/device-management, declarative/declarations/declarationbase.yaml"
)

// Meanings lists every consequence. Read-only.
var Meanings = []Meaning{
	{NothingChanges, diag.Note, "the settings of the device stay unchanged", common, false},
	{ProfileAdded, diag.Note, "a new profile", topLevel, false},
	{ProfileRemoved, diag.Warning, "devices keep the profile until a person or the MDM server removes it", topLevel, true},
	{UpdatedInPlace, diag.Note, "the new profile replaces the old one, since both have the same PayloadIdentifier", topLevel, false},
	{InstalledBeside, diag.Error, "PayloadIdentifier changed: the old profile stays, and the new one is installed beside it", topLevel, false},
	{ReplacementRefused, diag.Error, "if installed by hand, a profile takes a new version only from the signer of the old one", reference, false},
	{SignerChanged, diag.Note, "the signer changed; this matters for profiles installed by hand", reference, false},
	{SignatureLost, diag.Error, "the old profile is signed and the new one is not: if installed by hand, it is refused", reference, false},
	{PayloadAdded, diag.Note, "a new payload", common, false},
	{PayloadRemoved, diag.Warning, "the device undoes the settings of the payload", common, false},
	{PayloadReinstalled, diag.Warning, "PayloadUUID or PayloadIdentifier changed: the device removes the payload and installs the new one", common, false},
	{PayloadRetyped, diag.Warning, "PayloadType changed: the device removes the payload and installs one of another kind", common, false},
	{IdentityReissued, diag.Warning, "a payload with a certificate or an identity is installed again: a new enrollment, a new key", common, true},
	{ScopeWidened, diag.Warning, "PayloadScope from User to System: the settings apply to every user of the Mac", topLevel, false},
	{ScopeNarrowed, diag.Warning, "PayloadScope from System to User: the settings apply to one user of the Mac", topLevel, false},
	{TargetWidened, diag.Warning, "TargetDeviceType: devices of other kinds accept the profile too, or ask the person to choose", topLevel, false},
	{TargetNarrowed, diag.Warning, "TargetDeviceType: devices of other kinds do not accept the new profile", topLevel, false},
	{SupervisionLost, diag.Warning, "a setting for supervised devices only is no longer set", "the schema of the payload", false},
	{SupervisionNeeded, diag.Warning, "a new setting works on supervised devices only", "the schema of the payload", false},
	{RemovalForbidden, diag.Note, "people can no longer remove the profile", topLevel, false},
	{RemovalAllowed, diag.Warning, "people can now remove the profile", topLevel, false},
	{RemovalDated, diag.Warning, "the date of the automatic removal changed", topLevel, false},
	{ConsentAsked, diag.Note, "people installing the profile must agree to a text", topLevel, false},
	{EncryptionLost, diag.Error, "the payloads were encrypted for their devices, and now everyone can read them", "RFC 5652", false},
	{SecretChanged, diag.Note, "a secret changed; no output shows it", common, false},
	{DeclarationReplaced, diag.Note, "the device takes the new content, with its new ServerToken", base, false},
	{DeclarationBeside, diag.Error, "Identifier changed: devices treat it as another declaration, and remove the old one once the server stops listing it", base, false},
	{DeclarationUnnoticed, diag.Error, "the content changed, but not ServerToken: a device with the declaration ignores the change", base, false},
	{DeclarationRetyped, diag.Warning, "Type changed: the device removes the old configuration and applies one of another kind", base, true},
}

// meaning returns the ID's entry in Meanings.
func (id ID) meaning() Meaning {
	return Meanings[slices.IndexFunc(Meanings, func(m Meaning) bool { return m.ID == id })]
}
