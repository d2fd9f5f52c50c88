package app

import (
	"context"
	"fmt"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/doctor"
	"syncguard/internal/intent"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// Network is the network that Doctor checks.
type Network = doctor.Network

// DoctorOptions are the options of Doctor.
type DoctorOptions struct {
	Timeout time.Duration // for the whole check
}

// DoctorResult is the result of Doctor.
type DoctorResult struct {
	*doctor.Report
}

// Complete reports whether everything could be checked.
func (r *DoctorResult) Complete() bool { return r.Count(doctor.Unknown) == 0 }

// minDoctorTimeout leaves each question a second.
const minDoctorTimeout = 3 * time.Second

// Doctor checks whether this machine's network keeps devices from iCloud.
func Doctor(ctx context.Context, h *Host, o DoctorOptions) (*DoctorResult, error) {
	if o.Timeout < minDoctorTimeout {
		return nil, diag.Usage("want 3s or more", "invalid --timeout %q", o.Timeout)
	}
	network := h.Network
	if network == nil {
		network = doctor.System(h.Now, h.Getenv)
	}
	options := doctor.Options{Timeout: o.Timeout}
	for _, p := range []template.DNSProvider{template.Cloudflare, template.Google} {
		if r, ok := intent.ResolverOf(p); ok {
			options.Resolvers = append(options.Resolvers, doctor.Resolver{Name: r.Name, URL: r.ServerURL, ServerName: r.ServerName, Addresses: r.Addresses})
		}
	}
	h.note(fmt.Sprintf("trying %s and %s, for %s at most", text.Count(len(doctor.Hosts()), "host"), text.Count(len(options.Resolvers), "encrypted resolver"), o.Timeout))
	report, err := doctor.Run(ctx, network, options)
	if err != nil {
		return nil, err
	}
	return &DoctorResult{report}, nil
}
