package cli

import (
	"fmt"
	"slices"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
	"syncguard/internal/view"
)

// show writes what would be sent.
func (p *pushing) show(result *view.Push, d deploy.Destination, c *deploy.Client, steps []*deploy.Step) error {
	result.DryRun = true
	for _, s := range steps {
		row := pushedRow(s)
		if s.Action != deploy.Keep {
			request, masked, err := p.masked(d, s)
			if err != nil {
				return err
			}
			if masked {
				row.Notes = append(row.Notes, "secrets are masked here; the request holds them, and what is computed from it differs"+cond(s.Parcel.Profile.Signed, ", as does the signature"))
			}
			row.Request = shownRequest(c, request)
		}
		result.Add(row)
	}
	if f, ok := d.(deploy.Finisher); ok {
		for _, r := range f.Last(parcelsOf(steps)) {
			result.Last = append(result.Last, *shownRequest(c, r))
		}
	}
	if p.o.format.isJSON() {
		return view.WriteJSON(p.env.Stdout, result)
	}
	p.env.out().PushPlan(result, p.o.full)
	if !p.asks() && slices.ContainsFunc(steps, func(s *deploy.Step) bool { return s.Action == deploy.Create }) {
		p.env.err().Warning(p.describeUnknown())
	}
	return nil
}

// shownRequest is a request without the proof of who asks.
func shownRequest(c *deploy.Client, r *deploy.Request) *view.PushRequest {
	shown := &view.PushRequest{Method: r.Method, URL: c.URL(r), Header: c.Header(r), Body: string(r.Body)}
	if scheme := c.Scheme(); scheme != "" {
		shown.Header.Set("Authorization", scheme+" (secret)")
	}
	return shown
}

// masked returns the request of a step, made of the profile without its secrets, and whether it has any.
func (p *pushing) masked(d deploy.Destination, s *deploy.Step) (r *deploy.Request, masked bool, err error) {
	profile := *s.Parcel.Profile
	if !hasSecrets(profile.Root) {
		r, err = d.Request(s.Parcel, s.Held)
		return r, false, err
	}
	profile.Root = withoutSecrets(profile.Root)
	write := plist.Write
	if profile.Declaration {
		write = plist.WriteJSON
	}
	if profile.Content, err = write(profile.Root); err != nil {
		return nil, true, fmt.Errorf("%s: masking its secrets: %w", profile.Name, err)
	}
	profile.File, profile.Signed = profile.Content, false
	parcels, err := d.Pack(&profile)
	if err != nil {
		return nil, true, fmt.Errorf("%s: masking its secrets: %w", profile.Name, err)
	}
	i := slices.IndexFunc(parcels, func(like *deploy.Parcel) bool { return like.For == s.Parcel.For })
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
		c.Kind, c.Text = plist.String, "(secret)"
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
