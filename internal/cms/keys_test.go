package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"
)

var (
	testTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	p256   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p384   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// testChain returns a chain of leaf, intermediate and root for the key.
func testChain(t testing.TB, key crypto.Signer) []*x509.Certificate {
	t.Helper()
	rootKey, middleKey := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)), p384()
	root := testCert(t, "root", true, nil, rootKey.Public(), rootKey)
	middle := testCert(t, "intermediate", true, root, middleKey.Public(), rootKey)
	return []*x509.Certificate{testCert(t, "leaf", false, middle, key.Public(), middleKey), middle, root}
}

func testCert(t testing.TB, name string, isCA bool, issuer *x509.Certificate, public crypto.PublicKey, issuerKey crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(len(name))),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             testTime.AddDate(-1, 0, 0),
		NotAfter:              testTime.AddDate(30, 0, 0),
		SubjectKeyId:          []byte(name),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  isCA,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	if issuer == nil {
		issuer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// opaque hides the type of a key, as a security module does.
type opaque struct{ crypto.Signer }
