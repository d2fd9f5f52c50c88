package cli_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"slices"
	"strings"

	"syncguard/internal/deploy/jamf"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// What Jamf Pro does to a profile that comes through its Classic API, played after what its own clients and others have tried on
// servers and state in public: Jamf-Concepts/jamf-cli (JC), jamf/terraform-provider-jamfplatform (TF; SG is its STYLE_GUIDE.md) and
// deploymenttheory/terraform-provider-jamfpro (TP). It works on the text of a request, and shares nothing with package jamf.

// rerendered are the payload types that the server parses and writes anew. All others it keeps as they stand. SG, "payload
// storage categories", tried on Jamf Pro 11.30 in August 2026; TF 305.
var rerendered = map[string][]string{
	jamf.Computers: {"com.apple.ManagedClient.preferences", "com.apple.notificationsettings", "com.apple.systempolicy.control", "com.apple.security.firewall",
		"com.apple.mobiledevice.passwordpolicy", "com.apple.SubmitDiagInfo", "com.apple.servicemanagement", "com.apple.extensiblesso", "com.apple.webcontent-filter"},
	jamf.Mobile: {"com.apple.notificationsettings", "com.apple.applicationaccess", "com.apple.shareddeviceconfiguration",
		"com.apple.mobiledevice.passwordpolicy", "com.apple.webcontent-filter"},
}

// storeAsJamf returns what the server stores of the text in <payloads>. The error stands for 409 "Unable to update the database".
func storeAsJamf(sent, devices string) (*plist.Value, error) {
	sent = withPhantomArrays(sent)
	kept, err := readAsJamf(sent)
	if err != nil {
		return nil, err
	}
	decoded, err := readAsJamf(html.UnescapeString(sent)) // JC 310: decoded once more, and refused with a bare & or <
	if err != nil {
		return nil, err
	}
	// TF 305, TF 309: text that stands as it is keeps the layer of escaping that the server wants; so does all outside of payloads.
	top := verbatim(kept)
	var first, last []*plist.Value
	for i, payload := range payloadsIn(kept) {
		if slices.Contains(rerendered[devices], typeIn(payload)) {
			last = append(last, anew(payloadsIn(decoded)[i], devices))
		} else {
			first = append(first, verbatim(payload))
		}
	}
	if top.Get("PayloadContent") != nil {
		top.Set("PayloadContent", plist.NewArray(append(first, last...)...)) // SG: a stable partition
	}
	for _, payload := range payloadsIn(top) {
		fillIn(payload)
	}
	// TF 157, SG: written over or emptied at each write. JC 130, TP 1164: added.
	top.Set("PayloadOrganization", plist.NewString("JAMF Software")).Set("PayloadDescription", plist.NewString(""))
	top.Set("PayloadEnabled", plist.NewBoolean(true))
	if top.Get("PayloadRemovalDisallowed") == nil {
		top.Set("PayloadRemovalDisallowed", plist.NewBoolean(true))
	}
	return top, nil
}

func payloadsIn(root *plist.Value) []*plist.Value {
	if content := root.Get("PayloadContent"); content != nil {
		return content.Items
	}
	return nil
}

func typeIn(payload *plist.Value) string {
	if v := payload.Get("PayloadType"); v != nil {
		return v.Text
	}
	return ""
}

// betweenArrays is white space before the tag of an array, in an array.
var betweenArrays = regexp.MustCompile(`(<array>|</array>|<array/>)\s+(<array[/>])`)

// withPhantomArrays makes an array of the white space before an array. TP 1124.
func withPhantomArrays(text string) string {
	for {
		more := betweenArrays.ReplaceAllString(text, "$1<array/>$2")
		if more == text {
			return text
		}
		text = more
	}
}

// readAsJamf reads a property list, whose markup has to be sound.
func readAsJamf(text string) (*plist.Value, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if token == nil {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	doc, found := plist.Read(diag.NewFile("payloads", []byte(text)))
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Dictionary || diag.HasErrors(found) {
		return nil, errors.New("no property list")
	}
	return doc.Root, nil
}

// verbatim is a value whose text stands as it was sent. TF 309: line feeds and tabs are deleted, a carriage return stays. JC 316:
// a character above U+FFFF becomes two replacement characters. JC 310: white space at the ends goes.
func verbatim(v *plist.Value) *plist.Value {
	return eachText(v, func(s string) string { return unpaired(strings.NewReplacer("\n", "", "\t", "").Replace(s)) })
}

// anew is a payload that the server has parsed. TF 309: a carriage return becomes a line feed. JC 316: an emoji takes all settings
// of managed preferences away.
func anew(v *plist.Value, devices string) *plist.Value {
	lost := false
	v = eachText(v, func(s string) string {
		lost = lost || unpaired(s) != s
		return unpaired(strings.ReplaceAll(s, "\r", "\n"))
	})
	if lost && devices == jamf.Computers && typeIn(v) == "com.apple.ManagedClient.preferences" {
		dropSettings(v)
	}
	return v
}

func unpaired(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xFFFF {
			b.WriteString("\uFFFD\uFFFD")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func eachText(v *plist.Value, do func(string) string) *plist.Value {
	c := *v
	c.Text, c.Fields, c.Items = strings.Trim(do(v.Text), " \t\r\n"), nil, nil
	for _, f := range v.Fields {
		if key := strings.Trim(do(f.Key), " \t\r\n"); c.Get(key) == nil {
			c.Fields = append(c.Fields, plist.Field{Key: key, Value: eachText(f.Value, do)})
		}
	}
	for _, item := range v.Items {
		c.Items = append(c.Items, eachText(item, do))
	}
	return &c
}

func dropSettings(v *plist.Value) {
	v.Fields = slices.DeleteFunc(v.Fields, func(f plist.Field) bool { return f.Key == "mcx_preference_settings" })
	for _, f := range v.Fields {
		dropSettings(f.Value)
	}
	for _, item := range v.Items {
		dropSettings(item)
	}
}

// fillIn is what the server writes into each payload. SG, "payload diff suppression"; SG and TF 418 of web clips.
func fillIn(payload *plist.Value) {
	payload.Fields = slices.DeleteFunc(payload.Fields, func(f plist.Field) bool { return f.Key == "forget-me" }) // what nobody knows yet
	payload.Set("PayloadOrganization", plist.NewString("JAMF Software"))
	payload.Set("PayloadDisplayName", plist.NewString("A Payload"))
	add := map[string]*plist.Value{"PayloadEnabled": plist.NewBoolean(true)}
	switch typeIn(payload) {
	case "com.apple.webcontent-filter":
		add["VendorConfig"] = plist.NewDictionary()
	case "com.apple.webClip.managed":
		payload.Set("Icon", plist.NewData(renderedIcon(payload.Get("Icon"))))
	}
	for key, value := range add {
		if payload.Get(key) == nil {
			payload.Set(key, value)
		}
	}
}

// renderedIcon is a picture with 180 pixels of its longest side, or a placeholder.
func renderedIcon(icon *plist.Value) []byte {
	var picture image.Image = image.NewUniform(color.Gray{0x80})
	bounds := image.Rect(0, 0, 180, 180)
	if icon != nil {
		if decoded, _, err := image.Decode(bytes.NewReader(icon.Data)); err == nil {
			picture, bounds = decoded, decoded.Bounds()
		}
	}
	longest := max(bounds.Dx(), bounds.Dy())
	out := image.NewRGBA(image.Rect(0, 0, bounds.Dx()*180/longest, bounds.Dy()*180/longest))
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			out.Set(x, y, picture.At(bounds.Min.X+x*longest/180, bounds.Min.Y+y*longest/180))
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, out)
	return b.Bytes()
}

// writeAsJamf lays a property list out anew. Keys without a name are added at times. A carriage return stands as it is, so that an
// XML reader takes it for a line feed: TF 309.
func writeAsJamf(root *plist.Value) string {
	c := *root
	c.Fields = append(slices.Clone(root.Fields), plist.Field{Value: plist.NewString("")})
	text, err := plist.Write(&c)
	if err != nil {
		panic(fmt.Sprint("the server cannot write what it has: ", err))
	}
	return strings.ReplaceAll(string(text), "&#13;", "\r")
}

// given is what a question is answered with: with the payload of a password for removal where one is set (TF 155), and with another
// handle for the icon of a web clip each time (SG).
func (f *fakeJamf) given(payloads string) string {
	if f.withPassword {
		payloads = strings.Replace(payloads, "<key>PayloadContent</key>\n\t<array>", "<key>PayloadContent</key>\n\t<array><dict><key>PayloadType</key>"+
			"<string>com.apple.profileRemovalPassword</string><key>RemovalPassword</key><string>x</string></dict>", 1)
	}
	return strings.ReplaceAll(payloads, "<key>Icon</key>", fmt.Sprintf("<key>data_files</key><array><integer>%d</integer></array><key>Icon</key>", f.reads))
}

// levelAsJamf is the level that is stored for one that is sent: what is not known becomes another one without a word. TF,
// internal/resources/pro, tried in May 2026.
func levelAsJamf(sent, devices string) string {
	switch {
	case strings.EqualFold(sent, "user"):
		return "User"
	case strings.EqualFold(sent, "system"), devices == jamf.Computers && strings.EqualFold(sent, "computer"), devices == jamf.Mobile:
		return "System"
	}
	return "User"
}
