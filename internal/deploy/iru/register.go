package iru

import (
	"context"
	"slices"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// Destination registers Iru; its own tool uploads the files.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "iru", Title: "Iru (Kandji)", Folder: true,
		Export: &deploy.Help{Short: "Write the folders for Iru's tool iructl to push",
			Long: `Write each profile into its own folder below profiles/, with an info.yaml, in a repository of iructl, the tool of Iru (formerly
Kandji). An existing info file stays: it holds the id given by Iru.`,
			Example: `  syncguard export iru profiles/ -o iru-repo
  syncguard export iru corp.mobileconfig -o iru-repo --runs-on iphone,ipad --active`,
			Takes: "`profiles/NAME/profile.mobileconfig` and `info.yaml`", Proof: "`iructl profile push`, from a repository that `iructl new` made"},
		Delivery: deploy.Delivery{Source: "https://github.com/kandji-inc", Declarations: "No known way to send single declarations.",
			Profiles: "A custom profile in the library, with its platforms; by API at /api/v1/library/custom-profiles."},
		Flags: []deploy.Flag{
			{Name: "runs-on", Kind: deploy.List, Usage: strings.Join(Devices, ", ") + " (repeatable; default: from TargetDeviceType)", Export: true},
			{Name: "active", Kind: deploy.Switch, Usage: "make new profiles active in Iru", Export: true},
		},
		Open: open,
	}
}

func open(_ context.Context, s *deploy.Setup) (*deploy.Session, error) {
	r := &Repository{RunsOn: s.Given["runs-on"], Active: s.Bool("active")}
	for _, on := range r.RunsOn {
		if !slices.Contains(Devices, on) {
			return nil, diag.Usage("want "+text.Choices(Devices), "invalid --runs-on %q", on)
		}
	}
	return &deploy.Session{Prepare: r.Prepare, Files: r.Files}, nil
}
