package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/intune"
)

// intuneOptions are the flags of push intune.
type intuneOptions struct {
	platform   choiceFlag
	cloud      choiceFlag
	credential choiceFlag
	token      secretFlag
}

// graphs are the clouds that Microsoft Graph is in: https://learn.microsoft.com/graph/deployments.
var graphs = map[string]struct {
	address   string
	authority cloud.Configuration
}{
	"global":     {"https://graph.microsoft.com", cloud.AzurePublic},
	"us-gov":     {"https://graph.microsoft.us", cloud.AzureGovernment},
	"us-gov-dod": {"https://dod-graph.microsoft.us", cloud.AzureGovernment},
	"china":      {"https://microsoftgraph.chinacloudapi.cn", cloud.AzureChina},
}

func pushIntune() *pushDestination {
	d := &pushDestination{name: "intune",
		short: "Create and update custom configurations in Microsoft Intune",
		long: `Create and update custom configurations for iOS and macOS in Microsoft Intune, by Microsoft Graph. A configuration is found by the
PayloadIdentifier of the profile in it. Who gets it is assigned in Intune and stays as it is; a new one goes to nobody until then.

Signs in as azidentity does: environment variables, workload identity, managed identity or the Azure CLI (--credential), with
the permission DeviceManagementConfiguration.ReadWrite.All; or takes a token that you have. For Macs the beta version of Graph is
used, since only that has the deployment channel, which follows PayloadScope and cannot be changed afterwards.`,
		example: `  syncguard push intune corp.mobileconfig --platform ios --dry-run
  syncguard push intune profiles/ --credential environment
  syncguard push intune profiles/ --check --cloud us-gov`,
	}
	o := intuneOptions{platform: newIntunePlatform(),
		cloud:      choiceFlag{value: "global", all: []string{"global", "us-gov", "us-gov-dod", "china"}},
		credential: choiceFlag{value: "default", all: []string{"default", "environment", "workload", "managed", "cli"}},
		token:      secretFlag{what: "a token of Microsoft Graph", variable: d.variable("TOKEN")}}
	d.flags = func(cmd *cobra.Command) {
		o.platform.addFlag(cmd, "platform")
		o.cloud.addFlag(cmd, "cloud")
		o.credential.addFlag(cmd, "credential")
		o.token.addFlags(cmd, "token")
	}
	d.connect = func(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
		d.address = graphs[o.cloud.value].address
		authorizer, err := o.authorizer(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		c, err := p.client(intune.Options(authorizer))
		destination := o.destination()
		destination.Client = c
		return destination, c, err
	}
	return d
}

func newIntunePlatform() choiceFlag {
	return choiceFlag{value: "auto", all: []string{"auto", intune.IOS, intune.MacOS}}
}

func (o *intuneOptions) destination() *intune.Destination {
	if o.platform.value == "auto" {
		return &intune.Destination{}
	}
	return &intune.Destination{Platform: o.platform.value}
}

// authorizer signs in, or takes the token that is given. A dry run does not sign in by itself.
func (o *intuneOptions) authorizer(ctx context.Context, p *pushing) (deploy.Authorizer, error) {
	if o.token.isThere(p.env) || p.o.dryRun && o.credential.value == "default" {
		token, err := p.secret(ctx, &o.token)
		return deploy.Bearer(token), err
	}
	options := azcore.ClientOptions{Cloud: graphs[o.cloud.value].authority}
	var credential azcore.TokenCredential
	var err error
	switch o.credential.value {
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
	scope := graphs[o.cloud.value].address + "/.default"
	return p.signIn("Microsoft", func(ctx context.Context) (string, time.Duration, error) {
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
		return token.Token, time.Until(token.ExpiresOn), azureRefusal(err)
	}), nil
}

// azureRefusal takes the words of the authority out of the many lines of an error of azidentity.
func azureRefusal(err error) error {
	var failed *azidentity.AuthenticationFailedError
	if err == nil {
		return nil
	}
	const hint = "choose how to sign in with --credential environment, workload, managed or cli, or set SYNCGUARD_INTUNE_TOKEN"
	if !errors.As(err, &failed) || failed.RawResponse == nil {
		return withHint(err, hint)
	}
	body, readErr := runtime.Payload(failed.RawResponse) // azidentity has read it whole already
	words := tokenRefusal(body)
	if readErr != nil || words == "" {
		return withHint(err, hint)
	}
	return fmt.Errorf("the authority answers %s: %s", failed.RawResponse.Status, words)
}
