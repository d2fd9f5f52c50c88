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

// VerifyOptions are what Verify is asked for besides the integrity of the file.
type VerifyOptions struct {
	At    time.Time      // the moment that validity is about; it has to be given
	Roots *x509.CertPool // where trust may end; with nil and no Pin nothing is trusted (NoRoots)
	// AppleRoots lets trust end at Apple's own roots, too, which are known by their fingerprints (AppleRoot).
	AppleRoots bool

	knownRoot func(*x509.Certificate) (roots.Authority, bool) // roots.Find, but for tests
	Pin       *[sha256.Size]byte                              // SHA-256 of the certificate that every signer must have; then Roots may be nil

	Require []Question // whose answers must be yes
	// Read holds content that was signed against what it should be, and returns what deserves a look. With an error the
	// integrity is NotAPropertyList. Nil takes any content.
	Read func(content []byte) (warnings []string, err error)
}

// Answer is the answer to one question. The reason is stable; the detail and the help are for people, and hold names from
// the file.
type Answer struct {
	OK     bool   `json:"ok"`             // the answer is yes
	Reason Reason `json:"reason"`         // one of [these](verify.md#reasons)
	Detail string `json:"detail"`         // for people
	Help   string `json:"help,omitempty"` // what to do
	Asked  bool   `json:"asked"`          // it was required: a no makes the exit code 1
}

func yes(reason Reason, format string, args ...any) Answer {
	return Answer{OK: true, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Verdict is what is known of a file that claims to be signed. Nothing in it but the answers says that anything is
// true: a signer is who the file says it is.
type Verdict struct {
	OK bool `json:"ok"` // every answer that was asked for is yes
	// The three answers, each of the first signer for whom it is no. Trust and validity are answered whenever the
	// certificates of the signers are known, even where integrity is not there.
	Integrity Answer `json:"integrity"`
	Trust     Answer `json:"trust"`
	Validity  Answer `json:"validity"`

	Form         Form          `json:"form"`         // `DER` or `BER`; empty where the file could not be read
	Size         int           `json:"size"`         // of the content, in bytes
	SHA256       string        `json:"sha256"`       // of the content; empty without integrity
	Content      []byte        `json:"-"`            // a copy of what was signed; nil unless that holds
	Signers      []Signer      `json:"signers"`      // one for each who signed, or claims to have
	Certificates []Certificate `json:"certificates"` // those in the file, in its order, then roots that chains end at
	Warnings     []string      `json:"warnings"`     // what deserves a look, and makes no answer no
	Notes        []string      `json:"notes"`        // what is good to know, and nothing to do about, such as a second certificate for an issuer
}

// Signer is one who signed, or claims to have.
type Signer struct {
	Name               string    `json:"name"`                 // of the certificate; empty where it is not known
	SHA256             string    `json:"sha256"`               // the same
	Digest             string    `json:"digest"`               // `SHA-256`; empty where it is not known
	Key                string    `json:"key"`                  // `RSA 2048`, `ECDSA P-256`; empty where the certificate is not known
	SigningTime        time.Time `json:"signingTime,omitzero"` // RFC 3339; a claim; absent without one
	SignedAttributes   []string  `json:"signedAttributes"`     // names, or object identifiers
	UnsignedAttributes []string  `json:"unsignedAttributes"`   // the same; nothing covers them, and they are ignored

	Integrity Answer `json:"integrity"`
	Trust     Answer `json:"trust"`
	Validity  Answer `json:"validity"`

	Certificate *x509.Certificate   `json:"-"` // nil where it is not known
	Chain       []*x509.Certificate `json:"-"` // from the certificate up, as far as the file and the roots reach
}

// Role is what a certificate is to the file.
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

// Verify reads untrusted bytes, in DER or BER, and answers three questions about them. Integrity: the content is what
// every signer signed, nothing else is in the file, and no weak algorithm was used. Trust: the chain of every signer
// leads to a root. Validity: the certificates are valid at a moment, and were when the signer claims to have signed.
//
// Time and memory are linear in len(b), beside signatures: 16 of the signers, at most 1,300 between certificates to find chains, and
// at most 16 chains of 15 certificates for each signer that crypto/x509 judges.
func Verify(b []byte, o VerifyOptions) *Verdict {
	v := &Verdict{Signers: []Signer{}, Certificates: []Certificate{}, Warnings: []string{}, Notes: []string{}}
	d, err := parse(b)
	if err != nil {
		v.Integrity = no(err)
		v.Trust = no(&flaw{UnknownSigner, "there is no signer to judge"})
		v.Validity = v.Trust
	} else {
		v.judge(d, o)
	}
	v.OK = finish(o.Require, &v.Integrity, &v.Trust, &v.Validity)
	for i := range v.Signers {
		s := &v.Signers[i]
		finish(o.Require, &s.Integrity, &s.Trust, &s.Validity)
	}
	return v
}

// finish says which answers are asked for, and what to do about them. It reports whether all of those are yes.
func finish(required []Question, answers ...*Answer) bool {
	ok := true
	for i, q := range []Question{AboutIntegrity, AboutTrust, AboutValidity} {
		a := answers[i]
		a.Asked, a.Help = slices.Contains(required, q), a.Reason.help()
		ok = ok && (a.OK || !a.Asked)
	}
	return ok
}

func (v *Verdict) judge(d *message, o VerifyOptions) {
	v.Form, v.Size = d.form, len(d.content)
	t := newTrust(d.certs, o)
	for _, i := range d.signers {
		v.Signers = append(v.Signers, d.judge(i, t))
	}
	v.Integrity, v.Trust, v.Validity = v.Signers[0].Integrity, v.Signers[0].Trust, v.Signers[0].Validity
	for _, s := range v.Signers {
		v.Integrity, v.Trust, v.Validity = worse(v.Integrity, s.Integrity), worse(v.Trust, s.Trust), worse(v.Validity, s.Validity)
	}
	v.Certificates = roles(d.certs, v.Signers)
	v.Notes = append(v.Notes, t.notes(v.Signers)...)
	if !v.Integrity.OK {
		return
	}
	v.Content, v.SHA256 = d.content, fmt.Sprintf("%x", sha256.Sum256(d.content))
	v.Integrity.Detail = v.coverage()
	if o.Read != nil {
		warnings, err := o.Read(d.content)
		v.Warnings = append(v.Warnings, warnings...)
		if err != nil {
			v.Integrity = Answer{Reason: NotAPropertyList, Detail: err.Error()}
		}
	}
}

// no turns an error into an answer. Every error of this package that is no flaw is about a structure.
func no(err error) Answer {
	var f *flaw
	if errors.As(err, &f) {
		return Answer{Reason: f.reason, Detail: f.detail}
	}
	return Answer{Reason: Malformed, Detail: err.Error()}
}

func worse(a, b Answer) Answer {
	if a.OK {
		return b
	}
	return a
}

// judge answers for one signer.
func (d *message) judge(i int, t *trust) Signer {
	s, err := d.signerInfo(i)
	signer := Signer{Certificate: s.cert, SignedAttributes: names(s.attributes), UnsignedAttributes: names(s.unsigned)}
	if hash, ok := digests[s.digest.oid]; ok {
		signer.Digest = hash.String()
	}
	if err == nil {
		signer.SigningTime, err = d.signingTime(&s)
	}
	if err == nil {
		err = d.check(&s)
	}
	if err != nil {
		signer.Integrity = no(err)
	} else {
		signer.Integrity = Answer{OK: true, Reason: Verified}
	}
	if s.cert == nil {
		signer.Trust = no(&flaw{UnknownSigner, "the certificate of the signer is not known"})
		signer.Validity = signer.Trust
		return signer
	}
	signer.Name, signer.SHA256, signer.Key = pki.NameOf(s.cert), Fingerprint(s.cert), pki.KeyName(s.cert.PublicKey)
	signer.Trust, signer.Chain = t.judge(s.cert)
	signer.Validity = judgeValidity(&signer, t.options.At)
	return signer
}

func names(attributes []attribute) []string {
	all := []string{}
	for _, a := range attributes {
		all = append(all, nameOf(a.oid))
	}
	return all
}

// coverage says what was proved of the content.
func (v *Verdict) coverage() string {
	text := grouped(v.Size) + " bytes, "
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
		outside = append(outside, counted(unused, "certificate")+" that no signer needs")
	}
	if len(outside) == 0 {
		return text + ", everything in the file is covered"
	}
	return text + ", everything is covered but " + strings.Join(outside, " and ")
}

// unused counts the certificates that anybody can have put into the file.
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

// grouped writes a number with a comma before every third digit from the right.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// roles says what each certificate is for: those in the file, in its order, then roots from outside.
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
			if !hasCertificate(certs, cert) {
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
