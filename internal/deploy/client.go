package deploy

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Request is one request to a server. Who asks is added when it is sent, so that nothing here is a credential.
type Request struct {
	Method string
	Path   string // below the server's address, escaped
	Query  url.Values
	Header http.Header
	Body   []byte

	// Repeatable says that sending it twice does no more than sending it once, so that it may be tried again when nobody
	// knows what came of it. GET, HEAD, PUT and DELETE always are.
	Repeatable bool

	rawQuery string // in place of Query, as a server has written it
}

func (r *Request) isRepeatable() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Repeatable
}

// Response is an answer of status 200 to 299, at most maxAnswer bytes of it.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// maxAnswer is how much of an answer is read, in bytes.
const maxResponse = 64 << 20 // a page of a list can hold many profiles

// Options are how a Client speaks to a server. The zero value trusts the system's roots.
type Options struct {
	Authorizer Authorizer        // nil for none
	Roots      *x509.CertPool    // nil for the system's
	Transport  http.RoundTripper // nil for the usual one, which trusts Roots
	UserAgent  string
	// Message finds the server's own words in the body of a refusal; nil takes the body where it is short text.
	Message func(body []byte) string
	// Answers says of a status outside of 200 to 299 that its body is an answer all the same, which the destination reads:
	// it is no refusal, and asking again would not change it. Nil for none.
	Accepts func(status int, body []byte) bool
	Hide    func(text string) string // takes secrets out of the server's words, before they are cut; nil for none to hide
	Jar     http.CookieJar           // nil for no cookies
	Tries   int                      // of a repeatable request, 5 if 0
	Wait    time.Duration            // before the second try, one second if 0; then twice as long each time. Retry-After wins
}

// Client speaks to one server.
type Client struct {
	base    *url.URL
	options Options
	http    *retryablehttp.Client
}

// NewClient returns a client of the server at an address, https or, on this very machine, http.
func NewClient(address string, o Options) (*Client, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, errors.New("the address of the server is not of the form https://host")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, fmt.Errorf("%s: want https; plain http would show credentials and profiles to everyone on the way", base.Redacted())
	}
	if o.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
		transport.ResponseHeaderTimeout = time.Minute
		transport.MaxIdleConnsPerHost = parallel
		o.Transport = transport
	}
	c := &Client{base, o, retryablehttp.NewClient()}
	c.http.HTTPClient = &http.Client{Transport: o.Transport, Timeout: 2 * time.Minute, CheckRedirect: refuseRedirect, Jar: o.Jar}
	c.http.Logger = nil
	c.http.ErrorHandler = retryablehttp.PassthroughErrorHandler
	c.http.CheckRetry = c.checkRetry
	c.http.Backoff = backoff
	c.http.RetryMax = cmp.Or(o.Tries, 5) - 1
	c.http.RetryWaitMin, c.http.RetryWaitMax = cmp.Or(o.Wait, time.Second), time.Minute
	return c, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// redirectError is a redirect. Following it would carry credentials and profiles to where nobody meant them to go.
type redirectError struct{ to string }

func (e *redirectError) Error() string {
	return "the server sends us on to " + e.to + "; give that address if it is right"
}

func refuseRedirect(r *http.Request, _ []*http.Request) error {
	return &redirectError{r.URL.Scheme + "://" + r.URL.Host}
}

// Do sends a request and reads the answer. A refusal is a *StatusError.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	response, err := c.do(ctx, r, false)
	if !IsStatus(err, http.StatusUnauthorized) || c.options.Authorizer == nil {
		return response, err
	}
	renewed, renewErr := c.do(ctx, r, true)
	if errors.Is(renewErr, errNoOtherCredential) {
		return nil, err
	}
	return renewed, renewErr
}

func (c *Client) do(ctx context.Context, r *Request, renew bool) (*Response, error) {
	ctx = context.WithValue(ctx, repeatable{}, r.isRepeatable())
	request, err := retryablehttp.NewRequestWithContext(ctx, r.Method, c.URL(r), r.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.requestLine(r), withoutURL(err))
	}
	request.Header = c.Header(r)
	if c.options.Authorizer != nil {
		if err := c.options.Authorizer.Authorize(ctx, request.Request, renew); err != nil {
			return nil, err
		}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.requestLine(r), withoutURL(err))
	}
	body, err := io.ReadAll(response.Body) // checkRetry has bounded it
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading the answer: %w", c.requestLine(r), err)
	case !c.accepts(response.StatusCode, body):
		return nil, c.refusal(r, response, body)
	}
	return &Response{response.StatusCode, response.Header, body}, nil
}

// isAnswer reports whether a server did what it was asked for, or says why not in words that the destination reads.
func (c *Client) accepts(status int, body []byte) bool {
	return status >= 200 && status <= 299 || c.options.Accepts != nil && c.options.Accepts(status, body)
}

// Address returns the address of the server.
func (c *Client) Address() string { return c.base.String() }

// URL returns where a request goes.
func (c *Client) URL(r *Request) string {
	u := c.base.JoinPath(r.Path)
	if u.RawQuery = r.rawQuery; u.RawQuery == "" {
		u.RawQuery = r.Query.Encode()
	}
	return u.String()
}

// Header returns what a request says in its head, without the proof of who asks.
func (c *Client) Header(r *Request) http.Header {
	h := r.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if c.options.UserAgent != "" {
		h.Set("User-Agent", c.options.UserAgent)
	}
	return h
}

// Scheme is the first word of the header in which a request proves who asks, "" where it does not.
func (c *Client) Scheme() string {
	if c.options.Authorizer == nil {
		return ""
	}
	return c.options.Authorizer.Scheme()
}

// Next makes a request of the address of a further page, as servers give it in full. It must be one of the same server.
func (c *Client) Next(address string) (*Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return nil, errors.New("the server names a further page that is not its own")
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(c.base.EscapedPath(), "/")+"/")
	if !ok {
		return nil, errors.New("the server names a further page that is not its own")
	}
	return &Request{Method: http.MethodGet, Path: path, rawQuery: u.RawQuery}, nil
}

// maxPages is how many pages of a list are read.
const maxPages = 10_000

// Pages asks for a list page by page: read takes one and returns the address of the next, "" after the last.
func (c *Client) Pages(ctx context.Context, first *Request, read func(body []byte) (next string, err error)) error {
	seen := map[string]bool{}
	for r := first; ; {
		if seen[c.URL(r)] || len(seen) == maxPages {
			return errors.New("the list of the server does not end")
		}
		seen[c.URL(r)] = true
		response, err := c.Do(ctx, r)
		if err != nil {
			return err
		}
		next, err := read(response.Body)
		if err != nil || next == "" {
			return err
		}
		if r, err = c.Next(next); err != nil {
			return err
		}
	}
}

// describe names a request in messages, without its query.
func (c *Client) requestLine(r *Request) string {
	return fmt.Sprintf("%s %s", r.Method, c.base.JoinPath(r.Path))
}

// withoutURL drops the address that net/http writes before an error: it holds the query, and describe says the rest.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
