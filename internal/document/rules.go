package document

// The identifiers of the rules, as they stand in Diagnostic.Rule.
const (
	ruleByteOrderMark    = "byte-order-mark"
	ruleContentAfterJSON = "content-after-json"
	ruleDamagedSignature = "damaged-signature"
	ruleMalformedJSON    = "malformed-json"
	ruleNestedSignature  = "nested-signature"
	ruleNumberOutOfRange = "number-out-of-range"
	ruleSignatureInPEM   = "signature-in-pem"
)

// A rule of package template.
const ruleWrongTemplateType = "wrong-template-type"

// Rules of package plist whose defect JSON can have too.
const (
	ruleDuplicateKey    = "duplicate-key"
	ruleFileTooLarge    = "file-too-large"
	ruleInvalidUTF16    = "invalid-utf16"
	ruleInvalidUTF8     = "invalid-utf8"
	ruleNestingTooDeep  = "nesting-too-deep"
	ruleTooManyFindings = "too-many-findings"
	ruleTooManyValues   = "too-many-values"
	ruleTruncatedFile   = "truncated-file"
)

// Rules lists what Open finds besides plist.Rules, sorted. Their pages stand in package rules. It is a table to read: nobody writes to it.
var Rules = []string{
	ruleByteOrderMark,
	ruleContentAfterJSON,
	ruleDamagedSignature,
	ruleMalformedJSON,
	ruleNestedSignature,
	ruleNumberOutOfRange,
	ruleSignatureInPEM,
}
