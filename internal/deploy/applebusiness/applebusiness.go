// Package applebusiness brings profiles to Apple Business, Apple's own device management, as custom settings. Apple validates
// them against its schemas, and refuses profiles accepted by other servers.
//
// See https://developer.apple.com/documentation/applebusinessapi/create-a-configuration.
package applebusiness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

const configurationsPath = "/v1/configurations"

// Server creates and updates configurations of the type CUSTOM_SETTING. Their assignments in Apple Business never change.
type Server struct {
	Client    *deploy.Client
	Platforms []string // such as PLATFORM_IOS; none lets Apple derive them from the payloads
}

// Options returns the client options of the API.
func Options(a deploy.Authorizer) deploy.Options {
	return deploy.Options{Authorizer: a, Message: responseMessage}
}

// responseMessage extracts the messages of an error:
// https://developer.apple.com/documentation/applebusinessapi/errorresponse.
func responseMessage(body []byte) string {
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

// Prepare takes the unsigned content: the API expects XML text.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	item := &deploy.Item{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: Apple Business takes text")
	}
	return []*deploy.Item{item}, nil
}

// Find reads the list page by page, and requests each custom setting, since the list leaves out the profiles.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	var all []*deploy.Remote
	err := d.Client.Pages(ctx, &deploy.Request{Method: http.MethodGet, Path: configurationsPath}, func(body []byte) (ids []string, next string, err error) {
		var page struct {
			Data  *[]resource `json:"data"`
			Links struct {
				Next string `json:"next"`
			} `json:"links"`
		}
		if err := json.Unmarshal(body, &page); err != nil || page.Data == nil {
			return nil, "", errors.New("the response is not a list of configurations; is this the address of the Apple Business API?")
		}
		for _, r := range *page.Data {
			ids = append(ids, r.ID)
			if r.Attributes.Type != "CUSTOM_SETTING" {
				continue
			}
			remote, err := d.get(ctx, r.ID)
			if deploy.IsStatus(err, http.StatusNotFound) {
				continue // deleted in the meantime
			}
			if err != nil {
				return nil, "", err
			}
			all = append(all, remote)
		}
		return ids, page.Links.Next, nil
	})
	if err != nil {
		return nil, err
	}
	return deploy.Match(items, all)
}

func (d *Server) get(ctx context.Context, id string) (*deploy.Remote, error) {
	if err := deploy.CheckID(id); err != nil {
		return nil, err
	}
	response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: configurationsPath + "/" + url.PathEscape(id)})
	if err != nil {
		return nil, err
	}
	var one struct {
		Data resource `json:"data"`
	}
	if err := json.Unmarshal(response.Body, &one); err != nil || one.Data.ID != id {
		return nil, fmt.Errorf("the response is not the requested configuration %s", id)
	}
	a := one.Data.Attributes
	slices.Sort(a.Platforms)
	remote := &deploy.Remote{ID: id, Name: a.Name, Fields: map[string]string{"platforms": strings.Join(a.Platforms, " ")}}
	if a.Values != nil {
		remote.Content = []byte(a.Values.Profile)
	}
	return remote, nil
}

// Compare compares the content, returned unchanged by Apple, and the platforms if any are given.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	current, wanted, err = deploy.CompareContent(item, remote)
	if has := strings.Fields(remote.Fields["platforms"]); current != nil && len(d.Platforms) > 0 && !slices.Equal(has, d.Platforms) {
		const name = "configuredForPlatforms"
		current, wanted = deploy.WithField(current, name, plist.NewStrings(has...)), deploy.WithField(wanted, name, plist.NewStrings(d.Platforms...))
	}
	return current, wanted, err
}

// Request creates a configuration, or updates the existing one.
func (d *Server) Request(item *deploy.Item, remote *deploy.Remote) (*deploy.Request, error) {
	r := resource{Type: "configurations", Attributes: attributes{Name: item.Name, Platforms: d.Platforms,
		Values: &settings{string(item.Body), item.Profile.FileName()}}}
	request := &deploy.Request{Method: http.MethodPost, Path: configurationsPath, Header: http.Header{"Content-Type": {"application/json"}}}
	if remote != nil {
		if !deploy.KeepsOwnName(remote) {
			r.Attributes.Name = remote.Name // keep the name given by an administrator
		}
		r.ID = remote.ID
		request.Method, request.Path, request.Repeatable = http.MethodPatch, configurationsPath+"/"+url.PathEscape(remote.ID), true
	} else {
		r.Attributes.Type = "CUSTOM_SETTING"
	}
	var err error
	request.Body, err = deploy.JSON(map[string]resource{"data": r})
	return request, err
}

// Outcome reads the ID.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	var one struct {
		Data resource `json:"data"`
	}
	err := json.Unmarshal(response.Body, &one)
	switch {
	case remote == nil && (err != nil || one.Data.ID == ""):
		return deploy.Outcome{}, errors.New("the response has no configuration ID; use --check to see if the configuration is there")
	case remote == nil:
		return deploy.Outcome{ID: one.Data.ID, Note: "add it to a blueprint in Apple Business to deliver it"}, nil
	case len(response.Body) > 0 && (err != nil || one.Data.ID != remote.ID):
		return deploy.Outcome{}, errors.New("the response is about another configuration; use --check to compare")
	}
	return deploy.Outcome{ID: remote.ID}, nil
}
