package kmfddm

import (
	"context"
	"slices"
	"strings"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
)

// Destination registers KMFDDM.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "kmfddm", Title: "KMFDDM", Declarations: true,
		Push: &deploy.Help{Short: "Store declarations on a KMFDDM server, which works with NanoMDM",
			Long: `Store declarations on a KMFDDM server, which delivers them to devices managed by NanoMDM: assets first, then configurations, then
activations. --set adds them to sets, keeping the other declarations of a set, and --id assigns the sets to enrollments. --wait
asks the server for the devices' status until each declaration is active or invalid.`,
			Example: `  syncguard push kmfddm declarations/ --set default
  syncguard push kmfddm declarations/ --set default --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push kmfddm declarations/ --check --server https://ddm.example.com`,
			Takes: "declarations", Proof: "**a real server**, v0.8.3, behind a real NanoMDM, and the same device (`make e2e`). No Apple device"},
		Delivery: deploy.Delivery{SameAs: "nanomdm"},
		Flags: []deploy.Flag{
			{Name: "set", Kind: deploy.List, Usage: "sets to add the declarations to (repeatable, or comma-separated)"},
			{Name: "id", Kind: deploy.List, Usage: "enrollment IDs to assign the sets to (repeatable, or comma-separated)"},
			{Name: "no-push", Kind: deploy.Switch, Usage: "do not notify the devices of changes"},
			{Name: "wait", Kind: deploy.Duration, Usage: "how long to wait for the devices of --id to take the declarations, such as 5m"},
			{Name: "api-key", Kind: deploy.Secret, Usage: "the API key", Variable: "API_KEY"},
		},
		Open: open,
	}
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Sets: s.Given["set"], Enrollments: s.Given["id"], NoNotify: s.Bool("no-push"), Wait: s.Duration("wait"), Poll: 2 * time.Second}
	if len(d.Enrollments) > 0 && len(d.Sets) == 0 {
		return nil, diag.Usage("add --set NAME", "--id needs --set, the sets to assign")
	}
	if d.Wait != 0 && len(d.Enrollments) == 0 {
		return nil, diag.Usage("add --id ENROLLMENT", "--wait needs --id, the devices to wait for")
	}
	for _, name := range d.Sets {
		if err := CheckName(name); err != nil {
			return nil, diag.Usage("give the set another name", "%s", err)
		}
	}
	if err := deploy.CheckEnrollments(d.Enrollments); err != nil {
		return nil, err
	}
	key, err := s.Secret(ctx, "api-key")
	if err != nil {
		return nil, err
	}
	d.Client, err = s.Client("", Options(key))
	return d.Session(), err
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	s := &deploy.Session{Client: d.Client, Order: byDependency, Prepare: d.Prepare, Find: d.Find, Compare: d.Compare, Request: d.Request, Outcome: d.Outcome, FinalRequests: d.FinalRequests}
	if d.Wait > 0 && len(d.Enrollments) > 0 {
		s.Follow = d.Follow
		s.PendingNote = "devices take the declarations when they next connect; to ask for their status later, use --wait again"
	}
	return s
}

// byDependency sorts referenced declarations first: the server can refuse an activation of an unknown configuration.
func byDependency(a, b *deploy.Profile) int {
	rank := func(p *deploy.Profile) int {
		return slices.IndexFunc([]string{"com.apple.activation.", "com.apple.configuration.", "com.apple.management.", "com.apple.asset."},
			func(kind string) bool { return strings.HasPrefix(p.Text("Type"), kind) })
	}
	return rank(b) - rank(a)
}
