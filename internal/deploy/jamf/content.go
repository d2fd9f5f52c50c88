package jamf

import (
	"bytes"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// common are the keys that every payload has, which are no settings.
var commonKeys = []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription",
	"PayloadOrganization", "PayloadEnabled"}

// wrap turns each payload whose type is the preference domain of another maker into com.apple.ManagedClient.preferences.
func wrapPreferences(root *plist.Value) (out *plist.Value, domains []string) {
	content := root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return root, nil
	}
	top, items := *root, plist.NewArray()
	for _, v := range content.Items {
		domain := v.Get("PayloadType")
		if domain == nil || domain.Kind != plist.String || !isForeign(domain.Text) {
			items.Items = append(items.Items, v)
			continue
		}
		payload, settings := plist.NewDictionary(), plist.NewDictionary()
		for _, f := range v.Fields {
			if slices.Contains(commonKeys, f.Key) {
				payload.Set(f.Key, f.Value)
			} else {
				settings.Set(f.Key, f.Value)
			}
		}
		forced := plist.NewArray(plist.NewDictionary().Set("mcx_preference_settings", settings))
		payload.Set("PayloadType", plist.NewString("com.apple.ManagedClient.preferences"))
		payload.Set("PayloadContent", plist.NewDictionary().Set(domain.Text, plist.NewDictionary().Set("Forced", forced)))
		items.Items, domains = append(items.Items, payload), append(domains, domain.Text)
	}
	top.Fields = slices.Clone(root.Fields)
	return top.Set("PayloadContent", items), domains
}

// isForeign reports whether a payload type is the preference domain of another maker.
func isForeign(payloadType string) bool {
	return !strings.HasPrefix(payloadType, "com.apple.") && !strings.HasPrefix(payloadType, ".")
}

// encode writes a profile as it stands in a request: on one line, since Jamf makes elements of the white space between arrays,
// with each line break as a reference to a carriage return, the only one that Jamf keeps, and escaped twice, since Jamf decodes
// it once more than XML says. That reference is escaped once: twice it would arrive as text. The end of a CDATA section is none.
func encode(root *plist.Value) ([]byte, error) {
	text, err := plist.Write(withLineBreaks(root))
	if err != nil {
		return nil, err
	}
	return []byte(escapeTwice.Replace(string(Compact(text)))), nil
}

// escapeTwice takes what plist.Write has escaped. What it leaves in plain form Jamf leaves so, too.
var escapeTwice = strings.NewReplacer("]]&gt;", "]]&amp;gt;", "&gt;", ">", "&lt;", "&amp;lt;", "&amp;", "&amp;amp;")

// withLineBreaks copies a tree for sending.
func withLineBreaks(v *plist.Value) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		c := *v
		c.Text, c.Fields = storage().ForUpload(v.Text), slices.Clone(v.Fields)
		for i := range c.Fields {
			c.Fields[i].Key = storage().ForUpload(c.Fields[i].Key)
		}
		return &c, true
	})
}

// Compact takes the white space between elements out of a property list that plist.Write has written. What stands in a
// string or a key stays, byte for byte.
func Compact(text []byte) []byte {
	var out bytes.Buffer
	for len(text) > 0 {
		start := bytes.IndexByte(text, '<')
		if start < 0 {
			break
		}
		text = text[start:]
		end := bytes.IndexByte(text, '>') + 1
		tag := text[:end]
		out.Write(tag)
		text = text[end:]
		for _, scalar := range []string{"<string>", "<key>"} {
			if string(tag) == scalar {
				n := bytes.IndexByte(text, '<')
				out.Write(text[:n])
				text = text[n:]
			}
		}
		for _, scalar := range []string{"<data>", "<date>", "<integer>", "<real>"} {
			if string(tag) == scalar {
				n := bytes.IndexByte(text, '<')
				out.Write(bytes.Join(bytes.Fields(text[:n]), nil))
				text = text[n:]
			}
		}
	}
	return out.Bytes()
}
