package fleet

import (
	"context"
	"io/fs"
	"strconv"

	"syncguard/internal/convert/sources"
	"syncguard/internal/deploy"
	"syncguard/internal/diag"
)

// Destination registers Fleet.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "fleet", Folder: true, Inventory: true,
		Push: &deploy.Help{Short: "Create and replace configuration profiles in Fleet",
			Long: `Create and replace configuration profiles in Fleet, one by one: the team's other profiles stay. An existing profile is found by its
PayloadIdentifier and replaced in place, possible in Fleet since 2026; older servers report an error, and nothing is deleted.
A profile keeps its labels unless labels are given. Fleet takes no signed profiles: the signature is removed.`,
			Example: `  syncguard push fleet profiles/ --server https://fleet.example.com --team Workstations
  syncguard push fleet corp.mobileconfig --label-include-any "Macs in Berlin" --dry-run
  syncguard push fleet profiles/ --team 12 --check`,
			Takes: "profiles, unsigned", Proof: "a test server made from the documented API"},
		Export: &deploy.Help{Short: "Write the files of a GitOps repository of Fleet",
			Long: `Write the profiles into a GitOps repository of Fleet, laid out like Fleet's own starter: below platforms/, by TargetDeviceType. --team
also writes the team's YAML file, unless it exists: Fleet removes everything from a team its file does not list. Without --team,
the list goes into ` + Unlisted + `, to copy from by hand. The report names the YAML files of the folder listing
each profile.`,
			Example: `  syncguard export fleet profiles/ -o fleet-gitops
  syncguard export fleet profiles/ -o fleet-gitops --team Workstations --label-include-any Berlin`,
			Takes: "`platforms/…/configuration-profiles/NAME.mobileconfig`, and YAML", Proof: "`fleetctl gitops`, from a repository"},
		Delivery: deploy.Delivery{Source: "https://github.com/fleetdm/fleet", Declarations: "The configurations go the same way, as .json files.",
			Profiles: "Unsigned XML of at most 1 MB, in GitOps under controls.apple_settings.configuration_profiles. Name and identifier must be unique in the team."},
		Flags: []deploy.Flag{
			{Name: "team", Usage: "name of the team (fleet) to send to, or its ID for push; without it, hosts without a team", Export: true},
			{Name: "label-include-all", Kind: deploy.Repeated, Usage: "label required on hosts; with several, all of them (repeatable)", Export: true},
			{Name: "label-include-any", Kind: deploy.Repeated, Usage: "label required on hosts; with several, one of them (repeatable)", Export: true},
			{Name: "label-exclude-any", Kind: deploy.Repeated, Usage: "label of hosts to exclude (repeatable)", Export: true},
			{Name: "token", Kind: deploy.Secret, Usage: "the API token", Variable: "TOKEN"},
		},
		Open: open,
	}
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Team: s.Text("team"), Labels: map[string][]string{}}
	for flag, way := range map[string]string{"label-include-all": IncludeAll, "label-include-any": IncludeAny, "label-exclude-any": ExcludeAny} {
		if names := s.Given[flag]; len(names) > 0 {
			d.Labels[way] = names
		}
	}
	if d.Labels[IncludeAll] != nil && d.Labels[IncludeAny] != nil {
		return nil, diag.Usage("use one of them", "--label-include-all and --label-include-any cannot be combined")
	}
	if s.WriteFiles {
		if _, err := strconv.ParseUint(d.Team, 10, 64); err == nil {
			return nil, diag.Usage("give its name", "--team %s is a team's ID, but the files need its name", d.Team)
		}
		return d.Session(), nil
	}
	token, err := s.Secret(ctx, "token")
	if err != nil {
		return nil, err
	}
	d.Client, err = s.Client("", Options(token))
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	return &deploy.Session{Client: d.Client, Prepare: d.Prepare, Find: d.Find, Compare: d.Compare, Request: d.Request, Outcome: d.Outcome,
		Files: d.Files, ListedBy: listedBy, Inventory: d.Inventory}
}

// listedBy returns, for each profile of a repository, the YAML files delivering it.
func listedBy(existing fs.FS) map[string][]string {
	found, _ := sources.ReadFolder(existing) // unreadable files do not concern an export
	lines := map[string][]string{}
	for name, context := range found {
		lines[name] = context.Lines
	}
	return lines
}
