package kmfddm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"syncguard/internal/deploy"
)

// The statuses of a declaration on a device.
const (
	active   = "Active"
	inactive = "Inactive" // valid, without an active activation
	invalid  = "Invalid"
)

// deviceStatus is a device's status of a declaration (GET /v1/declaration-status).
type deviceStatus struct {
	Identifier string          `json:"identifier"`
	Active     bool            `json:"active"`
	Valid      string          `json:"valid"`   // valid, invalid or unknown
	Current    bool            `json:"current"` // about the server's present version
	Reasons    json.RawMessage `json:"reasons"`
}

func (r *deviceStatus) status() string {
	switch {
	case r == nil || !r.Current:
		return ""
	case r.Valid == "invalid":
		return invalid
	case r.Valid == "valid" && r.Active:
		return active
	case r.Valid == "valid":
		return inactive
	}
	return ""
}

// Follow polls the server until every device has taken or refused the declarations, or time is up.
func (d *Server) Follow(ctx context.Context, items []*deploy.Item, report func(deploy.Report)) error {
	over := time.NewTimer(d.Wait)
	defer over.Stop()
	open := slices.Clone(items)
	for {
		statuses, err := d.statuses(ctx)
		if err != nil {
			return err
		}
		open = slices.DeleteFunc(open, func(item *deploy.Item) bool {
			a, ended := d.summarize(item, statuses)
			if ended {
				report(a)
			}
			return ended
		})
		if len(open) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			for _, item := range open {
				if a, _ := d.summarize(item, statuses); a.Status != "" {
					report(a)
				}
			}
			return nil
		case <-time.After(d.Poll):
		}
	}
}

// summarize combines the devices' statuses of a declaration into the worst one; ended means every device has finished.
func (d *Server) summarize(item *deploy.Item, statuses map[string][]deviceStatus) (a deploy.Report, ended bool) {
	a, ended = deploy.Report{Item: item, Final: true, OK: true}, true
	for _, id := range d.Enrollments {
		i := slices.IndexFunc(statuses[id], func(r deviceStatus) bool { return r.Identifier == item.Name })
		if i < 0 {
			ended = false
			continue
		}
		r := &statuses[id][i]
		status := r.status()
		ended = ended && (status == active || status == invalid)
		if status == invalid || status != "" && a.Status != invalid && (status == inactive || a.Status == "") {
			a.Status = status
		}
		if status == invalid {
			a.Errors = append(a.Errors, fmt.Sprintf("%s: %s", id, r.reasons()))
		}
	}
	a.OK = ended && a.Status == active
	return a, ended
}

// reasons returns the device's reasons for an invalid declaration.
func (r *deviceStatus) reasons() string {
	var all []struct {
		Code, Description string
	}
	if json.Unmarshal(r.Reasons, &all) != nil || len(all) == 0 {
		return "the device gives no reason"
	}
	var words []string
	for _, x := range all {
		words = append(words, strings.TrimSuffix(x.Code+": "+x.Description, ": "))
	}
	return strings.Join(words, "; ")
}

// perRequest is how many enrollments one request names, to keep its path short enough for proxies.
const perRequest = 50

// statuses requests the devices' statuses, by enrollment.
func (d *Server) statuses(ctx context.Context) (map[string][]deviceStatus, error) {
	all := map[string][]deviceStatus{}
	for some := range slices.Chunk(d.Enrollments, perRequest) {
		var ids []string
		for _, id := range some {
			ids = append(ids, url.PathEscape(id))
		}
		response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: "/v1/declaration-status/" + strings.Join(ids, ",")})
		if err != nil {
			return nil, err
		}
		statuses := map[string][]deviceStatus{}
		if len(response.Body) > 0 && json.Unmarshal(response.Body, &statuses) != nil {
			return nil, errors.New("unexpected response, not a status of KMFDDM's API; check the server address")
		}
		for id, r := range statuses {
			all[id] = r
		}
	}
	return all, nil
}
