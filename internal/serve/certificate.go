package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"
)

// lifetime of a certificate made here: no longer than anybody serves a page, and far below Apple's limit of 825 days
// (https://support.apple.com/103769).
const lifetime = 7 * 24 * time.Hour

// maxCommonName is the length of the longest common name (RFC 5280, ub-common-name).
const maxCommonName = 64

// NewCertificate makes a certificate for hosts, which may have a port, and its fingerprint to compare on a device. Its key
// stays in memory. Nobody vouches for it, so browsers warn.
func NewCertificate(hosts []string, now time.Time) (pair *tls.Certificate, fingerprint string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("making the key of the page's certificate: %w", err)
	}
	serial := make([]byte, 16)
	_, _ = rand.Read(serial) // never fails
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(host); ip != nil {
			if !slices.ContainsFunc(template.IPAddresses, ip.Equal) {
				template.IPAddresses = append(template.IPAddresses, ip)
			}
		} else if !slices.Contains(template.DNSNames, host) {
			template.DNSNames = append(template.DNSNames, host)
		}
		if template.Subject.CommonName == "" && len(host) <= maxCommonName {
			template.Subject = pkix.Name{CommonName: host, Organization: []string{"syncguard serve"}}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, "", fmt.Errorf("making the page's certificate: %w", err)
	}
	sum := sha256.Sum256(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":"), nil
}
