package sources

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"syncguard/internal/target"
)

// The root elements of Jamf Pro's Classic API exports of one profile.
const (
	jamfMac    = "os_x_configuration_profile"
	jamfMobile = "configuration_profile"
)

// maxDepth is the deepest nesting of elements in an export.
const maxDepth = 64

func jamfStart() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--[^>]*-->\s*)*<(?:os_x_)?configuration_profile[\s>]`)
}

// IsJamf reports whether a file is an export of a configuration profile from Jamf Pro.
func IsJamf(data []byte) bool { return jamfStart().Match(data[:min(len(data), 4<<10)]) }

// ReadJamf returns the profile in an export of Jamf Pro, and the export's information about it. It refuses entities other
// than XML's own five, so no text can expand.
func ReadJamf(data []byte) (profile []byte, c Context, err error) {
	j := jamfReader{Context: Context{Tool: "Jamf Pro"}, scope: map[string][]string{}}
	if err := j.read(data); err != nil {
		return nil, Context{}, fmt.Errorf("reading the Jamf Pro export: %w", err)
	}
	j.addLines()
	if strings.TrimSpace(j.payloads) == "" {
		return nil, Context{}, errors.New("the Jamf Pro export has no general/payloads")
	}
	if uploadPayloads().Match(data) && escapedTwice(j.payloads) {
		j.payloads = strings.NewReplacer("&amp;", "&", "&#13;", "\n").Replace(j.payloads)
	}
	profile = []byte(strings.TrimSpace(j.payloads))
	if clean := phantomKey().ReplaceAll(profile, []byte("$1")); len(clean) < len(profile) {
		j.Lines = append(j.Lines, "left out an empty <key/> without a value, as Jamf Pro adds at times")
		profile = clean
	}
	return profile, j.Context, nil
}

// uploadPayloads matches the profile in a request to Jamf Pro, such as by push jamf. Jamf's own exports have no CDATA
// section.
func uploadPayloads() *regexp.Regexp { return regexp.MustCompile(`<payloads>\s*<!\[CDATA\[`) }

// escapedTwice reports whether each reference in a profile is escaped once more, as Jamf Pro expects, or a carriage return.
func escapedTwice(payloads string) bool {
	references := reference().FindAllString(payloads, -1)
	return len(references) > 0 && !slices.Contains(references, "&")
}

func reference() *regexp.Regexp { return regexp.MustCompile(`&amp;(?:amp|lt|gt);|&#13;|&`) }

// phantomKey matches a key without a name and a value.
func phantomKey() *regexp.Regexp {
	return regexp.MustCompile(`(?:<key\s*/>|<key></key>)(\s*(?:<key[\s/>]|</dict>))`)
}

// jamfReader collects the needed parts of an export.
type jamfReader struct {
	Context
	general  []string // name: text
	scope    map[string][]string
	kinds    []string // kinds of scope, in order
	payloads string
	path     []string
}

func (j *jamfReader) read(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(j.path) > maxDepth {
			return fmt.Errorf("elements nested more than %d deep", maxDepth)
		}
		switch t := token.(type) {
		case xml.StartElement:
			j.path = append(j.path, t.Name.Local)
			text.Reset()
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			j.endElement(text.String())
			j.path = j.path[:len(j.path)-1]
			text.Reset()
		}
	}
}

// endElement keeps the text of the closing element.
func (j *jamfReader) endElement(text string) {
	if len(j.path) < 3 {
		if len(j.path) == 1 {
			j.Platforms = jamfPlatforms(j.path[0])
		}
		return
	}
	line := strings.Join(strings.Fields(text), " ")
	section, name := j.path[1], j.path[len(j.path)-1]
	switch {
	case section == "general" && len(j.path) == 3 && name == "payloads":
		j.payloads = text
	case line == "":
	case section == "general" && len(j.path) == 3 && name == "name":
		j.Name = line
	case section == "general" && len(j.path) == 3 && slices.Contains([]string{"level", "distribution_method", "deployment_method", "user_removable"}, name):
		j.general = append(j.general, strings.ReplaceAll(name, "_", " ")+" "+line)
	case section == "general" && len(j.path) == 4 && j.path[2] == "category" && name == "name":
		j.general = append(j.general, "category "+line)
	case section == "scope" && strings.HasPrefix(name, "all_") && line == "true":
		j.addScope(strings.ReplaceAll(name, "_", " "), "")
	case section == "scope" && name == "name" && len(j.path) > 4:
		j.addScope(strings.ReplaceAll(strings.Join(j.path[2:len(j.path)-2], " "), "_", " "), line)
	}
}

func (j *jamfReader) addScope(kind, name string) {
	if _, known := j.scope[kind]; !known {
		j.kinds = append(j.kinds, kind)
	}
	j.scope[kind] = append(j.scope[kind], name)
}

// addLines adds the collected information as lines.
func (j *jamfReader) addLines() {
	if len(j.general) > 0 {
		j.Lines = append(j.Lines, strings.Join(j.general, ", "))
	}
	for _, kind := range j.kinds {
		j.Lines = append(j.Lines, strings.TrimSuffix("scope "+kind+": "+joinNames(j.scope[kind]), ": "))
	}
}

func jamfPlatforms(root string) []target.Platform {
	if root == jamfMac {
		return []target.Platform{target.MacOS}
	}
	return []target.Platform{target.IOS, target.TvOS, target.VisionOS, target.WatchOS} // only these: Jamf Pro's mobile devices
}
