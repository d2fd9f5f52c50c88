package cli

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/jamf"
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
its scope. The level follows PayloadScope; where a profile has none, it stays as it is in Jamf.

Jamf's API changes text: devices get &amp; for &, tabs and emoji go. What a profile loses is said before it is sent, and nothing is
sent where a secret would be another one, or a payload would lose all its settings.

An update gets to devices that have the profile with --redeploy all. With newly-assigned they keep the old version; again sends
what is unchanged, too, for those that have kept one.

Signs in with an API client of Jamf Pro: --client-id, and its secret from the environment or a file.`,
		example: `  syncguard push jamf corp.mobileconfig --server https://acme.jamfcloud.com --dry-run
  syncguard push jamf profiles/ --devices computers --redeploy all
  syncguard push jamf profiles/ --check`,
	}
	o := newJamfOptions()
	o.secret = secretFlag{what: "the secret of the API client", variable: d.variable("CLIENT_SECRET")}
	d.flags = func(cmd *cobra.Command) {
		o.addFlags(cmd)
		cmd.Flags().StringVar(&o.clientID, "client-id", "", "ID of the API client (default: "+d.variable("CLIENT_ID")+")")
		o.secret.addFlags(cmd, "client-secret")
	}
	d.connect = func(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
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
		options := jamf.Options(nil)
		if options.Jar, err = cookiejar.New(nil); err != nil {
			return nil, nil, err
		}
		tokens, err := p.client(options)
		if err != nil {
			return nil, nil, err
		}
		token := p.signIn("Jamf Pro", func(ctx context.Context) (string, time.Duration, error) {
			// https://developer.jamf.com/jamf-pro/docs/client-credentials
			form := url.Values{"client_id": {o.clientID}, "client_secret": {secret}}
			token, lasts, err := askToken(ctx, tokens, "/api/v1/oauth/token", form)
			if deploy.IsStatus(err, http.StatusNotFound) { // a server from when it had no version
				token, lasts, err = askToken(ctx, tokens, "/api/oauth/token", form)
			}
			return token, lasts, err
		})
		options.Authorizer = token
		c, err := p.client(options)
		destination := o.destination()
		destination.Client, destination.Again = c, o.redeploy.value == "again" && !p.o.check
		return destination, c, err
	}
	return d
}

func newJamfOptions() *jamfOptions {
	return &jamfOptions{kind: choiceFlag{value: "auto", all: []string{"auto", jamf.Computers, jamf.Mobile}}, redeploy: choiceFlag{value: "newly-assigned", all: []string{"newly-assigned", "all", "again"}}}
}

// addFlags adds those about what is sent.
func (o *jamfOptions) addFlags(cmd *cobra.Command) {
	o.kind.addFlag(cmd, "devices")
	o.redeploy.addFlag(cmd, "redeploy")
	cmd.Flags().StringVar(&o.category, "category", "", "category of the profiles")
	cmd.Flags().BoolVar(&o.wrap, "wrap-preferences", false, "send payloads of other makers as managed preferences, which Jamf shows as custom settings")
}

func (o *jamfOptions) destination() *jamf.Destination {
	d := &jamf.Destination{For: o.kind.value, Category: o.category, Wrap: o.wrap,
		Redeploy: map[string]string{"all": "All", "again": "All", "newly-assigned": "Newly Assigned"}[o.redeploy.value]}
	if o.kind.value == "auto" {
		d.For = ""
	}
	return d
}
