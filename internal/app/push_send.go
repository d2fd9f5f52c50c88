package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
)

// show adds the requests of a dry run to the result.
func (p *pushRun) show(changes []*deploy.Change) error {
	created := false
	for _, c := range changes {
		row := p.rowOf(c)
		created = created || c.Action == deploy.Create
		if c.Action != deploy.Keep {
			request, masked, err := p.session.MaskedRequest(c)
			if err != nil {
				return err
			}
			if masked {
				note := "secrets are masked here, so sizes and checksums differ from the real request"
				if c.Item.Profile.Signed {
					note += "; so does the signature"
				}
				row.Notes = append(row.Notes, note)
			}
			row.Request = p.maskedRequest(request)
		}
		p.result.add(row)
	}
	if p.session.FinalRequests != nil {
		for _, r := range p.session.FinalRequests(itemsOf(changes)) {
			p.result.Last = append(p.result.Last, *p.maskedRequest(r))
		}
	}
	if !p.setup.HasCredentials() && created {
		p.warn(fmt.Sprintf("the server was not asked for its profiles: missing %s", strings.Join(slices.Compact(p.setup.Missing), " and ")), "")
	}
	return nil
}

// maskedRequest returns a request with its credentials masked.
func (p *pushRun) maskedRequest(r *deploy.Request) *PushRequest {
	c := p.session.Client
	shown := &PushRequest{Method: r.Method, URL: c.URL(r), Header: c.Header(r), Body: string(r.Body)}
	if scheme := c.Scheme(); scheme != "" {
		shown.Header.Set("Authorization", scheme+" (secret)")
	}
	return shown
}

// compare adds to the result how the server's copy of each profile differs from the one to send.
func (p *pushRun) compare(changes []*deploy.Change) error {
	server := p.setup.Destination.Server().Name
	for _, c := range changes {
		row := p.rowOf(c)
		switch {
		case c.Action == deploy.Send:
			row.Action = PushUnknown
			row.Notes = append(row.Notes, server+" does not show the profiles of devices")
		case c.Remote == nil:
			row.Action = PushMissing
		case c.Old == nil:
			row.Action = PushUnknown
			row.Notes = append(row.Notes, server+" does not show the content of its profiles")
		case c.Action == deploy.Keep:
			row.Action = PushSame
		default:
			row.Action = PushDifferent
			p.markEchoes(c.Old, c.New)
			d, err := diff.Compare(p.side(server, c.Old), p.side(c.Item.Profile.Name, c.New), p.check.catalog)
			if err != nil {
				return fmt.Errorf("comparing %s with the server: %w", c.Item.Profile.Name, err)
			}
			row.Difference = d
		}
		p.result.add(row)
	}
	return nil
}

// markEchoes marks the texts of the server's copy with a secret of this run in them.
func (p *pushRun) markEchoes(old, sent *plist.Value) {
	own := map[string]bool{}
	for n := range plist.Walk(sent) {
		own[n.Text] = true
	}
	for n := range plist.Walk(old) {
		if n.Kind == plist.String && !n.Secret && !own[n.Text] {
			n.Secret = p.setup.Redactor.Has(n.Text)
		}
	}
}

// side returns a side of a comparison, secrets masked.
func (p *pushRun) side(name string, v *plist.Value) *diff.Side {
	root := diff.Unfold(v)
	secret.Mark(root)
	return &diff.Side{Name: name, Root: root, Declaration: p.setup.Declarations}
}

// sending is the sending part of a run.
type sending struct {
	*pushRun
	onServer []*deploy.Item       // items the server has now
	row      map[*deploy.Item]int // index of an item's row in the results
	lastErr  error                // last failure; a skipped item does not replace a real one
}

// send sends the changes and tells each finished one.
func (p *pushRun) send(ctx context.Context, changes []*deploy.Change) error {
	s := &sending{pushRun: p, row: map[*deploy.Item]int{}}
	session := p.session
	if session.Expect != nil {
		session.Expect(itemsOf(changes))
	}
	var rows []Pushed
	for _, c := range changes {
		rows = append(rows, p.rowOf(c))
	}
	p.tell(PushEvent{Kind: PushPlanned, Items: rows})
	session.Push(ctx, changes, func(r deploy.Result) {
		s.sent(r)
		if p.o.Steps {
			p.step("pushing", len(changes))
		}
	})
	if session.FinalRequests != nil && len(s.onServer) > 0 {
		failed, err := session.Finish(ctx, s.onServer)
		p.result.NotNotified = map[string]string{}
		for id, why := range failed {
			p.result.NotNotified[p.setup.Redactor.Quote(id)] = p.setup.Redactor.Quote(why)
		}
		if err != nil {
			p.result.NotifyError, s.lastErr = p.setup.Redactor.Hide(err.Error()), err
		}
		p.tell(PushEvent{Kind: PushNotified, Result: p.result})
	}
	if session.Follow != nil && len(s.onServer) > 0 {
		s.follow(ctx)
	}
	return s.verdict(ctx)
}

func itemsOf(changes []*deploy.Change) []*deploy.Item {
	var items []*deploy.Item
	for _, c := range changes {
		items = append(items, c.Item)
	}
	return items
}

// rowOf returns the row of a change, before its result.
func (p *pushRun) rowOf(c *deploy.Change) Pushed {
	row := Pushed{File: c.Item.Profile.Name, Identifier: c.Item.Profile.Identifier(), For: c.Item.Enrollment,
		Action: string(c.Action), Notes: append([]string{}, c.Item.Notes...)}
	if c.Remote != nil {
		row.ID = p.setup.Redactor.Quote(c.Remote.ID)
	}
	return row
}

// sent adds the result of a change, and tells it.
func (s *sending) sent(r deploy.Result) {
	row := s.rowOf(r.Change)
	row.ID = s.setup.Redactor.Quote(r.ID)
	if r.Note != "" {
		row.Notes = append(row.Notes, s.setup.Redactor.Hide(r.Note))
	}
	switch {
	case deploy.WasSkipped(r.Err):
		row.Action, row.Error = PushNotSent, r.Err.Error()
	case r.Err == deploy.ErrUnanswered:
		row.Action, row.Error = PushUnanswered, r.Err.Error()
	case r.Err != nil:
		row.Action, row.Error = PushFailed, s.setup.Redactor.Hide(r.Err.Error())
	case r.Kept && r.Action == deploy.Send:
		row.Action = PushSentBefore
	case r.Kept:
		row.Action = PushUnchanged
	default:
		row.Action = map[deploy.Action]string{deploy.Create: PushCreated, deploy.Update: PushUpdated, deploy.Send: PushSent}[r.Action]
	}
	switch {
	case r.Err == nil:
		s.onServer = append(s.onServer, r.Item)
	case s.lastErr == nil || !deploy.WasSkipped(r.Err):
		s.lastErr = r.Err
	}
	s.row[r.Item] = len(s.result.Results)
	s.result.add(row)
	s.tell(PushEvent{Kind: PushDone, Items: []Pushed{row}})
}

// follow waits for the devices' answers and tells them. It leaves out commands sent by an earlier push: devices may have answered
// those already.
func (s *sending) follow(ctx context.Context) {
	waiting := map[*deploy.Item]bool{}
	var sent []*deploy.Item
	for _, item := range s.onServer {
		if s.result.Results[s.row[item]].Action != PushSentBefore {
			waiting[item], sent = true, append(sent, item)
		}
	}
	if len(sent) == 0 {
		return
	}
	s.tell(PushEvent{Kind: PushWaiting})
	err := s.session.Follow(ctx, sent, func(a deploy.Report) {
		if a.Final {
			delete(waiting, a.Item)
		}
		s.recordAnswer(a)
	})
	for _, item := range sent {
		if waiting[item] {
			s.recordAnswer(deploy.Report{Item: item, Final: true})
		}
	}
	if err != nil && ctx.Err() == nil {
		s.lastErr = err
		s.tell(PushEvent{Kind: PushLost, Err: s.setup.Redactor.HideError(err)})
	}
}

// recordAnswer records a device's answer about an item, or the lack of one.
func (s *sending) recordAnswer(a deploy.Report) {
	row := &s.result.Results[s.row[a.Item]]
	quote := s.setup.Redactor.Quote // also what no device says, but a server in its name
	a.Status = quote(a.Status)
	for i, e := range a.Errors {
		a.Errors[i] = quote(e)
	}
	for i, p := range a.Profiles {
		a.Profiles[i] = deploy.Installed{Identifier: quote(p.Identifier), UUID: quote(p.UUID), DisplayName: quote(p.DisplayName)}
	}
	row.Device = &a
	if a.Final && !a.OK {
		s.result.Unconfirmed++
	}
	s.tell(PushEvent{Kind: PushAnswered, Items: []Pushed{*row}})
}

// verdict returns the error of an incomplete push, nil for a complete one.
func (s *sending) verdict(ctx context.Context) error {
	var err error
	switch r := s.result; {
	case r.Failed > 0:
		err = fmt.Errorf("%d of %d not pushed", r.Failed, len(r.Results))
	case r.NotifyError != "":
		err = errors.New("the server has everything, but notifying the devices failed")
	case len(r.NotNotified) > 0:
		err = errors.New("some devices were not notified: they get the changes when they connect by themselves")
	case r.Unconfirmed > 0:
		return diag.WithHint(fmt.Errorf("%d of %d not acknowledged by the device", r.Unconfirmed, len(r.Results)), "%s", s.session.PendingNote)
	default:
		return nil // even if interrupted after the last change
	}
	if ctx.Err() != nil {
		return diag.WithHint(fmt.Errorf("interrupted: %w", err), "run it again: finished changes are not repeated")
	}
	var dial *net.OpError
	switch {
	case errors.Is(s.lastErr, deploy.ErrUnauthorized) || deploy.IsStatus(s.lastErr, http.StatusUnauthorized):
		return diag.WithHint(err, "check the credentials; nothing was retried, since that can lock the account")
	case errors.As(s.lastErr, &dial) && dial.Op == "dial":
		return diag.WithHint(err, "check the server's address, then run it again")
	case trustHint(s.lastErr) != s.lastErr:
		return diag.WithHint(err, caHint)
	}
	return diag.WithHint(err, "fix the cause, then run it again: finished changes are not repeated")
}
