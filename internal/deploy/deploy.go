// Package deploy brings profiles to the servers that deliver them to devices.
//
// Each destination (an MDM server, or the folder of its own tool) is a package below this one, such as jamf, and registers
// one Destination value: name, flags, help, and an Open function. Open returns a Session, whose functions prepare items, find
// the server's copies, compare, and make requests. This package does the rest: Plan and Push, retries, credentials (Client,
// Authorizer), masking (Redactor). Start reading at Destination, then Session, then the smallest destination, package iru.
//
// To add a destination: write the package, add its line to app.Destinations, its facts to package mdm and its section to
// docs/push.md. The package prints nothing and reads no environment except through Host; lint and signing happen before it.
package deploy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path/filepath"
	"strings"
	"unicode"

	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// Profile is a profile to send, or a declaration for the few servers taking those.
type Profile struct {
	Name        string       // of the file, for messages
	File        []byte       // the bytes read, signed or not
	Content     []byte       // the property list in it, as XML; for a declaration its JSON
	Root        *plist.Value // Content, parsed
	Signed      bool
	Declaration bool
	BuiltFor    target.Platform // the platform in the record of the build that made it; "" without a record
}

// Identifier is the name by which a device distinguishes profiles or declarations.
func (p *Profile) Identifier() string {
	if p.Declaration {
		return p.Text("Identifier")
	}
	return p.Text("PayloadIdentifier")
}

// Text returns a string of the top level, such as PayloadIdentifier, or "".
func (p *Profile) Text(key string) string { return p.Root.String(key) }

// DisplayName is the name shown to people: PayloadDisplayName, or PayloadIdentifier without one.
func (p *Profile) DisplayName() string {
	return cmp.Or(p.Text("PayloadDisplayName"), p.Text("PayloadIdentifier"))
}

// FileName is the file's name without a folder, ending in .mobileconfig as servers require.
func (p *Profile) FileName() string { return Stem(p.Name) + ".mobileconfig" }

// Stem is a file's name without folder and extension, "profile" if nothing is left. It is a valid file name on every system.
func Stem(path string) string {
	name := filepath.Base(path)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	return cmp.Or(strings.Trim(name, ". "), "profile")
}

// Platform is the only platform allowed by TargetDeviceType, or else the one that the profile was built for; "" for none or several.
func (p *Profile) Platform() target.Platform {
	return cmp.Or(profiles.DeviceTypeOf(p.Root).Platform(), p.BuiltFor)
}

// Item is a profile as sent to one server.
type Item struct {
	Profile    *Profile
	Name       string   // on the server
	Enrollment string   // enrollment it is for; "" where the server decides
	Body       []byte   // bytes for the server to store or deliver
	Notes      []string // what was changed for this server and why, a sentence each
	Losses     []string // what the server will not keep, a sentence each
	IsCommand  bool     // sent as an MDM command: nothing stays on the server to compare with
}

// JSON encodes a request body readable for people: indented, without HTML escapes.
func JSON(v any) ([]byte, error) {
	var compact, indented bytes.Buffer
	e := json.NewEncoder(&compact)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	indented.Grow(compact.Len() + compact.Len()/8) // bodies hold profiles
	err := json.Indent(&indented, compact.Bytes(), "", "  ")
	return indented.Bytes(), err
}

// Remote is a server's copy of a profile.
type Remote struct {
	ID         string            // given by the server
	Name       string            // on the server
	Identifier string            // PayloadIdentifier, if the server reports it separately
	Content    []byte            // the profile; nil if the server does not return it
	Fields     map[string]string // other values compared for an update, under the destination's own names
}

// Action is the planned change for an item.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Keep   Action = "keep" // the server has the same content
	Send   Action = "send" // an MDM command
)

// Outcome is the result of an accepted request.
type Outcome struct {
	ID   string // given by the server; "" if it returned none
	Note string // a sentence, if there is more to say
	Kept bool   // the server had it already and did nothing
}
