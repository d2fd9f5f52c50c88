// Package fleet brings profiles to a Fleet server (https://fleetdm.com), one by one: push.go of package deploy calls Server,
// and export writes a GitOps repository (folder.go). It never uses the batch endpoint, since that replaces all profiles of a
// team.
//
// API: https://fleetdm.com/docs/rest-api/rest-api#os-settings. Replacing a profile in place came in 2026:
// https://github.com/fleetdm/fleet/pull/49141.
package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

const profilesPath = "/api/v1/fleet/configuration_profiles"

// The label keys of the API: hosts need all labels, any label, or none of them.
const (
	IncludeAll = "labels_include_all"
	IncludeAny = "labels_include_any"
	ExcludeAny = "labels_exclude_any"
)

var labelKeys = []string{IncludeAll, IncludeAny, ExcludeAny}

// Server creates and replaces profiles of one team.
type Server struct {
	Client *deploy.Client
	Team   string              // ID or name, "" for hosts without a team
	Labels map[string][]string // by label key; empty keeps the labels of existing profiles

	teamID string // resolved from a name
}

// Options returns the client options of the API.
func Options(token string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Bearer(token), Message: responseMessage,
		// An older server without replacement knows the address, not the method.
		Accepts: func(status int, _ []byte) bool { return status == http.StatusMethodNotAllowed }}
}

// responseMessage extracts the message and reasons of a refusal (server/service/transport_error.go in fleetdm/fleet).
func responseMessage(body []byte) string {
	var e struct {
		Message string `json:"message"`
		Error   string `json:"error"` // sometimes, in place of the reasons
		Errors  []struct {
			Name   string `json:"name"`
			Reason string `json:"reason"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(body, &e)
	words := []string{e.Message, e.Error}
	for _, x := range e.Errors {
		if x.Name != "" && x.Name != "base" {
			x.Reason = x.Name + ": " + x.Reason
		}
		words = append(words, x.Reason)
	}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ": ")
}

// Prepare takes the unsigned content. Fleet's other refusals are checked before, from package mdm.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	if p.Identifier() == "" {
		return nil, errors.New("missing PayloadIdentifier: Fleet tells profiles apart by it")
	}
	item := &deploy.Item{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: Fleet takes no signed profiles")
	}
	return []*deploy.Item{item}, nil
}

// listedProfile is a profile in a list.
type listedProfile struct {
	UUID       string  `json:"profile_uuid"`
	Name       string  `json:"name"`
	Platform   string  `json:"platform"`
	Identifier string  `json:"identifier"`
	IncludeAll []label `json:"labels_include_all"`
	IncludeAny []label `json:"labels_include_any"`
	ExcludeAny []label `json:"labels_exclude_any"`
}

type label struct {
	Name string `json:"name"`
}

func (l *listedProfile) labels() map[string][]string {
	all := map[string][]string{}
	for i, labels := range [][]label{l.IncludeAll, l.IncludeAny, l.ExcludeAny} {
		for _, x := range labels {
			all[labelKeys[i]] = append(all[labelKeys[i]], x.Name)
		}
	}
	return all
}

// declarationPrefix is the first letter of a declaration's profile_uuid (server/fleet/mdm.go in fleetdm/fleet).
const declarationPrefix = "d"

// Find lists the profiles of the team, and reads those with an item's PayloadIdentifier.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	if err := d.resolveTeam(ctx); err != nil {
		return nil, err
	}
	query := url.Values{}
	if d.teamID != "" {
		query.Set("team_id", d.teamID)
	}
	var all []*deploy.Remote
	err := forEachPage(ctx, d.Client, profilesPath, "profiles", query, func(page *struct {
		Profiles []listedProfile `json:"profiles"`
		Meta     pageInfo        `json:"meta"`
	}) (ids []string, more bool, err error) {
		for _, l := range page.Profiles {
			ids = append(ids, l.UUID)
			if l.Identifier == "" || l.Platform == "windows" || l.Platform == "android" || strings.HasPrefix(l.UUID, declarationPrefix) {
				continue
			}
			labels, err := json.Marshal(l.labels())
			if err != nil {
				return nil, false, err
			}
			all = append(all, &deploy.Remote{ID: l.UUID, Name: l.Name, Identifier: l.Identifier, Fields: map[string]string{"labels": string(labels)}})
		}
		return ids, page.Meta.More, nil
	})
	if err != nil {
		return nil, err
	}
	found, err := deploy.Match(items, all)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if r == nil {
			continue
		}
		response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: profilesPath + "/" + url.PathEscape(r.ID), Query: url.Values{"alt": {"media"}}})
		if err != nil {
			return nil, err
		}
		r.Content = response.Body
	}
	return found, nil
}

// resolveTeam finds the team's ID.
func (d *Server) resolveTeam(ctx context.Context) error {
	if _, err := strconv.ParseUint(d.Team, 10, 64); err == nil || d.Team == "" {
		d.teamID = d.Team
		return nil
	}
	err := forEachPage(ctx, d.Client, "/api/v1/fleet/teams", "teams", url.Values{"query": {d.Team}}, func(page *struct {
		Teams []struct {
			ID   uint64 `json:"id"`
			Name string `json:"name"`
		} `json:"teams"`
	}) (ids []string, more bool, err error) {
		for _, t := range page.Teams {
			ids = append(ids, strconv.FormatUint(t.ID, 10))
			if t.Name == d.Team {
				d.teamID = strconv.FormatUint(t.ID, 10)
			}
		}
		return ids, len(page.Teams) == perPage && d.teamID == "", nil
	})
	if err == nil && d.teamID == "" {
		err = fmt.Errorf("the server has no team named %s", d.Team)
	}
	return err
}

// Compare compares the content, and the labels if any are given. Unreadable content gives a nil current value.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	current, wanted, err = deploy.CompareContent(item, remote)
	if current == nil || len(d.Labels) == 0 {
		return current, wanted, err
	}
	has := labelsOf(remote)
	for _, way := range labelKeys {
		if !sameLabels(has[way], d.Labels[way]) {
			current, wanted = deploy.WithField(current, way, plist.NewStrings(has[way]...)), deploy.WithField(wanted, way, plist.NewStrings(d.Labels[way]...))
		}
	}
	return current, wanted, nil
}

// scope returns the PayloadScope of a profile with Fleet's default (server/mdm/apple/mobileconfig in fleetdm/fleet).
func scope(content []byte) string {
	root, err := deploy.ReadContent(content)
	if err != nil {
		return "System"
	}
	return cmp.Or(root.String("PayloadScope"), "System")
}

func labelsOf(remote *deploy.Remote) (labels map[string][]string) {
	_ = json.Unmarshal([]byte(remote.Fields["labels"]), &labels)
	return labels
}

func sameLabels(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Request creates a profile, or replaces it in place. It sends the existing labels again: every request replaces the labels,
// and a profile without labels goes to all hosts (https://github.com/fleetdm/fleet/pull/49141).
func (d *Server) Request(item *deploy.Item, remote *deploy.Remote) (*deploy.Request, error) {
	if remote != nil {
		before, now := scope(remote.Content), scope(item.Body)
		if before != now {
			return nil, fmt.Errorf("the PayloadScope cannot change from %s to %s in Fleet; delete the profile in Fleet first, or give this one another PayloadIdentifier", before, now)
		}
	}
	labels := d.Labels
	if remote != nil && len(labels) == 0 {
		labels = labelsOf(remote)
	}
	var fields [][2]string
	r := &deploy.Request{Method: http.MethodPost, Path: profilesPath}
	if remote != nil {
		r.Method, r.Path, r.Repeatable = http.MethodPatch, profilesPath+"/"+url.PathEscape(remote.ID), true // the same once more
	} else if d.Team != "" {
		fields = append(fields, [2]string{"team_id", d.teamIDField()})
	}
	for _, way := range labelKeys {
		for _, name := range labels[way] {
			fields = append(fields, [2]string{way, name})
		}
	}
	var err error
	r.Body, r.Header, err = multipartForm(fields, item.Profile.FileName(), item.Body)
	return r, err
}

// teamIDField returns the team's ID, or a placeholder in a dry run without credentials.
func (d *Server) teamIDField() string {
	if _, err := strconv.ParseUint(d.Team, 10, 64); err == nil {
		return d.Team
	}
	if d.teamID == "" {
		return "(the ID of " + d.Team + ")"
	}
	return d.teamID
}

// Outcome reads the ID.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	if response.Status == http.StatusMethodNotAllowed {
		return deploy.Outcome{}, errors.New("this version of Fleet cannot replace a profile; delete it in Fleet and push again, or use GitOps")
	}
	var made struct {
		UUID string `json:"profile_uuid"`
	}
	err := json.Unmarshal(response.Body, &made)
	switch {
	case remote == nil && (err != nil || made.UUID == ""), remote != nil && len(response.Body) > 0 && err != nil:
		return deploy.Outcome{}, errors.New("unexpected response, not from Fleet; use --check to see if the profile is there")
	}
	return deploy.Outcome{ID: made.UUID}, nil
}
