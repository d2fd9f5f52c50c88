package intent

import (
	"fmt"

	"syncguard/internal/target"
)

// Output is the kind of files a build writes.
type Output string

// The outputs. The zero value means Auto.
const (
	Auto         Output = "auto"         // profiles, and declarations if the schema facts favor them
	Profiles     Output = "profile"      // profiles only, also for MDM
	Declarations Output = "declarations" // declarations only, for MDM; by hand they go inside a profile
)

// Outputs lists every output.
func Outputs() []Output { return []Output{Auto, Profiles, Declarations} }

// DNSForm is the form of DNS settings: payload or declaration.
type DNSForm string

// The forms of DNS settings. The zero value leaves the choice to the schema facts.
const (
	AsProfile     DNSForm = "profile"     // com.apple.dnsSettings.managed
	AsDeclaration DNSForm = "declaration" // com.apple.configuration.network.dns-settings
)

// DNSForms lists every form to ask for.
func DNSForms() []DNSForm { return []DNSForm{AsProfile, AsDeclaration} }

// Choice is the form of delivery asked for by a user. The zero Choice leaves it to the schema facts.
type Choice struct {
	Output Output
	DNS    DNSForm
	Legacy bool // profiles reach MDM devices through com.apple.configuration.legacy, so payloads count as declarations
}

// leavesOut returns why a mechanism is not delivered to a target, or "". By hand a profile holds both forms.
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
