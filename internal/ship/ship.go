// Package ship brings profiles to the servers that deliver them: what a server is sent, what it holds already, and what
// comes of it. Each destination is a package below this one, which knows none of them.
package ship

import (
	"context"
	"fmt"

	"syncguard/internal/plist"
)

// Profile is a profile that is to be sent.
type Profile struct {
	Name    string       // the file, for messages
	File    []byte       // as it was read, signed or not
	Content []byte       // the property list in it, in XML
	Root    *plist.Value // what Content says
	Signed  bool
}

// Text returns a string of the top level, such as PayloadIdentifier, or "".
func (p *Profile) Text(key string) string {
	if v := p.Root.Get(key); v != nil {
		return v.Text
	}
	return ""
}

// Parcel is a profile as one server takes it.
type Parcel struct {
	Profile *Profile
	Name    string   // what the server is to call it
	Body    []byte   // the bytes that the server is to store or deliver
	Notes   []string // what was changed for this server and why, a sentence each
}

// Held is what a server has already.
type Held struct {
	ID      string            // the server's own
	Name    string            // what the server calls it
	Content []byte            // the profile, nil where the server does not give it back
	Fields  map[string]string // what else counts for an update, by the names of the destination
}

// Action is what is to be done with a parcel.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Keep   Action = "keep" // the server has it, word for word
	Send   Action = "send" // a command, which leaves nothing on the server to compare with
)

// Destination is one kind of server. Only Find speaks to it; the requests that change it are made by Request and sent by
// Push, so that a dry run can show the very same ones.
type Destination interface {
	// Pack makes of a profile what the server takes. The error is a refusal: what is wrong, and what to do.
	Pack(p *Profile) (*Parcel, error)
	// Find asks what the server has of each parcel: one result each, nil for nothing.
	Find(ctx context.Context, parcels []*Parcel) ([]*Held, error)
	// Compare returns what the server holds and what it would hold after a push, without what it rewrites by itself. A nil
	// held value means that the server does not tell.
	Compare(p *Parcel, h *Held) (held, wanted *plist.Value, err error)
	// Request makes the one request that creates the parcel, or that updates what is held.
	Request(p *Parcel, h *Held) (*Request, error)
	// Outcome reads the answer: the server's ID of the profile, and a sentence if there is more to say.
	Outcome(answer *Response) (id, note string, err error)
}

// Step is what is to be done with one profile, or why it cannot be.
type Step struct {
	Action  Action
	Parcel  *Parcel
	Held    *Held
	Request *Request // nil for Keep

	// What the server holds and what it is to hold, where it tells.
	Old, New *plist.Value
}

// Plan says what a push would do, and changes nothing. Without find the server is not asked, and every parcel is new to it.
func Plan(ctx context.Context, d Destination, parcels []*Parcel, find bool) ([]*Step, error) {
	held := make([]*Held, len(parcels))
	if find {
		var err error
		if held, err = d.Find(ctx, parcels); err != nil {
			return nil, err
		}
	}
	steps := make([]*Step, len(parcels))
	for i, p := range parcels {
		s := &Step{Action: Create, Parcel: p, Held: held[i]}
		if s.Held != nil {
			s.Action = Update
			var err error
			if s.Old, s.New, err = d.Compare(p, s.Held); err != nil {
				return nil, fmt.Errorf("comparing %s with what the server has: %w", p.Profile.Name, err)
			}
			if s.Old != nil && plist.Equal(s.Old, s.New) {
				s.Action = Keep
			}
		}
		if s.Action != Keep {
			var err error
			if s.Request, err = d.Request(p, s.Held); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Profile.Name, err)
			}
			if s.Request.Sends {
				s.Action = Send
			}
		}
		steps[i] = s
	}
	return steps, nil
}

// Result is what came of a step.
type Result struct {
	*Step
	ID   string // the server's
	Note string
	Err  error // the server's own words are in it
}

// Push takes the steps in their order and tells of each one when it is done. A step that fails does not keep the others
// from being tried; an interrupted push can be run again, and then finds what it has done already.
func Push(ctx context.Context, d Destination, c *Client, steps []*Step, tell func(Result)) {
	for _, s := range steps {
		tell(push(ctx, d, c, s))
	}
}

func push(ctx context.Context, d Destination, c *Client, s *Step) Result {
	r := Result{Step: s}
	if s.Held != nil {
		r.ID = s.Held.ID
	}
	if r.Err = ctx.Err(); r.Err != nil || s.Action == Keep {
		return r
	}
	answer, err := c.Do(ctx, s.Request)
	if err != nil {
		r.Err = err
		return r
	}
	id, note, err := d.Outcome(answer)
	if id != "" {
		r.ID = id
	}
	r.Note, r.Err = note, err
	return r
}
