package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"syncguard/internal/plist"
)

// Change is the planned change for one item.
type Change struct {
	Action Action
	Item   *Item
	Remote *Remote // nil for none

	// Old is the server's content and New the wanted one; both nil if the server does not return it.
	Old, New *plist.Value
}

// Plan decides the action for each item and changes nothing. Without find the server is not asked: every item counts as new.
func (s *Session) Plan(ctx context.Context, items []*Item, find bool) ([]*Change, error) {
	remotes := make([]*Remote, len(items))
	if find {
		var err error
		err = s.Client.search(items, func() error {
			remotes, err = s.Find(ctx, items)
			return err
		})
		if err != nil {
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
				return nil, fmt.Errorf("comparing %s with the server's copy: %w", item.Profile.Name, err)
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

// Result is the outcome of a change.
type Result struct {
	*Change
	Outcome
	Err error // may quote the server
}

// The errors of changes not started.
var (
	ErrInterrupted  = errors.New("interrupted before it was sent")
	ErrUnauthorized = errors.New("the server refused the credentials")
	ErrUnreachable  = errors.New("the server is unreachable")
	ErrFailing      = fmt.Errorf("stopped after %d failures in a row", maxFailures)
)

// The errors of requests under way for too long after an interruption.
var (
	ErrUnanswered  = errors.New("interrupted before the server answered: it may have the change")
	errNoCopy      = errors.New("interrupted before the server showed its copy")
	errNotNotified = errors.New("interrupted before all devices were notified")
)

// maxFailures is the number of consecutive failures to stop at: by then the profiles are not the cause.
const maxFailures = 10

// Push sends the changes in order and reports each result; the changes of one profile, for different enrollments, go in
// parallel. It continues after a failed change. An interruption lets running requests finish and starts no other; pushing
// again resumes, since it finds the finished ones. Push stops after refused credentials (retries can lock an account), if the
// server is unreachable, and after maxFailures consecutive failures.
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

// stopper decides when to stop sending. It is safe for concurrent use.
type stopper struct {
	mu     sync.Mutex
	why    error
	failed int // consecutively
}

func (s *stopper) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

func (s *stopper) record(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed++
	switch {
	case err == nil:
		s.failed = 0
	case s.why != nil:
	case IsStatus(err, http.StatusUnauthorized):
		s.why = ErrUnauthorized
	case isDial(err):
		s.why = ErrUnreachable
	case s.failed >= maxFailures:
		s.why = ErrFailing
	}
}

// WasSkipped reports whether a change was not started because of other changes or an interruption.
func WasSkipped(err error) bool {
	return err == ErrInterrupted || err == ErrUnauthorized || err == ErrUnreachable || err == ErrFailing
}

// parallel is the largest number of concurrent requests.
const parallel = 8

// inParallel runs changes concurrently and reports results in order. The first runs alone, to test the credentials.
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
		if r.Err = err; ctx.Err() != nil {
			r.Err = ErrUnanswered
		}
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
		if r.Err != nil && ctx.Err() != nil {
			r.Err = errNoCopy
		}
	}
	return r
}

// Finish sends the final requests, continuing after failures. It starts none after an interruption.
func (s *Session) Finish(ctx context.Context, items []*Item) (failed map[string]string, err error) {
	failed = map[string]string{}
	if s.FinalRequests == nil {
		return failed, nil
	}
	for _, r := range s.FinalRequests(items) {
		if ctx.Err() != nil {
			return failed, errors.Join(err, errNotNotified)
		}
		graced, cancel := withGrace(ctx)
		response, doErr := s.Client.Do(graced, r)
		if graced.Err() != nil {
			doErr = errNotNotified
		}
		cancel()
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

// grace is how long a running request may continue after an interruption.
var grace = 5 * time.Second // shorter in tests

// withGrace returns a context ending a moment after ctx, so the outcome of running requests is known.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}
