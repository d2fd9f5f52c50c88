package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/kmfddm"
)

// kmfddmOptions are the flags of push kmfddm.
type kmfddmOptions struct {
	sets     []string
	ids      []string
	noNotify bool
	wait     time.Duration
	key      secretFlag
}

func pushKMFDDM() *pushDestination {
	d := &pushDestination{name: "kmfddm", title: "KMFDDM", declarations: true,
		short: "Bring declarations to a KMFDDM server, which works with NanoMDM",
		long: `Store declarations on a KMFDDM server, which hands them to devices that NanoMDM manages: assets first, then configurations, then
activations. With --set they are put into sets, and with --id the sets are given to enrollments. What a set has beside them
stays in it. With --wait the server is asked what the devices make of the declarations, until each is active or invalid.`,
		example: `  syncguard push kmfddm declarations/ --set default
  syncguard push kmfddm declarations/ --set default --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push kmfddm declarations/ --check --server https://ddm.example.com`,
	}
	o := kmfddmOptions{key: secretFlag{what: "the API key", variable: d.variable("API_KEY")}}
	d.flags = func(cmd *cobra.Command) {
		flags := cmd.Flags()
		flags.StringSliceVar(&o.sets, "set", nil, "sets that the declarations are put into (repeatable, or with commas)")
		flags.StringSliceVar(&o.ids, "id", nil, "enrollment IDs that are given the sets (repeatable, or with commas)")
		flags.BoolVar(&o.noNotify, "no-push", false, "do not notify the devices of what changed")
		flags.DurationVar(&o.wait, "wait", 0, "wait so long for the devices of --id to take the declarations, such as 5m")
		o.key.addFlags(cmd, "api-key")
	}
	d.connect = o.connect
	return d
}

func (o *kmfddmOptions) connect(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
	if len(o.ids) > 0 && len(o.sets) == 0 {
		return nil, nil, usage("add --set NAME", "--id gives enrollments sets, and none is named")
	}
	if o.wait != 0 && len(o.ids) == 0 {
		return nil, nil, usage("add --id ENROLLMENT", "--wait waits for devices, and none is named")
	}
	for _, name := range o.sets {
		if err := kmfddm.CheckName(name); err != nil {
			return nil, nil, usage("give the set another name", "%s", err)
		}
	}
	if err := checkEnrollments(o.ids); err != nil {
		return nil, nil, err
	}
	key, err := p.secret(ctx, &o.key)
	if err != nil {
		return nil, nil, err
	}
	c, err := p.client(kmfddm.Options(key))
	return &kmfddm.Destination{Client: c, Sets: o.sets, Enrollments: o.ids, NoNotify: o.noNotify,
		Wait: o.wait, Poll: 2 * time.Second}, c, err
}
