// Package roots knows Apple's own certificate authorities by their fingerprints: the roots built into Apple's systems,
// and the intermediates below them used for signing profiles. The facts are data, each with its source, in apple.csv.
//
// Start with Find, which recognizes a certificate. The package holds no certificates, so it recognizes only those the
// caller has. IssuerOf goes by an issuer's name: a hint at a missing certificate, and no proof. Even a root on a device
// does not prove a profile shows as verified there; Doubt says so.
package roots

import (
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"syncguard/internal/fact"
)

//go:embed apple.csv
var appleCSV string

// Authority is one certificate of one of Apple's authorities.
type Authority struct {
	Name        string // common name
	Unit        string // organizational unit, to tell generations of one name apart; empty for none
	SHA256      string // of the certificate, hexadecimal
	From, Until time.Time
	Root        string // common name of its root; its own for a root
	IsRoot      bool
	// IsEverywhere is true if every Apple device has the root. Otherwise systems of 2025 have it, and older ones are
	// unknown.
	IsEverywhere bool
	// IsReported is true if people have seen devices show profiles signed under it as verified. It is community
	// knowledge.
	IsReported bool
}

// Title returns the name and its generation, if any: Developer ID Certification Authority (G2).
func (a Authority) Title() string {
	if a.Unit == "" || strings.HasPrefix(a.Unit, "Apple ") {
		return a.Name
	}
	return a.Name + " (" + a.Unit + ")"
}

// Address is Apple's page with the certificates of its authorities.
const Address = "https://www.apple.com/certificateauthority/"

// Where returns the devices with the root, to follow "it is": on every Apple device.
func (a Authority) Where() string {
	if a.IsEverywhere {
		return "on every Apple device"
	}
	return "on Apple devices with a system of 2025 or later"
}

// Doubt returns the limits of the root as a proof, and the evidence: community or unverified.
func (a Authority) Doubt() (text string, evidence fact.Evidence) {
	if a.IsReported {
		return fmt.Sprintf("others report that devices show profiles signed under %q as verified", a.Title()), fact.Community
	}
	return fmt.Sprintf("devices have the root %q, which does not prove that they show the profile as verified", a.Root), fact.Unverified
}

// All returns every authority, in the order of the data. The result is shared; do not modify it.
var All = sync.OnceValue(func() []Authority {
	reader := csv.NewReader(strings.NewReader(appleCSV))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("roots: reading apple.csv: %v", err))
	}
	var all []Authority
	for _, row := range rows[1:] {
		a := Authority{Name: row[1], Unit: row[2], SHA256: row[3], From: parseDay(row[4]), Until: parseDay(row[5]), Root: row[6],
			IsRoot: row[0] == "root", IsEverywhere: row[8] == "every", IsReported: row[9] == "reported"}
		if a.IsRoot {
			a.Root = a.Name
		}
		all = append(all, a)
	}
	return all
})

func parseDay(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(fmt.Sprintf("roots: reading apple.csv: %v", err))
	}
	return t
}

// Find returns the authority with exactly this certificate.
func Find(cert *x509.Certificate) (Authority, bool) {
	sum := sha256.Sum256(cert.Raw)
	fingerprint := hex.EncodeToString(sum[:])
	return find(func(a Authority) bool { return a.SHA256 == fingerprint })
}

// IssuerOf returns the authority named as a certificate's issuer. A name is no proof.
func IssuerOf(cert *x509.Certificate) (Authority, bool) {
	if !slices.Contains(cert.Issuer.Organization, "Apple Inc.") && !slices.Contains(cert.Issuer.Organization, "Apple Computer, Inc.") {
		return Authority{}, false
	}
	return find(func(a Authority) bool {
		return a.Name == cert.Issuer.CommonName && (a.IsRoot || a.Unit == "" || slices.Contains(cert.Issuer.OrganizationalUnit, a.Unit))
	})
}

func find(match func(Authority) bool) (Authority, bool) {
	if i := slices.IndexFunc(All(), match); i >= 0 {
		return All()[i], true
	}
	return Authority{}, false
}
