package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Catalog is what the checks need of a schema catalog. What it returns is not changed.
type Catalog interface {
	// Payloads returns the types that share a payload type, or nothing where it is unknown.
	Payloads(payloadType string) ([]*schema.Type, error)
	// Preferences returns what is known of a preference domain, or nothing.
	Preferences(domain string) ([]*schema.Type, error)
	// Envelope returns the keys of a profile's top level.
	Envelope() (*schema.Type, error)
	// Common returns the keys that every payload may have.
	Common() (*schema.Type, error)
	// Entries lists every type, to find what a misspelt payload type was meant to be.
	Entries() ([]schema.Entry, error)
}

// Check returns every finding about a profile, sorted as diag.Sort does. root is the profile's top-level dictionary; what
// the profile does on devices is checked for the targets, and not at all without any. The error is not nil only when the
// catalog cannot be read.
func Check(c Catalog, root *plist.Value, targets []target.Target) ([]diag.Diagnostic, error) {
	p, err := newProfile(c, root, targets)
	if err != nil {
		return nil, err
	}
	r := newRun(p)
	if p.isProfile() {
		r.visit(p.envelope)
		for _, pl := range p.payloads {
			r.visit(pl.node)
		}
	}
	for _, pass := range r.passes {
		if pass.rule.profile != nil {
			pass.rule.profile(pass, p)
		}
	}
	return diag.Sort(r.found), p.err
}
