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
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/ship"
	"syncguard/internal/target"
)

// The kinds of devices.
const (
	Computers = "computers"
	Mobile    = "mobile-devices"
)

// kind is what the API calls a profile for one of them.
type kind struct {
	path, root string
	method     string // the element that says how it gets to devices
	levels     map[string]string
}

var kinds = map[string]kind{
	Computers: {"/JSSResource/osxconfigurationprofiles", "os_x_configuration_profile", "distribution_method",
		map[string]string{"System": "System", "User": "User"}},
	Mobile: {"/JSSResource/mobiledeviceconfigurationprofiles", "configuration_profile", "deployment_method",
		map[string]string{"System": "Device Level", "User": "User Level"}},
}

// Destination creates and updates configuration profiles. Their scope stays as it is.
type Destination struct {
	Client   *ship.Client
	For      string // Computers, Mobile, or "" for what TargetDeviceType says
	Redeploy string // All or Newly Assigned
	Again    bool   // what is unchanged is sent as well, for devices that have kept an old version
	Category string // "" for none on creation, and for what it has on update
	Wrap     bool   // payloads of other makers become managed preferences, as Jamf's own editor shows them
}

// Pack takes the content, unsigned, on one line: of white space between the elements of an array the Classic API makes
// elements of its own.
func (d *Destination) Pack(p *ship.Profile) ([]*ship.Parcel, error) {
	k, err := d.kind(p)
	if err != nil {
		return nil, err
	}
	sent, wrapped := *p, []string(nil)
	if d.Wrap && k.path == kinds[Computers].path { // managed preferences are of macOS
		sent.Root, wrapped = wrap(p.Root)
	}
	if k.level(p, nil) == "" {
		return nil, fmt.Errorf("no level of Jamf Pro goes with its PayloadScope %q; want System or User", p.Text("PayloadScope"))
	}
	body, err := oneLine(sent.Root)
	if err != nil {
		return nil, err
	}
	parcel := &ship.Parcel{Profile: &sent, Name: p.DisplayName(), Body: body}
	if parcel.Name == "" {
		return nil, errors.New("it has neither a PayloadDisplayName nor a PayloadIdentifier, and Jamf Pro wants a name")
	}
	if len(wrapped) > 0 {
		parcel.Notes = append(parcel.Notes, "as managed preferences: "+strings.Join(wrapped, ", "))
	}
	if p.Signed {
		parcel.Notes = append(parcel.Notes, "without its signature, which Jamf's API takes off")
	}
	return []*ship.Parcel{parcel}, nil
}

func (d *Destination) kind(p *ship.Profile) (kind, error) {
	if d.For != "" {
		return kinds[d.For], nil
	}
	switch p.Platform() {
	case target.MacOS:
		return kinds[Computers], nil
	case target.IOS, target.TvOS, target.VisionOS:
		return kinds[Mobile], nil
	}
	return kind{}, errors.New("no TargetDeviceType says whether it is for computers or mobile devices; give --devices computers or mobile-devices")
}

// Together refuses two profiles of one name for devices of one kind: by that name Jamf's are told apart.
func (d *Destination) Together(parcels []*ship.Parcel) error {
	names := map[string]*ship.Parcel{}
	for _, p := range parcels {
		k, err := d.kind(p.Profile)
		if err != nil {
			return err
		}
		key := k.path + " " + p.Name
		if other := names[key]; other != nil {
			return fmt.Errorf("%s and %s have the same name, %s, by which profiles in Jamf Pro are told apart; give them different PayloadDisplayNames",
				other.Profile.Name, p.Profile.Name, p.Name)
		}
		names[key] = p
	}
	return nil
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
	var b bytes.Buffer
	element := func(name, text string) {
		b.WriteString("<" + name + ">")
		_, _ = escaper.WriteString(&b, text)
		b.WriteString("</" + name + ">")
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><` + k.root + `><general>`)
	element("name", p.Name)
	if text := p.Profile.Text("PayloadDescription"); text != "" || h == nil {
		element("description", text) // else what somebody wrote there stays
	}
	if d.Category != "" {
		b.WriteString("<category>")
		element("name", d.Category)
		b.WriteString("</category>")
	}
	if h == nil {
		element(k.method, "Install Automatically")
	}
	element("level", k.level(p.Profile, h))
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
	top := *root
	top.Fields = slices.Clone(root.Fields)
	held, err := readHeld(h)
	for _, key := range []string{"PayloadUUID", "PayloadIdentifier"} {
		switch {
		case err == nil && held.Get(key) != nil && held.Get(key).Kind == plist.String && held.Get(key).Text != "":
			top.Set(key, held.Get(key))
		case h.Fields["uuid"] != "": // the server makes both the same
			top.Set(key, plist.NewString(h.Fields["uuid"]))
		default:
			return nil, fmt.Errorf("the server does not tell the %s of profile %s, and with another one it would be a second profile on devices; delete it there", key, h.ID)
		}
	}
	return oneLine(&top)
}

// Outcome reads the ID.
func (d *Destination) Outcome(p *ship.Parcel, h *ship.Held, answer *ship.Response) (ship.Outcome, error) {
	var one struct {
		ID int `xml:"id"`
	}
	if err := xml.Unmarshal(answer.Body, &one); err != nil || one.ID <= 0 {
		return ship.Outcome{}, errors.New("the server does not tell the ID of the profile; --check says whether it has it")
	}
	out := ship.Outcome{ID: strconv.Itoa(one.ID)}
	k, err := d.kind(p.Profile)
	switch {
	case err != nil:
	case h == nil:
		out.Note = "it is at " + k.level(p.Profile, nil) + " level, and has no scope yet: nobody gets it before you say who in Jamf Pro"
	case d.Redeploy != redeployAll:
		out.Note = "devices that have it already keep the old version; --redeploy all sends it to them, and --redeploy again if nothing has changed since"
	}
	return out, nil
}

const redeployAll = "All"
