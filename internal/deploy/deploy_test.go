package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"syncguard/internal/plist"
)

// shelf is a server that holds texts by name, and the destination of it.
type shelf struct {
	mu      sync.Mutex
	remote  map[string]string
	changes int              // POST and PUT that were obeyed
	before  func(n int) bool // whether request n, from 0, is done; else the connection breaks before
	after   func(n int) bool // whether it is answered; else the connection breaks after
	n       int
	client  *Client
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	always := func(int) bool { return true }
	s := &shelf{remote: map[string]string{}, before: always, after: always}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	var err error
	if s.client, err = NewClient(server.URL, Options{Tries: 1, Wait: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.n
	s.n++
	if !s.before(n) {
		panic(http.ErrAbortHandler)
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	body, _ := io.ReadAll(r.Body)
	switch _, exists := s.remote[name]; {
	case r.Method == http.MethodGet:
		_ = json.NewEncoder(w).Encode(s.remote)
	case exists == (r.Method == http.MethodPost):
		w.WriteHeader(http.StatusConflict)
	default:
		s.remote[name] = string(body)
		s.changes++
	}
	if !s.after(n) {
		panic(http.ErrAbortHandler)
	}
}

func (s *shelf) session() *Session {
	return &Session{Client: s.client, Prepare: s.Prepare, Find: s.Find, Compare: s.Compare, Request: s.Request, Outcome: s.Outcome}
}

func (s *shelf) Prepare(p *Profile) ([]*Item, error) {
	return []*Item{{Profile: p, Name: p.Name, Body: p.Content}}, nil
}

func (s *shelf) Find(ctx context.Context, items []*Item) ([]*Remote, error) {
	response, err := s.client.Do(ctx, &Request{Method: "GET", Path: "/"})
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	if err := json.Unmarshal(response.Body, &all); err != nil {
		return nil, err
	}
	remotes := make([]*Remote, len(items))
	for i, item := range items {
		if text, ok := all[item.Name]; ok {
			remotes[i] = &Remote{ID: item.Name, Content: []byte(text)}
		}
	}
	return remotes, nil
}

func (s *shelf) Compare(item *Item, remote *Remote) (*plist.Value, *plist.Value, error) {
	return plist.NewString(string(remote.Content)), plist.NewString(string(item.Body)), nil
}

func (s *shelf) Request(item *Item, remote *Remote) (*Request, error) {
	method := "POST"
	if remote != nil {
		method = "PUT"
	}
	return &Request{Method: method, Path: "/" + item.Name, Body: item.Body}, nil
}

func (s *shelf) Outcome(item *Item, _ *Remote, _ *Response) (Outcome, error) {
	return Outcome{ID: item.Name}, nil
}

// push plans and pushes, and returns what came of each profile.
func (s *shelf) push(ctx context.Context, want map[string]string) (results []Result, err error) {
	var items []*Item
	for _, name := range slices.Sorted(maps.Keys(want)) {
		prepared, _ := s.Prepare(&Profile{Name: name, Content: []byte(want[name])})
		items = append(items, prepared...)
	}
	changes, err := s.session().Plan(ctx, items, true)
	if err == nil {
		s.session().Push(ctx, changes, func(r Result) { results = append(results, r) })
	}
	return results, err
}

var wanted = map[string]string{"a": "one", "b": "two", "c": "three", "d": "four"}

func TestPushCreatesUpdatesAndKeeps(t *testing.T) {
	s := newShelf(t)
	s.remote["b"], s.remote["c"] = "two", "old"
	results, err := s.push(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Action{Create, Keep, Update, Create} {
		if r := results[i]; r.Action != want || r.Err != nil || r.ID != r.Item.Name || r.Kept != (want == Keep) {
			t.Errorf("%s: %s, %v", r.Item.Name, r.Action, r.Err)
		}
	}
	if !maps.Equal(s.remote, wanted) || s.changes != 3 {
		t.Errorf("it holds %v after %d changes", s.remote, s.changes)
	}
}

// However a push breaks off, before or after the server has done what it was asked for, running it again converges, and
// nothing is done twice.
func TestPushConverges(t *testing.T) {
	for n := range len(wanted) + 1 {
		for name, breakAt := range map[string]func(*shelf, func(int) bool){
			"before": func(s *shelf, at func(int) bool) { s.before = at },
			"after":  func(s *shelf, at func(int) bool) { s.after = at },
		} {
			t.Run(fmt.Sprintf("request %d, %s", n, name), func(t *testing.T) {
				s := newShelf(t)
				breakAt(s, func(i int) bool { return i < n })
				results, err := s.push(t.Context(), wanted)
				failed := slices.DeleteFunc(results, func(r Result) bool { return r.Err == nil })
				if err == nil && len(failed) != len(wanted)-max(n-1, 0) {
					t.Errorf("%d failed", len(failed))
				}
				s.mu.Lock()
				breakAt(s, func(int) bool { return true })
				s.mu.Unlock()
				results, err = s.push(t.Context(), wanted)
				s.mu.Lock()
				defer s.mu.Unlock()
				if err != nil || slices.ContainsFunc(results, func(r Result) bool { return r.Err != nil }) {
					t.Errorf("again: %v, %v", err, results)
				}
				if !maps.Equal(s.remote, wanted) || s.changes != len(wanted) {
					t.Errorf("it holds %v after %d changes", s.remote, s.changes)
				}
			})
		}
	}
}

// An interruption lets the request under way end, and begins no other.
func TestPushInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := newShelf(t)
	s.before = func(n int) bool {
		if n == 2 {
			interrupt()
		}
		return true
	}
	results, err := s.push(ctx, wanted)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, nil, ErrInterrupted, ErrInterrupted} {
		if !errors.Is(results[i].Err, want) {
			t.Errorf("%s: %v, want %v", results[i].Item.Name, results[i].Err, want)
		}
	}
	if len(s.remote) != 2 {
		t.Errorf("it holds %v", s.remote)
	}
}

// A request without an answer ends a while after the interruption, and its result says so.
func TestPushInterruptedWithoutAnAnswer(t *testing.T) {
	before := grace
	grace = 10 * time.Millisecond
	defer func() { grace = before }()
	ctx, interrupt := context.WithCancel(t.Context())
	asked := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { interrupt(); <-asked }))
	defer server.Close()
	defer close(asked)
	client, err := NewClient(server.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &shelf{client: client}
	var changes []*Change
	for name := range wanted {
		prepared, _ := d.Prepare(&Profile{Name: name})
		changes = append(changes, &Change{Action: Create, Item: prepared[0]})
	}
	var errs []error
	d.session().Push(ctx, changes, func(r Result) { errs = append(errs, r.Err) })
	if errs[0] != ErrUnanswered || errs[1] != ErrInterrupted {
		t.Errorf("%v", errs)
	}
}

// Credentials that are refused once are not tried again.
func TestPushStopsAtRefusedCredentials(t *testing.T) {
	f := newFaulty(t, status(http.StatusUnauthorized, "who?"))
	d := &shelf{client: f.client(t, Options{Authorizer: Bearer(canary)})}
	var changes []*Change
	for name := range wanted {
		prepared, _ := d.Prepare(&Profile{Name: name})
		changes = append(changes, &Change{Action: Create, Item: prepared[0]})
	}
	var errs []error
	d.session().Push(t.Context(), changes, func(r Result) { errs = append(errs, r.Err) })
	if f.seen.Load() != 1 || !IsStatus(errs[0], http.StatusUnauthorized) || !errors.Is(errs[1], ErrUnauthorized) || !errors.Is(errs[3], ErrUnauthorized) {
		t.Errorf("%d requests: %v", f.seen.Load(), errs)
	}
}

// A server that is not asked, and commands, are never compared.
func TestPlanWithoutAsking(t *testing.T) {
	s := newShelf(t)
	s.remote["a"] = "one"
	changes, err := s.session().Plan(t.Context(), []*Item{{Profile: &Profile{Name: "a"}, Name: "a"}, {Profile: &Profile{Name: "b"}, IsCommand: true}}, false)
	if err != nil || s.n != 0 || changes[0].Action != Create || changes[1].Action != Send {
		t.Errorf("got %v, %v after %d requests", changes, err, s.n)
	}
}

// What is for several enrollments is sent at once, told in its order, and no more at once than it may be.
func TestPushOfOneProfileAtOnce(t *testing.T) {
	profile := &Profile{Name: "p"}
	var changes []*Change
	for i := range 100 {
		changes = append(changes, &Change{Action: Send, Item: &Item{Profile: profile, Name: fmt.Sprint(i)}})
	}
	var all, now, most atomic.Int32
	var meet sync.Once
	met := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		if n > most.Load() {
			most.Store(n)
		}
		if n == parallel {
			meet.Do(func() { close(met) })
		}
		if first := all.Add(1) == 1; !first { // which goes alone
			<-met
		}
	}))
	t.Cleanup(server.Close)
	client, err := NewClient(server.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := &shelf{client: client}
	i := 0
	f.session().Push(t.Context(), changes, func(r Result) {
		if r.Err != nil || r.Item.Name != fmt.Sprint(i) {
			t.Errorf("result %d is of %s: %v", i, r.Item.Name, r.Err)
		}
		i++
	})
	if i != 100 || most.Load() > parallel {
		t.Errorf("%d results, %d at once", i, most.Load())
	}
}

// Where the server is not there, or nothing succeeds any more, the rest is not tried.
func TestPushStopsWhereNothingSucceeds(t *testing.T) {
	for name, test := range map[string]struct {
		response http.HandlerFunc // nil for no server
		tried    int
		why      error
	}{
		"always 500":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, maxFailures, ErrFailing},
		"nobody home": {nil, 1, ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(test.response)
			if test.response == nil {
				s.Close()
			} else {
				defer s.Close()
			}
			c, err := NewClient(s.URL, Options{Tries: 1})
			if err != nil {
				t.Fatal(err)
			}
			d := &shelf{client: c}
			var changes []*Change
			for i := range 3 * maxFailures {
				prepared, _ := d.Prepare(&Profile{Name: fmt.Sprint("p", i)})
				changes = append(changes, &Change{Action: Create, Item: prepared[0]})
			}
			tried := 0
			d.session().Push(t.Context(), changes, func(r Result) {
				if !WasSkipped(r.Err) {
					tried++
				} else if r.Err != test.why {
					t.Errorf("ended by %v", r.Err)
				}
			})
			if tried != test.tried {
				t.Errorf("%d were tried, want %d", tried, test.tried)
			}
		})
	}
}
