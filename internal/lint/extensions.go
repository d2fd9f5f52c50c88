package lint

import (
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// The rules about what a Mac loads into its kernel.

var kernelExtension = rule{
	id: "kernel-extension",
	value: func(p *pass, n *node) {
		if n.key != nil || n.domain != "com.apple.syspolicy.kernel-extension-policy" || !allowsExtensions(n.value) ||
			len(p.profile.targets) > 0 && !p.profile.hasPlatform(target.MacOS) {
			return
		}
		d := p.report(n.atKey(), "a Mac with Apple silicon loads kernel extensions only after somebody has reduced its security in Recovery")
		d.Help = "use the system extension that has taken its place, or scope this payload to Macs with Intel"
		if len(p.profile.payloads) > 1 {
			d.Help += ", in a profile of its own, since the whole profile can be refused with it"
		}
	},
}

// allowsExtensions reports whether a policy allows any kernel extension, rather than keeping users from doing so.
func allowsExtensions(v *plist.Value) bool {
	teams, byTeam := v.Get("AllowedTeamIdentifiers"), v.Get("AllowedKernelExtensions")
	return teams != nil && len(teams.Items) > 0 || byTeam != nil && len(byTeam.Fields) > 0
}
