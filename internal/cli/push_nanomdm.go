package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/ship"
	"syncguard/internal/ship/nanomdm"
)

// nanoMDMOptions are the flags of push nanomdm.
type nanoMDMOptions struct {
	ids        []string
	idsFile    string
	generation string
	key        secretFlag
}

func pushNanoMDM() *pushDestination {
	d := &pushDestination{name: "nanomdm", encrypted: true,
		short: "Send profiles to devices by a NanoMDM server",
		long:  `Send profiles to devices that are enrolled with a NanoMDM server.`,
		example: `  syncguard push nanomdm corp.mobileconfig --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push nanomdm profiles/ --ids-file devices.txt --dry-run`,
	}
	o := nanoMDMOptions{key: secretFlag{what: "the API key", variable: d.variable("API_KEY")}}
	d.flags = func(cmd *cobra.Command) {
		flags := cmd.Flags()
		flags.StringSliceVar(&o.ids, "id", nil, "enrollment IDs that the profiles are for (repeatable, or with commas)")
		flags.StringVar(&o.idsFile, "ids-file", "", "file with an enrollment ID a line")
		flags.StringVar(&o.generation, "generation", "", "any text; another one than before sends the same profile anew")
		o.key.addFlags(cmd, "api-key")
		_ = cmd.MarkFlagFilename("ids-file")
	}
	d.connect = func(ctx context.Context, p *pushing) (ship.Destination, *ship.Client, error) {
		ids, err := o.enrollments()
		if err != nil {
			return nil, nil, err
		}
		key, err := p.secret(ctx, &o.key)
		if err != nil {
			return nil, nil, err
		}
		c, err := p.client(nanomdm.Options(key))
		return &nanomdm.Destination{Enrollments: ids, Generation: o.generation}, c, err
	}
	return d
}

// enrollments returns the IDs of the flags, each once.
func (o *nanoMDMOptions) enrollments() ([]string, error) {
	ids := slices.Clone(o.ids)
	if o.idsFile != "" {
		data, err := readFile(o.idsFile)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				ids = append(ids, line)
			}
		}
	}
	if len(ids) == 0 {
		return nil, usage("give --id ENROLLMENT, or --ids-file FILE", "for which enrollments is not said")
	}
	seen := map[string]bool{}
	ids = slices.DeleteFunc(ids, func(id string) bool { again := seen[id]; seen[id] = true; return again })
	for _, id := range ids {
		if err := nanomdm.CheckEnrollment(id); err != nil {
			return nil, usage("an ID is a UDID, or UDID:USER", "%s", err)
		}
	}
	return ids, nil
}
