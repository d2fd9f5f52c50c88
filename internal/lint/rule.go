package lint

import (
	"crypto/x509"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/rules"
)

// ruleCheck is a line of the table: a rule's ID and the function behind it, in the column of its kind. The rule's meaning is
// on its page in package rules.
type ruleCheck struct {
	id         string
	absence    bool // it reports something missing, so a damaged file is exempt
	ofTemplate bool // templates have their own rule for it, so a composed profile is exempt

	value       func(*pass, *node)                    // called for each payload and each value described by a schema
	dictionary  func(*pass, *node)                    // called for those that are dictionaries
	effect      func(*pass, *node)                    // called for those with an obstacle on a target
	settings    func(*pass, *node)                    // called for the dictionary of each payload and preference domain
	walk        bool                                  // reported by the walk itself: by checkFacts and checkDeclarations
	profile     func(*pass, *profile)                 // called once
	declaration func(*pass, *profile)                 // called once for a declaration
	document    func(*pass, *profile)                 // called once for a profile or a declaration
	server      func(*pass, *profile, *mdm.Server)    // called once for a profile with a known server
	signer      func(*pass, cms.SignerFacts)          // called for each signer of a profile
	certificate func(*pass, place, *x509.Certificate) // called for each certificate in a certificate payload
	declared    func(*pass, []*profile)               // called for the declarations in a payload, together
	set         func(*setPass)                        // called for each file of those landing on one device
}

// isFor reports whether a rule applies in this kind of run.
func (e *ruleCheck) isFor(kind runKind) bool {
	return !(e.absence && kind.damaged || e.ofTemplate && kind.composed)
}

// isOnce reports whether runOnce runs the rule.
func (e *ruleCheck) isOnce() bool {
	return e.document != nil || e.declaration != nil || e.profile != nil || e.server != nil || e.signer != nil || e.certificate != nil
}

// runOnce runs a rule about the document as a whole, or about its signers, certificates or server.
func (e *ruleCheck) runOnce(p *pass, of *profile) {
	switch server := of.options.For; {
	case e.document != nil:
		e.document(p, of)
	case of.isDeclaration && e.declaration != nil:
		e.declaration(p, of)
	case of.isDeclaration:
	case e.profile != nil:
		e.profile(p, of)
	case e.server != nil && server != nil:
		e.server(p, of, server)
	case e.signer != nil:
		for _, s := range of.signedBy() {
			e.signer(p, s)
		}
	case e.certificate != nil:
		for at, c := range of.certificates(certificatePayloads()...) {
			e.certificate(p, at, c)
		}
	}
}

// pages returns the pages of the rules in checks, in the same order.
var pages = sync.OnceValue(func() []rules.Rule {
	all := make([]rules.Rule, len(checks))
	for i := range checks {
		all[i], _ = rules.Find(checks[i].id)
	}
	return all
})

// usualGroups are the default of Options.Groups. Read-only.
var usualGroups = []rules.Group{rules.Structure, rules.Schema, rules.Effect, rules.Sync}

// severityOf returns the severity on a rule's page. A test makes sure of a page for every rule.
func severityOf(id string) diag.Severity {
	page, _ := rules.Find(id)
	return page.Severity
}

func findCheck(id string) (int, bool) {
	return slices.BinarySearchFunc(checks, id, func(e ruleCheck, id string) int { return strings.Compare(e.id, id) })
}
