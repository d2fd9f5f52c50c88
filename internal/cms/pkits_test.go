package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPKITS decides NIST's PKITS with its revocation lists. SYNCGUARD_PKITS names a folder with certs/ and crls/ (PKITS in
// bcgit/bc-test-data) and the list of cases (vectors.json in crypto/x509/testdata/nist-pkits of Go's source). These files are
// never part of the project. They are signed with RSA-1024 and SHA-1, both refused, so each key is replaced by a P-256 key and
// each good signature made anew; a bad one stays bad. The log has the figures of docs/verify.md.
func TestPKITS(t *testing.T) {
	dir := os.Getenv("SYNCGUARD_PKITS")
	if dir == "" {
		t.Skip("SYNCGUARD_PKITS names no folder with PKITS")
	}
	var cases []struct {
		Name              string
		CertPath, CRLPath []string
		ShouldValidate    bool

		InitialPolicySet                                                            []string
		InitialPolicyMappingInhibit, InitialExplicitPolicy, InitialAnyPolicyInhibit bool
	}
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(dir, "vectors.json"))), &cases); err != nil {
		t.Fatal(err)
	}
	vectors := newPKITS(t, dir)
	right, wrong, policies := map[bool]int{}, map[bool]int{}, 0
	for _, c := range cases {
		if len(c.InitialPolicySet) != 1 || c.InitialPolicySet[0] != "anyPolicy" || c.InitialPolicyMappingInhibit || c.InitialExplicitPolicy || c.InitialAnyPolicyInhibit {
			policies++ // demands certificate policies, and verify has no such question
			continue
		}
		valid, why := vectors.verdict(c.CertPath, c.CRLPath)
		if valid == c.ShouldValidate {
			right[valid]++
			continue
		}
		wrong[c.ShouldValidate]++
		t.Logf("%s: want %v, got %v: %s", c.Name, c.ShouldValidate, valid, why)
	}
	t.Logf("%d cases, %d of them about demanded policies; %d valid and %d invalid decided rightly; %d valid refused, %d invalid accepted", len(cases), policies, right[true], right[false], wrong[true], wrong[false])
}

// pkits re-signs the vectors.
type pkits struct {
	dir  string
	keys map[string]*pkitsKey // by the bytes of the old SubjectPublicKeyInfo
}

type pkitsKey struct {
	old    *rsa.PublicKey
	fresh  *ecdsa.PrivateKey
	public []byte
}

func newPKITS(t *testing.T, dir string) *pkits {
	p := &pkits{dir, map[string]*pkitsKey{}}
	names, err := filepath.Glob(filepath.Join(dir, "certs", "*.crt"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no certificates: %v", err)
	}
	for _, name := range names {
		for _, field := range p.fields(must(os.ReadFile(name))) {
			if key, err := x509.ParsePKIXPublicKey(field.FullBytes); err == nil && p.keys[string(field.FullBytes)] == nil {
				if old, ok := key.(*rsa.PublicKey); ok {
					fresh := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
					p.keys[string(field.FullBytes)] = &pkitsKey{old, fresh, must(x509.MarshalPKIXPublicKey(fresh.Public()))}
				}
			}
		}
	}
	return p
}

// fields returns the parts of what is signed in a certificate or list.
func (p *pkits) fields(der []byte) []asn1.RawValue {
	return pkitsElements(pkitsElements(pkitsElements(der)[0].Bytes)[0].Bytes)
}

func pkitsElements(der []byte) (all []asn1.RawValue) {
	for len(der) > 0 {
		var e asn1.RawValue
		der = must(asn1.Unmarshal(der, &e))
		all = append(all, e)
	}
	return all
}

// read returns a certificate or list with new keys and signatures.
func (p *pkits) read(folder, name string) []byte {
	der := must(os.ReadFile(filepath.Join(p.dir, folder, name)))
	parts := pkitsElements(pkitsElements(der)[0].Bytes)
	var signature asn1.BitString
	must(asn1.Unmarshal(parts[2].FullBytes, &signature))
	sum := sha1.Sum(parts[0].FullBytes)
	var signer *pkitsKey
	for _, key := range p.keys {
		if rsa.VerifyPKCS1v15(key.old, crypto.SHA1, sum[:], signature.Bytes) == nil {
			signer = key
		}
	}
	algorithm := definite(tagSequence, must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2})))
	var fields [][]byte
	for _, field := range p.fields(der) {
		switch key := p.keys[string(field.FullBytes)]; {
		case key != nil:
			fields = append(fields, key.public)
		case bytes.Equal(field.FullBytes, parts[1].FullBytes):
			fields = append(fields, algorithm)
		default:
			fields = append(fields, field.FullBytes)
		}
	}
	signed := definite(tagSequence, fields...)
	value := []byte{0x30, 6, 2, 1, 1, 2, 1, 1} // of nobody
	if signer != nil {
		digest := sha256.Sum256(signed)
		value = must(ecdsa.SignASN1(rand.Reader, signer.fresh, digest[:]))
	}
	return definite(tagSequence, signed, algorithm, must(asn1.Marshal(asn1.BitString{Bytes: value, BitLength: 8 * len(value)})))
}

func (p *pkits) verdict(certPath, crlPath []string) (valid bool, why string) {
	at := time.Date(2010, 6, 1, 0, 0, 0, 0, time.UTC)
	var certs []*x509.Certificate
	for _, name := range certPath {
		cert, err := x509.ParseCertificate(p.read("certs", name))
		if err != nil {
			return false, name + ": " + err.Error()
		}
		certs = append(certs, cert)
	}
	o := VerifyOptions{At: at, Roots: poolOf(certs[0])}
	for _, name := range crlPath {
		lists, err := ParseCRLs(name, p.read("crls", name), at)
		if err != nil {
			return false, err.Error()
		}
		o.CRLs = append(o.CRLs, lists...)
	}
	leaf := certs[len(certs)-1]
	a, chain := newTrust(certs[1:], o).answer(leaf)
	if !a.OK {
		return false, string(a.Reason) + ": " + a.Detail
	}
	v := judgeValidity(&Signer{Certificate: leaf, Chain: chain}, at)
	return v.OK, string(v.Reason) + ": " + v.Detail
}
