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

// entry is a line of the table: a rule and how it is looked for, which is one of the others. What the rule means
// stands on its page in package rules.
type entry struct {
	id         string
	absence    bool // it is about what is not there
	ofTemplate bool // a template has rules of its own in its place

	value       func(*pass, *node)                    // called for every value that a schema describes, and for each payload
	effect      func(*pass, *node)                    // called for such a value that meets an obstacle on a target
	settings    func(*pass, *node)                    // called for the dictionary of a payload or of a preference domain
	walk        bool                                  // reported by the walk itself, which holds values against facts and reads declarations
	profile     func(*pass, *profile)                 // called once
	declaration func(*pass, *profile)                 // called once for a declaration
	document    func(*pass, *profile)                 // called once for a profile or a declaration
	server      func(*pass, *profile, *mdm.Server)    // called once for a profile whose server is known
	signer      func(*pass, cms.SignerFacts)          // called for each signer of a profile
	certificate func(*pass, place, *x509.Certificate) // called for each certificate in a payload of certificates
	declared    func(*pass, []*profile)               // called for the declarations of a payload
	set         func(*setPass)                        // called once for several files that land on one device
}

// isFor reports whether a rule makes sense for what is checked.
func (e *entry) isFor(o Options) bool {
	return !(e.absence && o.Container.Damaged || e.ofTemplate && o.Composed)
}

// once calls what is called once for a profile or a declaration, or for what is not part of the tree.
func (e *entry) once(p *pass, of *profile) {
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

// pages are those of the rules in checks, in the same order.
var pages = sync.OnceValue(func() []rules.Rule {
	all := make([]rules.Rule, len(checks))
	for i := range checks {
		all[i], _ = rules.Find(checks[i].id)
	}
	return all
})

// usualGroups say whether a profile is right, and what it does. It is a table to read: nobody writes to it.
var usualGroups = []rules.Group{rules.Structure, rules.Schema, rules.Effect, rules.Sync}

// severityOf is the usual severity of a rule. Every rule has a page, as a test holds.
func severityOf(id string) diag.Severity {
	page, _ := rules.Find(id)
	return page.Severity
}

func find(id string) (int, bool) {
	return slices.BinarySearchFunc(checks, id, func(e entry, id string) int { return strings.Compare(e.id, id) })
}
