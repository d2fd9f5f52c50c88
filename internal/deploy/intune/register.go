package intune

import (
	"context"

	"syncguard/internal/deploy"
)

// Destination registers Microsoft Intune.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "intune", Address: "https://graph.microsoft.com", Inventory: true,
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
var graphClouds = map[string]string{
	"global":     "https://graph.microsoft.com",
	"us-gov":     "https://graph.microsoft.us",
	"us-gov-dod": "https://dod-graph.microsoft.us",
	"china":      "https://microsoftgraph.chinacloudapi.cn",
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
	d.Client, err = s.Client(graphClouds[s.Text("cloud")], Options(authorizer))
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	return &deploy.Session{Client: d.Client, Prepare: d.Prepare, Find: d.Find, Compare: deploy.CompareContent, Request: d.Request, Outcome: d.Outcome,
		Files: deploy.Bodies(d.Request, ".json"), Inventory: d.Inventory}
}
