package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"syncguard/internal/deploy"
)

// signIn authorizes requests by access tokens, each kept until shortly before its end. What is refused once is not asked for again:
// that can lock an account.
type signIn struct {
	to   string // what it signs in to
	get  func(ctx context.Context) (token string, lasts time.Duration, err error)
	now  func() time.Time
	hide func(token string)

	mu    sync.Mutex
	token string
	ends  time.Time
	err   error
}

func (p *pushing) signIn(to string, get func(ctx context.Context) (token string, lasts time.Duration, err error)) *signIn {
	return &signIn{to: to, get: get, now: p.env.Now, hide: p.hiding.add}
}

// early is how long before its end a token is not used any more.
const early = 10 * time.Second

// Authorize adds a token.
func (s *signIn) Authorize(ctx context.Context, r *http.Request, renew bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if renew || !s.now().Before(s.ends) {
		token, lasts, err := s.get(ctx)
		if err != nil {
			s.err = fmt.Errorf("signing in to %s: %w", s.to, err)
			return s.err
		}
		s.hide(token)
		lasts = min(max(lasts, 0), 24*time.Hour)
		s.token, s.ends = token, s.now().Add(lasts-early)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	return nil
}

// Scheme is Bearer.
func (s *signIn) Scheme() string { return "Bearer" }

// askToken asks for an access token with the fields of a form: https://www.rfc-editor.org/rfc/rfc6749#section-4.4.
func askToken(ctx context.Context, c *deploy.Client, path string, form url.Values) (token string, lasts time.Duration, err error) {
	form.Set("grant_type", "client_credentials")
	answer, err := c.Do(ctx, &deploy.Request{Method: http.MethodPost, Path: path, Repeatable: true,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode())})
	if err != nil {
		return "", 0, err
	}
	var a struct {
		Token   string `json:"access_token"`
		Seconds int32  `json:"expires_in"`
	}
	if json.Unmarshal(answer.Body, &a) != nil || a.Token == "" {
		return "", 0, errors.New("the answer holds no access token")
	}
	return a.Token, time.Duration(a.Seconds) * time.Second, nil
}

// tokenRefusal finds the words of a refusal: https://www.rfc-editor.org/rfc/rfc6749#section-5.2.
func tokenRefusal(body []byte) string {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &e)
	return strings.TrimSpace(e.Error + " " + e.Description)
}
