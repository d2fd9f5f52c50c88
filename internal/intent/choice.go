package intent

import (
	"fmt"

	"syncguard/internal/target"
)

// Output is what a build writes.
type Output string

// The outputs. Auto is the zero value's meaning.
const (
	Auto         Output = "auto"         // profiles, and declarations where the facts call for them
	Profiles     Output = "profile"      // profiles only, also for MDM
	Declarations Output = "declarations" // declarations only, for MDM; by hand a profile has to carry them
)

// Outputs lists every output.
func Outputs() []Output { return []Output{Auto, Profiles, Declarations} }

// DNSForm is how DNS settings are given.
type DNSForm string

// The forms; none leaves the choice to the facts.
const (
	AsProfile     DNSForm = "profile"     // com.apple.dnsSettings.managed
	AsDeclaration DNSForm = "declaration" // com.apple.configuration.network.dns-settings
)

// DNSForms lists every form that can be asked for.
func DNSForms() []DNSForm { return []DNSForm{AsProfile, AsDeclaration} }

// Choice is in which form things are given to a device. The zero Choice leaves it to the facts.
type Choice struct {
	Output Output
	DNS    DNSForm
	Legacy bool // profiles reach MDM devices through com.apple.configuration.legacy, so payloads count as declarations
}

// leavesOut says why a mechanism is not delivered to a target at all, or "". By hand a profile carries both.
func (choice Choice) leavesOut(l mechanism, t target.Target) string {
	switch {
	case !t.Enrollment.IsMDM():
		return ""
	case choice.Output == Profiles && l.payload.isDeclaration():
		return fmt.Sprintf("%s is a declaration, which --output profile leaves out", l.String())
	case choice.Output == Declarations && !choice.Legacy && !l.payload.isDeclaration():
		return fmt.Sprintf("%s is a payload, which --output declarations leaves out", l.String())
	}
	return ""
}
