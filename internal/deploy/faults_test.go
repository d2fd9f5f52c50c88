package deploy

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// faulty is a server that behaves badly, and a client of it that waits for nothing.
type faulty struct {
	*httptest.Server
	seen  atomic.Int32    // requests
	waits []time.Duration // that the client would have waited
}

// newFaulty returns a server whose n-th answer, from 0, is written by answer.
func newFaulty(t *testing.T, response func(w http.ResponseWriter, r *http.Request, n int)) *faulty {
	t.Helper()
	f := &faulty{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response(w, r, int(f.seen.Add(1))-1)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *faulty) client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := NewClient(f.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	c.http.Backoff = func(least, most time.Duration, tries int, response *http.Response) time.Duration {
		f.waits = append(f.waits, backoff(least, most, tries, response))
		return 0
	}
	return c
}

// renewing is a token that the server refuses until it is renewed.
type renewing struct{ tokens int }

func (a *renewing) Scheme() string { return "Bearer" }
func (a *renewing) Authorize(_ context.Context, r *http.Request, renew bool) error {
	if renew {
		a.tokens++
	}
	r.Header.Set("Authorization", fmt.Sprintf("Bearer token-%d", a.tokens))
	return nil
}

const canary = "hunter2-canary"

// status answers always the same.
func status(code int, body string, header ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

// then answers one way for a number of times, and another way after that.
func then(first func(http.ResponseWriter, *http.Request, int), times int, rest func(http.ResponseWriter, *http.Request, int)) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, n int) {
		if n < times {
			first(w, r, n)
			return
		}
		rest(w, r, n)
	}
}

// broken promises more than it sends.
func broken(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, "half")
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset answers nothing at all.
func reset(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }

func huge(w http.ResponseWriter, _ *http.Request, _ int) {
	for range 70 {
		fmt.Fprint(w, strings.Repeat("x", 1<<20))
	}
}

func TestFaults(t *testing.T) {
	fine := status(http.StatusOK, `{"id": 1}`)
	soon := func(w http.ResponseWriter, r *http.Request, n int) {
		status(503, "", "Retry-After", time.Now().Add(40*time.Second).UTC().Format(http.TimeFormat))(w, r, n)
	}
	tests := map[string]struct {
		method   string
		response func(http.ResponseWriter, *http.Request, int)
		auth     Authorizer
		tries    int           // requests that arrive
		err      string        // in the message; "" for none
		wait     time.Duration // before the second try, at most; 0 is not looked at
	}{
		"a GET outlives two errors":                   {"GET", then(status(500, "oops"), 2, fine), nil, 3, "", time.Second},
		"a PUT outlives two errors":                   {"PUT", then(status(502, "oops"), 2, fine), nil, 3, "", time.Second},
		"a DELETE outlives two errors":                {"DELETE", then(status(504, "oops"), 2, fine), nil, 3, "", time.Second},
		"a storm ends after five tries":               {"PUT", status(500, "no disk"), nil, 5, "responded 500 Internal Server Error: no disk", 0},
		"a POST is not repeated after an error":       {"POST", then(status(500, "oops"), 1, fine), nil, 1, "responded 500", 0},
		"a POST is not repeated when overloaded":      {"POST", then(status(503, "later"), 1, fine), nil, 1, "responded 503", 0},
		"a POST is not repeated after a reset":        {"POST", then(reset, 1, fine), nil, 1, "EOF", 0},
		"a POST is repeated when nothing was done":    {"POST", then(status(429, "", "Retry-After", "7"), 1, fine), nil, 2, "", 7 * time.Second},
		"a GET outlives a reset":                      {"GET", then(reset, 2, fine), nil, 3, "", time.Second},
		"a GET outlives half an answer":               {"GET", then(broken, 2, fine), nil, 3, "", time.Second},
		"a PUT outlives half an answer":               {"PUT", then(broken, 1, fine), nil, 2, "", time.Second},
		"a POST is not repeated after half an answer": {"POST", then(broken, 1, fine), nil, 1, "reading the response: unexpected EOF", 0},
		"half answers only":                           {"GET", broken, nil, 5, "reading the response: unexpected EOF", 0},
		"Retry-After in seconds":                      {"GET", then(status(429, "", "Retry-After", "30"), 1, fine), nil, 2, "", 30 * time.Second},
		"Retry-After as a date":                       {"GET", then(soon, 1, fine), nil, 2, "", 40 * time.Second},
		"Retry-After of a day is not waited for":      {"GET", status(429, "slow down", "Retry-After", "86400"), nil, 1, "slow down (Retry-After: 86400)", 0},
		"Retry-After beyond any number":               {"PUT", status(503, "", "Retry-After", "9223372036854775807"), nil, 1, "Retry-After: 9223372036854775807", 0},
		"Retry-After of no sense":                     {"GET", then(status(429, "", "Retry-After", "soon"), 1, fine), nil, 2, "", time.Second},
		"a conflict is told once":                     {"PUT", status(409, "name already in use"), nil, 1, "responded 409 Conflict: name already in use", 0},
		"not found is told once":                      {"GET", status(404, ""), nil, 1, "responded 404 Not Found", 0},
		"401 with a password is told once":            {"GET", status(401, "who?"), Basic("user", canary), 1, "responded 401 Unauthorized: who?", 0},
		"401 with an old token is renewed":            {"POST", then(status(401, ""), 1, fine), &renewing{}, 2, "", 0},
		"401 with every token is told":                {"POST", status(401, "never"), &renewing{}, 2, "responded 401 Unauthorized: never", 0},
		"a redirect elsewhere is not followed":        {"GET", status(302, "", "Location", "https://elsewhere.example/x?token="+canary), Bearer(canary), 1, "redirects to https://elsewhere.example; give that address", 0},
		"a redirect on the server is not followed":    {"PUT", status(308, "", "Location", "/v2/x"), Bearer(canary), 1, "the server redirects to http://127.0.0.1", 0},
		"a page of HTML is not shown":                 {"GET", status(400, "<html><script>alert(1)</script></html>"), nil, 1, "responded 400 Bad Request", 0},
		"a long message is cut":                       {"GET", status(400, strings.Repeat("no ", 1000)), nil, 1, "no no…", 0},
		"an answer of 70 MiB is not read":             {"GET", huge, nil, 1, "the response is larger than 64 MiB", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFaulty(t, test.response)
			_, err := f.client(t, Options{Authorizer: test.auth}).Do(t.Context(), &Request{Method: test.method, Path: "/v1/profiles", Query: map[string][]string{"key": {canary}}, Body: []byte(canary)})
			if got := fmt.Sprint(err); test.err == "" && err != nil || !strings.Contains(got, test.err) || strings.Contains(got, canary) {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if int(f.seen.Load()) != test.tries {
				t.Errorf("%d requests arrived, want %d", f.seen.Load(), test.tries)
			}
			if test.wait > 0 && (len(f.waits) == 0 || f.waits[0] > test.wait || f.waits[0] < test.wait-5*time.Second) {
				t.Errorf("it would have waited %v, want %v", f.waits, test.wait)
			}
		})
	}
}

// What a destination reads as an answer is no reason to ask again.
func TestAnswersInARefusal(t *testing.T) {
	f := newFaulty(t, status(500, `{"command_error": "exists"}`))
	c := f.client(t, Options{Accepts: func(code int, body []byte) bool {
		return code == 500 && strings.Contains(string(body), "command_error")
	}})
	response, err := c.Do(t.Context(), &Request{Method: "PUT", Path: "/x"})
	if err != nil || response.Status != 500 || f.seen.Load() != 1 {
		t.Errorf("got %v, %v after %d requests", response, err, f.seen.Load())
	}
}

func TestOwnWords(t *testing.T) {
	f := newFaulty(t, status(422, `{"message": "too \u001b[31mbig"}`))
	c := f.client(t, Options{Message: func([]byte) string { return "too \x1b[31mbig" }})
	_, err := c.Do(t.Context(), &Request{Method: "POST", Path: "/x"})
	var status *StatusError
	if !errors.As(err, &status) || status.Message != `too \x1b[31mbig` {
		t.Errorf("got %v", err)
	}
}

// A server that nobody vouches for gets nothing, and is asked once; with its own root it is trusted.
func TestUnknownAuthority(t *testing.T) {
	asked := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	do := func(roots *x509.CertPool) error {
		c, err := NewClient(s.URL, Options{Roots: roots, Authorizer: Bearer(canary)})
		if err != nil {
			t.Fatal(err)
		}
		c.http.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration {
			t.Error("it would ask again")
			return 0
		}
		_, err = c.Do(t.Context(), &Request{Method: "GET", Path: "/"})
		return err
	}
	var unknown x509.UnknownAuthorityError
	if err := do(x509.NewCertPool()); !errors.As(err, &unknown) || asked > 0 {
		t.Errorf("got %v, %d requests", err, asked)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if err := do(roots); err != nil || asked != 1 {
		t.Errorf("with its root: %v, %d requests", err, asked)
	}
}

func TestAddresses(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://mdm.example.com":            true,
		"https://mdm.example.com:8443/base/": true,
		"http://127.0.0.1:9000":              true,
		"http://[::1]:9000":                  true,
		"http://localhost":                   true,
		"http://mdm.example.com":             false,
		"http://127.0.0.1.example.com":       false,
		"https://user:word@mdm.example.com":  false,
		"https://mdm.example.com/?a=b":       false,
		"ftp://mdm.example.com":              false,
		"mdm.example.com":                    false,
		"https://":                           false,
		"":                                   false,
		"https://mdm.example.com\x00":        false,
	} {
		if _, err := NewClient(address, Options{}); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		} else if err != nil && strings.Contains(err.Error(), "word") {
			t.Errorf("%q: the message holds the password: %v", address, err)
		}
	}
}

// A further page is one of the same server, below the same address.
func TestNext(t *testing.T) {
	c, err := NewClient("https://mdm.example.com/base", Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Next("https://mdm.example.com/base/v1/profiles?$skip=2%2F3;x")
	if err != nil || c.URL(r) != "https://mdm.example.com/base/v1/profiles?$skip=2%2F3;x" {
		t.Errorf("got %v, %v", r, err)
	}
	for _, address := range []string{"https://elsewhere.example/base/v1", "http://mdm.example.com/base/v1", "https://mdm.example.com/other",
		"https://mdm.example.com/basement", "https://mdm.example.com:444/base/v1", "/base/v1", "\x7f"} {
		if r, err := c.Next(address); err == nil {
			t.Errorf("%q: %v", address, r)
		}
	}
}

// A slow server is waited for only as long as somebody wants to.
func TestSlowAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFaulty(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := f.client(t, Options{}).Do(ctx, &Request{Method: "GET", Path: "/"}); !errors.Is(err, context.Canceled) || f.seen.Load() != 1 {
		t.Errorf("got %v after %d requests", err, f.seen.Load())
	}
}

func TestCredentialsAreNotPrinted(t *testing.T) {
	for _, v := range []any{Basic("user", canary), new(Basic("user", canary)), Bearer(canary)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, canary) {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
	}
}
