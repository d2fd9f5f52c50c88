package identity

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// Verdict is a device's likely opinion of a signature.
type Verdict string

// The verdicts, the best first. Only a device knows for sure: its list of roots is its own.
const (
	Verified    Verdict = "verified"          // the chain ends at a given root
	NeedsRoot   Verdict = "needs-root"        // "Verified" on devices with the root
	NotVerified Verdict = "not-verified"      // "Not Verified" everywhere
	Unusable    Verdict = Verdict(CannotSign) // it cannot sign
)

// Assessment tells how likely devices are to trust an identity's signatures, and why.
type Assessment struct {
	Verdict   Verdict   `json:"verdict"`             // `verified`, `needs-root`, `not-verified`, `cannot-sign`
	Root      string    `json:"root"`                // common name of the root at the end of the chain, or of the root a device needs; empty without one
	OtherRoot string    `json:"otherRoot,omitempty"` // common name of another authority that signed the same root, and serves as well
	AppleRoot bool      `json:"appleRoot,omitempty"` // the root is Apple's own, known by its fingerprint, and missing from the roots
	Findings  []Finding `json:"findings"`
}

// Assess judges a chain of at least a leaf at the given time. With nil for trusted it asks the roots of the system, and
// Apple's own.
func (id *Identity) Assess(now time.Time, trusted *x509.CertPool) Assessment {
	a := Assessment{Findings: append([]Finding{}, id.findings(now)...)}
	has := func(w Weight) bool {
		return slices.ContainsFunc(a.Findings, func(f Finding) bool { return f.Weight == w })
	}
	known := knownRoot(id.Chain, now, trusted)
	if known == "" && trusted == nil {
		if apple := appleRoot(id.Chain, now); apple != nil {
			a.AppleRoot, known = true, apple.Root
			text, evidence := apple.Doubt()
			a.Findings = append(a.Findings, Finding{"apple-root", Remark, text, "", evidence})
		}
	}
	if known != "" { // the root signed the leaf, or the missing intermediate is a root here
		a.Findings = slices.DeleteFunc(a.Findings, func(f Finding) bool {
			return f.ID == idNoIssuer || f.ID == idSelfSigned || f.ID == idChainExpired
		})
	}
	switch {
	case has(CannotSign):
		a.Verdict = Unusable
	case has(Distrusted):
		a.Verdict = NotVerified
	case known != "":
		a.Verdict, a.Root = Verified, known
	default:
		a.Verdict = NeedsRoot
		a.Root, a.OtherRoot = neededRoots(id.Chain)
	}
	return a
}

// neededRoots returns the name of the root at the end of a chain, and of another authority that also signed it, or "".
func neededRoots(chain []*x509.Certificate) (root, other string) {
	last := chain[len(chain)-1]
	name := pki.NameOf(last)
	if !pki.IsSelfSigned(last) {
		name = pki.IssuerOf(last)
	}
	if i := slices.IndexFunc(chain, pki.IsSelfSigned); i >= 0 && i < len(chain)-1 {
		return pki.NameOf(chain[i]), name
	}
	return name, ""
}

// appleRoot returns the authority of Apple's in a chain, by its fingerprint, or nil.
func appleRoot(chain []*x509.Certificate, now time.Time) *roots.Authority {
	for _, cert := range chain {
		if known, ok := roots.Find(cert); ok && verifies(chain, cert, now) {
			return &known
		}
	}
	return nil
}

// knownRoot returns the name of the trusted root at the end of the chain, or "".
func knownRoot(chain []*x509.Certificate, now time.Time, trusted *x509.CertPool) string {
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	found, err := chain[0].Verify(x509.VerifyOptions{Roots: trusted, Intermediates: intermediates, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil || len(found) == 0 {
		return ""
	}
	return pki.NameOf(found[0][len(found[0])-1])
}

// Usages returns the key usages of a certificate, by the names of RFC 5280.
func Usages(cert *x509.Certificate) []string {
	usages := []string{}
	for bit, name := range []string{"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
		"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"} {
		if cert.KeyUsage&(1<<bit) != 0 {
			usages = append(usages, name)
		}
	}
	return usages
}

func join(words []string) string { return strings.Join(words, ", ") }
