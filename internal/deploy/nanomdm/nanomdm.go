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
const user = "nanomdm"

// Options are those of a client of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic{User: user, Password: key}, Answers: isResult}
}

// Destination enqueues commands for some enrollments.
type Destination struct {
	Enrollments []string // IDs as NanoMDM has them
	Generation  string   // another one makes another command of the same profile; "" at first
	NoPush      bool     // devices are not notified
	Remove      []string // identifiers of profiles that are to be removed
	List        bool     // ask for the profiles of the devices

	Now time.Time

	// What devices say is read from the webhook, nil for not at all.
	Webhook *Webhook
	Wait    time.Duration // for the devices
	Client  *deploy.Client
	Ask     bool // have Find ask the devices what they have: it needs Webhook and Client
}

// Pack makes one parcel an enrollment of a profile, whose bytes stay as they are.
func (d *Destination) Pack(p *deploy.Profile) ([]*deploy.Parcel, error) {
	return d.parcels(installProfile, p, p.File, !d.Ask), nil
}

// Commands makes the parcels that are about no file.
func (d *Destination) Commands() []*deploy.Parcel {
	var all []*deploy.Parcel
	for _, identifier := range d.Remove {
		all = append(all, d.parcels(removeProfile, &deploy.Profile{Name: "remove " + identifier}, []byte(identifier), true)...)
	}
	if d.List {
		all = append(all, d.parcels(profileList, &deploy.Profile{Name: "list of profiles"}, nil, true)...)
	}
	return all
}

func (d *Destination) parcels(requestType string, p *deploy.Profile, body []byte, sends bool) []*deploy.Parcel {
	var parcels []*deploy.Parcel
	for _, id := range d.Enrollments {
		parcels = append(parcels, &deploy.Parcel{Profile: p, Name: requestType, For: id, Body: body, Sends: sends})
	}
	return parcels
}

// Find finds nothing, since the API does not say what devices have, unless the devices themselves are to be asked.
func (d *Destination) Find(ctx context.Context, parcels []*deploy.Parcel) ([]*deploy.Held, error) {
	held := make([]*deploy.Held, len(parcels))
	if !d.Ask {
		return held, nil
	}
	lists, err := d.ask(ctx)
	if err != nil {
		return nil, err
	}
	for i, p := range parcels {
		list, answered := lists[p.For]
		j := slices.IndexFunc(list, func(x deploy.Installed) bool { return x.Identifier == p.Profile.Text("PayloadIdentifier") })
		switch {
		case !answered:
			held[i] = &deploy.Held{}
		case j >= 0:
			held[i] = &deploy.Held{ID: list[j].UUID, Name: list[j].DisplayName, Fields: map[string]string{fieldUUID: list[j].UUID}}
		}
	}
	return held, nil
}

const fieldUUID = "PayloadUUID"

// Compare knows of what a device has no more than the UUID.
func (d *Destination) Compare(p *deploy.Parcel, h *deploy.Held) (held, wanted *plist.Value, err error) {
	old, told := h.Fields[fieldUUID]
	if !told {
		return nil, nil, nil
	}
	only := func(uuid string) *plist.Value {
		return plist.NewDictionary(plist.Field{Key: "PayloadIdentifier", Value: plist.NewString(p.Profile.Text("PayloadIdentifier"))},
			plist.Field{Key: fieldUUID, Value: plist.NewString(uuid)})
	}
	want := p.Profile.Text(fieldUUID)
	if strings.EqualFold(old, want) { // a UUID is the same in capitals
		old = want
	}
	return only(old), only(want), nil
}

// ask has the devices list their profiles, and returns what those said that answered in time, by enrollment.
func (d *Destination) ask(ctx context.Context) (map[string][]deploy.Installed, error) {
	lister := &Destination{Enrollments: d.Enrollments, NoPush: d.NoPush, List: true, Now: d.Now, Webhook: d.Webhook, Wait: d.Wait}
	parcels := lister.Commands()
	lister.Expect(parcels)
	for _, p := range parcels {
		request, err := lister.Request(p, nil)
		if err != nil {
			return nil, err
		}
		answer, err := d.Client.Do(ctx, request)
		if err == nil {
			_, err = lister.Outcome(p, nil, answer)
		}
		if err != nil {
			return nil, fmt.Errorf("asking %s for its profiles: %w", p.For, err)
		}
	}
	if _, err := deploy.Finish(ctx, lister, d.Client, parcels); err != nil {
		return nil, err
	}
	lists := map[string][]deploy.Installed{}
	err := lister.Follow(ctx, parcels, func(a deploy.Answer) {
		if a.OK {
			lists[a.Parcel.For] = a.Profiles
		}
	})
	return lists, err
}

// Follows says whether there is a webhook to read from.
func (d *Destination) Follows() bool { return d.Webhook != nil }

// Expect is told of the parcels before they are sent.
func (d *Destination) Expect(parcels []*deploy.Parcel) { d.Webhook.expect(d, parcels) }

// Follow tells what the devices report.
func (d *Destination) Follow(ctx context.Context, parcels []*deploy.Parcel, tell func(deploy.Answer)) error {
	open := map[*deploy.Parcel]bool{}
	for _, p := range parcels {
		open[p] = true
	}
	return d.Webhook.await(ctx, open, d.Wait, tell)
}

// CheckEnrollment says what is wrong with an enrollment ID: it stands in a path, where a comma parts several.
func CheckEnrollment(id string) error {
	bad := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`,/\?#%`, r) }
	if id == "" || id == "." || id == ".." || len(id) > 255 || strings.ContainsFunc(id, bad) {
		return fmt.Errorf("%q is no enrollment ID", id)
	}
	return nil
}

var errNoResult = errors.New("the answer is no result of NanoMDM's API; is this its address?")
