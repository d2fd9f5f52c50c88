package jamf

import (
	"context"
	"net/http"
	"net/http/cookiejar"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
)

// Destination registers Jamf Pro.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "jamf", Inventory: true,
		Push: &deploy.Help{Short: "Create and update configuration profiles in Jamf Pro",
			Long: `Create and update configuration profiles for computers and mobile devices in Jamf Pro, with its Classic API. Jamf gives each
profile its own identifier, so an existing profile is found by its name (PayloadDisplayName), and keeps that identifier and its
scope. The level follows PayloadScope; without one, an existing profile keeps its level.

Jamf's API changes text: devices get &amp; for &, and tabs and emoji are lost. Losses are listed before a profile is sent, and it is
not sent if a secret would change or a payload would lose all its settings.

With --redeploy all, an update reaches devices with the old version; with newly-assigned they keep it; again also sends unchanged
profiles, for devices still on an old version.

Signs in with an API client of Jamf Pro: --client-id, and its secret from the environment or a file.`,
			Example: `  syncguard push jamf corp.mobileconfig --server https://acme.jamfcloud.com --dry-run
  syncguard push jamf profiles/ --devices computers --redeploy all
  syncguard push jamf profiles/ --check`,
			Takes: "profiles, unsigned", Proof: "a test server made from the documented API and from reports of users"},
		Export: &deploy.Help{Short: "Write the XML of the Classic API of Jamf Pro",
			Long: `Write each profile as the XML to create it with the Classic API of Jamf Pro: unsigned, on one line, escaped once more than usual,
since Jamf decodes it twice, and with carriage returns as line breaks, the only ones Jamf keeps. Losses are listed. An update
needs the identity given by Jamf: use push jamf.`,
			Example: `  syncguard export jamf profiles/ -o jamf --devices computers
  syncguard export jamf corp.mobileconfig --category Network > corp.xml`,
			Takes: "`NAME.xml`: the request of the Classic API that creates it", Proof: "`POST` with `Content-Type: application/xml`"},
		Delivery: deploy.Delivery{Source: "https://github.com/grahampugh/jamf-upload", Declarations: "In a blueprint, as Custom Declarations: https://developer.jamf.com/jamf-pro/docs/test-apps-with-managedapp-and-blueprints",
			Profiles: "Upload under Configuration Profiles in the web interface. A signed file stays unchanged and read-only; an unsigned one is converted to Jamf's own model, and the API removes signatures."},
		Flags: []deploy.Flag{
			{Name: "devices", Kind: deploy.Choice, Choices: []string{"auto", Computers, Mobile}, Export: true},
			{Name: "redeploy", Kind: deploy.Choice, Choices: []string{"newly-assigned", "all", "again"}, Export: true},
			{Name: "category", Usage: "category for the profiles", Export: true},
			{Name: "wrap-preferences", Kind: deploy.Switch, Usage: "send third-party payloads as managed preferences, shown by Jamf as custom settings", Export: true},
			{Name: "client-id", Usage: "ID of the API client", Variable: "CLIENT_ID"},
			{Name: "client-secret", Kind: deploy.Secret, Usage: "the secret of the API client", Variable: "CLIENT_SECRET"},
		},
		Open: open,
	}
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Devices: s.Text("devices"), Category: s.Text("category"), WrapPreferences: s.Bool("wrap-preferences"), Redeploy: redeployAll}
	if d.Devices == "auto" {
		d.Devices = ""
	}
	if s.Text("redeploy") == "newly-assigned" {
		d.Redeploy = "Newly Assigned"
	}
	if s.WriteFiles {
		return d.Session(), nil
	}
	d.Resend = s.Text("redeploy") == "again" && !s.Check
	secret, err := s.Secret(ctx, "client-secret")
	if err != nil {
		return nil, err
	}
	id := s.Text("client-id")
	if id == "" && secret != "" {
		return nil, diag.Usage("set "+s.Variable("CLIENT_ID")+", or give the flag client-id", "missing ID of the API client")
	}
	options := Options(nil)
	if options.Jar, err = cookiejar.New(nil); err != nil {
		return nil, err
	}
	tokens, err := s.Client("", options)
	if err != nil {
		return nil, err
	}
	options.Authorizer = s.Tokens("Jamf Pro", func(ctx context.Context) (*oauth2.Token, error) {
		// https://developer.jamf.com/jamf-pro/docs/client-credentials
		config := &clientcredentials.Config{ClientID: id, ClientSecret: secret}
		token, err := tokens.Token(ctx, "/api/v1/oauth/token", config)
		if deploy.IsStatus(err, http.StatusNotFound) { // an older server, with an unversioned endpoint
			token, err = tokens.Token(ctx, "/api/oauth/token", config)
		}
		return token, err
	})
	d.Client, err = s.Client("", options)
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	return &deploy.Session{Client: d.Client, Prepare: d.Prepare, CheckSet: d.CheckSet, Find: d.Find, Compare: d.Compare, Request: d.Request,
		Outcome: d.Outcome, ReadBack: d.ReadBack, Files: deploy.Bodies(d.Request, ".xml"), Inventory: d.Inventory}
}
