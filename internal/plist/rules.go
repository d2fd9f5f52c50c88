package plist

// Rule is one kind of finding that Read can make.
type Rule struct {
	ID      string // kebab-case, never renamed or reused
	Summary string // one line: what is wrong
}

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

// Rules lists every rule of this package, sorted by ID. It is a table to read: nobody writes to it.
var Rules = []Rule{
	{ruleBadData, "a <data> element is not base64"},
	{ruleBadDate, "a date is not of the form YYYY-MM-DDTHH:MM:SSZ, or no such day exists"},
	{ruleBadInteger, "an <integer> is not a whole number"},
	{ruleBadReal, "a <real> is not a number"},
	{ruleBadXMLDeclaration, "the <?xml?> declaration is malformed, repeated or not at the start"},
	{ruleBinaryCycle, "a container of a binary property list contains itself"},
	{ruleContentAfterPlist, "something follows </plist>"},
	{ruleContentInBoolean, "<true> or <false> has content"},
	{ruleDuplicateKey, "a key stands twice in one dictionary"},
	{ruleEmptyFile, "the file is empty"},
	{ruleEncodingMismatch, "the declared encoding is not the encoding of the bytes"},
	{ruleFileTooLarge, "the file, or what it expands to, is too large"},
	{ruleIllegalCharacter, "a character that XML cannot carry"},
	{ruleIllegalReference, "a character reference to a character that XML cannot carry"},
	{ruleIntegerOutOfRange, "an integer does not fit into 64 bits"},
	{ruleInternalDTD, "the document type declares entities or elements of its own"},
	{ruleInvalidUTF16, "text that is not valid UTF-16"},
	{ruleInvalidUTF8, "text that is not valid UTF-8"},
	{ruleKeyOutsideDictionary, "a <key> stands outside a dictionary"},
	{ruleKeyWithoutValue, "a key has no value"},
	{ruleLeadingBlank, "white space stands before the <?xml?> declaration"},
	{ruleMalformedBinary, "the structure of a binary property list is damaged"},
	{ruleMalformedMarkup, "the markup is not well-formed XML"},
	{ruleMarkupInValue, "an element, comment or instruction stands inside a value or a key"},
	{ruleMismatchedEndTag, "an end tag does not belong to the open element"},
	{ruleMissingPlistElement, "the outermost element is not <plist>"},
	{ruleMissingRoot, "<plist> holds no value"},
	{ruleMultipleRoots, "<plist> holds more than one value"},
	{ruleNamespacedElement, "an element has a namespace prefix"},
	{ruleNestedPlist, "a <plist> stands inside another"},
	{ruleNestingTooDeep, "arrays and dictionaries are nested deeper than a device reads"},
	{ruleNotAPropertyList, "the file is of another kind, such as HTML, JSON or a signed message"},
	{ruleTextBetweenElements, "text stands where only elements may"},
	{ruleTooManyFindings, "reading stopped after too many findings"},
	{ruleTooManyValues, "the property list holds too many values"},
	{ruleTrailingNUL, "NUL bytes follow the property list"},
	{ruleTruncatedFile, "the file ends too early"},
	{ruleUnexpectedAttribute, "an element has an attribute that a property list does not know"},
	{ruleUnknownElement, "an element that a property list does not know"},
	{ruleUnknownEntity, "an entity that XML does not define, or an unescaped ampersand"},
	{ruleUnsupportedBinary, "a binary property list uses a feature that no profile can"},
	{ruleUnsupportedEncoding, "the text encoding is not one that is read"},
	{ruleValueWithoutKey, "a value in a dictionary has no key"},
}
