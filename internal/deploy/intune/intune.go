// Package intune brings profiles to Microsoft Intune as custom configurations, with Microsoft Graph. Start at Destination and
// Server; azidentity signs in.
//
// See https://learn.microsoft.com/graph/api/intune-deviceconfig-macoscustomconfiguration-create and the like for iOS. Only
// the beta version has the deployment channel:
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
	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/target"
)

// The platforms of custom configurations.
const (
	IOS   = "ios"
	MacOS = "macos"
)

var odataTypes = map[string]string{IOS: "#microsoft.graph.iosCustomConfiguration", MacOS: "#microsoft.graph.macOSCustomConfiguration"}

// Server creates and updates custom configurations. Their assignments in Intune never change.
type Server struct {
	Client   *deploy.Client
	Platform string // IOS, MacOS, or "" to follow TargetDeviceType
}

// Options returns the client options of Graph.
func Options(a deploy.Authorizer) deploy.Options {
	return deploy.Options{Authorizer: a, Message: responseMessage}
}

// responseMessage extracts the message of an error: https://learn.microsoft.com/graph/errors.
func responseMessage(body []byte) string {
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

// configuration holds the needed parts of a custom configuration.
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

const configurationsPath = "/deviceManagement/deviceConfigurations"

// Prepare takes the unsigned content, within Intune's size limit.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	if _, err := d.platform(p); err != nil {
		return nil, err
	}
	if most := mdm.Find("intune").Size.Bytes; len(p.Content) > most {
		return nil, fmt.Errorf("the profile has %d bytes; Intune takes at most %d", len(p.Content), most)
	}
	item := &deploy.Item{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: Intune takes UTF-8 text")
	}
	return []*deploy.Item{item}, nil
}

func (d *Server) platform(p *deploy.Profile) (string, error) {
	if d.Platform != "" {
		return d.Platform, nil
	}
	switch p.Platform() { // only these: Intune takes profiles for iOS and macOS
	case target.IOS:
		return IOS, nil
	case target.MacOS:
		return MacOS, nil
	}
	return "", diag.Usage("give --platform ios or macos", "TargetDeviceType does not tell iPhones and iPads from Macs")
}

// channel returns the channel of a Mac. The default of PayloadScope is User.
func channel(p *deploy.Profile) string {
	if p.Text("PayloadScope") == "System" {
		return "deviceChannel"
	}
	return "userChannel"
}

// apiVersion returns the version of Graph: only beta has the channel of Macs.
func apiVersion(platform string) string {
	if platform == MacOS {
		return "/beta"
	}
	return "/v1.0"
}

// Find reads the custom configurations page by page, and requests each payload left out of the list.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	remotes := make([]*deploy.Remote, len(items))
	for _, platform := range []string{IOS, MacOS} {
		var of []*deploy.Item
		var at []int
		for i, item := range items {
			if is, _ := d.platform(item.Profile); is == platform {
				of, at = append(of, item), append(at, i)
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
		for i, remote := range found {
			remotes[at[i]] = remote
		}
	}
	return remotes, nil
}

func (d *Server) list(ctx context.Context, platform string) ([]*deploy.Remote, error) {
	var all []*deploy.Remote
	err := d.Client.Pages(ctx, &deploy.Request{Method: http.MethodGet, Path: apiVersion(platform) + configurationsPath}, func(body []byte) (ids []string, next string, err error) {
		var page struct {
			Value *[]configuration `json:"value"`
			Next  string           `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(body, &page); err != nil || page.Value == nil {
			return nil, "", errors.New("the response is not a list of configurations; is this the address of Microsoft Graph?")
		}
		for _, c := range *page.Value {
			ids = append(ids, c.ID)
			if c.Type != odataTypes[platform] {
				continue
			}
			if c.Payload == nil {
				var err error
				if c, err = d.get(ctx, platform, c.ID); deploy.IsStatus(err, http.StatusNotFound) {
					continue // deleted in the meantime
				} else if err != nil {
					return nil, "", err
				}
			}
			all = append(all, &deploy.Remote{ID: c.ID, Name: c.DisplayName, Content: c.Payload, Fields: map[string]string{"channel": c.Channel}})
		}
		return ids, page.Next, nil
	})
	return all, err
}

func (d *Server) get(ctx context.Context, platform, id string) (c configuration, err error) {
	if err := deploy.CheckID(id); err != nil {
		return c, err
	}
	response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: apiVersion(platform) + configurationsPath + "/" + url.PathEscape(id)})
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(response.Body, &c); err != nil || c.ID != id {
		return c, fmt.Errorf("the response is not the requested configuration %s", id)
	}
	return c, nil
}

// Request creates a configuration, or updates the existing one. The channel of a Mac cannot be changed later.
func (d *Server) Request(item *deploy.Item, remote *deploy.Remote) (*deploy.Request, error) {
	platform, err := d.platform(item.Profile)
	if err != nil {
		return nil, err
	}
	c := configuration{Type: odataTypes[platform], DisplayName: item.Name, Description: item.Profile.Text("PayloadDescription"), PayloadName: item.Name,
		FileName: item.Profile.FileName(), Payload: item.Body}
	r := &deploy.Request{Method: http.MethodPost, Path: apiVersion(platform) + configurationsPath, Header: http.Header{"Content-Type": {"application/json"}}}
	if platform == MacOS {
		c.Channel = channel(item.Profile)
	}
	if remote != nil {
		if is := remote.Fields["channel"]; platform == MacOS && is != "" && is != c.Channel {
			return nil, fmt.Errorf("the %s in Intune cannot be changed to the %s, as PayloadScope asks; delete configuration %s in Intune first, or change PayloadScope", is, c.Channel, remote.ID)
		}
		if !deploy.KeepsOwnName(remote) {
			c.DisplayName = "" // keep the name given by an administrator
		}
		r.Method, r.Path, c.Channel = http.MethodPatch, r.Path+"/"+url.PathEscape(remote.ID), ""
		r.Repeatable = true // the same content once more
	}
	r.Body, err = deploy.JSON(c)
	return r, err
}

// Outcome reads the ID.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	var c configuration
	err := json.Unmarshal(response.Body, &c)
	switch {
	case remote == nil && (err != nil || c.ID == ""):
		return deploy.Outcome{}, errors.New("the response has no configuration ID; use --check to see if the configuration is there")
	case remote == nil:
		return deploy.Outcome{ID: c.ID, Note: "assign it to a group in Intune to deliver it"}, nil
	case len(response.Body) > 0 && (err != nil || c.ID != remote.ID):
		return deploy.Outcome{}, errors.New("the response is about another configuration; use --check to compare")
	}
	return deploy.Outcome{ID: remote.ID}, nil
}
