// Package applebusiness brings profiles to Apple Business, the device management of Apple's own, as custom settings.
//
// See https://developer.apple.com/documentation/applebusinessapi/create-a-configuration. Apple validates the profile
// against its schemas, and refuses what other servers let pass.
package applebusiness

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/ship"
)

// Address is that of the API.
const Address = "https://api-business.apple.com"

const path = "/v1/configurations"

// Destination creates and updates configurations of the type CUSTOM_SETTING. Which devices get them is decided there.
type Destination struct {
	Client    *ship.Client
	Platforms []string // PLATFORM_IOS and the like; none leaves it to Apple, who goes by the payloads
}

// Options are those of a client of the API.
func Options(a ship.Authorizer) ship.Options { return ship.Options{Authorizer: a, Message: message} }

// message finds the words of an error: https://developer.apple.com/documentation/applebusinessapi/errorresponse.
func message(body []byte) string {
	var e struct {
		Errors []struct {
			Code   string `json:"code"`
			Title  string `json:"title"`
			Detail string `json:"detail"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	var all []string
	for _, x := range e.Errors {
		all = append(all, strings.TrimSpace(x.Code+": "+x.Title+" "+x.Detail))
	}
	return strings.Join(all, "; ")
}

type resource struct {
	Type       string     `json:"type"`
	ID         string     `json:"id,omitempty"`
	Attributes attributes `json:"attributes"`
}

type attributes struct {
	Type      string    `json:"type,omitempty"`
	Name      string    `json:"name"`
	Platforms []string  `json:"configuredForPlatforms,omitempty"`
	Values    *settings `json:"customSettingsValues"`
}

type settings struct {
	Profile  string `json:"configurationProfile"`
	FileName string `json:"filename"`
}

// Pack takes the content, unsigned, since it is sent as a text of XML.
func (d *Destination) Pack(p *ship.Profile) ([]*ship.Parcel, error) {
	parcel := &ship.Parcel{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		parcel.Notes = append(parcel.Notes, "sent without its signature: Apple Business takes the text of the profile")
	}
	return []*ship.Parcel{parcel}, nil
}

// Find reads the list page by page, and asks for each custom setting, whose profile the list leaves out.
func (d *Destination) Find(ctx context.Context, parcels []*ship.Parcel) ([]*ship.Held, error) {
	var all []*ship.Held
	request := &ship.Request{Method: http.MethodGet, Path: path}
	for request != nil {
		var page struct {
			Data  []resource `json:"data"`
			Links struct {
				Next string `json:"next"`
			} `json:"links"`
		}
		if err := d.ask(ctx, request, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Data {
			if r.Attributes.Type != "CUSTOM_SETTING" {
				continue
			}
			var one struct {
				Data resource `json:"data"`
			}
			if err := d.ask(ctx, &ship.Request{Method: http.MethodGet, Path: path + "/" + url.PathEscape(r.ID)}, &one); err != nil {
				return nil, err
			}
			h := &ship.Held{ID: r.ID, Name: r.Attributes.Name}
			if v := one.Data.Attributes.Values; v != nil {
				h.Content = []byte(v.Profile)
			}
			all = append(all, h)
		}
		request = nil
		if page.Links.Next != "" {
			var err error
			if request, err = d.Client.Next(page.Links.Next); err != nil {
				return nil, err
			}
		}
	}
	return ship.Match(parcels, all)
}

func (d *Destination) ask(ctx context.Context, r *ship.Request, into any) error {
	answer, err := d.Client.Do(ctx, r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", r.Path, err)
	}
	return nil
}

// Compare compares what the profile says; Apple gives back what it was given.
func (d *Destination) Compare(p *ship.Parcel, h *ship.Held) (held, wanted *plist.Value, err error) {
	return ship.CompareContent(p, h)
}

// Request creates a configuration, or updates the one that is there.
func (d *Destination) Request(p *ship.Parcel, h *ship.Held) (*ship.Request, error) {
	r := resource{Type: "configurations", Attributes: attributes{Name: p.Name, Platforms: d.Platforms,
		Values: &settings{string(p.Body), p.Profile.FileName()}}}
	request := &ship.Request{Method: http.MethodPost, Path: path, Header: http.Header{"Content-Type": {"application/json"}}}
	if h != nil {
		r.ID = h.ID
		request.Method, request.Path, request.Repeatable = http.MethodPatch, path+"/"+url.PathEscape(h.ID), true
	} else {
		r.Attributes.Type = "CUSTOM_SETTING"
	}
	var err error
	request.Body, err = ship.JSON(map[string]resource{"data": r})
	return request, err
}

// Outcome reads the ID.
func (d *Destination) Outcome(p *ship.Parcel, answer *ship.Response) (ship.Outcome, error) {
	var one struct {
		Data resource `json:"data"`
	}
	if len(answer.Body) > 0 {
		if err := json.Unmarshal(answer.Body, &one); err != nil {
			return ship.Outcome{}, fmt.Errorf("reading the answer: %w", err)
		}
	}
	out := ship.Outcome{ID: one.Data.ID}
	if answer.Status == http.StatusCreated {
		out.Note = "no device gets it before it is in a blueprint there"
	}
	return out, nil
}
