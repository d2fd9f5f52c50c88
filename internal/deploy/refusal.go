package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// StatusError is a response refusing a request.
type StatusError struct {
	Request    string // method and address
	Status     int
	Message    string // the server's own words, fit to be shown; may be empty
	RetryAfter string // the response header, "" if absent
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s: the server responded %d %s", e.Request, e.Status, http.StatusText(e.Status))
	if e.Message != "" && e.Message != http.StatusText(e.Status) {
		text += ": " + e.Message
	}
	if e.RetryAfter != "" {
		text += " (Retry-After: " + e.RetryAfter + ")"
	}
	return text
}

func (c *Client) refusal(r *Request, response *http.Response, body []byte) error {
	return &StatusError{c.requestLine(r), response.StatusCode, c.serverMessage(body), retryAfter(response.Header.Get("Retry-After"))}
}

// IsStatus reports whether an error is a refusal with this status.
func IsStatus(err error, status int) bool {
	var e *StatusError
	return errors.As(err, &e) && e.Status == status
}

// retryAfter keeps a header of the two forms it may have, a number or a date.
func retryAfter(header string) string {
	if _, err := http.ParseTime(header); err == nil || header != "" && strings.Trim(header, "0123456789") == "" && len(header) <= 40 {
		return header
	}
	return ""
}

func (c *Client) serverMessage(body []byte) string {
	text := ""
	if c.options.Message != nil {
		text = c.options.Message(body)
	}
	if text == "" && !bytes.ContainsAny(body, "<{\x00") {
		text = string(body)
	}
	return c.Quote(text)
}
