// Package jamf brings profiles to Jamf Pro with its Classic API, which keeps profiles for computers and for mobile devices
// apart. Start at Destination and Server.
//
// Jamf changes the text of profiles in undocumented ways. The facts about them, each with its public source, are in package
// mdm; compare.go and content.go apply them.
//
// See https://developer.jamf.com/jamf-pro/reference/osxconfigurationprofiles and
// https://developer.jamf.com/jamf-pro/reference/mobiledeviceconfigurationprofiles.
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

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// The kinds of devices.
const (
	Computers = mdm.Computers
	Mobile    = mdm.MobileDevices
)

// kind holds the API's names for one kind of devices.
type kind struct {
	devices    string
	path, root string
	method     string // element for the method of distribution
	system     string // sent for PayloadScope System; Jamf returns System, and its other level is User
}

// Jamf silently takes the labels of its own web page, such as Device Level and User Level, for the wrong level:
// https://github.com/jamf/terraform-provider-jamfplatform, internal/resources/pro.
var kinds = map[string]kind{
	Computers: {Computers, "/JSSResource/osxconfigurationprofiles", "os_x_configuration_profile", "distribution_method", "Computer"},
	Mobile:    {Mobile, "/JSSResource/mobiledeviceconfigurationprofiles", "configuration_profile", "deployment_method", "Device"},
}

// level returns the wanted level, "" for an unknown PayloadScope. Without PayloadScope an existing profile keeps its level; a
// new one gets User on computers, the default of macOS, and the device's level elsewhere.
func (k kind) level(p *deploy.Profile, remote *deploy.Remote) string {
	scope := p.Text("PayloadScope")
	if scope == "" && remote != nil {
		scope = scopeOf(remote.Fields["level"])
	}
	switch {
	case scope == "User", scope == "" && k.devices == Computers:
		return "User"
	case scope == "System", scope == "":
		return k.system
	}
	return ""
}

// scopeOf returns the PayloadScope of a level, "" for an unknown level.
func scopeOf(level string) string {
	switch strings.TrimSuffix(strings.ToLower(level), " level") {
	case "user":
		return "User"
	case "system", "computer", "device":
		return "System"
	}
	return ""
}

// Server creates and updates configuration profiles. Their Jamf scope (the devices assigned) never changes.
type Server struct {
	Client          *deploy.Client
	Devices         string // Computers, Mobile, or "" to follow TargetDeviceType
	Redeploy        string // All or Newly Assigned
	Resend          bool   // send unchanged profiles too, for devices still on an old version
	Category        string // "" for none on creation, and for the current one on update
	WrapPreferences bool   // send payloads of third parties as managed preferences, as Jamf's own editor shows them
}

// Prepare takes the unsigned content, encodes it with the least loss, and notes the remaining losses. It refuses a profile
// arriving without its settings or with a changed secret.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	k, err := d.kind(p)
	if err != nil {
		return nil, err
	}
	sent, wrapped := *p, []string(nil)
	if d.WrapPreferences && k.path == kinds[Computers].path { // managed preferences exist on macOS only
		sent.Root, wrapped = wrapPreferences(p.Root)
	}
	if k.level(p, nil) == "" {
		return nil, fmt.Errorf("invalid PayloadScope %q: want System or User", p.Text("PayloadScope"))
	}
	body, err := encode(sent.Root)
	if err != nil {
		return nil, err
	}
	lost := Losses(sent.Root, k.devices)
	if err := rejectLosses(lost); err != nil {
		return nil, err
	}
	item := &deploy.Item{Profile: &sent, Name: p.DisplayName(), Body: body, Losses: d.lossNotes(lost, k.devices)}
	if item.Name == "" {
		return nil, errors.New("missing PayloadDisplayName: Jamf Pro needs a name")
	}
	if len(wrapped) > 0 {
		item.Notes = append(item.Notes, "as managed preferences: "+strings.Join(wrapped, ", "))
	}
	if at := pathsWith(lost, hasChange(mdm.LineFeeds)); at != "" {
		item.Notes = append(item.Notes, "line breaks become carriage returns, the only ones Jamf Pro keeps, in "+at)
	}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: Jamf's API removes it")
	}
	return []*deploy.Item{item}, nil
}

func (d *Server) kind(p *deploy.Profile) (kind, error) {
	if d.Devices != "" {
		return kinds[d.Devices], nil
	}
	switch p.Platform() { // only these: Jamf Pro's profiles are known to be for them
	case target.MacOS:
		return kinds[Computers], nil
	case target.IOS, target.TvOS, target.VisionOS:
		return kinds[Mobile], nil
	}
	return kind{}, diag.Usage("give --devices computers or mobile-devices", "TargetDeviceType does not tell computers from mobile devices")
}

// CheckSet refuses two profiles of the same name and kind: the name is Jamf's key.
func (d *Server) CheckSet(items []*deploy.Item) error {
	names := map[string]*deploy.Item{}
	for _, item := range items {
		k, err := d.kind(item.Profile)
		if err != nil {
			return err
		}
		key := k.path + " " + storage().Normalize(item.Name)
		if other := names[key]; other != nil {
			return fmt.Errorf("%s and %s have the same name, %s, but Jamf Pro needs different ones; change a PayloadDisplayName",
				other.Profile.Name, item.Profile.Name, item.Name)
		}
		names[key] = item
	}
	return nil
}

// Request creates a profile, or updates the existing one under the identity given by Jamf: with another identity, devices
// would install it as a second profile.
func (d *Server) Request(item *deploy.Item, remote *deploy.Remote) (*deploy.Request, error) {
	k, err := d.kind(item.Profile)
	if err != nil {
		return nil, err
	}
	body, id, method := item.Body, "0", http.MethodPost
	if remote != nil {
		id, method = remote.ID, http.MethodPut
		if body, err = keepIdentity(item.Profile.Root, remote); err != nil {
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
	element("name", item.Name)
	if text := item.Profile.Text("PayloadDescription"); text != "" || remote == nil {
		element("description", text) // else the description written in Jamf stays
	}
	if d.Category != "" {
		b.WriteString("<category>")
		element("name", d.Category)
		b.WriteString("</category>")
	}
	if remote == nil {
		element(k.method, "Install Automatically")
	}
	element("level", k.level(item.Profile, remote))
	element("redeploy_on_update", d.Redeploy)
	b.WriteString("<payloads><![CDATA[" + string(body) + "]]></payloads></general></" + k.root + ">")
	return &deploy.Request{Method: method, Path: k.path + "/id/" + id, Body: b.Bytes(),
		Header: http.Header{"Content-Type": {"application/xml"}, "Accept": {"application/xml"}}}, nil
}

// escaper escapes text beside the profile, decoded by Jamf as XML says.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// keepIdentity encodes the profile with the identity given by the server.
func keepIdentity(root *plist.Value, remote *deploy.Remote) ([]byte, error) {
	top := *root
	top.Fields = slices.Clone(root.Fields)
	current, err := readRemote(remote)
	for _, key := range []string{"PayloadUUID", "PayloadIdentifier"} {
		switch {
		case err == nil && current.Get(key) != nil && current.Get(key).Kind == plist.String && current.Get(key).Text != "":
			top.Set(key, current.Get(key))
		case remote.Fields["uuid"] != "": // the server sets both to the same value
			top.Set(key, plist.NewString(remote.Fields["uuid"]))
		default:
			return nil, fmt.Errorf("the server does not return the %s of profile %s, and a new one would install a second profile on devices; delete the profile in Jamf Pro first", key, remote.ID)
		}
	}
	return encode(&top)
}

// Outcome reads the ID.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	var one struct {
		ID int `xml:"id"`
	}
	if err := xml.Unmarshal(response.Body, &one); err != nil || one.ID <= 0 {
		return deploy.Outcome{}, errors.New("the response has no profile ID; use --check to see if the profile is there")
	}
	out := deploy.Outcome{ID: strconv.Itoa(one.ID)}
	k, err := d.kind(item.Profile)
	switch {
	case err != nil:
	case remote == nil:
		out.Note = "created at " + k.level(item.Profile, nil) + " level, without a scope: choose its devices in Jamf Pro to deliver it"
	case d.Redeploy != redeployAll:
		out.Note = "devices with the old version keep it; to replace it, use --redeploy all (or --redeploy again for an unchanged profile)"
	}
	return out, nil
}

const redeployAll = "All"
