// Package deploy brings profiles to the servers that deliver them: what a server is sent, what it holds already, and what
// comes of it. Each destination is a package below this one, which knows none of them.
package deploy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Profile is a profile that is to be sent, or a declaration for the few servers that take those.
type Profile struct {
	Name        string       // the file, for messages
	File        []byte       // as it was read, signed or not
	Content     []byte       // the property list in it, in XML; JSON of a declaration
	Root        *plist.Value // what Content says
	Signed      bool
	Declaration bool
}

// Identifier is what a device tells profiles, or declarations, apart by.
func (p *Profile) Identifier() string {
	if p.Declaration {
		return p.Text("Identifier")
	}
	return p.Text("PayloadIdentifier")
}

// Text returns a string of the top level, such as PayloadIdentifier, or "".
func (p *Profile) Text(key string) string {
	if v := p.Root.Get(key); v != nil {
		return v.Text
	}
	return ""
}

// DisplayName is what people know the profile by: PayloadDisplayName, or PayloadIdentifier where it has none.
func (p *Profile) DisplayName() string {
	return cmp.Or(p.Text("PayloadDisplayName"), p.Text("PayloadIdentifier"))
}

// FileName is the name of the file, without a folder, as servers want it to end.
func (p *Profile) FileName() string { return Stem(p.Name) + ".mobileconfig" }

// Stem is the name of a file without its folder and its end, "profile" where nothing is left. It is one on every system.
func Stem(path string) string {
	name := filepath.Base(path)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	return cmp.Or(strings.Trim(name, ". "), "profile")
}

// Platform is what TargetDeviceType keeps the profile to, or "" where that is none or several.
func (p *Profile) Platform() target.Platform {
	v := p.Root.Get("TargetDeviceType")
	if v == nil || v.Kind != plist.Integer {
		return ""
	}
	n, ok := v.Int.Int64()
	if !ok {
		return ""
	}
	return target.OfDeviceType(n)
}

// Parcel is a profile as one server takes it.
type Parcel struct {
	Profile *Profile
	Name    string   // what the server is to call it
	For     string   // the enrollment that it is for; "" where the server decides
	Body    []byte   // the bytes that the server is to store or deliver
	Notes   []string // what was changed for this server and why, a sentence each
	Losses  []string // what the server will not keep of it, a sentence each
	Sends   bool     // it goes as a command, which leaves nothing on the server to compare with
}

// JSON is a body for people to read as well: indented, and without escapes that only HTML needs.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
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
	Send   Action = "send" // a command
)

// Destination is one kind of server. Only Find speaks to it; the requests that change it are made by Request and sent by
// Push, so that a dry run can show the very same ones.
type Destination interface {
	Packer
	// Find asks what the server has of each parcel: one result each, nil for nothing.
	Find(ctx context.Context, parcels []*Parcel) ([]*Held, error)
	// Compare returns what the server holds and what it would hold after a push, without what it rewrites by itself. A nil
	// held value means that the server does not tell.
	Compare(p *Parcel, h *Held) (held, wanted *plist.Value, err error)
	// Request makes the one request that creates the parcel, or that updates what is held. What can be refused beforehand, Pack
	// has refused.
	Request(p *Parcel, h *Held) (*Request, error)
	// Outcome reads the answer to that request.
	Outcome(p *Parcel, h *Held, answer *Response) (Outcome, error)
}

// Outcome is what a server says of a request that it did not refuse.
type Outcome struct {
	ID   string // the server's own of the profile; "" where it says none
	Note string // a sentence, if there is more to say
	Kept bool   // the server had it already, and did nothing
}

// Reader is a destination that reads back what it has written.
type Reader interface {
	// ReadBack says how what the server has of a parcel differs from what was sent, "" for not at all.
	ReadBack(ctx context.Context, p *Parcel, id string) (note string, err error)
}

// Step is what is to be done with one parcel.
type Step struct {
	Action Action
	Parcel *Parcel
	Held   *Held

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
		switch {
		case s.Held != nil:
			s.Action = Update
			var err error
			if s.Old, s.New, err = d.Compare(p, s.Held); err != nil {
				return nil, fmt.Errorf("comparing %s with what the server has: %w", p.Profile.Name, err)
			}
			if s.Old != nil && plist.Equal(s.Old, s.New) {
				s.Action = Keep
			}
		case p.Sends:
			s.Action = Send
		}
		steps[i] = s
	}
	return steps, nil
}

// Result is what came of a step.
type Result struct {
	*Step
	Outcome
	Err error // the server's own words are in it
}

// The results of a step that was not begun.
var (
	ErrInterrupted  = errors.New("interrupted before it was sent")
	ErrUnauthorized = errors.New("the server has refused the credentials")
	ErrUnreachable  = errors.New("the server cannot be reached")
	ErrFailing      = fmt.Errorf("%d failed one after another", maxFailures)
)

// maxFailures is after how many failures in a row nothing more is tried: it is not for the profiles that they fail.
const maxFailures = 10

// Push takes the steps in their order and tells of each one when it is done; those of one profile, for different enrollments,
// several at once. A step that fails does not keep the others from being tried. An interruption lets the requests that are
// under way end, and begins no other; what was interrupted can be pushed again, and then finds what is done already. Refused
// credentials end it, since trying them often can lock an account, and so do a server that is not there and one where nothing
// succeeds any more.
func Push(ctx context.Context, d Destination, c *Client, steps []*Step, tell func(Result)) {
	var stop ending
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && steps[n].Parcel.Profile == steps[0].Parcel.Profile {
			n++
		}
		atOnce(steps[:n], func(s *Step) Result {
			why := stop.reason()
			if ctx.Err() != nil {
				why = ErrInterrupted
			}
			r := push(ctx, d, c, s, why)
			if why == nil {
				stop.learn(r.Err)
			}
			return r
		}, tell)
		steps = steps[n:]
	}
}

// ending is why nothing more is tried, if so.
type ending struct {
	mu     sync.Mutex
	why    error
	failed int // in a row
}

func (e *ending) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.why
}

func (e *ending) learn(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var dial *net.OpError
	e.failed++
	switch {
	case err == nil:
		e.failed = 0
	case e.why != nil:
	case IsStatus(err, http.StatusUnauthorized):
		e.why = ErrUnauthorized
	case errors.As(err, &dial) && dial.Op == "dial":
		e.why = ErrUnreachable
	case e.failed >= maxFailures:
		e.why = ErrFailing
	}
}

// WasEnded says whether a step was not begun because of others.
func WasEnded(err error) bool {
	return err == ErrInterrupted || err == ErrUnauthorized || err == ErrUnreachable || err == ErrFailing
}

// parallel is how many requests are under way at once at most.
const parallel = 8

// atOnce takes some steps at once, and tells of them in their order. The first goes alone, to see whether the credentials hold.
func atOnce(steps []*Step, do func(*Step) Result, tell func(Result)) {
	tell(do(steps[0]))
	steps = steps[1:]
	results := make([]chan Result, len(steps))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	go func() {
		slots := make(chan struct{}, parallel)
		for i, s := range steps {
			slots <- struct{}{}
			go func() {
				results[i] <- do(s)
				<-slots
			}()
		}
	}()
	for _, r := range results {
		tell(<-r)
	}
}

func push(ctx context.Context, d Destination, c *Client, s *Step, stop error) Result {
	r := Result{Step: s, Err: stop}
	if s.Held != nil {
		r.ID = s.Held.ID
	}
	if s.Action == Keep {
		r.Kept, r.Err = true, nil
		return r
	}
	if stop != nil {
		return r
	}
	request, err := d.Request(s.Parcel, s.Held)
	if err != nil {
		r.Err = err
		return r
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	answer, err := c.Do(ctx, request)
	if err != nil {
		r.Err = err
		return r
	}
	known := r.ID
	if r.Outcome, r.Err = d.Outcome(s.Parcel, s.Held, answer); r.ID == "" {
		r.ID = known
	}
	if reader, ok := d.(Reader); ok && r.Err == nil && !r.Kept {
		var note string
		if note, r.Err = reader.ReadBack(ctx, s.Parcel, r.ID); note != "" {
			r.Note = note
		}
	}
	return r
}

// grace is how long a request may still take after an interruption.
const grace = 5 * time.Second

// outlive returns a context that ends a moment after ctx does, so that the outcome of what is under way is known.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}
