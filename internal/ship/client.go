package ship

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
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
	// Sends says that the request is a command that leaves nothing to compare with.
	Sends bool
}

func (r *Request) isRepeatable() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Repeatable
}

// Response is an answer of status 200 to 299, at most MaxAnswer bytes of it.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// MaxAnswer is how much of an answer is read, in bytes.
const MaxAnswer = 8 << 20

// Authorizer proves to a server who asks.
type Authorizer interface {
	// Authorize adds the proof to a request. With renew what was used before has been refused.
	Authorize(ctx context.Context, r *http.Request, renew bool) error
}

// Options are how a Client speaks to a server. The zero value trusts the system's roots.
type Options struct {
	Authorizer Authorizer     // nil for none
	Roots      *x509.CertPool // nil for the system's
	UserAgent  string
	// Message finds the server's own words in the body of a refusal; nil takes the body where it is short text.
	Message func(body []byte) string
	Tries   int           // of a repeatable request, 5 if 0
	Wait    time.Duration // before the second try, one second if 0; Retry-After counts where it is longer
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
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
	transport.ResponseHeaderTimeout = time.Minute
	c := retryablehttp.NewClient()
	c.HTTPClient = &http.Client{Transport: transport, Timeout: 2 * time.Minute, CheckRedirect: refuseRedirect}
	c.Logger = nil
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	c.CheckRetry = checkRetry
	c.RetryMax = 4
	if o.Tries > 0 {
		c.RetryMax = o.Tries - 1
	}
	c.RetryWaitMin, c.RetryWaitMax = time.Second, time.Minute
	if o.Wait > 0 {
		c.RetryWaitMin = o.Wait
	}
	return &Client{base, o, c}, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// A redirect would carry credentials and profiles to where nobody meant them to go.
func refuseRedirect(r *http.Request, _ []*http.Request) error {
	return fmt.Errorf("the server sends us on to %s://%s; give that address if it is right", r.URL.Scheme, r.URL.Host)
}

type repeatable struct{}

// checkRetry tries again where that cannot do a thing twice: what is repeatable after any passing failure, all else only
// where the server has said that it did nothing, or was never reached.
func checkRetry(ctx context.Context, answer *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if ctx.Value(repeatable{}) == true {
		again, _ := retryablehttp.DefaultRetryPolicy(ctx, answer, err)
		return again, nil
	}
	var dial *net.OpError
	return answer != nil && answer.StatusCode == http.StatusTooManyRequests || errors.As(err, &dial) && dial.Op == "dial", nil
}

// Do sends a request and reads the answer. A refusal is a *StatusError.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	answer, err := c.do(ctx, r, false)
	var status *StatusError
	if errors.As(err, &status) && status.Status == http.StatusUnauthorized && c.options.Authorizer != nil {
		return c.do(ctx, r, true)
	}
	return answer, err
}

func (c *Client) do(ctx context.Context, r *Request, renew bool) (*Response, error) {
	ctx = context.WithValue(ctx, repeatable{}, r.isRepeatable())
	request, err := retryablehttp.NewRequestWithContext(ctx, r.Method, c.URL(r), r.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.describe(r), withoutURL(err))
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	if c.options.UserAgent != "" {
		request.Header.Set("User-Agent", c.options.UserAgent)
	}
	if c.options.Authorizer != nil {
		if err := c.options.Authorizer.Authorize(ctx, request.Request, renew); err != nil {
			return nil, err
		}
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.describe(r), withoutURL(err))
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading the answer: %w", c.describe(r), err)
	case len(body) > MaxAnswer:
		return nil, fmt.Errorf("%s: the answer is larger than %d MiB", c.describe(r), MaxAnswer>>20)
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return nil, &StatusError{c.describe(r), answer.StatusCode, c.message(body)}
	}
	return &Response{answer.StatusCode, answer.Header, body}, nil
}

// URL returns where a request goes.
func (c *Client) URL(r *Request) string {
	u := c.base.JoinPath(r.Path)
	u.RawQuery = r.Query.Encode()
	return u.String()
}

// Next makes a request of the address of a further page, as servers give it in full. It must be one of the same server.
func (c *Client) Next(address string) (*Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return nil, errors.New("the server names a further page that is not its own")
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(c.base.EscapedPath(), "/"))
	if !ok {
		return nil, errors.New("the server names a further page that is not its own")
	}
	return &Request{Method: http.MethodGet, Path: path, Query: u.Query()}, nil
}

// describe names a request in messages, without its query.
func (c *Client) describe(r *Request) string {
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

// StatusError is a refusal.
type StatusError struct {
	Request string // method and address
	Status  int
	Message string // the server's own, to be escaped where it is shown; may be empty
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s: the server answers %d %s", e.Request, e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// IsStatus says whether an error is a refusal with that status.
func IsStatus(err error, status int) bool {
	var e *StatusError
	return errors.As(err, &e) && e.Status == status
}

// maxMessage is how much of a server's words is kept, in bytes.
const maxMessage = 500

func (c *Client) message(body []byte) string {
	text := ""
	if c.options.Message != nil {
		text = c.options.Message(body)
	}
	if text == "" && !bytes.ContainsAny(body, "<{\x00") {
		text = string(body)
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}
