// Package fact says how far what is known of devices, servers and names is to be trusted, and where it can be read.
package fact

import "slices"

// Evidence says who states a fact. The vocabulary is closed.
type Evidence string

// The evidence, best first.
const (
	Apple      Evidence = "apple"      // Apple's schema or documentation
	Vendor     Evidence = "vendor"     // the documentation, source or issue tracker of a server's maker
	Community  Evidence = "community"  // others measured or reported it
	Unverified Evidence = "unverified" // it follows from what is known, but nobody is known to have seen it
)

// Weaker returns the one of two that is trusted less.
func Weaker(a, b Evidence) Evidence {
	order := []Evidence{Apple, Vendor, Community, Unverified}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// Statement is who states a fact, and where.
type Statement struct {
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"` // URL
}
