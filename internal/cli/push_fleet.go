package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/fleet"
)

// fleetOptions are the flags of push fleet.
type fleetOptions struct {
	team   string
	labels map[string]*[]string // by the name of the API
	token  secretFlag
}

func pushFleet() *pushDestination {
	d := &pushDestination{name: "fleet",
		short: "Create and replace configuration profiles in Fleet",
		long: `Create and replace configuration profiles in Fleet, one by one: what a team has beside them stays. A profile that is there is found by
its PayloadIdentifier and replaced in place, which Fleet can since 2026; an older one refuses that, which is said, and nothing is deleted.
A profile keeps the labels that it has, unless labels are given. Fleet takes no signed profile: the signature is taken off.`,
		example: `  syncguard push fleet profiles/ --server https://fleet.example.com --team Workstations
  syncguard push fleet corp.mobileconfig --label-include-any "Macs in Berlin" --dry-run
  syncguard push fleet profiles/ --team 12 --check`,
	}
	o := fleetOptions{token: secretFlag{what: "the API token", variable: d.variable("TOKEN")}}
	d.flags = func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&o.team, "team", "", "ID or name of the team (the fleet) that gets them; without it, hosts of no team")
		o.addLabels(cmd)
		o.token.addFlags(cmd, "token")
	}
	d.connect = o.connect
	return d
}

// addLabels adds the flags of labels.
func (o *fleetOptions) addLabels(cmd *cobra.Command) {
	flags := cmd.Flags()
	o.labels = map[string]*[]string{
		fleet.IncludeAll: flags.StringArray("label-include-all", nil, "label that hosts must have, all of them (repeatable)"),
		fleet.IncludeAny: flags.StringArray("label-include-any", nil, "label that hosts must have, one of them (repeatable)"),
		fleet.ExcludeAny: flags.StringArray("label-exclude-any", nil, "label that hosts must not have (repeatable)"),
	}
}

func (o *fleetOptions) destination() (*fleet.Destination, error) {
	labels := map[string][]string{}
	for way, names := range o.labels {
		if len(*names) > 0 {
			labels[way] = *names
		}
	}
	if labels[fleet.IncludeAll] != nil && labels[fleet.IncludeAny] != nil {
		return nil, usage("give one of the two", "--label-include-all cannot go with --label-include-any")
	}
	return &fleet.Destination{Team: o.team, Labels: labels}, nil
}

func (o *fleetOptions) connect(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
	d, err := o.destination()
	if err != nil {
		return nil, nil, err
	}
	token, err := p.secret(ctx, &o.token)
	if err != nil {
		return nil, nil, err
	}
	d.Client, err = p.client(fleet.Options(token))
	return d, d.Client, err
}
