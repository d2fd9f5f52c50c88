package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"syncguard/internal/pki"
)

// Revocation is the result of asking the given revocation lists about a signer's chain.
type Revocation string

// The results.
const (
	RevocationNotChecked Revocation = "not-checked" // no list was given, or no chain leads to a root
	RevocationGood       Revocation = "good"        // each certificate below the root has a list of its issuer, and is on none
	RevocationRevoked    Revocation = "revoked"
	RevocationMissing    Revocation = "unknown"  // a certificate has no list
	RevocationUnusable   Revocation = "bad-list" // a list does not hold its issuer's signature
)

// CRL is a certificate revocation list (RFC 5280), complete for its issuer and valid at the time of ParseCRLs.
type CRL struct {
	name    string
	list    *x509.RevocationList
	revoked map[string]int // entries by serial number
}

// ParseCRLs reads the revocation lists of one file, in DER or as PEM blocks, and checks everything but their signatures.
// It refuses lists not valid at the given time, and lists for a part of the certificates only: delta lists, indirect lists,
// and those of one distribution point. The error begins with the name of the file.
func ParseCRLs(name string, data []byte, at time.Time) ([]*CRL, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s: has %d bytes, want a revocation list of at most %d", name, len(data), maxSize)
	}
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		c, err := parseCRL(name, data, at)
		if err != nil {
			return nil, err
		}
		return []*CRL{c}, nil
	}
	var all []*CRL
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "X509 CRL" {
			return nil, fmt.Errorf("%s: holds PEM of the type %q, want only X509 CRL", name, block.Type)
		}
		c, err := parseCRL(name, block.Bytes, at)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if len(all) == 0 || bytes.Contains(data, []byte("-----BEGIN ")) {
		return nil, fmt.Errorf("%s: the PEM is damaged, want X509 CRL", name)
	}
	return all, nil
}

func parseCRL(name string, der []byte, at time.Time) (*CRL, error) {
	list, err := x509.ParseRevocationList(der)
	if err == nil {
		err = checkCRLShape(der)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: is not a revocation list in PEM or DER, or is damaged: %w", name, err)
	}
	c := &CRL{name: name, list: list, revoked: make(map[string]int, len(list.RevokedCertificateEntries))}
	if problem := c.problemAt(at); problem != "" {
		return nil, fmt.Errorf("%s: the revocation list of %q %s", name, c.issuer(), problem)
	}
	for i, entry := range list.RevokedCertificateEntries {
		c.revoked[string(entry.SerialNumber.Bytes())] = i
	}
	return c, nil
}

func (c *CRL) issuer() string {
	return pki.NameOf(&x509.Certificate{Subject: c.list.Issuer, RawSubject: c.list.RawIssuer})
}

// crlShape is the order of elements in TBSCertList, each by its tag: version, algorithm, issuer, times, entries, extensions.
var crlShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^02 30 30 1[78] (1[78] )?(30 )?(a0 )?$`) })

// checkCRLShape refuses elements crypto/x509 passes over: bytes after the list, and elements after its parts.
func checkCRLShape(der []byte) error {
	outer, err := elementsOf(der)
	if err != nil || len(outer) != 1 {
		return errors.New("bytes follow it")
	}
	parts, err := elementsOf(outer[0].Bytes)
	if err != nil || len(parts) != 3 {
		return errors.New("want three parts")
	}
	fields, err := elementsOf(parts[0].Bytes)
	if err != nil {
		return err
	}
	shape := ""
	for _, f := range fields {
		shape += fmt.Sprintf("%02x ", f.FullBytes[0])
	}
	if !crlShape().MatchString(shape) {
		return errors.New("its fields are not those of RFC 5280")
	}
	return nil
}

// elementsOf splits DER into its elements, at most eight.
func elementsOf(der []byte) (all []asn1.RawValue, err error) {
	for len(der) > 0 && len(all) <= 8 {
		var e asn1.RawValue
		if der, err = asn1.Unmarshal(der, &e); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// Extensions of revocation lists and their entries.
var (
	idReasonCode        = asn1.ObjectIdentifier{2, 5, 29, 21}
	idInvalidityDate    = asn1.ObjectIdentifier{2, 5, 29, 24}
	idDeltaCRL          = asn1.ObjectIdentifier{2, 5, 29, 27}
	idDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
	idCertificateIssuer = asn1.ObjectIdentifier{2, 5, 29, 29}
	idCRLNumber         = asn1.ObjectIdentifier{2, 5, 29, 20}
	idAuthorityKey      = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// problemAt returns why a list is no use at a time, or "".
func (c *CRL) problemAt(at time.Time) string {
	l := c.list
	seen := map[string]bool{}
	for _, e := range l.Extensions {
		id := e.Id.String()
		switch {
		case seen[id]:
			return "has the extension " + id + " twice"
		case e.Id.Equal(idDeltaCRL):
			return "is a delta list, want a complete one"
		case e.Id.Equal(idDistributionPoint):
			return "is for some certificates only (issuingDistributionPoint), want a complete one"
		case e.Critical && !e.Id.Equal(idCRLNumber) && !e.Id.Equal(idAuthorityKey):
			return "has the unknown critical extension " + id
		}
		seen[id] = true
	}
	for _, entry := range l.RevokedCertificateEntries {
		for _, e := range entry.Extensions {
			switch {
			case e.Id.Equal(idCertificateIssuer):
				return "is indirect, with certificates of other issuers; want one by the issuer of the certificates"
			case e.Critical && !e.Id.Equal(idReasonCode) && !e.Id.Equal(idInvalidityDate):
				return "has an entry with the unknown critical extension " + e.Id.String()
			}
		}
	}
	switch {
	case pki.IsWeak(l.SignatureAlgorithm):
		return fmt.Sprintf("is signed with the weak algorithm %s", l.SignatureAlgorithm)
	case l.NextUpdate.IsZero():
		return "does not tell until when it is valid (nextUpdate)"
	case at.Before(l.ThisUpdate):
		return fmt.Sprintf("is not valid before %s, want one valid at %s", l.ThisUpdate.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	case at.After(l.NextUpdate):
		return fmt.Sprintf("is stale since %s, want one valid at %s", l.NextUpdate.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	}
	return ""
}

// signers returns the certificates of a chain that may have signed a list about its first one: the issuer, and others of the
// same name further up, as after a change of keys. A key identifier in the list and in a certificate must agree.
func (c *CRL) signers(chain []*x509.Certificate) (all []*x509.Certificate) {
	if !bytes.Equal(c.list.RawIssuer, chain[0].RawIssuer) {
		return nil
	}
	for _, issuer := range chain[1:] {
		isKey := len(c.list.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(c.list.AuthorityKeyId, issuer.SubjectKeyId)
		if isKey && bytes.Equal(issuer.RawSubject, c.list.RawIssuer) {
			all = append(all, issuer)
		}
	}
	return all
}

// checkRevocation looks a chain up in the lists. Every certificate needs a list, except for one at the end needing no
// issuer: a root. A revoked certificate comes first, then an unusable list, then a missing one.
func (t *trust) checkRevocation(chain []*x509.Certificate) error {
	var missing, unusable error
	for i, cert := range chain {
		if i == len(chain)-1 {
			if t.options.Roots == nil && !pki.IsSelfSigned(cert) && missing == nil {
				missing = verifyErrorf(RevocationUnknown, "the issuer of %q is not in the file, so no revocation list can be checked", pki.NameOf(cert))
			}
			break
		}
		var found int
		for _, c := range t.options.CRLs {
			signers := c.signers(chain[i:])
			if len(signers) == 0 {
				continue
			}
			if err := c.checkSignature(signers); err != nil {
				if unusable == nil {
					unusable = err
				}
				continue
			}
			if at, ok := c.revoked[string(cert.SerialNumber.Bytes())]; ok && cert.SerialNumber.Sign() == c.list.RevokedCertificateEntries[at].SerialNumber.Sign() {
				entry := c.list.RevokedCertificateEntries[at]
				return verifyErrorf(Revoked, "the certificate %q was revoked on %s (%s), by the list %s", pki.NameOf(cert), pki.Day(entry.RevocationTime),
					revocationReason(entry.ReasonCode), c.name)
			}
			found++
		}
		if found == 0 && missing == nil {
			missing = verifyErrorf(RevocationUnknown, "no revocation list of %q was given, so the certificate %q may be revoked", pki.NameOf(chain[i+1]), pki.NameOf(cert))
		}
	}
	if unusable != nil {
		return unusable
	}
	return missing
}

// checkSignature verifies that one of some issuers signed the list, and may.
func (c *CRL) checkSignature(issuers []*x509.Certificate) (err error) {
	for _, issuer := range issuers {
		failure := c.list.CheckSignatureFrom(issuer)
		if failure == nil {
			return nil
		}
		err = verifyErrorf(BadRevocationList, "the revocation list %s was not signed by its issuer %q", c.name, pki.NameOf(issuer))
		if errors.As(failure, new(x509.ConstraintViolationError)) {
			err = verifyErrorf(BadRevocationList, "the revocation list %s counts for nothing: its issuer %q may not sign any (cRLSign)", c.name, pki.NameOf(issuer))
		}
	}
	return err
}

// revocationReason names a CRLReason of RFC 5280.
func revocationReason(code int) string {
	names := map[int]string{1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded", 5: "cessationOfOperation",
		6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise"}
	if name, ok := names[code]; ok {
		return name
	}
	return "no reason given"
}

// revocationOf tells the result from the answer of trust.
func (t *trust) revocationOf(a Answer) Revocation {
	switch {
	case len(t.options.CRLs) == 0:
		return RevocationNotChecked
	case a.Reason == Revoked:
		return RevocationRevoked
	case a.Reason == RevocationUnknown:
		return RevocationMissing
	case a.Reason == BadRevocationList:
		return RevocationUnusable
	case a.OK:
		return RevocationGood
	}
	return RevocationNotChecked
}
