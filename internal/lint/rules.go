package lint

// The rules that have no check of their own: what internal/schema/facts states is looked for under their names.
const (
	ruleConflictingKeys              = "conflicting-keys"
	ruleDanglingCertificateReference = "dangling-certificate-reference"
	ruleIgnoredKey                   = "ignored-key"
	ruleMalformedCodeRequirement     = "malformed-code-requirement"
	ruleMalformedContent             = "malformed-content"
	ruleMalformedDeclaration         = "malformed-declaration"
	ruleMalformedValue               = "malformed-value"
	ruleMissingCompanionKey          = "missing-companion-key"
	ruleNewIdentityEncryption        = "new-identity-encryption"
	ruleSeveralIdentities            = "several-identities"
	ruleUnopenedIdentity             = "unopened-identity"
	ruleWrongIdentityPassword        = "wrong-identity-password"
	ruleSeveralCertificates          = "several-certificates"
	ruleWrongCertificateEncoding     = "wrong-certificate-encoding"
	ruleWrongCertificatePayload      = "wrong-certificate-payload"
)

// checks lists every rule that has a check, sorted by ID. It is a table to read: nobody writes to it.
var checks = []rule{
	accountChangesBlocked,
	arraysSideBySide,
	binaryForMDM,
	captiveDetectionDisabled,
	cellularTogglesFrozen,
	certificateExpiresSoon,
	certificateNotYetValid,
	cloudBackupDisabled,
	cloudSyncDisabled,
	teamAllowedTwice,
	danglingDeclarationReference,
	declarationNotActivated,
	deprecated,
	dnsOnManagedNetworksOnly,
	dnsWithoutSystemScope,
	droppedKey,
	duplicatePayloadIdentifier,
	duplicatePayloadUUID,
	eapWithoutIdentity,
	eapWithoutTrust,
	encryptedContent,
	expiredCertificate,
	expiredSigner,
	httpURL,
	kernelExtension,
	keyMissingForMDM,
	malformedUUID,
	malformedTeamIdentifier,
	managedAppsOffCellular,
	mdmVariableInSignedProfile,
	misleadingCharacter,
	missingIntermediate,
	missingRequiredKey,
	mixedDNSProviders,
	needsAutomatedEnrollment,
	needsMDM,
	needsSharedIPad,
	needsSupervision,
	needsUserApprovedMDM,
	needsUserEnrollment,
	noCatchAllRule,
	notADeclaration,
	notAProfile,
	notARootCertificate,
	notInEnrollment,
	notInUserEnrollment,
	notOnPlatform,
	notOnSharedIPad,
	notRenewedByMDM,
	notYetIntroduced,
	payloadInWrongScope,
	payloadRefusedByMDM,
	placeholderFound,
	placeholderIdentifier,
	removalDatePast,
	removedKey,
	removedPayload,
	roamingSyncDisabled,
	scopeLeftToMDM,
	secretInClearText,
	selfSignedSigner,
	severalPreferenceDomains,
	shortRSAKey,
	signedForMDM,
	signerExpiresSoon,
	signerNotYetValid,
	singleInstancePayloadRepeated,
	textChangedByMDM,
	textRefusedByMDM,
	tooLargeForMDM,
	unknownDeclarationType,
	unknownKey,
	unknownMDMVariable,
	unknownPayloadType,
	unknownStatusItem,
	unreachableOnDemandRule,
	unreadPreferenceDomain,
	unusedException,
	updatesDelayed,
	valueNotInFormat,
	valueNotInRangelist,
	valueNotOfSubtype,
	valueOutOfRange,
	valueReservedByMDM,
	weakCertificateSignature,
	weakSignatureDigest,
	wrongItemCount,
	wrongType,
}
