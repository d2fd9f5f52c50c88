package lint

// The rules that have no check of their own: what internal/schema/facts states is looked for under their names.
const (
	ruleConflictingKeys              = "conflicting-keys"
	ruleDanglingCertificateReference = "dangling-certificate-reference"
	ruleIgnoredKey                   = "ignored-key"
	ruleMalformedDeclaration         = "malformed-declaration"
	ruleMalformedValue               = "malformed-value"
	ruleMissingCompanionKey          = "missing-companion-key"
	ruleWrongCertificatePayload      = "wrong-certificate-payload"
)

// checks lists every rule that has a check, sorted by ID. It is a table to read: nobody writes to it.
var checks = []rule{
	accountChangesBlocked,
	captiveDetectionDisabled,
	cellularTogglesFrozen,
	cloudBackupDisabled,
	cloudSyncDisabled,
	danglingDeclarationReference,
	declarationNotActivated,
	deprecated,
	dnsOnManagedNetworksOnly,
	dnsWithoutSystemScope,
	droppedKey,
	duplicatePayloadIdentifier,
	duplicatePayloadUUID,
	encryptedContent,
	malformedUUID,
	managedAppsOffCellular,
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
	notInEnrollment,
	notInUserEnrollment,
	notOnPlatform,
	notOnSharedIPad,
	notYetIntroduced,
	payloadInWrongScope,
	placeholderFound,
	removedKey,
	removedPayload,
	roamingSyncDisabled,
	singleInstancePayloadRepeated,
	unknownDeclarationType,
	unknownKey,
	unknownPayloadType,
	unreachableOnDemandRule,
	unusedException,
	updatesDelayed,
	valueNotInFormat,
	valueNotInRangelist,
	valueNotOfSubtype,
	valueOutOfRange,
	wrongItemCount,
	wrongType,
}
