package deploy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxWait is the longest wait before another try.
const maxWait = 2 * time.Minute

// repeatable is the context key marking a request safe to send twice.
type repeatable struct{}

// checkRetry retries without risking a repeated change: a repeatable request after any temporary failure, any other only if
// the server was never reached or asked to wait. It reads the body, so a broken response counts as a failure.
func (c *Client) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	var redirect *redirectError
	if errors.As(err, &redirect) || isBadRedirect(err) {
		return false, nil
	}
	var body []byte
	if err == nil {
		body, err = c.readResponse(response)
		if err == nil && c.accepts(response.StatusCode, body) {
			return false, nil
		}
		if errors.Is(err, errTooLarge) || err == nil && backoff(0, 0, 0, response) > maxWait {
			return false, nil
		}
	}
	if ctx.Value(repeatable{}) == true {
		again, _ := retryablehttp.DefaultRetryPolicy(ctx, response, err)
		return again, nil
	}
	return response != nil && response.StatusCode == http.StatusTooManyRequests || isDial(err), nil
}

// isBadRedirect reports whether a server redirects to no address, for which net/http has no type.
func isBadRedirect(err error) bool {
	return err != nil && strings.Contains(err.Error(), "failed to parse Location header")
}

// readResponse reads the body and replaces it: reading again gives the same bytes and the same error.
func (c *Client) readResponse(response *http.Response) ([]byte, error) {
	a := c.allowance.Load()
	most, tooLarge := a.limit()
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	a.spend(len(body))
	_ = response.Body.Close()
	if int64(len(body)) > most {
		body, err = nil, tooLarge
	}
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), errorReader{err}))
	return body, err
}

// errorReader is a reader ending with err, or with io.EOF for nil.
type errorReader struct{ err error }

func (f errorReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// backoff is the wait before the next try: Retry-After, or twice as long each time.
func backoff(least, most time.Duration, tries int, response *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(least, most, tries, response)
	if wait < 0 { // more seconds than a Duration holds
		return 1<<63 - 1
	}
	return wait
}

// isDial reports whether no connection to the server could be made.
func isDial(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}
