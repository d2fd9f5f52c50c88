package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// The rules about variables filled in by an MDM server for each device.

func mdmVariableInSignedProfile(p *pass, profile *profile) {
	if profile.options.Container.Signed {
		eachFilled(profile.root, func(at place, names string) {
			p.report(at, filledMessage, names).Help = "sign without the variable, or deliver the profile unsigned and let the server sign it"
		})
	}
}

const filledMessage = "an MDM server would replace %s and break the signature"

// eachFilled calls do for every text with variables of an MDM server, with their names. It leaves out variables a Mac fills
// in itself.
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

// SignedVariables finds the variables of an MDM server in a profile. Replacing them would break a signature.
func SignedVariables(root *plist.Value) []diag.Diagnostic {
	p := &pass{run: &run{profile: &profile{root: root}}, rule: &ruleCheck{id: rule.MDMVariableInSignedProfile}, severity: severityOf(rule.MDMVariableInSignedProfile), chosen: true}
	eachFilled(root, func(at place, names string) {
		p.report(at, filledMessage, names).Help = "build with --unsigned and let the MDM sign, or write the value itself"
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
		if n.Kind == plist.Null { // a text in the place of a value of another type
			unknown = server.UnknownOutsideStrings
		}
		for _, u := range unknown(n.Text) {
			p.reportUnknownVariable(root.place(n), server, u)
		}
	}
}

func (p *pass) reportUnknownVariable(at place, server *mdm.Server, u mdm.UnknownVariable) {
	d := p.report(at, "%s does not fill in %s, so devices get the text unchanged", server.Name, quote(u.Text))
	switch {
	case u.Meant != "":
		d.Help = "did you mean " + quote(u.Meant) + "?"
	case u.Owner != nil:
		d.Help = "it is a variable of " + u.Owner.Name
	}
	switch {
	case u.Misplaced:
		d.Severity, d.Message = diag.Error, server.Name+" accepts "+quote(u.Text)+" only in strings, so it refuses the profile"
	case u.Newer:
		d.Message = server.Name + " refuses unknown variables, and " + quote(u.Text) + " was unknown as of " + server.Variables.AsOf
	case u.Refused:
		d.Severity, d.Message = diag.Error, server.Name+" knows no variable "+quote(u.Text)+", so it refuses the profile"
	}
	attribute(d, server.Variables.Statement)
}
