package cli

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
	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/applebusiness"
)

// appleOptions are the flags of push apple-business.
type appleOptions struct {
	clientID  string
	keyID     string
	key       string
	platforms []string
	sign      string // address of the token server
	token     secretFlag
}

// applePlatforms are the words for platforms, and Apple's for them:
// https://developer.apple.com/documentation/applebusinessapi/create-a-configuration.
var applePlatforms = map[string]string{"ios": "PLATFORM_IOS", "macos": "PLATFORM_MACOS", "tvos": "PLATFORM_TVOS", "visionos": "PLATFORM_VISIONOS", "watchos": "PLATFORM_WATCHOS"}

func pushAppleBusiness() *pushDestination {
	d := &pushDestination{name: "apple-business", address: applebusiness.Address,
		short: "Create and update custom settings in Apple Business",
		long: `Create and update configurations of the type CUSTOM_SETTING in Apple Business, the device management of Apple's own. A
configuration is found by the PayloadIdentifier of the profile in it. Apple validates each profile against its schemas. Which
devices get it is decided there.

Signs in with an API account of Apple Business: its client ID, its key ID, and the private key (--key, a PEM file that only you can
read); or takes an access token that you have.`,
		example: `  syncguard push apple-business profiles/ --client-id BUSINESSAPI.9703… --key-id d136… --key a.pem
  syncguard push apple-business profiles/ --check --platform ios --platform macos
  syncguard push apple-business corp.mobileconfig --dry-run`,
	}
	o := appleOptions{token: secretFlag{what: "an access token of Apple Business", instead: "give --client-id, --key-id and --key", variable: d.variable("TOKEN")}}
	d.flags = func(cmd *cobra.Command) {
		o.addPlatforms(cmd)
		flags := cmd.Flags()
		flags.StringVar(&o.clientID, "client-id", "", "client ID of the API account")
		flags.StringVar(&o.keyID, "key-id", "", "key ID of the API account")
		flags.StringVar(&o.key, "key", "", "private key of the API account, PEM")
		flags.StringVar(&o.sign, "token-server", "https://account.apple.com", "where access tokens are from")
		o.token.addFlags(cmd, "token")
		_ = cmd.MarkFlagFilename("key", "pem")
	}
	d.connect = o.connect
	return d
}

// addPlatforms adds the flag of platforms.
func (o *appleOptions) addPlatforms(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.platforms, "platform", nil, "ios, macos, tvos, visionos, watchos (repeatable; default: Apple goes by the payloads)")
}

func (o *appleOptions) connect(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
	d, err := o.destination()
	if err != nil {
		return nil, nil, err
	}
	authorizer, err := o.authorizer(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	d.Client, err = p.client(applebusiness.Options(authorizer))
	return d, d.Client, err
}

func (o *appleOptions) destination() (*applebusiness.Destination, error) {
	d := &applebusiness.Destination{}
	for _, name := range o.platforms {
		platform := applePlatforms[strings.ToLower(name)]
		if platform == "" {
			return nil, usage("ios, macos, tvos, visionos, watchos", "--platform does not know %q", name)
		}
		d.Platforms = append(d.Platforms, platform)
	}
	slices.Sort(d.Platforms)
	return d, nil
}

func (o *appleOptions) authorizer(ctx context.Context, p *pushing) (deploy.Authorizer, error) {
	if o.key == "" {
		if o.clientID != "" || o.keyID != "" {
			return nil, usage("--client-id, --key-id and --key", "an API account has three parts")
		}
		token, err := p.secret(ctx, &o.token)
		return deploy.Bearer(token), err
	}
	if o.clientID == "" || o.keyID == "" {
		return nil, usage("--client-id, --key-id and --key", "an API account has three parts")
	}
	data, err := readSecret(p.env, o.key)
	if err != nil {
		return nil, err
	}
	key, err := jwt.ParseECPrivateKeyFromPEM(data)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: is no private key of an API account", o.key), "it is the PEM file that Apple Business gives out, an elliptic curve key without a passphrase")
	}
	roots, err := p.roots()
	if err != nil {
		return nil, err
	}
	c, err := deploy.NewClient(o.sign, deploy.Options{Roots: roots, Message: tokenRefusal})
	if err != nil {
		return nil, err
	}
	return p.signIn("Apple Business", func(ctx context.Context) (string, time.Duration, error) {
		assertion, err := o.assertion(key, p.env.Now())
		if err != nil {
			return "", 0, err
		}
		return askToken(ctx, c, "/auth/oauth2/token", url.Values{"client_id": {o.clientID}, "scope": {"business.api"}, "client_assertion": {assertion},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
	}), nil
}

// assertion says who asks:
// https://developer.apple.com/documentation/apple-school-and-business-manager-api/implementing-oauth-for-the-apple-school-manager-and-apple-business-api.
func (o *appleOptions) assertion(key *ecdsa.PrivateKey, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.RegisteredClaims{Issuer: o.clientID, Subject: o.clientID,
		Audience: jwt.ClaimStrings{"https://account.apple.com/auth/oauth2/v2/token"}, IssuedAt: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(10 * time.Minute)), ID: uuid.NewString()})
	token.Header["kid"] = o.keyID
	return token.SignedString(key)
}
