// Package jamf brings profiles to Jamf Pro by its Classic API, which has one kind of profile for computers and one for mobile
// devices.
//
// See https://developer.jamf.com/jamf-pro/reference/osxconfigurationprofiles and
// https://developer.jamf.com/jamf-pro/reference/mobiledeviceconfigurationprofiles. What the server does to a profile is not
// documented: it rests on what github.com/grahampugh/jamf-upload and github.com/deploymenttheory/terraform-provider-jamfpro
// state in their sources.
package jamf

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/ship"
)

// The kinds of devices.
const (
	Computers = "computers"
	Mobile    = "mobile-devices"
)

// kind is what the API calls a profile for one of them.
type kind struct {
	path, list, root string
	method           string // the element that says how it gets to devices
	levels           map[string]string
}

var kinds = map[string]kind{
	Computers: {"/JSSResource/osxconfigurationprofiles", "os_x_configuration_profile", "os_x_configuration_profile", "distribution_method",
		map[string]string{"System": "System", "User": "User"}},
	Mobile: {"/JSSResource/mobiledeviceconfigurationprofiles", "configuration_profile", "configuration_profile", "deployment_method",
		map[string]string{"System": "Device Level", "User": "User Level"}},
}

// Destination creates and updates configuration profiles. Their scope stays as it is.
type Destination struct {
	Client   *ship.Client
	For      string // Computers, Mobile, or "" for what TargetDeviceType says
	Redeploy string // All or Newly Assigned
	Category string // "" for none on creation, and for what it has on update
	Wrap     bool   // payloads of other makers become managed preferences, as Jamf's own editor shows them
}

// Options are those of a client of the API.
func Options(a ship.Authorizer) ship.Options { return ship.Options{Authorizer: a, Message: message} }

// message finds the words in the page of HTML that the Classic API answers with.
func message(body []byte) string {
	text := string(body)
	if _, rest, ok := strings.Cut(text, "<p>"); ok && strings.Contains(text, "<html") {
		var said []string
		for paragraph := range strings.SplitSeq("<p>"+rest, "<p>") {
			if p, _, ok := strings.Cut(paragraph, "</p>"); ok && !strings.Contains(p, "<") {
				said = append(said, p)
			}
		}
		return strings.Join(said, " ")
	}
	return ""
}

// Pack takes the content, unsigned, on one line: of white space between the elements of an array the Classic API makes
// elements of its own.
func (d *Destination) Pack(p *ship.Profile) ([]*ship.Parcel, error) {
	if _, err := d.kind(p); err != nil {
		return nil, err
	}
	sent, wrapped := *p, []string(nil)
	if d.Wrap {
		sent.Root, wrapped = wrap(p.Root)
	}
	body, err := oneLine(sent.Root)
	if err != nil {
		return nil, err
	}
	parcel := &ship.Parcel{Profile: &sent, Name: name(p), Body: body}
	if len(wrapped) > 0 {
		parcel.Notes = append(parcel.Notes, "sent as managed preferences: "+strings.Join(wrapped, ", "))
	}
	if p.Signed {
		parcel.Notes = append(parcel.Notes, "sent without its signature, which Jamf's API takes off")
	}
	return []*ship.Parcel{parcel}, nil
}

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
			if strings.HasPrefix(f.Key, "Payload") {
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

func name(p *ship.Profile) string {
	if n := p.Text("PayloadDisplayName"); n != "" {
		return n
	}
	return p.Text("PayloadIdentifier")
}

func (d *Destination) kind(p *ship.Profile) (kind, error) {
	if d.For != "" {
		return kinds[d.For], nil
	}
	if v := p.Root.Get("TargetDeviceType"); v != nil {
		switch n, _ := v.Int.Int64(); n {
		case 5:
			return kinds[Computers], nil
		case 1, 4, 6:
			return kinds[Mobile], nil
		}
	}
	return kind{}, errors.New("its TargetDeviceType does not say whether it is for computers or mobile devices; give --for computers or mobile-devices")
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

// summary is an entry of a list.
type summary struct {
	ID   int    `xml:"id"`
	Name string `xml:"name"`
}

// detail is a profile, as far as it matters here.
type detail struct {
	General struct {
		ID       int    `xml:"id"`
		Name     string `xml:"name"`
		UUID     string `xml:"uuid"`
		Level    string `xml:"level"`
		Payloads string `xml:"payloads"`
	} `xml:"general"`
}

// Find lists the profiles of each kind and reads those whose name is that of a parcel. Jamf gives a profile another
// PayloadIdentifier when it is created, so the name is what tells it.
func (d *Destination) Find(ctx context.Context, parcels []*ship.Parcel) ([]*ship.Held, error) {
	held := make([]*ship.Held, len(parcels))
	lists := map[string][]summary{}
	for i, p := range parcels {
		k, err := d.kind(p.Profile)
		if err != nil {
			return nil, err
		}
		if _, known := lists[k.path]; !known {
			if lists[k.path], err = d.list(ctx, k); err != nil {
				return nil, err
			}
		}
		var same []string
		for _, s := range lists[k.path] {
			if s.Name == p.Name {
				same = append(same, strconv.Itoa(s.ID))
			}
		}
		if len(same) > 1 {
			return nil, fmt.Errorf("%s: the server has %d profiles of the name %s (%s); delete all but one there", p.Profile.Name, len(same), p.Name, strings.Join(same, ", "))
		}
		if len(same) == 1 {
			if held[i], err = d.get(ctx, k, same[0]); err != nil {
				return nil, err
			}
		}
	}
	return held, nil
}

func (d *Destination) list(ctx context.Context, k kind) ([]summary, error) {
	var all struct {
		Entries []summary `xml:",any"`
	}
	if err := d.ask(ctx, k.path, &all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all.Entries, func(s summary) bool { return s.ID == 0 }), nil // <size> is one of them
}

func (d *Destination) get(ctx context.Context, k kind, id string) (*ship.Held, error) {
	var one detail
	if err := d.ask(ctx, k.path+"/id/"+id, &one); err != nil {
		return nil, err
	}
	return &ship.Held{ID: id, Name: one.General.Name, Content: []byte(one.General.Payloads), Fields: map[string]string{"uuid": one.General.UUID}}, nil
}

func (d *Destination) ask(ctx context.Context, path string, into any) error {
	answer, err := d.Client.Do(ctx, &ship.Request{Method: http.MethodGet, Path: path, Header: http.Header{"Accept": {"application/xml"}}})
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(answer.Body, into); err != nil { // encoding/xml expands no entities of a document's own
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	return nil
}

// rewritten are the keys of the top level that Jamf sets itself.
var rewritten = []string{"PayloadUUID", "PayloadIdentifier", "PayloadOrganization", "PayloadDisplayName", "PayloadDescription", "PayloadScope", "PayloadEnabled", "PayloadRemovalDisallowed"}

// Compare leaves out what Jamf sets itself, and the empty keys and arrays that it adds.
func (d *Destination) Compare(p *ship.Parcel, h *ship.Held) (held, wanted *plist.Value, err error) {
	root, err := ship.ReadContent(h.Content)
	if err != nil {
		return nil, nil, err
	}
	return normal(root), normal(p.Profile.Root), nil
}

func normal(root *plist.Value) *plist.Value {
	top := *root
	top.Fields = slices.DeleteFunc(slices.Clone(root.Fields), func(f plist.Field) bool {
		return slices.Contains(rewritten, f.Key) || f.Key == ""
	})
	return &top
}

// Request creates a profile, or updates the one that is there with the identity that Jamf gave it: with another one it would
// be a second profile on devices.
func (d *Destination) Request(p *ship.Parcel, h *ship.Held) (*ship.Request, error) {
	k, err := d.kind(p.Profile)
	if err != nil {
		return nil, err
	}
	body, id, method := p.Body, "0", http.MethodPost
	if h != nil {
		id, method = h.ID, http.MethodPut
		if body, err = keepIdentity(p.Profile.Root, h); err != nil {
			return nil, err
		}
	}
	scope := p.Profile.Text("PayloadScope")
	if scope == "" {
		scope = "User"
	}
	var b bytes.Buffer
	element := func(name, text string) {
		b.WriteString("<" + name + ">")
		_, _ = escaper.WriteString(&b, text)
		b.WriteString("</" + name + ">")
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><` + k.root + `><general>`)
	element("name", p.Name)
	element("description", p.Profile.Text("PayloadDescription"))
	if d.Category != "" {
		b.WriteString("<category>")
		element("name", d.Category)
		b.WriteString("</category>")
	}
	if h == nil {
		element(k.method, "Install Automatically")
	}
	element("level", k.levels[scope])
	element("redeploy_on_update", d.Redeploy)
	element("payloads", string(body))
	b.WriteString("</general></" + k.root + ">")
	return &ship.Request{Method: method, Path: k.path + "/id/" + id, Body: b.Bytes(),
		Header: http.Header{"Content-Type": {"application/xml"}, "Accept": {"application/xml"}}}, nil
}

// escaper escapes text once. Quotes stay: what Go's encoder makes of them has been seen to arrive as it is.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// keepIdentity is the profile with the identity that the server gave it.
func keepIdentity(root *plist.Value, h *ship.Held) ([]byte, error) {
	held, err := ship.ReadContent(h.Content)
	if err != nil {
		return nil, err
	}
	top := *root
	top.Fields = slices.Clone(root.Fields)
	for _, key := range []string{"PayloadUUID", "PayloadIdentifier"} {
		if v := held.Get(key); v != nil {
			top.Set(key, v)
		}
	}
	return oneLine(&top)
}

// Outcome reads the ID.
func (d *Destination) Outcome(p *ship.Parcel, answer *ship.Response) (ship.Outcome, error) {
	var one struct {
		ID int `xml:"id"`
	}
	if err := xml.Unmarshal(answer.Body, &one); err != nil {
		return ship.Outcome{}, fmt.Errorf("reading the answer: %w", err)
	}
	return ship.Outcome{ID: strconv.Itoa(one.ID), Note: "its scope is as it was in Jamf Pro; a new one has none yet"}, nil
}
