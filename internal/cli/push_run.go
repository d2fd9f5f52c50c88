package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	"syncguard/internal/deploy"
	"syncguard/internal/view"
)

func (p *pushing) run(ctx context.Context) error {
	if err := p.o.validate(); err != nil {
		return err
	}
	profiles, err := p.load()
	if err != nil {
		return err
	}
	p.loaded = profiles
	for _, x := range profiles {
		p.hiding.addAll(x.Root)
	}
	defer p.close()
	d, client, err := p.connect(ctx, p)
	if err != nil {
		return err
	}
	parcels, err := p.pack(d, profiles)
	if err != nil {
		return err
	}
	if c, ok := d.(deploy.Commander); ok && !p.o.check {
		parcels = append(parcels, c.Commands()...)
	}
	steps, err := deploy.Plan(ctx, d, parcels, p.asks())
	if err != nil {
		return trustHint(p.hiding.hideIn(err))
	}
	result := &view.Push{Destination: p.name, Server: client.Address(), Asked: p.asks(), Results: []view.Pushed{}}
	switch {
	case p.o.dryRun:
		return p.show(result, d, client, steps)
	case p.o.check:
		return p.compare(result, steps)
	}
	return p.push(ctx, result, d, client, steps)
}

// push sends, tells of each step when it is done, and sums up.
func (p *pushing) push(ctx context.Context, result *view.Push, d deploy.Destination, c *deploy.Client, steps []*deploy.Step) error {
	s := &pushSending{pushing: p, result: result, out: p.env.out(), rows: view.NewPushRows(pushedNames(steps)), at: map[*deploy.Parcel]int{}, noted: map[string]bool{}}
	follower, _ := d.(deploy.Follower)
	if follower != nil && !follower.Follows() {
		follower = nil
	}
	if follower != nil {
		follower.Expect(parcelsOf(steps))
	}
	if p.o.format.isJSON() { // lines of text are progress enough
		s.progress = newProgress(p.env, "pushing", len(steps))
	}
	deploy.Push(ctx, d, c, steps, s.sent)
	s.progress.Clear()
	if f, ok := d.(deploy.Finisher); ok && len(s.there) > 0 {
		s.notify(ctx, f, c)
	}
	if follower != nil && len(s.there) > 0 {
		s.follow(ctx, follower)
	}
	if p.o.format.isJSON() {
		if err := view.WriteJSON(p.env.Stdout, result); err != nil {
			return err
		}
	} else {
		s.out.PushTotals(result)
	}
	return s.verdict(ctx)
}

func parcelsOf(steps []*deploy.Step) []*deploy.Parcel {
	var parcels []*deploy.Parcel
	for _, s := range steps {
		parcels = append(parcels, s.Parcel)
	}
	return parcels
}

// pushSending is the part of a run that changes something.
type pushSending struct {
	*pushing
	result *view.Push
	out    *view.Printer
	rows   view.PushRows
	there  []*deploy.Parcel       // what the server has now
	at     map[*deploy.Parcel]int // where the result of a parcel is
	noted  map[string]bool        // what was said already
	skips  int                    // how many were not sent
	cause  error                  // the last failure

	progress *view.Progress
}

// sent tells what came of a step.
func (s *pushSending) sent(r deploy.Result) {
	row := s.pushed(r)
	s.at[r.Parcel] = len(s.result.Results)
	s.result.Add(row)
	s.progress.Step()
	switch {
	case r.Err == nil:
		s.there = append(s.there, r.Parcel)
	case s.cause == nil || !deploy.WasEnded(r.Err):
		s.cause = r.Err
	}
	s.show(row)
}

// maxSkips is how many of those that were not sent are listed.
const maxSkips = 3

// show writes a result; what is noted of many is written once.
func (s *pushSending) show(row view.Pushed) {
	if row.Action == view.NotSent {
		s.skips++
	}
	if s.o.format.isJSON() || s.skips > maxSkips {
		return // the totals count them
	}
	row.Notes = slices.DeleteFunc(slices.Clone(row.Notes), func(note string) bool {
		again := s.noted[note]
		s.noted[note] = true
		return again
	})
	s.out.Pushed(s.rows, row)
}

// notify has the devices come for what is there.
func (s *pushSending) notify(ctx context.Context, f deploy.Finisher, c *deploy.Client) {
	failed, err := deploy.Finish(ctx, f, c, s.there)
	s.result.NotNotified = failed
	if err != nil {
		s.result.NotifyError, s.cause = s.hiding.hide(err.Error()), err
	}
	if !s.o.format.isJSON() {
		s.out.NotNotified(s.result)
	}
}

// follow tells what the devices make of what is there: a command that was sent before they may have answered before.
func (s *pushSending) follow(ctx context.Context, f deploy.Follower) {
	waiting := map[*deploy.Parcel]bool{}
	var sent []*deploy.Parcel
	for _, p := range s.there {
		if s.result.Results[s.at[p]].Action != view.SentBefore {
			waiting[p], sent = true, append(sent, p)
		}
	}
	if len(sent) == 0 {
		return
	}
	if !s.o.format.isJSON() {
		s.out.Line("waiting for the devices")
	}
	err := f.Follow(ctx, sent, func(a deploy.Answer) {
		if a.Final {
			delete(waiting, a.Parcel)
		}
		s.answered(a)
	})
	for _, p := range sent {
		if waiting[p] {
			s.answered(deploy.Answer{Parcel: p, Final: true})
		}
	}
	if err != nil && ctx.Err() == nil {
		s.cause = err
		s.env.err().Failure(s.hiding.hide(err.Error()))
	}
}

// answered takes in what a device says of a parcel, or that it says nothing.
func (s *pushSending) answered(a deploy.Answer) {
	row := &s.result.Results[s.at[a.Parcel]]
	row.Device = &view.PushedDevice{Status: a.Status}
	for _, e := range a.Errors {
		row.Device.Errors = append(row.Device.Errors, s.hiding.hide(e))
	}
	for _, x := range a.Profiles {
		row.Device.Profiles = append(row.Device.Profiles, view.InstalledProfile(x))
	}
	if a.Final && !a.OK {
		s.result.Unconfirmed++
	}
	if !s.o.format.isJSON() {
		s.out.PushedDevice(s.rows, *row)
	}
}

// verdict is what the exit code says.
func (s *pushSending) verdict(ctx context.Context) error {
	var err error
	switch r := s.result; {
	case r.Failed > 0:
		err = fmt.Errorf("%d of %d not pushed", r.Failed, len(r.Results))
	case r.NotifyError != "":
		err = errors.New("the server has it all, but what comes after that was not done")
	case len(r.NotNotified) > 0:
		err = errors.New("not every device could be notified: it gets what is enqueued when it connects by itself")
	case r.Unconfirmed > 0 && r.Failed == 0:
		return withHint(fmt.Errorf("%d of %d not acknowledged by the device", r.Unconfirmed, len(r.Results)),
			"what is enqueued stays so, and is taken when the device connects; running it again does not send it twice, and waits for nothing: --check --webhook-listen asks the device later")
	case r.Unconfirmed > 0:
		err = fmt.Errorf("%d of %d not acknowledged by the device", r.Unconfirmed, len(r.Results))
	}
	switch {
	case err == nil:
		return nil // also when it was interrupted after the last one
	case ctx.Err() != nil:
		err = fmt.Errorf("interrupted: %w", err)
	}
	var dial *net.OpError
	switch {
	case errors.Is(s.cause, deploy.ErrUnauthorized) || deploy.IsStatus(s.cause, http.StatusUnauthorized):
		return withHint(err, "check the credentials; nothing was tried again, since that can lock an account")
	case errors.As(s.cause, &dial) && dial.Op == "dial":
		return withHint(err, "check the address of the server, and run it again")
	case trustHint(s.cause) != s.cause:
		return withHint(err, caHint)
	}
	return withHint(err, "run it again when the cause is gone: what is done already is not done twice")
}
