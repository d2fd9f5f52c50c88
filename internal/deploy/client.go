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
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"syncguard/internal/secret"
)

// Request is one request to a server. Client.Do adds the credentials, so a Request never holds one.
type Request struct {
	Method string
	Path   string // below the server's address, escaped
	Query  url.Values
	Header http.Header
	Body   []byte

	// Repeatable marks a request with the same effect sent once or twice, so it may be retried after an unknown outcome. GET,
	// HEAD, PUT and DELETE always are.
	Repeatable bool

	rawQuery string // replaces Query, as a server wrote it
}

func (r *Request) isRepeatable() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Repeatable
}

// Response is a response of status 200 to 299 (or one allowed by Options.Accepts), with at most maxResponse bytes.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Options configure a Client. The zero value trusts the system's roots.
type Options struct {
	Authorizer Authorizer        // nil for none
	Roots      *x509.CertPool    // nil for the system's
	Transport  http.RoundTripper // nil for the default, which trusts Roots
	UserAgent  string
	// Message extracts the server's own words from the body of a refusal; nil keeps a short text body as it is.
	Message func(body []byte) string
	// Accepts reports whether a status outside 200 to 299 is a regular response for the destination to read, not a refusal
	// and not retried. Nil for none.
	Accepts  func(status int, body []byte) bool
	Redactor *secret.Redactor // masks the secrets in the server's words; nil for no secrets
	Jar      http.CookieJar   // nil for no cookies
	Tries    int              // for a repeatable request, 5 if 0
	Wait     time.Duration    // before the second try, one second if 0, then doubled each time; Retry-After takes precedence
}

// Client sends requests to one server, with retries, size and time limits. It refuses redirects and plain http.
type Client struct {
	base    *url.URL
	options Options
	http    *retryablehttp.Client

	allowance atomic.Pointer[allowance] // nil but for a search
}

// parseAddress refuses addresses with more than a host and a path, and plain http to another machine.
func parseAddress(address string) (*url.URL, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, errors.New("invalid server address: want https://HOST")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, fmt.Errorf("invalid server address %q: want https, since plain http exposes credentials and profiles", base.Redacted())
	}
	return base, nil
}

// NewClient returns a client for the server at an https address; http is allowed for this machine only.
func NewClient(address string, o Options) (*Client, error) {
	base, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
		transport.ResponseHeaderTimeout = time.Minute
		transport.MaxIdleConnsPerHost = parallel
		o.Transport = transport
	}
	c := &Client{base: base, options: o, http: retryablehttp.NewClient()}
	c.http.HTTPClient = &http.Client{Transport: o.Transport, Timeout: 2 * time.Minute, CheckRedirect: c.refuseRedirect, Jar: o.Jar}
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

// redirectError is a refused redirect: following it could carry credentials and profiles to another server.
type redirectError struct{ to string }

func (e *redirectError) Error() string {
	return "the server redirects to " + e.to + "; give that address if it is the right server"
}

// refuseRedirect names the server redirected to, unless the address holds a secret: its host may be a part of it.
func (c *Client) refuseRedirect(r *http.Request, _ []*http.Request) error {
	if c.options.Redactor.Has(r.URL.String()) {
		return &redirectError{secret.Shown}
	}
	return &redirectError{r.URL.Scheme + "://" + r.URL.Host}
}

// Do sends a request and reads the response. A refusal is a *StatusError. After a 401 it renews the credential once.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	response, err := c.do(ctx, r, false)
	if IsStatus(err, http.StatusUnauthorized) && c.options.Authorizer != nil {
		if renewed, renewErr := c.do(ctx, r, true); !errors.Is(renewErr, errNoOtherCredential) {
			response, err = renewed, renewErr
		}
	}
	return response, c.options.Redactor.HideError(err)
}

// Quote returns words of the server fit to be shown: see secret.Redactor. A nil Client knows no secrets.
func (c *Client) Quote(words string) string {
	if c == nil {
		return (*secret.Redactor)(nil).Quote(words)
	}
	return c.options.Redactor.Quote(words)
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
	if err != nil { // net/http quotes malformed headers whole
		return nil, fmt.Errorf("%s: %w", c.requestLine(r), c.options.Redactor.QuoteError(withoutURL(err)))
	}
	body, err := io.ReadAll(response.Body) // checkRetry has bounded it
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading the response: %w", c.requestLine(r), err)
	case !c.accepts(response.StatusCode, body):
		return nil, c.refusal(r, response, body)
	}
	return &Response{response.StatusCode, response.Header, body}, nil
}

// accepts reports whether a response is a success, or a refusal for the destination to read.
func (c *Client) accepts(status int, body []byte) bool {
	return status >= 200 && status <= 299 || c.options.Accepts != nil && c.options.Accepts(status, body)
}

// Address returns the server's address.
func (c *Client) Address() string { return c.base.String() }

// URL returns the full address of a request.
func (c *Client) URL(r *Request) string {
	u := c.base.JoinPath(r.Path)
	if u.RawQuery = r.rawQuery; u.RawQuery == "" {
		u.RawQuery = r.Query.Encode()
	}
	return u.String()
}

// Header returns the headers of a request without the credentials.
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

// Scheme is the authentication scheme, "" without authentication.
func (c *Client) Scheme() string {
	if c.options.Authorizer == nil {
		return ""
	}
	return c.options.Authorizer.Scheme()
}

// Next returns the request for a further page, given by the server as a full address. It must be on the same server.
func (c *Client) Next(address string) (*Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return nil, errors.New("the link to the next page points to another server")
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(c.base.EscapedPath(), "/")+"/")
	if !ok {
		return nil, errors.New("the link to the next page points to another server")
	}
	return &Request{Method: http.MethodGet, Path: path, rawQuery: u.RawQuery}, nil
}

// requestLine names a request in messages, without its query.
func (c *Client) requestLine(r *Request) string {
	return fmt.Sprintf("%s %s", r.Method, c.base.JoinPath(r.Path))
}

// withoutURL drops the address added by net/http: it holds the query, and requestLine names the request already.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
