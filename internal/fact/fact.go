// Package fact records who states a fact about a device, a server or a name, and its source. A Statement goes beside each
// fact in the data files of internal/mdm, internal/roots and their like. The package holds no facts itself.
package fact

import "slices"

// Evidence is the kind of witness for a fact. No other values exist.
type Evidence string

// The evidence, best first.
const (
	Apple      Evidence = "apple"      // Apple's schema or documentation
	Vendor     Evidence = "vendor"     // the server vendor's documentation, source or issue tracker
	Community  Evidence = "community"  // others measured or reported it
	Unverified Evidence = "unverified" // concluded from other facts; no observation is known
)

// Weaker returns the less trusted of two.
func Weaker(a, b Evidence) Evidence {
	order := []Evidence{Apple, Vendor, Community, Unverified}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// Statement is the evidence for a fact, with its source.
type Statement struct {
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"` // URL
}
