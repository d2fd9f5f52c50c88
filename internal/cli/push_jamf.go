package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/ship"
	"syncguard/internal/ship/jamf"
)

// jamfOptions are the flags of push jamf.
type jamfOptions struct {
	kind     choiceFlag
	redeploy choiceFlag
	category string
	wrap     bool
	clientID string
	secret   secretFlag
}

func pushJamf() *pushDestination {
	d := &pushDestination{name: "jamf",
		short: "Create and update configuration profiles in Jamf Pro",
		long: `Create and update configuration profiles for computers and mobile devices in Jamf Pro, by its Classic API. Jamf gives each
profile an identifier of its own, so one that is there is found by its name (PayloadDisplayName), and keeps that identifier and
its scope. The level follows PayloadScope.

Signs in with an API client of Jamf Pro: --client-id, and its secret from the environment or a file.`,
		example: `  syncguard push jamf corp.mobileconfig --server https://acme.jamfcloud.com --dry-run
  syncguard push jamf profiles/ --for computers --redeploy all
  syncguard push jamf profiles/ --check`,
	}
	o := jamfOptions{kind: choiceFlag{"auto", []string{"auto", jamf.Computers, jamf.Mobile}}, redeploy: choiceFlag{"newly-assigned", []string{"newly-assigned", "all"}},
		secret: secretFlag{what: "the secret of the API client", variable: d.variable("CLIENT_SECRET")}}
	d.flags = func(cmd *cobra.Command) {
		o.kind.addFlag(cmd, "for")
		o.redeploy.addFlag(cmd, "redeploy")
		flags := cmd.Flags()
		flags.StringVar(&o.category, "category", "", "category of the profiles")
		flags.BoolVar(&o.wrap, "wrap-preferences", false, "send payloads of other makers as managed preferences, which Jamf shows as custom settings")
		flags.StringVar(&o.clientID, "client-id", "", "ID of the API client (default: "+d.variable("CLIENT_ID")+")")
		o.secret.addFlags(cmd, "client-secret")
	}
	d.connect = func(ctx context.Context, p *pushing) (ship.Destination, *ship.Client, error) {
		secret, err := p.secret(ctx, &o.secret)
		if err != nil {
			return nil, nil, err
		}
		if o.clientID == "" {
			o.clientID, _ = p.env.lookup(d.variable("CLIENT_ID"))
		}
		if o.clientID == "" && secret != "" {
			return nil, nil, usage("--client-id, or "+d.variable("CLIENT_ID"), "which API client it is, is not said")
		}
		token := &jamfToken{clientID: o.clientID, secret: secret, now: p.env.Now, hide: p.hiding.add}
		if token.client, err = p.client(jamf.Options(nil)); err != nil {
			return nil, nil, err
		}
		c, err := p.client(jamf.Options(token))
		destination := &jamf.Destination{Client: c, For: o.kind.value, Category: o.category, Wrap: o.wrap,
			Redeploy: map[string]string{"all": "All", "newly-assigned": "Newly Assigned"}[o.redeploy.value]}
		if o.kind.value == "auto" {
			destination.For = ""
		}
		return destination, c, err
	}
	return d
}

// jamfToken gets access tokens for an API client: https://developer.jamf.com/jamf-pro/docs/client-credentials.
type jamfToken struct {
	client           *ship.Client
	clientID, secret string
	now              func() time.Time
	hide             func(token string)

	mu    sync.Mutex
	token string
	ends  time.Time
	err   error // the client was refused: asking often can lock it
}

// Authorize adds a token.
func (a *jamfToken) Authorize(ctx context.Context, r *http.Request, renew bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return a.err
	}
	if renew || !a.now().Before(a.ends) {
		if err := a.get(ctx); err != nil {
			err = fmt.Errorf("signing in to Jamf Pro: %w", err)
			if ship.IsStatus(err, http.StatusUnauthorized) || ship.IsStatus(err, http.StatusBadRequest) {
				a.err = err
			}
			return err
		}
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	return nil
}

// Scheme is Bearer.
func (a *jamfToken) Scheme() string { return "Bearer" }

func (a *jamfToken) get(ctx context.Context) error {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.clientID}, "client_secret": {a.secret}}
	answer, err := a.client.Do(ctx, &ship.Request{Method: http.MethodPost, Path: "/api/v1/oauth/token", Repeatable: true,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode())})
	if err != nil {
		return err
	}
	var token struct {
		Token   string `json:"access_token"`
		Seconds int    `json:"expires_in"`
	}
	if err := json.Unmarshal(answer.Body, &token); err != nil || token.Token == "" {
		return errors.New("the answer holds no access token")
	}
	a.hide(token.Token)
	token.Seconds = min(max(token.Seconds, 0), 24*60*60)
	a.token, a.ends = token.Token, a.now().Add(time.Duration(token.Seconds)*time.Second-10*time.Second)
	return nil
}
