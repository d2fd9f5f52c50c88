package document

// Rule is one kind of finding that Open can make.
type Rule struct {
	ID      string // kebab-case, never renamed or reused
	Summary string // one line: what is wrong
}

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

// Rules lists what Open finds besides plist.Rules, sorted by ID. It is a table to read: nobody writes to it.
var Rules = []Rule{
	{ruleByteOrderMark, "JSON begins with a byte order mark"},
	{ruleContentAfterJSON, "something follows the JSON object"},
	{ruleDamagedSignature, "a signed message whose structure is damaged, or that carries no content"},
	{ruleMalformedJSON, "the text is not well-formed JSON"},
	{ruleNestedSignature, "the signed content is another signed message"},
	{ruleNumberOutOfRange, "a JSON number does not fit into 64 bits"},
	{ruleSignatureInPEM, "a signed message is PEM text, which no device installs"},
}
