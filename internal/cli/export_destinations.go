package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/fleet"
	"syncguard/internal/deploy/iru"
	"syncguard/internal/deploy/nanomdm"
)

func exportJamf() *exportDestination {
	o := newJamfOptions()
	return &exportDestination{
		pushDestination: &pushDestination{name: "jamf",
			short: "Write the XML of the Classic API of Jamf Pro",
			long: `Write each profile as the XML that creates it by the Classic API of Jamf Pro: unsigned, on one line, escaped once more than XML says,
since Jamf decodes it once more, and with carriage returns as line breaks, the only ones that Jamf keeps. What Jamf cannot keep is said. To
update one that is there, Jamf wants it with the identity that Jamf gave it; push jamf does that.`,
			example: `  syncguard export jamf profiles/ -o jamf --devices computers
  syncguard export jamf corp.mobileconfig --category Network > corp.xml`,
			flags: o.addFlags},
		exporter: func() (deploy.Exporter, error) { return deploy.Bodies{Destination: o.destination(), Ext: ".xml"}, nil }}
}

func exportIntune() *exportDestination {
	o := &intuneOptions{platform: newIntunePlatform()}
	return &exportDestination{
		pushDestination: &pushDestination{name: "intune",
			short: "Write the JSON of custom configurations in Microsoft Intune",
			long: `Write each profile as the JSON of a custom configuration, which creates it by Microsoft Graph. The deployment channel of a
Mac follows PayloadScope and cannot be changed afterwards; only the beta version of Graph takes it.`,
			example: `  syncguard export intune profiles/ -o intune
  syncguard export intune corp.mobileconfig --platform ios > corp.json`,
			flags: func(cmd *cobra.Command) { o.platform.addFlag(cmd, "platform") }},
		exporter: func() (deploy.Exporter, error) { return deploy.Bodies{Destination: o.destination(), Ext: ".json"}, nil }}
}

func exportAppleBusiness() *exportDestination {
	o := &appleOptions{}
	return &exportDestination{
		pushDestination: &pushDestination{name: "apple-business",
			short: "Write the JSON of custom settings in Apple Business",
			long:  `Write each profile as the JSON of a configuration of the type CUSTOM_SETTING, which creates it by the Apple Business API.`,
			example: `  syncguard export apple-business profiles/ -o apple-business --platform ios
  syncguard export apple-business corp.mobileconfig > corp.json`,
			flags: o.addPlatforms},
		exporter: func() (deploy.Exporter, error) {
			d, err := o.destination()
			return deploy.Bodies{Destination: d, Ext: ".json"}, err
		}}
}

func exportNanoMDM() *exportDestination {
	generation := ""
	return &exportDestination{
		pushDestination: &pushDestination{name: "nanomdm", encrypted: true,
			short: "Write the command InstallProfile, for NanoMDM and the like",
			long: `Write the command InstallProfile of each profile, byte for byte as the file is, signed or not. A server such as NanoMDM hands
it to the enrollments that it is enqueued for. The CommandUUID is that of the content, so that the same command is enqueued once;
--generation makes another one of the same profile.`,
			example: `  syncguard export nanomdm profiles/ -o commands
  syncguard export nanomdm corp.mobileconfig | curl -T - "$NANOMDM/v1/enqueue/$ID" -u nanomdm`,
			flags: func(cmd *cobra.Command) {
				cmd.Flags().StringVar(&generation, "generation", "", "any text; another one than before makes another command of the same profile")
			}},
		exporter: func() (deploy.Exporter, error) {
			// ID stands for the enrollments, which are in the address that the command is put to.
			d := &nanomdm.Destination{Enrollments: []string{"ID"}, Generation: generation}
			return deploy.Bodies{Destination: d, Ext: ".plist"}, nil
		}}
}

func exportFleet() *exportDestination {
	o := &fleetOptions{}
	return &exportDestination{folder: true,
		pushDestination: &pushDestination{name: "fleet",
			short: "Write the files of a GitOps repository of Fleet",
			long: `Write the profiles into a GitOps repository of Fleet, as Fleet's own starter lays it out: below platforms/, by TargetDeviceType. With
--team they are listed in the YAML file of the team, if it is not there yet: Fleet takes away from a team what its file does not
list. Without it the list goes into ` + fleet.Unlisted + `, to be taken over by hand. It is said which YAML files of the
folder list each profile.`,
			example: `  syncguard export fleet profiles/ -o fleet-gitops
  syncguard export fleet profiles/ -o fleet-gitops --team Workstations --label-include-any Berlin`,
			flags: func(cmd *cobra.Command) {
				cmd.Flags().StringVar(&o.team, "team", "", "name of the team (the fleet) that gets them")
				o.addLabels(cmd)
			}},
		exporter: func() (deploy.Exporter, error) {
			if _, err := strconv.ParseUint(o.team, 10, 64); err == nil {
				return nil, usage("give its name", "--team %s is the ID of a team, and the files are about names", o.team)
			}
			return o.destination()
		}}
}

func exportIru() *exportDestination {
	r := &iru.Repository{}
	return &exportDestination{folder: true,
		pushDestination: &pushDestination{name: "iru",
			short: "Write the folders that Iru's tool iructl pushes",
			long: `Write each profile into a folder of its own below profiles/, with an info.yaml, in a repository of iructl, the tool of Iru (formerly
Kandji). An info file that is there stays: it holds the id that Iru has given.`,
			example: `  syncguard export iru profiles/ -o iru-repo
  syncguard export iru corp.mobileconfig -o iru-repo --runs-on iphone,ipad --active`,
			flags: func(cmd *cobra.Command) {
				cmd.Flags().StringSliceVar(&r.RunsOn, "runs-on", nil, strings.Join(iru.Devices, ", ")+" (repeatable; default: what TargetDeviceType says)")
				cmd.Flags().BoolVar(&r.Active, "active", false, "have new profiles be active in Iru")
			}},
		exporter: func() (deploy.Exporter, error) {
			for _, on := range r.RunsOn {
				if !slices.Contains(iru.Devices, on) {
					return nil, usage(strings.Join(iru.Devices, ", "), "--runs-on does not know %q", on)
				}
			}
			return r, nil
		}}
}
