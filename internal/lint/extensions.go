package lint

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// The rules about kernel and system extensions of a Mac.

const kernelExtensions = "com.apple.syspolicy.kernel-extension-policy"

func kernelExtension(p *pass, n *node) {
	if n.key != nil || n.domain != kernelExtensions || !allowsExtensions(n.value) || !p.profile.mayReach(target.MacOS) {
		return
	}
	d := p.report(n.atKey(), "a Mac with Apple silicon loads kernel extensions only after somebody has reduced its security in Recovery")
	d.Help = "use the system extension that replaces it, or deliver this payload to Intel Macs only"
	if len(p.profile.payloads) > 1 {
		d.Help += ", in a profile of its own, since the whole profile can be refused with it"
	}
}

// allowsExtensions reports whether a policy allows any kernel extension. It may also only restrict users.
func allowsExtensions(v *plist.Value) bool {
	teams, byTeam := v.Get("AllowedTeamIdentifiers"), v.Get("AllowedKernelExtensions")
	return teams != nil && len(teams.Items) > 0 || byTeam != nil && len(byTeam.Fields) > 0
}

// teamKeys are the dictionaries of extensions keyed by team identifier.
func teamKeys() []string {
	return []string{"AllowedSystemExtensions", "AllowedSystemExtensionTypes", "RemovableSystemExtensions", "NonRemovableSystemExtensions",
		"NonRemovableFromUISystemExtensions", "AllowedKernelExtensions"}
}

// teams returns the fields of a dictionary keyed by team identifier, nil for any other node.
func (n *node) teams() []plist.Field {
	isPolicy := n.domain == kernelExtensions || n.domain == "com.apple.system-extension-policy"
	if n.key == nil || !isPolicy || n.parent.key != nil || !slices.Contains(teamKeys(), n.key.Name) {
		return nil
	}
	return n.value.Fields
}

func malformedTeamIdentifier(p *pass, n *node) {
	for _, f := range n.teams() {
		isUnsigned := f.Key == "" && n.domain == kernelExtensions
		if !isUnsigned && !isTeamIdentifier(f.Key) && !plist.HasPlaceholder(f.Key) {
			p.report(n.field(&f), "%s is a key of %s, want a team identifier, ten letters and digits such as ABCDE12345", quote(f.Key), n.subject()).Severity = diag.Warning
		}
	}
}

func teamAllowedTwice(p *pass, n *node) {
	for _, f := range n.teams() {
		if n.key.Name == "AllowedSystemExtensions" && containsText(n.parent.value.Get("AllowedTeamIdentifiers"), f.Key) {
			p.report(n.field(&f), "%s is also in %q, want it in only one of them", quote(f.Key), "AllowedTeamIdentifiers").
				Help = "remove it there to allow only these extensions, or here to allow all of the team's"
		}
	}
}

func containsText(array *plist.Value, text string) bool {
	return array != nil && slices.ContainsFunc(array.Items, func(item *plist.Value) bool { return hasText(item, text) })
}
