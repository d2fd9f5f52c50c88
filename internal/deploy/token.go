package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"syncguard/internal/diag"
)

// tokenSource authorizes requests with access tokens, keeping each until shortly before it expires. After a refused sign-in
// it does not try again: retries can lock an account.
type tokenSource struct {
	server string
	get    func(ctx context.Context) (*oauth2.Token, error)
	hide   func(token string)

	mu    sync.Mutex
	token *oauth2.Token
	err   error
}

// Tokens returns an Authorizer signing in to a server with get.
func (s *Setup) Tokens(server string, get func(ctx context.Context) (*oauth2.Token, error)) Authorizer {
	return &tokenSource{server: server, get: get, hide: s.Redactor.Add}
}

// Authorize adds a token, after signing in if needed.
func (s *tokenSource) Authorize(ctx context.Context, r *http.Request, renew bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && (renew || !s.token.Valid()) {
		token, err := s.get(ctx)
		if err != nil {
			s.err = fmt.Errorf("signing in to %s: %w", s.server, err)
			if isDial(err) {
				s.err = diag.WithHint(s.err, "check the address of the server, and the network")
			}
		} else {
			s.token = token
			s.hide(token.AccessToken)
		}
	}
	if s.err != nil {
		return s.err
	}
	r.Header.Set("Authorization", "Bearer "+s.token.AccessToken)
	return nil
}

// Scheme is Bearer.
func (s *tokenSource) Scheme() string { return "Bearer" }

// Token requests an access token at a path of the server: https://www.rfc-editor.org/rfc/rfc6749#section-4.4.
func (c *Client) Token(ctx context.Context, path string, config *clientcredentials.Config) (*oauth2.Token, error) {
	r := &Request{Method: http.MethodPost, Path: path}
	config.TokenURL, config.AuthStyle = c.URL(r), oauth2.AuthStyleInParams
	client := c.http.StandardClient()
	client.Transport = errorAlone{client.Transport}
	ctx = context.WithValue(context.WithValue(ctx, repeatable{}, true), oauth2.HTTPClient, client)
	token, err := config.Token(ctx)
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return nil, c.options.Redactor.HideError(c.refusal(r, refused.Response, refused.Body))
	}
	if err != nil {
		return nil, c.options.Redactor.HideError(fmt.Errorf("%s: %w", c.requestLine(r), c.options.Redactor.QuoteError(withoutURL(err))))
	}
	return token, nil
}

// errorAlone returns no response beside an error, as http.RoundTripper demands: net/http complains of both on stderr. A refused
// redirect is one.
type errorAlone struct{ http.RoundTripper }

func (t errorAlone) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(r)
	if err != nil && response != nil {
		_ = response.Body.Close()
		response = nil
	}
	return response, err
}

// TokenMessage returns the words of a refused sign-in: https://www.rfc-editor.org/rfc/rfc6749#section-5.2.
func TokenMessage(body []byte) string {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &e)
	return strings.TrimSpace(e.Error + " " + e.Description)
}
