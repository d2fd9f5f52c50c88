package doctor

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/text"
)

// verdict is what a chain of certificates tells.
type verdict struct {
	issuer  string // name of the server certificate's issuer
	problem string // why this is not the server that was asked for; "" for none
	unsure  bool   // this system has no roots to verify with
}

// judgeChain judges the certificates that a server showed. Only Apple issues certificates for icloud.com: its DNS records of type
// CAA name pki.apple.com alone (https://github.com/api-evangelist/apple-keynote, security: probed in July 2026). So another issuer
// there intercepts, even with a root that this system trusts. A certificate under Apple's own root, which other systems lack, is
// recognized by names alone.
func judgeChain(chain []*x509.Certificate, host string, pool *x509.CertPool, now time.Time) verdict {
	if len(chain) == 0 {
		return verdict{}
	}
	leaf := chain[0]
	v := verdict{issuer: text.Shorten(cmp.Or(leaf.Issuer.CommonName, strings.Join(leaf.Issuer.Organization, ", "), "a nameless authority"))}
	if leaf.VerifyHostname(host) != nil {
		names := text.Shorten(cmp.Or(append(slices.Clone(leaf.DNSNames), leaf.Subject.CommonName, "nobody")...))
		v.problem = fmt.Sprintf("the certificate is for %s, issued by %q", names, v.issuer)
		return v
	}
	issuedByApple := slices.Contains(leaf.Issuer.Organization, "Apple Inc.")
	if strings.HasSuffix(host, ".icloud.com") && !issuedByApple {
		v.problem = fmt.Sprintf("the certificate is issued by %q, not by Apple", v.issuer)
		return v
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, Intermediates: between, CurrentTime: now})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		v.problem = fmt.Sprintf("the certificate is not valid today, only from %s to %s", leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly))
	case issuedByApple:
	case hasNoRoots(pool):
		v.unsure = true
	default:
		v.problem = fmt.Sprintf("the certificate is issued by %q, which this system does not trust", v.issuer)
	}
	return v
}

// hasNoRoots reports whether there is no root to verify with, as in a small container.
func hasNoRoots(pool *x509.CertPool) bool {
	if pool == nil {
		var err error
		if pool, err = x509.SystemCertPool(); err != nil {
			return true
		}
	}
	return pool.Equal(x509.NewCertPool())
}
