package plist

// The identifiers of the rules, as they stand in Diagnostic.Rule.
const (
	ruleBadData              = "bad-data"
	ruleBadDate              = "bad-date"
	ruleBadInteger           = "bad-integer"
	ruleBadReal              = "bad-real"
	ruleBadXMLDeclaration    = "bad-xml-declaration"
	ruleBinaryCycle          = "binary-cycle"
	ruleContentAfterPlist    = "content-after-plist"
	ruleContentInBoolean     = "content-in-boolean"
	ruleDuplicateKey         = "duplicate-key"
	ruleEmptyFile            = "empty-file"
	ruleEncodingMismatch     = "encoding-mismatch"
	ruleFileTooLarge         = "file-too-large"
	ruleIllegalCharacter     = "illegal-character"
	ruleIllegalReference     = "illegal-character-reference"
	ruleIntegerOutOfRange    = "integer-out-of-range"
	ruleInternalDTD          = "internal-dtd"
	ruleInvalidUTF8          = "invalid-utf8"
	ruleInvalidUTF16         = "invalid-utf16"
	ruleKeyOutsideDictionary = "key-outside-dictionary"
	ruleKeyWithoutValue      = "key-without-value"
	ruleLeadingBlank         = "leading-blank"
	ruleMalformedBinary      = "malformed-binary"
	ruleMalformedMarkup      = "malformed-markup"
	ruleMarkupInValue        = "markup-in-value"
	ruleMismatchedEndTag     = "mismatched-end-tag"
	ruleMissingPlistElement  = "missing-plist-element"
	ruleMissingRoot          = "missing-root"
	ruleMultipleRoots        = "multiple-roots"
	ruleNamespacedElement    = "namespaced-element"
	ruleNestedPlist          = "nested-plist"
	ruleNestingTooDeep       = "nesting-too-deep"
	ruleNotAPropertyList     = "not-a-property-list"
	ruleTextBetweenElements  = "text-between-elements"
	ruleTooManyFindings      = "too-many-findings"
	ruleTooManyValues        = "too-many-values"
	ruleTrailingNUL          = "trailing-nul"
	ruleTruncatedFile        = "truncated-file"
	ruleUnexpectedAttribute  = "unexpected-attribute"
	ruleUnknownElement       = "unknown-element"
	ruleUnknownEntity        = "unknown-entity"
	ruleUnsupportedBinary    = "unsupported-binary"
	ruleUnsupportedEncoding  = "unsupported-encoding"
	ruleValueWithoutKey      = "value-without-key"
)

// Rules lists every rule of this package, sorted. Their pages stand in package rules. It is a table to read: nobody writes to it.
var Rules = []string{
	ruleBadData,
	ruleBadDate,
	ruleBadInteger,
	ruleBadReal,
	ruleBadXMLDeclaration,
	ruleBinaryCycle,
	ruleContentAfterPlist,
	ruleContentInBoolean,
	ruleDuplicateKey,
	ruleEmptyFile,
	ruleEncodingMismatch,
	ruleFileTooLarge,
	ruleIllegalCharacter,
	ruleIllegalReference,
	ruleIntegerOutOfRange,
	ruleInternalDTD,
	ruleInvalidUTF16,
	ruleInvalidUTF8,
	ruleKeyOutsideDictionary,
	ruleKeyWithoutValue,
	ruleLeadingBlank,
	ruleMalformedBinary,
	ruleMalformedMarkup,
	ruleMarkupInValue,
	ruleMismatchedEndTag,
	ruleMissingPlistElement,
	ruleMissingRoot,
	ruleMultipleRoots,
	ruleNamespacedElement,
	ruleNestedPlist,
	ruleNestingTooDeep,
	ruleNotAPropertyList,
	ruleTextBetweenElements,
	ruleTooManyFindings,
	ruleTooManyValues,
	ruleTrailingNUL,
	ruleTruncatedFile,
	ruleUnexpectedAttribute,
	ruleUnknownElement,
	ruleUnknownEntity,
	ruleUnsupportedBinary,
	ruleUnsupportedEncoding,
	ruleValueWithoutKey,
}
