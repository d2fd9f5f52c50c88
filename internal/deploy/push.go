package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"syncguard/internal/plist"
)

// Change is what is to be done with one item.
type Change struct {
	Action Action
	Item   *Item
	Remote *Remote // nil for nothing

	// What the server holds and what it is to hold, where it tells.
	Old, New *plist.Value
}

// Plan returns what a push would do, and changes nothing. Without find the server is not asked, and every item is new to it.
func (s *Session) Plan(ctx context.Context, items []*Item, find bool) ([]*Change, error) {
	remotes := make([]*Remote, len(items))
	if find {
		var err error
		if remotes, err = s.Find(ctx, items); err != nil {
			return nil, err
		}
	}
	changes := make([]*Change, len(items))
	for i, item := range items {
		c := &Change{Action: Create, Item: item, Remote: remotes[i]}
		switch {
		case c.Remote != nil:
			c.Action = Update
			var err error
			if c.Old, c.New, err = s.Compare(item, c.Remote); err != nil {
				return nil, fmt.Errorf("comparing %s with what the server has: %w", item.Profile.Name, err)
			}
			if c.Old != nil && plist.Equal(c.Old, c.New) {
				c.Action = Keep
			}
		case item.IsCommand:
			c.Action = Send
		}
		changes[i] = c
	}
	return changes, nil
}

// Result is what came of a change.
type Result struct {
	*Change
	Outcome
	Err error // the server's own words are in it
}

// The results of a change that was not begun.
var (
	ErrInterrupted  = errors.New("interrupted before it was sent")
	ErrUnauthorized = errors.New("the server has refused the credentials")
	ErrUnreachable  = errors.New("the server cannot be reached")
	ErrFailing      = fmt.Errorf("%d failed one after another", maxFailures)
)

// maxFailures is after how many failures in a row nothing more is tried: it is not for the profiles that they fail.
const maxFailures = 10

// Push takes the changes in their order and tells of each one when it is done; those of one profile, for different enrollments,
// several at once. A change that fails does not keep the others from being tried. An interruption lets the requests that are
// under way end, and begins no other; what was interrupted can be pushed again, and then finds what is done already. Refused
// credentials end it, since trying them often can lock an account, and so do a server that is not there and one where nothing
// succeeds any more.
func (s *Session) Push(ctx context.Context, changes []*Change, report func(Result)) {
	var stop stopper
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].Item.Profile == changes[0].Item.Profile {
			n++
		}
		inParallel(changes[:n], func(c *Change) Result {
			why := stop.reason()
			if ctx.Err() != nil {
				why = ErrInterrupted
			}
			r := s.push(ctx, c, why)
			if why == nil {
				stop.record(r.Err)
			}
			return r
		}, report)
		changes = changes[n:]
	}
}

// stopper holds why nothing more is tried, if so.
type stopper struct {
	mu     sync.Mutex
	why    error
	failed int // in a row
}

func (s *stopper) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

func (s *stopper) record(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var dial *net.OpError
	s.failed++
	switch {
	case err == nil:
		s.failed = 0
	case s.why != nil:
	case IsStatus(err, http.StatusUnauthorized):
		s.why = ErrUnauthorized
	case errors.As(err, &dial) && dial.Op == "dial":
		s.why = ErrUnreachable
	case s.failed >= maxFailures:
		s.why = ErrFailing
	}
}

// WasEnded reports whether a change was not begun because of others.
func WasSkipped(err error) bool {
	return err == ErrInterrupted || err == ErrUnauthorized || err == ErrUnreachable || err == ErrFailing
}

// parallel is how many requests are under way at once at most.
const parallel = 8

// atOnce takes some changes at once, and tells of them in their order. The first goes alone, to see whether the credentials hold.
func inParallel(changes []*Change, do func(*Change) Result, report func(Result)) {
	report(do(changes[0]))
	changes = changes[1:]
	results := make([]chan Result, len(changes))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	go func() {
		slots := make(chan struct{}, parallel)
		for i, s := range changes {
			slots <- struct{}{}
			go func() {
				results[i] <- do(s)
				<-slots
			}()
		}
	}()
	for _, r := range results {
		report(<-r)
	}
}

func (s *Session) push(ctx context.Context, c *Change, stop error) Result {
	r := Result{Change: c, Err: stop}
	if c.Remote != nil {
		r.ID = c.Remote.ID
	}
	if c.Action == Keep {
		r.Kept, r.Err = true, nil
		return r
	}
	if stop != nil {
		return r
	}
	request, err := s.Request(c.Item, c.Remote)
	if err != nil {
		r.Err = err
		return r
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	response, err := s.Client.Do(ctx, request)
	if err != nil {
		r.Err = err
		return r
	}
	known := r.ID
	if r.Outcome, r.Err = s.Outcome(c.Item, c.Remote, response); r.ID == "" {
		r.ID = known
	}
	if s.ReadBack != nil && r.Err == nil && !r.Kept {
		var note string
		if note, r.Err = s.ReadBack(ctx, c.Item, r.ID); note != "" {
			r.Note = note
		}
	}
	return r
}

// Finish sends the last requests, each whatever became of the one before. It is not begun after an interruption.
func (s *Session) Finish(ctx context.Context, items []*Item) (failed map[string]string, err error) {
	failed = map[string]string{}
	if s.FinalRequests == nil {
		return failed, nil
	}
	for _, r := range s.FinalRequests(items) {
		if ctx.Err() != nil {
			return failed, errors.Join(err, ErrInterrupted)
		}
		response, doErr := s.Client.Do(ctx, r)
		if doErr != nil {
			err = errors.Join(err, doErr)
			continue
		}
		if s.FinalFailures != nil {
			some, endErr := s.FinalFailures(response)
			err = errors.Join(err, endErr)
			maps.Copy(failed, some)
		}
	}
	return failed, err
}

// grace is how long a request may still take after an interruption.
const grace = 5 * time.Second

// outlive returns a context that ends a moment after ctx does, so that the outcome of what is under way is known.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}
