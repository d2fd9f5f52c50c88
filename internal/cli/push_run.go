package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/report"
	"syncguard/internal/ship"
)

func (p *pushing) run(ctx context.Context) error {
	if err := p.o.validate(); err != nil {
		return err
	}
	profiles, err := p.load()
	if err != nil {
		return err
	}
	d, client, err := p.connect(ctx, p)
	if err != nil {
		return err
	}
	parcels, err := p.pack(d, profiles)
	if err != nil {
		return err
	}
	steps, err := ship.Plan(ctx, d, parcels, p.asks())
	if err != nil {
		return err
	}
	result := &report.Push{Destination: p.name, Server: client.Address(), Asked: p.asks(), Results: []report.Pushed{}}
	switch {
	case p.o.dryRun:
		return p.show(result, d, client, steps)
	case p.o.check:
		return p.compare(result, steps)
	}
	return p.push(ctx, result, d, client, steps)
}

// push sends, tells of each step when it is done, and sums up.
func (p *pushing) push(ctx context.Context, result *report.Push, d ship.Destination, c *ship.Client, steps []*ship.Step) error {
	out := p.env.out()
	rows := report.NewPushRows(pushedNames(steps))
	ship.Push(ctx, d, c, steps, func(r ship.Result) {
		row := pushed(r)
		result.Add(row)
		if !p.o.format.isJSON() {
			out.Pushed(rows, row)
		}
	})
	if p.o.format.isJSON() {
		if err := report.WriteJSON(p.env.Stdout, result); err != nil {
			return err
		}
	} else {
		out.PushTotals(result)
	}
	if result.Failed == 0 {
		return nil
	}
	err := fmt.Errorf("%d of %d were not pushed", result.Failed, len(result.Results))
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %w", err)
	}
	return withHint(err, "run it again when the cause is gone: what is done already is not done twice")
}

// pushed says what came of a step.
func pushed(r ship.Result) report.Pushed {
	row := pushedRow(r.Step)
	row.ID = r.ID
	if r.Note != "" {
		row.Notes = append(row.Notes, r.Note)
	}
	switch {
	case errors.Is(r.Err, ship.ErrInterrupted) || errors.Is(r.Err, ship.ErrUnauthorized):
		row.Action, row.Error = report.NotSent, r.Err.Error()
	case r.Err != nil:
		row.Action, row.Error = report.Failed, r.Err.Error()
	case r.Kept:
		row.Action = report.Unchanged
	default:
		row.Action = map[ship.Action]string{ship.Create: report.Created, ship.Update: report.Updated, ship.Send: report.Sent}[r.Action]
	}
	return row
}

// pushedRow says which profile a step is about, and for whom.
func pushedRow(s *ship.Step) report.Pushed {
	row := report.Pushed{File: s.Parcel.Profile.Name, Identifier: s.Parcel.Profile.Text("PayloadIdentifier"), For: s.Parcel.For,
		Action: string(s.Action), Notes: append([]string{}, s.Parcel.Notes...)}
	if s.Held != nil {
		row.ID = s.Held.ID
	}
	return row
}

func pushedNames(steps []*ship.Step) []string {
	var names []string
	for _, s := range steps {
		names = append(names, report.PushedName(pushedRow(s)))
	}
	return names
}

// show writes what would be sent.
func (p *pushing) show(result *report.Push, d ship.Destination, c *ship.Client, steps []*ship.Step) error {
	result.DryRun = true
	for _, s := range steps {
		row := pushedRow(s)
		if s.Action != ship.Keep {
			request, masked, err := p.masked(d, s)
			if err != nil {
				return err
			}
			if masked {
				row.Notes = append(row.Notes, "secrets are masked here, so that the signature and all that is computed from the content differ")
			}
			row.Request = &report.PushRequest{Method: request.Method, URL: c.URL(request), Header: c.Header(request), Body: string(request.Body)}
			if scheme := c.Scheme(); scheme != "" {
				row.Request.Header.Set("Authorization", scheme+" (secret)")
			}
		}
		result.Add(row)
	}
	if p.o.format.isJSON() {
		return report.WriteJSON(p.env.Stdout, result)
	}
	p.env.out().PushPlan(result, p.o.full)
	if !p.asks() {
		p.env.err().Warning(p.describeUnknown())
	}
	return nil
}

// masked returns the request of a step, made of the profile without its secrets, and whether it has any.
func (p *pushing) masked(d ship.Destination, s *ship.Step) (r *ship.Request, masked bool, err error) {
	profile := *s.Parcel.Profile
	if !hasSecrets(profile.Root) {
		r, err = d.Request(s.Parcel, s.Held)
		return r, false, err
	}
	profile.Root = withoutSecrets(profile.Root)
	if profile.Content, err = plist.Write(profile.Root); err != nil {
		return nil, true, fmt.Errorf("%s: masking its secrets: %w", profile.Name, err)
	}
	profile.File, profile.Signed = profile.Content, false
	parcels, err := d.Pack(&profile)
	if err != nil {
		return nil, true, fmt.Errorf("%s: masking its secrets: %w", profile.Name, err)
	}
	i := slices.IndexFunc(parcels, func(like *ship.Parcel) bool { return like.For == s.Parcel.For })
	r, err = d.Request(parcels[max(i, 0)], s.Held)
	return r, true, err
}

func hasSecrets(v *plist.Value) bool {
	if v == nil {
		return false
	}
	return v.Secret || slices.ContainsFunc(v.Items, hasSecrets) || slices.ContainsFunc(v.Fields, func(f plist.Field) bool { return hasSecrets(f.Value) })
}

// withoutSecrets copies a tree with a mask in the place of each secret.
func withoutSecrets(v *plist.Value) *plist.Value {
	if v == nil {
		return nil
	}
	c := *v
	switch {
	case v.Secret && v.Kind == plist.Data:
		c.Data = []byte("(secret)")
	case v.Secret:
		c.Text = "(secret)"
	}
	c.Fields, c.Items = nil, nil
	for _, f := range v.Fields {
		c.Fields = append(c.Fields, plist.Field{Key: f.Key, KeySpan: f.KeySpan, Value: withoutSecrets(f.Value)})
	}
	for _, item := range v.Items {
		c.Items = append(c.Items, withoutSecrets(item))
	}
	return &c
}
