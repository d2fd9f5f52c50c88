package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// The rules about variables that an MDM server fills in for each device.

func mdmVariableInSignedProfile(p *pass, profile *profile) {
	if profile.options.Container.Signed {
		eachFilled(profile.root, func(at place, names string) {
			p.report(at, messageOfFilled, names).Help = "sign without the variable, or deliver the profile unsigned and let the server sign it"
		})
	}
}

const messageOfFilled = "%s is for an MDM server to replace, which would break the signature"

// eachFilled calls do for every text that holds variables which some server fills in, with their names. Those that a Mac
// fills in itself are left out.
func eachFilled(v *plist.Value, do func(at place, names string)) {
	for n := range plist.Walk(v) {
		if n.Kind != plist.String {
			continue
		}
		names := slices.DeleteFunc(mdm.FindVariables(n.Text), func(name string) bool { return mdm.IsFilledOnDevice(name, nearestType(n)) })
		if len(names) > 0 {
			do(root.place(n), quote(strings.Join(names, ", ")))
		}
	}
}

// SignedVariables finds what keeps a profile from being signed: variables that an MDM server replaces for each device.
func SignedVariables(root *plist.Value) []diag.Diagnostic {
	p := &pass{run: &run{profile: &profile{root: root}}, rule: &entry{id: rule.MDMVariableInSignedProfile}, severity: severityOf(rule.MDMVariableInSignedProfile), chosen: true}
	eachFilled(root, func(at place, names string) {
		p.report(at, messageOfFilled, names).Help = "build with --unsigned and let the MDM sign, or write the value itself"
	})
	return p.found
}

func unknownMDMVariable(p *pass, profile *profile) {
	server := profile.options.For
	if server == nil {
		return
	}
	for n := range plist.Walk(profile.root) {
		unknown := server.UnknownVariables
		if n.Kind == plist.Null { // text that stands for a value of another type
			unknown = server.UnknownOutsideStrings
		}
		for _, u := range unknown(n.Text) {
			p.reportUnknownVariable(root.place(n), server, u)
		}
	}
}

func (p *pass) reportUnknownVariable(at place, server *mdm.Server, u mdm.UnknownVariable) {
	d := p.report(at, "%s does not fill in %s, so devices get it as it stands", server.Name, quote(u.Text))
	switch {
	case u.Meant != "":
		d.Help = "did you mean " + quote(u.Meant) + "?"
	case u.Owner != nil:
		d.Help = "it is a variable of " + u.Owner.Name
	}
	switch {
	case u.Misplaced:
		d.Severity, d.Message = diag.Error, server.Name+" takes "+quote(u.Text)+" in strings alone and refuses the profile"
	case u.Newer:
		d.Message = server.Name + " refuses variables that it does not know, and " + quote(u.Text) + " is none of those known as of " + server.Variables.AsOf
	case u.Refused:
		d.Severity, d.Message = diag.Error, server.Name+" knows no variable "+quote(u.Text)+" and refuses the profile"
	}
	attribute(d, server.Variables.Statement)
}
