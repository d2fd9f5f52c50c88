package template

import (
	"syncguard/internal/guidance"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// kind is the type of a key's value.
type kind uint8

const (
	plain   kind = iota + 1 // text
	flag                    // true or false
	date                    // a YAML timestamp, or the same as text
	list                    // of item
	mapping                 // of keys, or of any names to item
	scalar                  // any single value
	free                    // a mapping in Apple's spelling: anything but null
)

// String names the kind as the documentation does.
func (k kind) String() string {
	return [...]string{"nothing", "text", "true or false", "date", "list", "mapping", "single value", "mapping"}[k]
}

// shape describes one key of a template. The check, the defaults of a Spec, the JSON Schema and docs/template.md all come
// from the one tree of shapes in templateShape.
type shape struct {
	name     string
	kind     kind
	also     kind     // another accepted kind, if not 0
	required bool     // after merging overlays
	identity bool     // required in an overlay too
	fallback string   // the default, "" for none
	choices  []string // of text
	format   *format  // of text
	nonEmpty bool     // of text or a list
	unique   bool     // no duplicates in the list
	secret   bool     // never print the text
	private  bool     // may be a secret: the value goes into the profile, and nowhere else
	literal  bool     // no variables inside
	keys     []*shape // of a mapping with fixed keys
	item     *shape   // of a list, or of a mapping with free names
	example  string   // as YAML
	meaning  string   // one sentence
}

// child returns the shape of a fixed key, or nil.
func (s *shape) child(name string) *shape {
	for _, k := range s.keys {
		if k.name == name {
			return k
		}
	}
	return nil
}

// names lists the fixed keys.
func (s *shape) names() []string {
	var names []string
	for _, k := range s.keys {
		names = append(names, k.name)
	}
	return names
}

// accepts is true for a value of an accepted kind.
func (s *shape) accepts(k plist.Kind) bool {
	return s.kind.accepts(k) || s.also != 0 && s.also.accepts(k)
}

func (k kind) accepts(v plist.Kind) bool {
	switch k {
	case plain:
		return v == plist.String
	case flag:
		return v == plist.Boolean
	case date:
		return v == plist.Date || v == plist.String
	case list:
		return v == plist.Array
	case mapping, free:
		return v == plist.Dictionary
	case scalar:
		return v != plist.Dictionary && v != plist.Array
	}
	return false
}

// want returns the accepted kinds in words.
func (s *shape) want() string {
	words := map[kind]string{
		plain: "text", flag: "true or false", date: "a date such as 2027-01-31", list: "a list",
		mapping: "a mapping", scalar: "a single value", free: "a mapping of Apple's keys",
	}
	if s.also == 0 {
		return words[s.kind]
	}
	return words[s.kind] + ", or " + words[s.also]
}

func names[T ~string](all []T) []string {
	var s []string
	for _, x := range all {
		s = append(s, string(x))
	}
	return s
}

// templateShape returns the shape of a whole template.
func templateShape() *shape {
	return &shape{kind: mapping, meaning: "A syncguard template: what to build, for whom and for which devices.", keys: []*shape{
		{name: "extends", kind: plain, literal: true, nonEmpty: true, example: "builtin:prevention",
			meaning: "The base template to change: a path relative to this file, or builtin:NAME. Mappings merge, payloads merge by id (one of another type keeps none of the keys, one with type: null is removed), any other value replaces the base's, and null removes a key."},
		organizationShape(),
		profileShape(),
		// only these: see DefaultTargets.
		{name: "targets", kind: list, nonEmpty: true, unique: true, fallback: "iOS/manual, iOS/supervised, macOS/manual, macOS/supervised, visionOS/manual",
			example: "[iOS/manual, macOS@26/supervised]",
			meaning: "The devices to build for, each PLATFORM[@VERSION][/ENROLLMENT].",
			item:    &shape{kind: plain, format: targetFormat, example: "iOS@26/manual", meaning: "PLATFORM[@VERSION][/ENROLLMENT]; the version is the oldest to serve."}},
		preventionShape(),
		{name: "payloads", kind: list, meaning: "More payloads and declarations, with Apple's keys.", item: payloadShape()},
		variablesShape(),
	}}
}

func organizationShape() *shape {
	return &shape{name: "organization", kind: mapping, required: true, meaning: "The issuer of the profiles.", keys: []*shape{
		{name: "name", kind: plain, required: true, nonEmpty: true, example: "Acme", meaning: "The name shown on devices (PayloadOrganization)."},
		{name: "identifier", kind: plain, required: true, format: reverseDNS, example: "com.acme",
			meaning: "Your own domain, reversed. All identifiers and UUIDs derive from it, so never change it."},
	}}
}

func profileShape() *shape {
	return &shape{name: "profile", kind: mapping, meaning: "The envelope of the profiles.", keys: []*shape{
		{name: "identifier", kind: plain, format: identifierPart, fallback: "icloud-sync", meaning: "The part of PayloadIdentifier after the organization's identifier."},
		{name: "displayName", kind: plain, nonEmpty: true, example: "Keep iCloud Syncing", meaning: "The name shown on devices (PayloadDisplayName). Without one: Keep iCloud Syncing, in the first of languages, or the identifier if prevention is off."},
		{name: "description", kind: plain, private: true, meaning: "The effect of the profile, for the person installing it (PayloadDescription)."},
		{name: "scope", kind: plain, choices: []string{"System", "User"}, fallback: "System", meaning: "PayloadScope. macOS 26.1 and later refuse encrypted DNS in the scope User."},
		{name: "languages", kind: list, nonEmpty: true, unique: true, example: "[en, de]",
			meaning: "The languages of the people with the devices, for the steps by hand in the report and for ConsentText. The default name and description are in the first one.",
			item:    &shape{kind: plain, choices: guidance.Languages(), meaning: "A language."}},
		removalShape(),
		{name: "expires", kind: date, example: "2028-01-31", meaning: "The expiration date of the profile (PayloadExpirationDate)."},
		{name: "consent", kind: mapping, also: plain, private: true, example: "Installing this changes your DNS settings.",
			meaning: "The text to accept before installation (ConsentText), or a mapping of languages to texts.",
			item:    &shape{kind: plain, nonEmpty: true, private: true, meaning: "The text in this language; the language is a BCP 47 tag, or default."}},
		{name: "keys", kind: free, example: "{PayloadIdentifier: com.acme.wifi, PayloadUUID: 7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11, PayloadDisplayName: Wi-Fi}",
			meaning: "The whole top level in Apple's keys, in place of the generated one, so an imported profile keeps its identity. The keys of payloads may then also set PayloadType, PayloadUUID and their like."},
		{name: "raw", kind: flag, fallback: "false", meaning: "Build keys unchanged, with nothing added. Errors found in them are only warnings."},
	}}
}

func removalShape() *shape {
	return &shape{name: "removal", kind: mapping, meaning: "How and when the profile is removed.", keys: []*shape{
		{name: "disallowed", kind: flag, fallback: "false", meaning: "Keep people from removing the profile (PayloadRemovalDisallowed)."},
		{name: "date", kind: date, example: "2027-12-31", meaning: "The date of removal by the device (RemovalDate)."},
		{name: "after", kind: plain, format: durationFormat, example: "30d", meaning: "The time from installation to removal by the device (DurationUntilRemoval)."},
		{name: "passcode", kind: plain, nonEmpty: true, secret: true, private: true, example: "${removal-passcode}", meaning: "The passcode for removing the profile; take it from a secret variable."},
	}}
}

func payloadShape() *shape {
	return &shape{kind: mapping, meaning: "One payload.", keys: []*shape{
		{name: "id", kind: plain, required: true, identity: true, format: payloadID, example: "corp-wifi", meaning: "A unique name of the payload. Its identifiers derive from it, and overlays refer to the payload by it."},
		{name: "type", kind: plain, required: true, format: payloadType, example: "com.apple.wifi.managed", meaning: "PayloadType, or the Type of a declaration such as com.apple.configuration.passcode.settings."},
		{name: "displayName", kind: plain, nonEmpty: true, meaning: "PayloadDisplayName."},
		{name: "description", kind: plain, private: true, meaning: "PayloadDescription."},
		{name: "identifier", kind: plain, format: payloadIdentifier, meaning: "The whole PayloadIdentifier, in place of the derived one."},
		{name: "uuid", kind: plain, format: upperUUID, example: "7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11", meaning: "PayloadUUID, in place of the derived one."},
		{name: "targets", kind: list, unique: true, nonEmpty: true, example: "[macOS, iOS/supervised]", meaning: "The targets for this payload; without this key, all.",
			item: &shape{kind: plain, format: filterFormat, meaning: "PLATFORM, ENROLLMENT or PLATFORM/ENROLLMENT."}},
		{name: "keys", kind: free, example: "{SSID_STR: Office, AutoJoin: true}", meaning: "The payload's keys in Apple's spelling. {$uuid: ID} stands for the PayloadUUID of the payload with this id, {$file: PATH} for the bytes of a file, {$text: PATH} for its text."},
		{name: "raw", kind: flag, fallback: "false", meaning: "Build the payload unchanged, with nothing added. Errors found in it are only warnings. Needs profile.keys."},
	}}
}

func variablesShape() *shape {
	return &shape{name: "variables", kind: mapping, literal: true, meaning: "The variables for ${name}, each with its default or a mapping.",
		item: &shape{kind: mapping, also: scalar, literal: true, meaning: "The default, or a mapping.", keys: []*shape{
			{name: "default", kind: scalar, literal: true, meaning: "The value if none is given."},
			{name: "type", kind: plain, literal: true, choices: []string{"string", "integer", "real", "boolean", "date", "data"}, fallback: "string", meaning: "The type of the value. Without this key it is the type of the default. Data is written in base64."},
			{name: "description", kind: plain, literal: true, meaning: "The purpose of the variable."},
			{name: "secret", kind: plain, literal: true, format: referenceFormat, example: "env:WIFI_PASSWORD", meaning: "The source of a secret value: env:NAME, or file:PATH relative to this file. The value is never printed."},
		}}}
}

// platformNames and enrollmentNames list the words of targets.
func platformNames() []string   { return names(target.Platforms()) }
func enrollmentNames() []string { return names(target.Enrollments()) }
