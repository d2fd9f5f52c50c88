// Package intune brings profiles to Microsoft Intune by Microsoft Graph, as custom configurations.
//
// See https://learn.microsoft.com/graph/api/intune-deviceconfig-macoscustomconfiguration-create and the like for iOS. The
// deployment channel is in the beta version only:
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macoscustomconfiguration?view=graph-rest-beta.
package intune

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// maxBytes is how large a custom profile may be.
// https://learn.microsoft.com/mem/intune/configuration/custom-settings-macos
const maxBytes = 1_000_000

// The platforms of custom configurations.
const (
	IOS   = "ios"
	MacOS = "macos"
)

var types = map[string]string{IOS: "#microsoft.graph.iosCustomConfiguration", MacOS: "#microsoft.graph.macOSCustomConfiguration"}

// Destination creates and updates custom configurations. Who gets them is assigned in Intune, and stays as it is.
type Destination struct {
	Client   *deploy.Client
	Platform string // IOS, MacOS, or "" for what TargetDeviceType says
}

// Options are those of a client of Graph.
func Options(a deploy.Authorizer) deploy.Options {
	return deploy.Options{Authorizer: a, Message: message}
}

// message finds the words of an error: https://learn.microsoft.com/graph/errors.
func message(body []byte) string {
	var e struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil || e.Error.Code == "" {
		return ""
	}
	return e.Error.Code + ": " + e.Error.Message
}

// configuration is a custom configuration, as far as it matters here.
type configuration struct {
	Type        string `json:"@odata.type"`
	ID          string `json:"id,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Description string `json:"description,omitempty"`
	PayloadName string `json:"payloadName"`
	FileName    string `json:"payloadFileName"`
	Payload     []byte `json:"payload"` // base64
	Channel     string `json:"deploymentChannel,omitempty"`
}

const path = "/deviceManagement/deviceConfigurations"

// Pack takes the content, unsigned, of at most a million bytes.
func (d *Destination) Pack(p *deploy.Profile) ([]*deploy.Parcel, error) {
	if _, err := d.platform(p); err != nil {
		return nil, err
	}
	if len(p.Content) > maxBytes {
		return nil, fmt.Errorf("it has %d bytes, and Intune takes %d at most", len(p.Content), maxBytes)
	}
	parcel := &deploy.Parcel{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		parcel.Notes = append(parcel.Notes, "without its signature: Intune describes a payload as UTF-8 text")
	}
	return []*deploy.Parcel{parcel}, nil
}

func (d *Destination) platform(p *deploy.Profile) (string, error) {
	if d.Platform != "" {
		return d.Platform, nil
	}
	switch p.Platform() {
	case target.IOS:
		return IOS, nil
	case target.MacOS:
		return MacOS, nil
	}
	return "", errors.New("no TargetDeviceType says whether it is for iPhones and iPads or for Macs; give --platform ios or macos")
}

// channel is where a Mac applies a profile. PayloadScope is User where it is absent.
func channel(p *deploy.Profile) string {
	if p.Text("PayloadScope") == "System" {
		return "deviceChannel"
	}
	return "userChannel"
}

// version is that of Graph: only the beta has the channel of Macs.
func version(platform string) string {
	if platform == MacOS {
		return "/beta"
	}
	return "/v1.0"
}

// Find reads the custom configurations, page by page, and asks for the payload of each that the list leaves out.
func (d *Destination) Find(ctx context.Context, parcels []*deploy.Parcel) ([]*deploy.Held, error) {
	held := make([]*deploy.Held, len(parcels))
	for _, platform := range []string{IOS, MacOS} {
		var of []*deploy.Parcel
		var at []int
		for i, p := range parcels {
			if is, _ := d.platform(p.Profile); is == platform {
				of, at = append(of, p), append(at, i)
			}
		}
		if len(of) == 0 {
			continue
		}
		all, err := d.list(ctx, platform)
		if err != nil {
			return nil, err
		}
		found, err := deploy.Match(of, all)
		if err != nil {
			return nil, err
		}
		for i, h := range found {
			held[at[i]] = h
		}
	}
	return held, nil
}

func (d *Destination) list(ctx context.Context, platform string) ([]*deploy.Held, error) {
	var all []*deploy.Held
	err := d.Client.Pages(ctx, &deploy.Request{Method: http.MethodGet, Path: version(platform) + path}, func(body []byte) (string, error) {
		var page struct {
			Value *[]configuration `json:"value"`
			Next  string           `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(body, &page); err != nil || page.Value == nil {
			return "", errors.New("the answer is not a list of configurations; is the address that of Microsoft Graph?")
		}
		for _, c := range *page.Value {
			if c.Type != types[platform] {
				continue
			}
			if c.Payload == nil {
				var err error
				if c, err = d.get(ctx, platform, c.ID); deploy.IsStatus(err, http.StatusNotFound) {
					continue // somebody has deleted it just now
				} else if err != nil {
					return "", err
				}
			}
			all = append(all, &deploy.Held{ID: c.ID, Name: c.DisplayName, Content: c.Payload, Fields: map[string]string{"channel": c.Channel}})
		}
		return page.Next, nil
	})
	return all, err
}

func (d *Destination) get(ctx context.Context, platform, id string) (c configuration, err error) {
	if err := deploy.CheckID(id); err != nil {
		return c, err
	}
	answer, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: version(platform) + path + "/" + url.PathEscape(id)})
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(answer.Body, &c); err != nil || c.ID != id {
		return c, fmt.Errorf("the answer is not the configuration %s that was asked for", id)
	}
	return c, nil
}

// Compare compares what the profile says; Intune gives back what it was given.
func (d *Destination) Compare(p *deploy.Parcel, h *deploy.Held) (held, wanted *plist.Value, err error) {
	return deploy.CompareContent(p, h)
}

// Request creates a configuration, or updates the one that is there. The channel of a Mac cannot be changed afterwards.
func (d *Destination) Request(p *deploy.Parcel, h *deploy.Held) (*deploy.Request, error) {
	platform, err := d.platform(p.Profile)
	if err != nil {
		return nil, err
	}
	c := configuration{Type: types[platform], DisplayName: p.Name, Description: p.Profile.Text("PayloadDescription"), PayloadName: p.Name,
		FileName: p.Profile.FileName(), Payload: p.Body}
	r := &deploy.Request{Method: http.MethodPost, Path: version(platform) + path, Header: http.Header{"Content-Type": {"application/json"}}}
	if platform == MacOS {
		c.Channel = channel(p.Profile)
	}
	if h != nil {
		if is := h.Fields["channel"]; platform == MacOS && is != "" && is != c.Channel {
			return nil, fmt.Errorf("it is on the %s in Intune, and PayloadScope wants the %s: the channel cannot be changed; delete configuration %s there, or set PayloadScope", is, c.Channel, h.ID)
		}
		if !deploy.FollowsName(h) {
			c.DisplayName = "" // somebody has given it another one
		}
		r.Method, r.Path, c.Channel = http.MethodPatch, r.Path+"/"+url.PathEscape(h.ID), ""
		r.Repeatable = true // the same content once more
	}
	r.Body, err = deploy.JSON(c)
	return r, err
}

// Outcome reads the ID.
func (d *Destination) Outcome(p *deploy.Parcel, h *deploy.Held, answer *deploy.Response) (deploy.Outcome, error) {
	var c configuration
	err := json.Unmarshal(answer.Body, &c)
	switch {
	case h == nil && (err != nil || c.ID == ""):
		return deploy.Outcome{}, errors.New("the server does not tell the ID of the configuration; --check says whether it has it")
	case h == nil:
		return deploy.Outcome{ID: c.ID, Note: "nobody gets it before it is assigned to a group in Intune"}, nil
	case len(answer.Body) > 0 && (err != nil || c.ID != h.ID):
		return deploy.Outcome{}, errors.New("the answer is not about that configuration; --check says what it holds")
	}
	return deploy.Outcome{ID: h.ID}, nil
}
