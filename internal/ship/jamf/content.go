package jamf

import (
	"bytes"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// common are the keys that every payload has, which are no settings.
var common = []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription",
	"PayloadOrganization", "PayloadEnabled"}

// wrap turns each payload whose type is the preference domain of another maker into com.apple.ManagedClient.preferences.
func wrap(root *plist.Value) (out *plist.Value, domains []string) {
	content := root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return root, nil
	}
	top, items := *root, plist.NewArray()
	for _, v := range content.Items {
		domain := v.Get("PayloadType")
		if domain == nil || domain.Kind != plist.String || strings.HasPrefix(domain.Text, "com.apple.") || strings.HasPrefix(domain.Text, ".") {
			items.Items = append(items.Items, v)
			continue
		}
		payload, settings := plist.NewDictionary(), plist.NewDictionary()
		for _, f := range v.Fields {
			if slices.Contains(common, f.Key) {
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

// oneLine writes a property list without white space between its elements. Text is as it is, byte for byte.
func oneLine(v *plist.Value) ([]byte, error) {
	text, err := plist.Write(v)
	if err != nil {
		return nil, err
	}
	return Compact(text), nil
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
