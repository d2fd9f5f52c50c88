//go:build !js

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

// authorities are where the clouds sign in.
var authorities = map[string]cloud.Configuration{
	"global":     cloud.AzurePublic,
	"us-gov":     cloud.AzureGovernment,
	"us-gov-dod": cloud.AzureGovernment,
	"china":      cloud.AzureChina,
}

// authorize signs in, or uses the given token. A dry run does not sign in by default.
func authorize(ctx context.Context, s *deploy.Setup) (deploy.Authorizer, error) {
	if s.HasSecret("token") || s.DryRun && s.Text("credential") == "default" {
		token, err := s.Secret(ctx, "token")
		return deploy.Bearer(token), err
	}
	options := azcore.ClientOptions{Cloud: authorities[s.Text("cloud")]}
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
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphClouds[s.Text("cloud")] + "/.default"}})
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
