// Package nanomdm sends profiles to devices as commands of a NanoMDM server, which passes them on byte for byte. Start at
// Destination and Server; command.go writes commands, webhook.go reads the devices' reports.
//
// Its facts come from NanoMDM's API (docs/openapi.yaml), webhook (service/webhook/event.json) and source, v0.9.0; the
// commands from Apple's schemas (mdm/commands).
package nanomdm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

// apiUser is the user name required with the API key (operations guide, -api).
const apiUser = "nanomdm"

// Options returns the client options of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic(apiUser, key), Accepts: isResult}
}

// Server enqueues commands for enrollments.
type Server struct {
	Enrollments []string // IDs in NanoMDM
	Generation  string   // another text gives a new command for the same profile; "" at first
	NoPush      bool     // do not notify devices
	Remove      []string // identifiers of profiles to remove
	List        bool     // request the devices' profiles

	Now time.Time

	// Webhook receives the devices' reports, nil for none.
	Webhook    *Webhook
	Wait       time.Duration // for the devices
	Client     *deploy.Client
	AskDevices bool // Find asks the devices for their profiles; needs Webhook and Client
}

// Prepare makes one item for each enrollment, with the bytes of the file.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	return d.itemsFor(installProfile, p, p.File, !d.AskDevices), nil
}

// Commands makes the items without a file.
func (d *Server) Commands() []*deploy.Item {
	var all []*deploy.Item
	for _, identifier := range d.Remove {
		all = append(all, d.itemsFor(removeProfile, &deploy.Profile{Name: "remove " + identifier}, []byte(identifier), true)...)
	}
	if d.List {
		all = append(all, d.itemsFor(profileList, &deploy.Profile{Name: "list of profiles"}, nil, true)...)
	}
	return all
}

func (d *Server) itemsFor(requestType string, p *deploy.Profile, body []byte, sends bool) []*deploy.Item {
	var items []*deploy.Item
	for _, id := range d.Enrollments {
		items = append(items, &deploy.Item{Profile: p, Name: requestType, Enrollment: id, Body: body, IsCommand: sends})
	}
	return items
}

// Find returns nil for every item, since the API does not know the devices' profiles, unless AskDevices is set.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	remotes := make([]*deploy.Remote, len(items))
	if !d.AskDevices {
		return remotes, nil
	}
	lists, err := d.listProfiles(ctx)
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		list, answered := lists[item.Enrollment]
		j := slices.IndexFunc(list, func(x deploy.Installed) bool { return x.Identifier == item.Profile.Text("PayloadIdentifier") })
		switch {
		case !answered:
			remotes[i] = &deploy.Remote{}
		case j >= 0:
			remotes[i] = &deploy.Remote{ID: list[j].UUID, Name: list[j].DisplayName, Fields: map[string]string{fieldUUID: list[j].UUID}}
		}
	}
	return remotes, nil
}

const fieldUUID = "PayloadUUID"

// Compare compares the PayloadUUID, the only content known of a device.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	old, told := remote.Fields[fieldUUID]
	if !told {
		return nil, nil, nil
	}
	only := func(uuid string) *plist.Value {
		return plist.NewDictionary(plist.Field{Key: "PayloadIdentifier", Value: plist.NewString(item.Profile.Text("PayloadIdentifier"))},
			plist.Field{Key: fieldUUID, Value: plist.NewString(uuid)})
	}
	want := item.Profile.Text(fieldUUID)
	if strings.EqualFold(old, want) { // UUIDs ignore case
		old = want
	}
	return only(old), only(want), nil
}

// listProfiles requests the devices' profiles and returns those reported in time, by enrollment.
func (d *Server) listProfiles(ctx context.Context) (map[string][]deploy.Installed, error) {
	lister := &Server{Enrollments: d.Enrollments, NoPush: d.NoPush, List: true, Now: d.Now, Webhook: d.Webhook, Wait: d.Wait, Client: d.Client}
	session := lister.Session()
	items := session.Commands
	changes, err := session.Plan(ctx, items, false)
	lister.Expect(items)
	session.Push(ctx, changes, func(r deploy.Result) {
		if r.Err != nil {
			err = errors.Join(err, fmt.Errorf("asking %s for its profiles: %w", r.Item.Enrollment, r.Err))
		}
	})
	if err != nil {
		return nil, err
	}
	if _, err := session.Finish(ctx, items); err != nil {
		return nil, err
	}
	lists := map[string][]deploy.Installed{}
	err = lister.Follow(ctx, items, func(a deploy.Report) {
		if a.OK {
			lists[a.Item.Enrollment] = a.Profiles
		}
	})
	return lists, err
}

// Expect announces items before they are sent.
func (d *Server) Expect(items []*deploy.Item) { d.Webhook.expect(d, items) }

// Follow reports the devices' reports.
func (d *Server) Follow(ctx context.Context, items []*deploy.Item, report func(deploy.Report)) error {
	open := map[*deploy.Item]bool{}
	for _, item := range items {
		open[item] = true
	}
	return d.Webhook.await(ctx, open, d.Wait, report)
}

var errNoResult = errors.New("unexpected response, not a result of NanoMDM's API; check the server address")
