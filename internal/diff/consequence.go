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
	{NothingChanges, diag.Note, "what is set on the device stays as it is", common, false},
	{ProfileAdded, diag.Note, "a profile that was not there before", topLevel, false},
	{ProfileRemoved, diag.Warning, "nothing takes the profile from a device by itself: a person or the MDM server has to", topLevel, true},
	{UpdatedInPlace, diag.Note, "the new profile takes the place of the old one, since both have the same PayloadIdentifier", topLevel, false},
	{InstalledBeside, diag.Error, "PayloadIdentifier changed: the old profile stays, and the new one is installed beside it", topLevel, false},
	{ReplacementRefused, diag.Error, "installed by hand: a profile takes a new version only from the signer of the old one", reference, false},
	{SignerChanged, diag.Note, "another signer, which matters where the profile was installed by hand", reference, false},
	{SignatureLost, diag.Error, "the old profile is signed and the new one is not: installed by hand, it is refused", reference, false},
	{PayloadAdded, diag.Note, "a payload that was not there before", common, false},
	{PayloadRemoved, diag.Warning, "the device takes back what the payload sets", common, false},
	{PayloadReinstalled, diag.Warning, "PayloadUUID or PayloadIdentifier changed: the device removes the payload and installs the new one", common, false},
	{PayloadRetyped, diag.Warning, "PayloadType changed: the device removes the payload and installs one of another kind", common, false},
	{IdentityReissued, diag.Warning, "a payload that brings a certificate or an identity is installed anew: a new enrollment, a new key", common, true},
	{ScopeWidened, diag.Warning, "PayloadScope from User to System: the settings hold for every user of the Mac", topLevel, false},
	{ScopeNarrowed, diag.Warning, "PayloadScope from System to User: the settings hold for one user of the Mac", topLevel, false},
	{TargetWidened, diag.Warning, "TargetDeviceType: devices of other kinds take the profile too, or the person is asked which", topLevel, false},
	{TargetNarrowed, diag.Warning, "TargetDeviceType: devices of other kinds do not take the new profile", topLevel, false},
	{SupervisionLost, diag.Warning, "a setting that only supervised devices obey is no longer set", "the schema of the payload", false},
	{SupervisionNeeded, diag.Warning, "a new setting works on supervised devices only", "the schema of the payload", false},
	{RemovalForbidden, diag.Note, "people can no longer remove the profile", topLevel, false},
	{RemovalAllowed, diag.Warning, "people can now remove the profile", topLevel, false},
	{RemovalDated, diag.Warning, "the day on which the profile removes itself changed", topLevel, false},
	{ConsentAsked, diag.Note, "the person who installs the profile has to agree to a text", topLevel, false},
	{EncryptionLost, diag.Error, "the payloads were encrypted for their devices, and now everybody can read them", "RFC 5652", false},
	{SecretChanged, diag.Note, "a secret changed; no output shows it", common, false},
	{DeclarationReplaced, diag.Note, "the device takes the new content, with its new ServerToken", base, false},
	{DeclarationBeside, diag.Error, "Identifier changed: for a device it is another declaration, and the old one goes when the server stops listing it", base, false},
	{DeclarationUnnoticed, diag.Error, "the content changed and ServerToken did not: a device that has the declaration does not take it again", base, false},
	{DeclarationRetyped, diag.Warning, "Type changed: the device removes the old configuration and applies one of another kind", base, true},
}

// meaning returns the ID's entry in Meanings.
func (id ID) meaning() Meaning {
	return Meanings[slices.IndexFunc(Meanings, func(m Meaning) bool { return m.ID == id })]
}
