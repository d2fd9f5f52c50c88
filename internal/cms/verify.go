package cms

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// VerifyOptions are the questions to Verify beyond the integrity of the file.
type VerifyOptions struct {
	At    time.Time      // time of the validity check; required
	Roots *x509.CertPool // trusted roots; with nil and no Pin nothing is trusted (NoRoots)
	// AppleRoots also trusts Apple's own roots, known by their fingerprints (AppleRoot).
	AppleRoots bool

	knownRoot func(*x509.Certificate) (roots.Authority, bool) // roots.Find, except in tests
	Pin       *[sha256.Size]byte                              // SHA-256 of the certificate required of every signer; Roots may then be nil

	// CRLs are revocation lists valid at that time. With any, every certificate of a chain needs one, except for the root.
	CRLs []*CRL

	Require []Question // the questions to be answered yes
	// Read judges content with a valid signature. Nil accepts any content.
	Read func(content []byte) ContentJudgement
}

// ContentJudgement is a caller's opinion of signed content.
type ContentJudgement struct {
	Reason   Reason   // NotAPropertyList or UnsoundContent; empty for a fit one
	Detail   string   // of the reason
	Warnings []string // changing no answer
}

// Answer is the answer to one question. The reason is stable. The detail and the help are for people; they hold names
// from the file.
type Answer struct {
	OK     bool   `json:"ok"`             // the answer is yes
	Reason Reason `json:"reason"`         // one of [these](verify.md#reasons)
	Detail string `json:"detail"`         // for people
	Help   string `json:"help,omitempty"` // the next step
	Asked  bool   `json:"asked"`          // it was required: a no makes the exit code 1
}

func yes(reason Reason, format string, args ...any) Answer {
	return Answer{OK: true, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Verdict is the result of verifying a file. Only the answers are established: everything else is the file's own claim,
// including the names of its signers.
type Verdict struct {
	OK bool `json:"ok"` // every required answer is yes
	// The three answers, each of the first signer with a no. Trust and validity are answered whenever the certificates
	// of the signers are known, even without integrity.
	Integrity Answer `json:"integrity"`
	Trust     Answer `json:"trust"`
	Validity  Answer `json:"validity"`

	Revocation Revocation `json:"revocation"` // of the signers' chains: `not-checked` (always, without `--crl`), `good`, `revoked`, `unknown`, `bad-list`

	Form         Form          `json:"form"`         // `DER` or `BER`; empty if the file is unreadable
	Size         int           `json:"size"`         // of the content, in bytes
	SHA256       string        `json:"sha256"`       // of the content; empty without integrity
	Content      []byte        `json:"-"`            // a copy of the signed content; nil without integrity
	Signers      []Signer      `json:"signers"`      // everyone who signed, or claims to have
	Certificates []Certificate `json:"certificates"` // the file's, in its order, then the roots at the end of chains
	Warnings     []string      `json:"warnings"`     // worth a look; they change no answer
	Notes        []string      `json:"notes"`        // good to know, with nothing to do, such as a second certificate for an issuer
}

// Signer is one who signed, or claims to have.
type Signer struct {
	Name               string    `json:"name"`                 // of the certificate; empty if unknown
	SHA256             string    `json:"sha256"`               // of the certificate; empty if unknown
	Digest             string    `json:"digest"`               // `SHA-256`; empty if unknown
	Key                string    `json:"key"`                  // `RSA 2048`, `ECDSA P-256`; empty if the certificate is unknown
	SigningTime        time.Time `json:"signingTime,omitzero"` // RFC 3339; a claim; absent without one
	SignedAttributes   []string  `json:"signedAttributes"`     // names, or object identifiers
	UnsignedAttributes []string  `json:"unsignedAttributes"`   // the same; no signature covers them, and they are ignored

	Integrity Answer `json:"integrity"`
	Trust     Answer `json:"trust"`
	Validity  Answer `json:"validity"`

	Revocation Revocation `json:"revocation"` // of its chain

	Certificate *x509.Certificate   `json:"-"` // nil if unknown
	Chain       []*x509.Certificate `json:"-"` // from the certificate up, as far as the file and the roots reach
}

// Role is a certificate's part in the file.
type Role string

// The roles.
const (
	RoleSigner       Role = "signer"
	RoleIntermediate Role = "intermediate"
	RoleRoot         Role = "root"
	RoleUnused       Role = "unused" // in no signer's chain
)

// Certificate is a certificate with its role.
type Certificate struct {
	Role Role `json:"role"` // `signer`, `intermediate`, `root`, `unused`
	pki.Facts
	Signature string   `json:"signature"` // algorithm of the issuer's signature
	Usages    []string `json:"usages"`    // extended key usages; empty for any
	Embedded  bool     `json:"embedded"`  // in the file

	X509 *x509.Certificate `json:"-"`
}

// Fingerprint returns the SHA-256 of a certificate, in hexadecimal.
func Fingerprint(cert *x509.Certificate) string { return pki.Fingerprint(cert) }

// Verify reads untrusted bytes, in DER or BER, and answers three questions about them. Integrity: every signer signed
// this content, nothing else is in the file, and no weak algorithm was used. Trust: the chain of every signer leads to
// a root. Validity: the certificates are valid at the given time, and the signer's was at its claimed signing time.
//
// Time and memory are linear in len(b), apart from signatures: 16 of signers, at most 1,300 between certificates to
// find chains, and at most 16 chains of 15 certificates for each signer, judged by crypto/x509.
func Verify(b []byte, o VerifyOptions) *Verdict {
	v := &Verdict{Revocation: RevocationNotChecked, Signers: []Signer{}, Certificates: []Certificate{}, Warnings: []string{}, Notes: []string{}}
	d, err := parse(b)
	if err != nil {
		v.Integrity = no(err)
		v.Trust = no(&verifyError{UnknownSigner, "the file has no signer to check"})
		v.Validity = v.Trust
	} else {
		v.judgeMessage(d, o)
	}
	v.OK = completeAnswers(o.Require, &v.Integrity, &v.Trust, &v.Validity)
	for i := range v.Signers {
		s := &v.Signers[i]
		completeAnswers(o.Require, &s.Integrity, &s.Trust, &s.Validity)
	}
	return v
}

// completeAnswers fills in the required answers and their help. It reports whether all required ones are yes.
func completeAnswers(required []Question, answers ...*Answer) bool {
	ok := true
	for i, q := range []Question{AboutIntegrity, AboutTrust, AboutValidity} {
		a := answers[i]
		a.Asked, a.Help = slices.Contains(required, q), a.Reason.help()
		ok = ok && (a.OK || !a.Asked)
	}
	return ok
}

func (v *Verdict) judgeMessage(d *message, o VerifyOptions) {
	v.Form, v.Size = d.form, len(d.content)
	t := newTrust(d.certs, o)
	for _, i := range d.signers {
		v.Signers = append(v.Signers, d.judgeSigner(i, t))
	}
	v.Integrity, v.Trust, v.Validity = v.Signers[0].Integrity, v.Signers[0].Trust, v.Signers[0].Validity
	v.Revocation = v.Signers[0].Revocation
	for _, s := range v.Signers {
		if v.Revocation == RevocationGood {
			v.Revocation = s.Revocation
		}
		v.Integrity, v.Trust, v.Validity = merge(v.Integrity, s.Integrity), merge(v.Trust, s.Trust), merge(v.Validity, s.Validity)
	}
	v.Certificates = roles(d.certs, v.Signers)
	v.Notes = append(v.Notes, t.notes(v.Signers)...)
	if !v.Integrity.OK {
		return
	}
	if o.Read != nil {
		judgement := o.Read(d.content)
		v.Warnings = append(v.Warnings, judgement.Warnings...)
		if judgement.Reason != "" {
			v.Integrity = Answer{Reason: judgement.Reason, Detail: judgement.Detail}
			return
		}
	}
	v.Content, v.SHA256 = d.content, fmt.Sprintf("%x", sha256.Sum256(d.content))
	v.Integrity.Detail = v.coverage()
}

// no turns an error into an answer. An error of this package without a reason is about the structure.
func no(err error) Answer {
	var f *verifyError
	if errors.As(err, &f) {
		return Answer{Reason: f.reason, Detail: f.detail}
	}
	return Answer{Reason: Malformed, Detail: err.Error()}
}

func merge(a, b Answer) Answer {
	if a.OK {
		return b
	}
	return a
}

// judgeSigner answers for one signer.
func (d *message) judgeSigner(i int, t *trust) Signer {
	s, err := d.signerInfo(i)
	signer := Signer{Certificate: s.cert, Revocation: RevocationNotChecked, SignedAttributes: attributeNames(s.attributes), UnsignedAttributes: attributeNames(s.unsigned)}
	if hash, ok := digests[s.digest.oid]; ok {
		signer.Digest = hash.String()
	}
	if err == nil {
		signer.SigningTime, err = d.signingTime(&s)
	}
	if err == nil {
		err = d.verifySigner(&s)
	}
	if err != nil {
		signer.Integrity = no(err)
	} else {
		signer.Integrity = Answer{OK: true, Reason: Verified}
	}
	if s.cert == nil {
		signer.Trust = no(&verifyError{UnknownSigner, "the signer's certificate is unknown"})
		signer.Validity = signer.Trust
		return signer
	}
	signer.Name, signer.SHA256, signer.Key = pki.NameOf(s.cert), Fingerprint(s.cert), pki.KeyName(s.cert.PublicKey)
	signer.Trust, signer.Chain = t.answer(s.cert)
	signer.Revocation = t.revocationOf(signer.Trust)
	signer.Validity = judgeValidity(&signer, t.options.At)
	return signer
}

func attributeNames(attributes []attribute) []string {
	all := []string{}
	for _, a := range attributes {
		all = append(all, nameOf(a.oid))
	}
	return all
}

// coverage describes the part of the file covered by the signatures.
func (v *Verdict) coverage() string {
	text := withCommas(v.Size) + " bytes, "
	if len(v.Signers) > 1 {
		text += strconv.Itoa(len(v.Signers)) + " signers"
	} else {
		text += v.Signers[0].Digest + ", " + v.Signers[0].Key
	}
	unsigned := 0
	for _, s := range v.Signers {
		unsigned += len(s.UnsignedAttributes)
	}
	var outside []string
	if unsigned > 0 {
		outside = append(outside, counted(unsigned, "unsigned attribute"))
	}
	if unused := v.unused(); unused > 0 {
		outside = append(outside, counted(unused, "unneeded certificate"))
	}
	if len(outside) == 0 {
		return text + ", everything in the file is covered"
	}
	return text + ", everything is covered but " + strings.Join(outside, " and ")
}

// unused counts the certificates no signer needs: anybody can have added them.
func (v *Verdict) unused() (n int) {
	for _, c := range v.Certificates {
		if c.Role == RoleUnused {
			n++
		}
	}
	return n
}

func counted(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// withCommas writes a number with a comma before every third digit from the right.
func withCommas(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// roles returns each certificate with its role: the embedded ones in file order, then roots from outside.
func roles(embedded []*x509.Certificate, signers []Signer) []Certificate {
	certs := append([]*x509.Certificate{}, embedded...)
	known := map[*x509.Certificate]Role{}
	for _, s := range signers {
		for i, cert := range s.Chain {
			switch {
			case known[cert] == RoleSigner:
			case i == 0:
				known[cert] = RoleSigner
			case pki.IsSelfSigned(cert):
				known[cert] = RoleRoot
			default:
				known[cert] = RoleIntermediate
			}
			if !containsCertificate(certs, cert) {
				certs = append(certs, cert)
			}
		}
	}
	all := make([]Certificate, len(certs))
	for i, cert := range certs {
		all[i] = Certificate{Role: cmp.Or(known[cert], RoleUnused), Facts: pki.FactsOf(cert), Signature: cert.SignatureAlgorithm.String(),
			Usages: pki.ExtendedUsages(cert), Embedded: i < len(embedded), X509: cert}
	}
	return all
}
