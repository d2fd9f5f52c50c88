package template

// Rule is one kind of finding that loading a template can make.
type Rule struct {
	ID      string // kebab-case name of the defect
	Summary string // one sentence
}

// Rules lists every kind of finding, sorted by ID.
func Rules() []Rule {
	return []Rule{
		{"conflicting-template-keys", "Two keys of a template exclude each other, or one needs another value of the other."},
		{"default-of-secret", "A secret variable has a default, which would stand in the template in plain text."},
		{"duplicate-template-key", "A mapping of a template holds a key twice."},
		{"example-identifier", "The organization's identifier is a domain kept for examples."},
		{"extends-cycle", "Templates extend each other in a circle, or too many times."},
		{"invalid-file-reference", "$file or $text in the keys of a payload does not name one file."},
		{"invalid-target", "A target is not PLATFORM[@VERSION][/ENROLLMENT], or no device is like that."},
		{"invalid-template-key", "A key of a template is not a text, or not one that is allowed there."},
		{"invalid-template-value", "A value of a template has the right type, but not an allowed content."},
		{"invalid-variable", "A variable's name, its use or its assignment is malformed."},
		{"invalid-yaml", "A template is not one well-formed YAML document, or uses YAML that templates do not have."},
		{"key-without-effect", "A key of a template changes nothing."},
		{"missing-addresses", "A resolver of one's own has no addresses, so it must be looked up by the resolver that it replaces."},
		{"missing-template-key", "A key that a template needs is absent."},
		{"needs-experimental", "A template asks for something unproved without saying that it knows."},
		{"null-in-payload", "The keys of a payload hold null, which no profile can carry."},
		{"payload-without-target", "A payload is limited to targets that the template does not have."},
		{"plain-text-secret", "A password or passcode does not come from a secret variable."},
		{"recursive-variable", "The default of a variable uses another variable."},
		{"repeated-item", "A list of different things holds one twice."},
		{"reserved-key", "The keys of a payload hold a key that is written by syncguard."},
		{"stops-backups", "A template stops devices from backing up to iCloud."},
		{"template-too-large", "A template is larger or nested deeper than the limits, or becomes so by aliases or variables."},
		{"too-many-findings", "There are so many findings that the rest is not shown."},
		{"unconfirmed-freeze", "A template freezes cellular data settings without confirming that they are on."},
		{"undeclared-variable", "A variable is used or given that the template does not declare."},
		{"unknown-template-key", "A template holds a key that does not exist there."},
		{"unreadable-file", "A file that a payload takes in cannot be read, or lies outside the template's folder."},
		{"unreadable-reference", "The environment variable or file of a secret cannot be read."},
		{"unreadable-template", "The template that another extends cannot be read, or lies outside its folder."},
		{"unset-variable", "A variable is used, and has neither a value nor a default."},
		{"unused-variable", "A variable is declared and never used."},
		{"wrong-template-type", "A value of a template has the wrong type."},
		{"wrong-variable-type", "The value of a variable does not have the type that the variable declares."},
	}
}
