// Package nanomdm brings profiles to devices by a NanoMDM server: as commands, which the server hands to a device byte for
// byte when it connects. What is known of the server is of its API (docs/openapi.yaml), its webhook (service/webhook/event.json)
// and its source, v0.9.0; the commands are those of Apple's schemas (mdm/commands).
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

// user is the name that NanoMDM wants with its API key (operations guide, -api).
const apiUser = "nanomdm"

// Options are those of a client of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic(apiUser, key), Accepts: isResult}
}

// Server enqueues commands for some enrollments.
type Server struct {
	Enrollments []string // IDs as NanoMDM has them
	Generation  string   // another one makes another command of the same profile; "" at first
	NoPush      bool     // devices are not notified
	Remove      []string // identifiers of profiles that are to be removed
	List        bool     // ask for the profiles of the devices

	Now time.Time

	// What devices say is read from the webhook, nil for not at all.
	Webhook    *Webhook
	Wait       time.Duration // for the devices
	Client     *deploy.Client
	AskDevices bool // have Find ask the devices what they have: it needs Webhook and Client
}

// Prepare makes one item an enrollment of a profile, whose bytes stay as they are.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	return d.itemsFor(installProfile, p, p.File, !d.AskDevices), nil
}

// Commands makes the items that are about no file.
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

// Find finds nothing, since the API does not say what devices have, unless the devices themselves are to be asked.
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

// Compare knows of what a device has no more than the UUID.
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
	if strings.EqualFold(old, want) { // a UUID is the same in capitals
		old = want
	}
	return only(old), only(want), nil
}

// ask has the devices list their profiles, and returns what those said that answered in time, by enrollment.
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

// Expect is told of the items before they are sent.
func (d *Server) Expect(items []*deploy.Item) { d.Webhook.expect(d, items) }

// Follow tells what the devices report.
func (d *Server) Follow(ctx context.Context, items []*deploy.Item, report func(deploy.Report)) error {
	open := map[*deploy.Item]bool{}
	for _, item := range items {
		open[item] = true
	}
	return d.Webhook.await(ctx, open, d.Wait, report)
}

var errNoResult = errors.New("the answer is no result of NanoMDM's API; is this its address?")
