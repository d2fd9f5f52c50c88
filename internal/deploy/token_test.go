package deploy

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// A token is kept until it ends or is refused; a refusal to give one is final, told in the server's words and without the secret.
func TestTokens(t *testing.T) {
	asked, refuse := 0, false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		switch {
		case refuse:
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error": "invalid_client", "error_description": "no %s"}`, r.PostFormValue("client_secret"))
		case r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("client_id") != "id":
			w.WriteHeader(http.StatusBadRequest)
		default:
			fmt.Fprintf(w, `{"access_token": "token-%d", "token_type": "bearer", "expires_in": 3600}`, asked)
		}
	}))
	defer s.Close()
	setup := &Setup{Destination: &Destination{}}
	setup.Redactor.Add(canary)
	c, err := setup.ClientAt(s.URL, Options{Message: TokenMessage})
	if err != nil {
		t.Fatal(err)
	}
	tokens := setup.Tokens("the server", func(ctx context.Context) (*oauth2.Token, error) {
		return c.Token(ctx, "/token", &clientcredentials.Config{ClientID: "id", ClientSecret: canary})
	})
	header := func(renew bool) (string, error) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		err := tokens.Authorize(t.Context(), r, renew)
		return r.Header.Get("Authorization"), err
	}
	for i, test := range []struct {
		renew bool
		want  string
	}{{false, "Bearer token-1"}, {false, "Bearer token-1"}, {true, "Bearer token-2"}, {false, "Bearer token-2"}} {
		if got, err := header(test.renew); got != test.want || err != nil {
			t.Errorf("%d: got %q, %v", i, got, err)
		}
	}
	if got := setup.Redactor.Hide("token-1 token-2"); strings.Contains(got, "token") {
		t.Errorf("shown: %s", got)
	}
	refuse = true
	for range 2 {
		_, err := header(true)
		if !IsStatus(err, http.StatusUnauthorized) || !strings.Contains(err.Error(), "signing in to the server: ") || !strings.Contains(err.Error(), "invalid_client no (secret)") {
			t.Errorf("got %v", err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times, want 3", asked)
	}
}

// What flags were given is checked before anything is done with it; what was not has its default.
func TestFlagValues(t *testing.T) {
	d := &Destination{Name: "a", Flags: []Flag{{Name: "kind", Kind: Choice, Choices: []string{"auto", "mac"}}, {Name: "wait", Kind: Duration, Default: "5m"},
		{Name: "list", Kind: Switch}, {Name: "id", Variable: "ID"}}}
	for name, given := range map[string]Values{"choice": {"kind": {"toaster"}}, "duration": {"wait": {"soon"}}, "switch": {"list": {"perhaps"}}, "unknown": {"x": {"1"}}} {
		if err := d.checkValues(given); err == nil {
			t.Errorf("%s: %v is taken", name, given)
		}
	}
	getenv := func(name string) (string, bool) { return name, name == "SYNCGUARD_A_ID" }
	s := &Setup{Destination: d, Host: Host{Getenv: getenv}, Given: Values{"list": {"true"}}}
	if got := fmt.Sprintf("%s %s %t %s", s.Text("kind"), s.Duration("wait"), s.Bool("list"), s.Text("id")); got != "auto 5m0s true SYNCGUARD_A_ID" {
		t.Errorf("got %s", got)
	}
}
