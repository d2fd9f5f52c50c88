package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// StatusError is a response refusing a request.
type StatusError struct {
	Request    string // method and address
	Status     int
	Message    string // the server's own words, may be empty; escape before display
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
	return &StatusError{c.requestLine(r), response.StatusCode, c.serverMessage(body), truncate(response.Header.Get("Retry-After"), 40)}
}

// IsStatus reports whether an error is a refusal with this status.
func IsStatus(err error, status int) bool {
	var e *StatusError
	return errors.As(err, &e) && e.Status == status
}

// maxMessage is how much of a server's message is kept, in bytes.
const maxMessage = 500

func (c *Client) serverMessage(body []byte) string {
	text := ""
	if c.options.Message != nil {
		text = c.options.Message(body)
	}
	if text == "" && !bytes.ContainsAny(body, "<{\x00") {
		text = string(body)
	}
	if c.options.Hide != nil {
		text = c.options.Hide(text)
	}
	text = base64Run().ReplaceAllString(text, "(data)")
	return truncate(strings.Join(strings.Fields(text), " "), maxMessage)
}

// base64Run matches base64 data, such as an echoed profile: Redactor cannot find the secrets inside.
var base64Run = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/_-]{80,}={0,2}`) })

func truncate(text string, most int) string {
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
