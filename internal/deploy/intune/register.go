package intune

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"golang.org/x/oauth2"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
)

// Destination registers Microsoft Intune.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "intune", Address: "https://graph.microsoft.com",
		Push: &deploy.Help{Short: "Create and update custom configurations in Microsoft Intune",
			Long: `Create and update custom configurations for iOS and macOS in Microsoft Intune, with Microsoft Graph. A configuration is found by
the PayloadIdentifier of its profile. Assignments are made in Intune and stay unchanged; without one, nobody gets the profile.

Signs in like azidentity: environment variables, workload identity, managed identity or the Azure CLI (--credential), with the
permission DeviceManagementConfiguration.ReadWrite.All; or with your own token. Macs need the beta version of Graph for the
deployment channel, which follows PayloadScope and cannot be changed later.`,
			Example: `  syncguard push intune corp.mobileconfig --platform ios --dry-run
  syncguard push intune profiles/ --credential environment
  syncguard push intune profiles/ --check --cloud us-gov`,
			Takes: "profiles, unsigned", Proof: "a test server made from the documented API; azidentity signs in to a test authority"},
		Export: &deploy.Help{Short: "Write the JSON of custom configurations in Microsoft Intune",
			Long: `Write each profile as the JSON to create a custom configuration with Microsoft Graph. The deployment channel of a Mac follows
PayloadScope and cannot be changed later; only the beta version of Graph takes it.`,
			Example: `  syncguard export intune profiles/ -o intune
  syncguard export intune corp.mobileconfig --platform ios > corp.json`,
			Takes: "`NAME.json`: a custom configuration", Proof: "`POST` with `Content-Type: application/json`"},
		Delivery: deploy.Delivery{Source: "https://learn.microsoft.com/intune/intune-service/configuration/custom-settings-macos",
			Profiles:     "A custom profile, unsigned and at most 1,000,000 bytes. Choose the device channel: it cannot be changed later.",
			Declarations: "No known way to send single declarations."},
		Flags: []deploy.Flag{
			{Name: "platform", Kind: deploy.Choice, Choices: []string{"auto", IOS, MacOS}, Export: true},
			{Name: "cloud", Kind: deploy.Choice, Choices: []string{"global", "us-gov", "us-gov-dod", "china"}},
			{Name: "credential", Kind: deploy.Choice, Choices: []string{"default", "environment", "workload", "managed", "cli"}},
			{Name: "token", Kind: deploy.Secret, Usage: "a token of Microsoft Graph", Variable: "TOKEN"},
		},
		Open: open,
	}
}

// graphClouds are the clouds with Microsoft Graph: https://learn.microsoft.com/graph/deployments.
var graphClouds = map[string]struct {
	address   string
	authority cloud.Configuration
}{
	"global":     {"https://graph.microsoft.com", cloud.AzurePublic},
	"us-gov":     {"https://graph.microsoft.us", cloud.AzureGovernment},
	"us-gov-dod": {"https://dod-graph.microsoft.us", cloud.AzureGovernment},
	"china":      {"https://microsoftgraph.chinacloudapi.cn", cloud.AzureChina},
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Platform: s.Text("platform")}
	if d.Platform == "auto" {
		d.Platform = ""
	}
	if s.WriteFiles {
		return d.Session(), nil
	}
	authorizer, err := authorize(ctx, s)
	if err != nil {
		return nil, err
	}
	d.Client, err = s.Client(graphClouds[s.Text("cloud")].address, Options(authorizer))
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	return &deploy.Session{Client: d.Client, Prepare: d.Prepare, Find: d.Find, Compare: deploy.CompareContent, Request: d.Request, Outcome: d.Outcome,
		Files: deploy.Bodies(d.Request, ".json")}
}

// authorize signs in, or uses the given token. A dry run does not sign in by default.
func authorize(ctx context.Context, s *deploy.Setup) (deploy.Authorizer, error) {
	if s.HasSecret("token") || s.DryRun && s.Text("credential") == "default" {
		token, err := s.Secret(ctx, "token")
		return deploy.Bearer(token), err
	}
	graph := graphClouds[s.Text("cloud")]
	options := azcore.ClientOptions{Cloud: graph.authority}
	var credential azcore.TokenCredential
	var err error
	switch s.Text("credential") {
	case "environment":
		credential, err = azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: options})
	case "workload":
		credential, err = azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: options})
	case "managed":
		credential, err = azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: options})
	case "cli":
		credential, err = azidentity.NewAzureCLICredential(nil)
	default:
		credential, err = azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options})
	}
	if err != nil {
		return nil, fmt.Errorf("preparing to sign in to Microsoft: %w", err)
	}
	return s.Tokens("Microsoft", func(ctx context.Context) (*oauth2.Token, error) {
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graph.address + "/.default"}})
		return &oauth2.Token{AccessToken: token.Token, Expiry: token.ExpiresOn}, azureRefusal(s, err)
	}), nil
}

// triedCredentials shortens the list of the credentials that were tried by default to the first sentence about each. It returns "" for
// another error.
func triedCredentials(err error) string {
	var tried []string
	for line := range strings.Lines(err.Error()) {
		sentence, _, _ := strings.Cut(strings.TrimSpace(line), ". ")
		name, _, more := strings.Cut(sentence, " ")
		if strings.HasSuffix(strings.TrimSuffix(name, ":"), "Credential") && more && !strings.HasPrefix(name, "Default") {
			tried = append(tried, strings.TrimSuffix(sentence, "."))
		}
	}
	if len(tried) == 0 {
		return ""
	}
	return "no credential works: " + strings.Join(tried, "; ")
}

// azureRefusal extracts the authority's message from a long azidentity error.
func azureRefusal(s *deploy.Setup, err error) error {
	var failed *azidentity.AuthenticationFailedError
	if err == nil {
		return nil
	}
	const hint = "choose how to sign in with --credential environment, workload, managed or cli, or set SYNCGUARD_INTUNE_TOKEN"
	words := ""
	if errors.As(err, &failed) && failed.RawResponse != nil {
		if body, readErr := runtime.Payload(failed.RawResponse); readErr == nil { // azidentity has already read all of it
			words = deploy.TokenMessage(body)
		}
	}
	if words == "" {
		if tried := triedCredentials(err); tried != "" {
			err = errors.New(tried)
		}
		return diag.WithHint(s.Redactor.HideError(err), hint)
	}
	return fmt.Errorf("the authority responded %s: %s", s.Redactor.Quote(failed.RawResponse.Status), s.Redactor.Quote(words))
}
