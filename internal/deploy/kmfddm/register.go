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
		Push: &deploy.Help{Short: "Bring declarations to a KMFDDM server, which works with NanoMDM",
			Long: `Store declarations on a KMFDDM server, which hands them to devices that NanoMDM manages: assets first, then configurations, then
activations. With --set they are put into sets, and with --id the sets are given to enrollments. What a set has beside them
stays in it. With --wait the server is asked what the devices make of the declarations, until each is active or invalid.`,
			Example: `  syncguard push kmfddm declarations/ --set default
  syncguard push kmfddm declarations/ --set default --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push kmfddm declarations/ --check --server https://ddm.example.com`,
			Takes: "declarations", Proof: "**a real server**, v0.8.3, behind a real NanoMDM, and the same device (`make e2e`). No Apple device"},
		Delivery: deploy.Delivery{SameAs: "nanomdm"},
		Flags: []deploy.Flag{
			{Name: "set", Kind: deploy.List, Usage: "sets that the declarations are put into (repeatable, or with commas)"},
			{Name: "id", Kind: deploy.List, Usage: "enrollment IDs that are given the sets (repeatable, or with commas)"},
			{Name: "no-push", Kind: deploy.Switch, Usage: "do not notify the devices of what changed"},
			{Name: "wait", Kind: deploy.Duration, Usage: "wait so long for the devices of --id to take the declarations, such as 5m"},
			{Name: "api-key", Kind: deploy.Secret, Usage: "the API key", Variable: "API_KEY"},
		},
		Open: open,
	}
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Sets: s.Given["set"], Enrollments: s.Given["id"], NoNotify: s.Bool("no-push"), Wait: s.Duration("wait"), Poll: 2 * time.Second}
	if len(d.Enrollments) > 0 && len(d.Sets) == 0 {
		return nil, diag.Usage("add --set NAME", "--id gives enrollments sets, and none is named")
	}
	if d.Wait != 0 && len(d.Enrollments) == 0 {
		return nil, diag.Usage("add --id ENROLLMENT", "--wait waits for devices, and none is named")
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
		s.PendingNote = "the server keeps the declarations, and devices take them when they connect; running it again with --wait asks for what they say"
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
