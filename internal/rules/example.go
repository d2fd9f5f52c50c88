package rules

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/tools/txtar"
)

// Example is one or more files linted together, as written on the page. Their meaning by extension:
//
//	.payload       the keys of one payload, or several payloads, each a <dict> at the start of a line
//	.mobileconfig  a whole profile
//	.json          a declaration
//	.yaml          a template; any other file next to it is an input of the template
//	.base64        a binary file in base64; the rest of the name is its name
type Example struct {
	Files []txtar.File
}

// The extensions of fragments and of encoded files.
const (
	fragmentEnding = ".payload"
	encodedEnding  = ".base64"
)

// Inputs returns the files in the form given to lint: NAME.payload as a profile NAME.mobileconfig, and base64 decoded. The
// caller owns the bytes.
func (e Example) Inputs() ([]txtar.File, error) {
	var all []txtar.File
	for _, f := range e.Files {
		f.Data = bytes.Clone(f.Data)
		if name, ok := strings.CutSuffix(f.Name, fragmentEnding); ok {
			f = txtar.File{Name: name + ".mobileconfig", Data: Wrap(name, f.Data)}
		}
		if name, ok := strings.CutSuffix(f.Name, encodedEnding); ok {
			data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(f.Data)), ""))
			if err != nil {
				return nil, fmt.Errorf("decoding %s: %w", f.Name, err)
			}
			f = txtar.File{Name: name, Data: data}
		}
		all = append(all, f)
	}
	return all, nil
}

// IsEncoded reports whether a file of an example is in base64 on the page.
func IsEncoded(name string) bool { return strings.HasSuffix(name, encodedEnding) }

// Kind returns the extension of an example's file, without .base64: .payload, .yaml and so on.
func Kind(name string) string { return path.Ext(strings.TrimSuffix(name, encodedEnding)) }

// Wrap makes a complete profile from the keys of one or more payloads. It adds the missing common keys, derived from the
// name, so that fragments with different names do not collide.
func Wrap(name string, fragment []byte) []byte {
	identifier := "com.acme." + name
	var b strings.Builder
	b.WriteString(profileHead)
	for i, keys := range payloads(string(fragment)) {
		b.WriteString("\t\t<dict>\n")
		b.WriteString(indent(keys))
		b.WriteString(indent(missingKeys(keys, fmt.Sprintf("%s.%d", identifier, i+1))))
		b.WriteString("\t\t</dict>\n")
	}
	fmt.Fprintf(&b, profileFoot, identifier, uuidOf(identifier))
	return []byte(b.String())
}

const profileHead = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
`

const profileFoot = `	</array>
	<key>PayloadIdentifier</key>
	<string>%s</string>
	<key>PayloadScope</key>
	<string>System</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>%s</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

// payloads splits a fragment into the keys of each payload. It works by lines: a fragment may be malformed on purpose.
func payloads(fragment string) []string {
	if !strings.HasPrefix(fragment, "<dict>\n") {
		return []string{fragment}
	}
	var all []string
	for _, part := range strings.Split(fragment, "\n</dict>\n") {
		if keys, ok := strings.CutPrefix(part, "<dict>\n"); ok {
			all = append(all, strings.ReplaceAll(keys, "\n\t", "\n")[1:]+"\n")
		}
	}
	return all
}

// missingKeys returns the common keys absent from a payload.
func missingKeys(keys, identifier string) string {
	var b strings.Builder
	for _, k := range [][2]string{
		{"PayloadIdentifier", "<string>" + identifier + "</string>"},
		{"PayloadUUID", "<string>" + uuidOf(identifier) + "</string>"},
		{"PayloadVersion", "<integer>1</integer>"},
	} {
		if key := "<key>" + k[0] + "</key>\n"; !strings.Contains(keys, key) {
			b.WriteString(key + k[1] + "\n")
		}
	}
	return b.String()
}

func indent(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		b.WriteString("\t\t\t" + line)
	}
	return b.String()
}

func uuidOf(identifier string) string {
	return strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceDNS, []byte(identifier)).String())
}
