// Package deploy brings profiles to the servers that deliver them: what a server is sent, what it has already, and what
// comes of it. Each Destination is registered by a package below this one, which knows none of them; start there, or at Open.
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

// Profile is a profile that is to be sent, or a declaration for the few servers that take those.
type Profile struct {
	Name        string       // the file, for messages
	File        []byte       // as it was read, signed or not
	Content     []byte       // the property list in it, in XML; JSON of a declaration
	Root        *plist.Value // what Content says
	Signed      bool
	Declaration bool
}

// Identifier is what a device tells profiles, or declarations, apart by.
func (p *Profile) Identifier() string {
	if p.Declaration {
		return p.Text("Identifier")
	}
	return p.Text("PayloadIdentifier")
}

// Text returns a string of the top level, such as PayloadIdentifier, or "".
func (p *Profile) Text(key string) string { return p.Root.String(key) }

// DisplayName is what people know the profile by: PayloadDisplayName, or PayloadIdentifier where it has none.
func (p *Profile) DisplayName() string {
	return cmp.Or(p.Text("PayloadDisplayName"), p.Text("PayloadIdentifier"))
}

// FileName is the name of the file, without a folder, as servers want it to end.
func (p *Profile) FileName() string { return Stem(p.Name) + ".mobileconfig" }

// Stem is the name of a file without its folder and its end, "profile" where nothing is left. It is one on every system.
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

// Platform is what TargetDeviceType keeps the profile to, or "" where that is none or several.
func (p *Profile) Platform() target.Platform { return profiles.DeviceTypeOf(p.Root).Platform() }

// Item is a profile as one server takes it.
type Item struct {
	Profile    *Profile
	Name       string   // what the server is to call it
	Enrollment string   // the enrollment that it is for; "" where the server decides
	Body       []byte   // the bytes that the server is to store or deliver
	Notes      []string // what was changed for this server and why, a sentence each
	Losses     []string // what the server will not keep of it, a sentence each
	IsCommand  bool     // it goes as a command, which leaves nothing on the server to compare with
}

// JSON is a body for people to read as well: indented, and without escapes that only HTML needs.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// Remote is what a server has already.
type Remote struct {
	ID         string            // the server's own
	Name       string            // what the server calls it
	Identifier string            // PayloadIdentifier, where the server tells it beside the content
	Content    []byte            // the profile, nil where the server does not give it back
	Fields     map[string]string // what else counts for an update, by the names of the destination
}

// Action is what is to be done with an item.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Keep   Action = "keep" // the server has it, word for word
	Send   Action = "send" // a command
)

// Outcome is what a server says of a request that it did not refuse.
type Outcome struct {
	ID   string // the server's own of the profile; "" where it says none
	Note string // a sentence, if there is more to say
	Kept bool   // the server had it already, and did nothing
}
