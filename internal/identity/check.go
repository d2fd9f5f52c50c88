package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"syncguard/internal/fact"
	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

const (
	expirySoon = 30 * 24 * time.Hour

	// Apple refuses longer-lived TLS server certificates: https://support.apple.com/en-us/103769
	maxServerDays = 825
)

// Weight is a finding's effect on a signature.
type Weight string

// The weights, the heaviest first.
const (
	CannotSign Weight = "cannot-sign"  // no signature can be made, or none a device takes
	Distrusted Weight = "not-verified" // devices show "Not Verified"
	Doubtful   Weight = "doubtful"     // devices may reject it
	Remark     Weight = "note"
)

// Finding is something a person should know about an identity.
type Finding struct {
	ID       string        `json:"id"`                 // kebab-case
	Weight   Weight        `json:"weight"`             // `cannot-sign`, `not-verified`, `doubtful`, `note`
	Message  string        `json:"message"`            // one clause; names come from files, so escape it before showing it
	Help     string        `json:"help,omitempty"`     // the next step, if any
	Evidence fact.Evidence `json:"evidence,omitempty"` // how well the effect on devices is known: `apple`, `community`, `unverified`; absent if devices play no part
}

// String returns the message with its consequence.
func (f Finding) String() string {
	if f.Weight == Distrusted {
		return f.Message + `, so devices show "Not Verified"`
	}
	return f.Message
}

// Check reports whether the identity can sign at the given time. An obstacle, such as an expired certificate, is the
// error. The findings, in a fixed order, are reasons for devices to distrust the signature, and oddities of the files.
func (id *Identity) Check(now time.Time) ([]Finding, error) {
	if id.Leaf() == nil || id.Signer == nil {
		return nil, errors.New("the identity has no certificate or no private key")
	}
	var found []Finding
	for _, f := range id.findings(now) {
		if f.Weight == CannotSign {
			return found, errors.New(f.Message)
		}
		found = append(found, f)
	}
	return found, nil
}

const (
	idSelfSigned = "self-signed"
	idNoIssuer   = "issuer-missing"

	idChainExpired = "chain-expired"
)

// issuerHelp tells people how to get the issuer's certificate, as far as its name tells.
func issuerHelp(leaf *x509.Certificate) string {
	const help = "give its certificate with --chain FILE: a device does not fetch it"
	if known, ok := roots.IssuerOf(leaf); ok && !known.IsRoot {
		return fmt.Sprintf("%s; by its name it is %q, see %s", help, known.Title(), roots.Address)
	}
	return help
}

// findings lists the oddities of the chain. The chain must have a leaf.
func (id *Identity) findings(now time.Time) []Finding {
	chain, leaf := id.Chain, id.Chain[0]
	var found []Finding
	for _, note := range id.notes {
		found = append(found, Finding{ID: "left-out-certificate", Weight: Remark, Message: note})
	}
	found = append(found, checkValidity(leaf, now)...)
	switch {
	case pki.IsSelfSigned(leaf):
		found = append(found, Finding{idSelfSigned, Distrusted, fmt.Sprintf("certificate %q is self-signed", pki.NameOf(leaf)),
			"sign with a certificate from an authority the devices trust: syncguard identity new makes the request", fact.Community})
	case len(chain) == 1:
		found = append(found, Finding{idNoIssuer, Distrusted, fmt.Sprintf("the chain lacks %q, the issuer of certificate %q", leaf.Issuer.String(), pki.NameOf(leaf)),
			issuerHelp(leaf), fact.Community})
	}
	for _, cert := range chain[1:] {
		if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
			found = append(found, Finding{idChainExpired, Distrusted, fmt.Sprintf("certificate %q%s in the chain is valid only from %s to %s",
				pki.NameOf(cert), id.from.of(cert), pki.Day(cert.NotBefore), pki.Day(cert.NotAfter)), "give the renewed certificate of the authority with --chain FILE", fact.Unverified})
		}
	}
	return slices.Concat(found, checkKey(leaf), id.checkIssuers(), checkPurposes(leaf))
}

func checkValidity(leaf *x509.Certificate, now time.Time) []Finding {
	const renew = "renew it: syncguard identity csr makes the request"
	switch {
	case now.Before(leaf.NotBefore):
		return []Finding{{"not-yet-valid", CannotSign, fmt.Sprintf("certificate %q is not valid before %s", pki.NameOf(leaf), pki.Day(leaf.NotBefore)),
			"wait until then, or set the clock", ""}}
	case now.After(leaf.NotAfter):
		return []Finding{{"expired", CannotSign, fmt.Sprintf("certificate %q expired on %s", pki.NameOf(leaf), pki.Day(leaf.NotAfter)), renew, ""}}
	case leaf.NotAfter.Sub(now) < expirySoon:
		return []Finding{{"expires-soon", Doubtful, fmt.Sprintf("certificate %q expires on %s", pki.NameOf(leaf), pki.Day(leaf.NotAfter)), renew, ""}}
	}
	return nil
}

func checkKey(leaf *x509.Certificate) []Finding {
	weak := func(format string, args ...any) []Finding {
		return []Finding{{"weak-key", CannotSign, fmt.Sprintf("certificate %q ", pki.NameOf(leaf)) + fmt.Sprintf(format, args...),
			"make a new key with syncguard identity new", fact.Unverified}}
	}
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := pki.ShortRSA(key); bits > 0 {
			return weak("has an RSA key of %d bits, want at least %d", bits, pki.MinRSABits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			return weak("has a key on curve %s, want P-256 or P-384", key.Curve.Params().Name)
		}
	default:
		return weak("has a key for %s, want RSA or ECDSA", leaf.PublicKeyAlgorithm)
	}
	return nil
}

// checkIssuers checks the keys and signatures of the issuers. A root's signature of itself does not matter.
func (id *Identity) checkIssuers() (found []Finding) {
	for i, cert := range id.Chain {
		if bits := pki.ShortRSA(cert.PublicKey); i > 0 && bits > 0 {
			found = append(found, Finding{"weak-chain-key", Distrusted, fmt.Sprintf("certificate %q%s in the chain has an RSA key of %d bits, want at least %d",
				pki.NameOf(cert), id.from.of(cert), bits, pki.MinRSABits), "ask the authority for a certificate signed by a stronger key", fact.Unverified})
		}
		of := id.from.of(cert)
		if i == 0 {
			of = "" // the caller names that file
		}
		if pki.IsWeak(cert.SignatureAlgorithm) && (i == 0 || !pki.IsSelfSigned(cert)) {
			found = append(found, Finding{"weak-signature", Distrusted, fmt.Sprintf("certificate %q%s is signed with the weak algorithm %s", pki.NameOf(cert), of, cert.SignatureAlgorithm),
				"ask the authority for a certificate signed with SHA-256", fact.Unverified})
		}
	}
	return found
}

// checkPurposes checks the declared purposes of the certificate. Apple documents no required purpose for a signer of
// profiles; certificates for mail, code and TLS servers are in use.
func checkPurposes(leaf *x509.Certificate) (found []Finding) {
	doubt := func(id, text, help string) {
		found = append(found, Finding{id, Doubtful, fmt.Sprintf("certificate %q ", pki.NameOf(leaf)) + text, help, fact.Unverified})
	}
	if leaf.BasicConstraintsValid && leaf.IsCA {
		doubt("is-authority", "is a certificate authority's and should not sign profiles itself", "issue a certificate for signing with it")
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		doubt("key-usage", `has a key usage without "digitalSignature" or "nonRepudiation"`, "ask the authority for one of them")
	}
	if !isForSigning(leaf) {
		doubt("extended-key-usage", "is for purposes other than signing: "+join(pki.ExtendedUsages(leaf)), "ask the authority for emailProtection or codeSigning, or for no extended key usage")
	}
	if days := int(leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24); slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && days > maxServerDays {
		doubt("long-validity", fmt.Sprintf("is for TLS servers and valid for %d days, but Apple accepts at most %d", days, maxServerDays),
			"ask the authority for a shorter validity")
	}
	return found
}

func isForSigning(leaf *x509.Certificate) bool {
	if len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.ContainsFunc(leaf.ExtKeyUsage, func(u x509.ExtKeyUsage) bool {
		switch u {
		case x509.ExtKeyUsageAny, x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageServerAuth:
			return true
		}
		return false
	})
}
