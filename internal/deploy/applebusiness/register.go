package applebusiness

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// Destination registers Apple Business.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "apple-business", Address: "https://api-business.apple.com",
		Push: &deploy.Help{Short: "Create and update custom settings in Apple Business",
			Long: `Create and update configurations of the type CUSTOM_SETTING in Apple Business, Apple's own device management. A configuration is
found by the PayloadIdentifier of its profile. Apple validates each profile against its schemas. Assign devices in Apple Business.

Signs in with an API account of Apple Business: its client ID, its key ID, and the private key (--key, a PEM file readable only by
you); or with your own access token.`,
			Example: `  syncguard push apple-business profiles/ --client-id BUSINESSAPI.9703… --key-id d136… --key a.pem
  syncguard push apple-business profiles/ --check --platform ios --platform macos
  syncguard push apple-business corp.mobileconfig --dry-run`,
			Takes: "profiles, unsigned", Proof: "a test server made from the documented API"},
		Export: &deploy.Help{Short: "Write the JSON of custom settings in Apple Business",
			Long: `Write each profile as the JSON to create a configuration of the type CUSTOM_SETTING with the Apple Business API.`,
			Example: `  syncguard export apple-business profiles/ -o apple-business --platform ios
  syncguard export apple-business corp.mobileconfig > corp.json`,
			Takes: "`NAME.json`: a configuration of the type CUSTOM_SETTING", Proof: "`POST` with `Content-Type: application/json`"},
		Delivery: deploy.Delivery{Source: "https://github.com/microsoft/mdatp-xplat/issues/257",
			Profiles:     "API: POST /v1/configurations with the type CUSTOM_SETTING and the unsigned XML as text. Apple checks it against its schema.",
			Declarations: "No known way to send single declarations."},
		Flags: []deploy.Flag{
			{Name: "platform", Kind: deploy.List, Usage: strings.Join(platformNames(), ", ") + " (repeatable; default: Apple derives them from the payloads)", Export: true},
			{Name: "client-id", Usage: "client ID of the API account"},
			{Name: "key-id", Usage: "key ID of the API account"},
			{Name: "key", Kind: deploy.Path, Ext: []string{"pem"}, Usage: "private key of the API account, PEM"},
			{Name: "token-server", Usage: "address of the server issuing access tokens", Default: "https://account.apple.com"},
			{Name: "token", Kind: deploy.Secret, Usage: "an access token of Apple Business", Alternative: "give --client-id, --key-id and --key", Variable: "TOKEN"},
		},
		Open: open,
	}
}

// platformNames lists Apple Business's platforms as words of the command line.
func platformNames() []string {
	var names []string
	for _, p := range target.SchemaPlatforms() {
		names = append(names, strings.ToLower(string(p)))
	}
	return names
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{}
	for _, name := range s.Given["platform"] {
		if !slices.Contains(platformNames(), strings.ToLower(name)) {
			return nil, diag.Usage("want "+text.Choices(platformNames()), "invalid --platform %q", name)
		}
		// https://developer.apple.com/documentation/applebusinessapi/create-a-configuration
		d.Platforms = append(d.Platforms, "PLATFORM_"+strings.ToUpper(name))
	}
	slices.Sort(d.Platforms)
	if s.WriteFiles {
		return d.Session(), nil
	}
	authorizer, err := authorize(ctx, s)
	if err != nil {
		return nil, err
	}
	d.Client, err = s.Client(s.Address, Options(authorizer))
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	return &deploy.Session{Client: d.Client, Prepare: d.Prepare, Find: d.Find, Compare: d.Compare, Request: d.Request, Outcome: d.Outcome,
		Files: deploy.Bodies(d.Request, ".json")}
}

func authorize(ctx context.Context, s *deploy.Setup) (deploy.Authorizer, error) {
	account, keyID, path := s.Text("client-id"), s.Text("key-id"), s.Text("key")
	switch {
	case account == "" && keyID == "" && path == "":
		token, err := s.Secret(ctx, "token")
		return deploy.Bearer(token), err
	case account == "" || keyID == "" || path == "":
		return nil, diag.Usage("give all three, or a token alone", "--client-id, --key-id and --key need each other")
	}
	data, err := s.ReadSecret(path)
	if err != nil {
		return nil, err
	}
	s.Redactor.Add(string(data))
	key, err := jwt.ParseECPrivateKeyFromPEM(data)
	if err != nil {
		return nil, diag.WithHint(fmt.Errorf("%s: not a private key of an API account", path), "want the PEM file from Apple Business, an elliptic curve key without a passphrase")
	}
	c, err := s.ClientAt(s.Text("token-server"), deploy.Options{Message: deploy.TokenMessage})
	if err != nil {
		return nil, err
	}
	return s.Tokens("Apple Business", func(ctx context.Context) (*oauth2.Token, error) {
		assertion, err := assertion(account, keyID, key, s.Now())
		if err != nil {
			return nil, err
		}
		s.Redactor.Add(assertion)
		return c.Token(ctx, "/auth/oauth2/token", &clientcredentials.Config{ClientID: account, Scopes: []string{"business.api"}, EndpointParams: url.Values{
			"client_assertion": {assertion}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}})
	}), nil
}

// assertion returns the signed client assertion:
// https://developer.apple.com/documentation/apple-school-and-business-manager-api/implementing-oauth-for-the-apple-school-manager-and-apple-business-api.
func assertion(account, keyID string, key *ecdsa.PrivateKey, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.RegisteredClaims{Issuer: account, Subject: account,
		Audience: jwt.ClaimStrings{"https://account.apple.com/auth/oauth2/v2/token"}, IssuedAt: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(10 * time.Minute)), ID: uuid.NewString()})
	token.Header["kid"] = keyID
	return token.SignedString(key)
}
