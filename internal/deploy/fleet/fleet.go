// Package fleet brings profiles to a Fleet server (https://fleetdm.com), one by one. The endpoint that takes many replaces all that a
// team has, and is never used.
//
// Its shapes are those of https://fleetdm.com/docs/rest-api/rest-api#os-settings; replacing a profile in place came in 2026:
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

// The ways in which labels choose hosts, by the names of the API.
const (
	IncludeAll = "labels_include_all"
	IncludeAny = "labels_include_any"
	ExcludeAny = "labels_exclude_any"
)

var labelKeys = []string{IncludeAll, IncludeAny, ExcludeAny}

// Server creates and replaces profiles of one team.
type Server struct {
	Client *deploy.Client
	Team   string              // its ID or name, "" for hosts of no team
	Labels map[string][]string // by way; none leaves those that a profile has

	teamID string // of a team that was given by its name, when it is known
}

// Options are those of a client of the API.
func Options(token string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Bearer(token), Message: responseMessage,
		// A server from before profiles could be replaced knows the address, and not the method.
		Accepts: func(status int, _ []byte) bool { return status == http.StatusMethodNotAllowed }}
}

// message finds the words of a refusal: message, and a reason each (server/service/transport_error.go in fleetdm/fleet).
func responseMessage(body []byte) string {
	var e struct {
		Message string `json:"message"`
		Error   string `json:"error"` // in place of the reasons, for some
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

// Prepare takes the content, unsigned. What else Fleet refuses is known to package mdm, and checked before.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	if p.Identifier() == "" {
		return nil, errors.New("it has no PayloadIdentifier, by which Fleet tells profiles apart")
	}
	item := &deploy.Item{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: Fleet takes no signed profile")
	}
	return []*deploy.Item{item}, nil
}

// listed is a profile in a list.
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

// declaration is what the profile_uuid of a declaration begins with (server/fleet/mdm.go in fleetdm/fleet).
const declarationPrefix = "d"

// Find lists the profiles of the team, and reads those with the PayloadIdentifier of an item.
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
	}) (n int, more bool, err error) {
		for _, l := range page.Profiles {
			if l.Identifier == "" || l.Platform == "windows" || l.Platform == "android" || strings.HasPrefix(l.UUID, declarationPrefix) {
				continue
			}
			labels, err := json.Marshal(l.labels())
			if err != nil {
				return 0, false, err
			}
			all = append(all, &deploy.Remote{ID: l.UUID, Name: l.Name, Identifier: l.Identifier, Fields: map[string]string{"labels": string(labels)}})
		}
		return len(page.Profiles), page.Meta.More, nil
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

// resolveTeam finds the ID of the team.
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
	}) (n int, more bool, err error) {
		for _, t := range page.Teams {
			if t.Name == d.Team {
				d.teamID = strconv.FormatUint(t.ID, 10)
			}
		}
		return len(page.Teams), len(page.Teams) == perPage && d.teamID == "", nil
	})
	if err == nil && d.teamID == "" {
		err = fmt.Errorf("the server has no team of the name %s", d.Team)
	}
	return err
}

// Compare compares what the profile says, and the labels where some were asked for. What cannot be read is not told.
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

// scope is the PayloadScope of a profile, by Fleet's own default (server/mdm/apple/mobileconfig in fleetdm/fleet).
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

// Request creates a profile, or replaces it in place. The labels that it has are sent again: Fleet replaces them at each request,
// and a profile without labels goes to all hosts (https://github.com/fleetdm/fleet/pull/49141).
func (d *Server) Request(item *deploy.Item, remote *deploy.Remote) (*deploy.Request, error) {
	if remote != nil {
		before, now := scope(remote.Content), scope(item.Body)
		if before != now {
			return nil, fmt.Errorf("PayloadScope is %s there and %s here, which Fleet refuses; delete the profile there, or give this one another PayloadIdentifier", before, now)
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

// team is the ID, or what stands for it in a dry run that may not ask.
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
		return deploy.Outcome{}, errors.New("this version of Fleet cannot replace a profile; delete it there and push again, or apply it by GitOps")
	}
	var made struct {
		UUID string `json:"profile_uuid"`
	}
	err := json.Unmarshal(response.Body, &made)
	switch {
	case remote == nil && (err != nil || made.UUID == ""), remote != nil && len(response.Body) > 0 && err != nil:
		return deploy.Outcome{}, errors.New("the answer is not one of Fleet's; --check says whether it has the profile")
	}
	return deploy.Outcome{ID: made.UUID}, nil
}
