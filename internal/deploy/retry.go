package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxWait is the longest that a server is waited for before another try.
const maxWait = 2 * time.Minute

// repeatable marks the context of a request that may be sent twice.
type repeatable struct{}

// checkRetry tries again where that cannot do a thing twice: what is repeatable after any passing failure, all else only
// where the server has said that it did nothing, or was never reached. It reads the answer, so that one that breaks off
// counts as a failure.
func (c *Client) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	var redirect *redirectError
	if errors.As(err, &redirect) {
		return false, nil
	}
	var body []byte
	if err == nil {
		body, err = readResponse(response)
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
	var dial *net.OpError
	return response != nil && response.StatusCode == http.StatusTooManyRequests || errors.As(err, &dial) && dial.Op == "dial", nil
}

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxResponse>>20)

// readAnswer reads the body, and puts what was read in its place: reading it again gives the same bytes and the same error.
func readResponse(response *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	_ = response.Body.Close()
	if len(body) > maxResponse {
		body, err = nil, errTooLarge
	}
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), errorReader{err}))
	return body, err
}

// failing is a reader that ends with an error, or as usual without one.
type errorReader struct{ err error }

func (f errorReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// backoff is how long to wait before the next try: what the server asks for, or twice as long each time.
func backoff(least, most time.Duration, tries int, response *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(least, most, tries, response)
	if wait < 0 { // a number of seconds that no duration holds
		return 1<<63 - 1
	}
	return wait
}
