package jamf

import (
	"bytes"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// commonKeys are keys of every payload, not settings.
var commonKeys = []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription",
	"PayloadOrganization", "PayloadEnabled"}

// wrapPreferences turns each payload typed as a third party's preference domain into com.apple.ManagedClient.preferences.
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
		at := map[string]int{} // of duplicate keys the last one counts
		for _, f := range v.Fields {
			i, again := at[f.Key]
			switch {
			case slices.Contains(commonKeys, f.Key):
				payload.Set(f.Key, f.Value)
			case again:
				settings.Fields[i].Value = f.Value
			default:
				at[f.Key] = len(settings.Fields)
				settings.Fields = append(settings.Fields, f)
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

// isForeign reports whether a payload type is a third party's preference domain.
func isForeign(payloadType string) bool {
	return !strings.HasPrefix(payloadType, "com.apple.") && !strings.HasPrefix(payloadType, ".")
}

// encode writes a profile for a request:
//
//   - on one line, since Jamf turns white space between arrays into elements;
//   - with carriage returns as line breaks, the only ones kept by Jamf;
//   - escaped twice, since Jamf decodes once more than XML says. Only the carriage returns are escaped once: twice, they would
//     arrive as text.
//
// The result never holds the end of a CDATA section.
func encode(root *plist.Value) ([]byte, error) {
	text, err := plist.Write(withLineBreaks(root))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(len(text))
	_, err = escapeTwice.WriteString(&out, string(Compact(text)))
	return out.Bytes(), err
}

// escapeTwice escapes the output of plist.Write once more, except for characters Jamf leaves plain.
var escapeTwice = strings.NewReplacer("]]&gt;", "]]&amp;gt;", "&gt;", ">", "&lt;", "&amp;lt;", "&amp;", "&amp;amp;")

// withLineBreaks copies a tree with line breaks for sending.
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

// Compact removes white space between elements of a property list written by plist.Write. Strings and keys stay as they are,
// byte for byte.
func Compact(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
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
