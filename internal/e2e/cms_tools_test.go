//go:build e2e

package e2e

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// party is a certificate with its key, in memory and in files for openssl.
type party struct {
	cert   *x509.Certificate
	key    crypto.Signer
	pem    string // certificate
	pemKey string
}

// pki makes certificates in a folder. Made in Go, they cost milliseconds.
type pki struct {
	t   *testing.T
	dir string
	n   int64
}

func newPKI(t *testing.T) *pki { return &pki{t: t, dir: t.TempDir()} }

func newRSA(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newECDSA(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue makes a certificate; without an issuer it signs itself. change may edit the template.
func (p *pki) issue(name string, key crypto.Signer, issuer *party, change func(*x509.Certificate)) *party {
	p.t.Helper()
	p.n++
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1000 + p.n),
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Test"}},
		NotBefore:             time.Now().Add(-24 * time.Hour),
		NotAfter:              time.Now().Add(30 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		BasicConstraintsValid: true,
		SubjectKeyId:          []byte(name),
	}
	if change != nil {
		change(template)
	}
	made := &party{key: key, pem: filepath.Join(p.dir, name+".pem"), pemKey: filepath.Join(p.dir, name+".key")}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		p.t.Fatal(err)
	}
	if made.cert, err = x509.ParseCertificate(der); err != nil {
		p.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(made.pem, "CERTIFICATE", der)
	p.write(made.pemKey, "PRIVATE KEY", private)
	return made
}

func isCA(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
}

func (p *pki) write(path, kind string, der []byte) {
	p.t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// chain returns a root, an intermediate and a leaf with the key.
func (p *pki) chain(name string, key crypto.Signer) (root, middle, leaf *party) {
	p.t.Helper()
	root = p.issue(name+" root", newECDSA(p.t, elliptic.P256()), nil, isCA)
	middle = p.issue(name+" intermediate", newECDSA(p.t, elliptic.P256()), root, isCA)
	return root, middle, p.issue(name, key, middle, nil)
}

func pool(parties ...*party) *x509.CertPool {
	roots := x509.NewCertPool()
	for _, p := range parties {
		roots.AddCert(p.cert)
	}
	return roots
}

// signedBy runs openssl cms -sign over the content.
func (p *pki) signedBy(content []byte, leaf, middle *party, options ...string) []byte {
	p.t.Helper()
	args := []string{"cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-signer", leaf.pem, "-inkey", leaf.pemKey}
	if middle != nil {
		args = append(args, "-certfile", middle.pem)
	}
	return Tool(p.t, content, "openssl", append(args, options...)...)
}

// aProfile is a small profile, with bytes that careless programs change.
var aProfile = []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\r\n" + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.acme.tést</string></dict></plist>` + "\n\n")
