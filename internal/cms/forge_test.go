package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"sync"
	"testing"
)

// forgery is SignedData as a test wants it. What is not set is as it should be, and the signature holds for it, so that a
// case has one defect only.
type forgery struct {
	key  crypto.Signer
	cert *x509.Certificate
	hash crypto.Hash

	version       byte
	digests       [][]byte // AlgorithmIdentifiers
	contentType   string   // contents octets
	content       []byte
	inContent     [][]byte // children of the [0] around the content
	afterContent  [][]byte // more in the EncapsulatedContentInfo
	certs         [][]byte
	certsTag      byte
	beforeSigners [][]byte
	signers       [][]byte
	afterSigners  [][]byte // more in the SignedData
	inInfo        [][]byte // more in the ContentInfo
	inWrapped     [][]byte // more beside the SignedData
	tail          []byte

	signerVersion byte
	signerID      []byte
	digest        []byte
	attributes    [][]byte // nil for none
	attributesTag byte
	scheme        []byte
	toSign        []byte // signed instead of the attributes or the content
	signature     []byte
	unsigned      [][]byte
	inSigner      [][]byte // more in the SignerInfo
}

// The encodings that tests put together.
func algorithmOf(id string, params ...[]byte) []byte {
	return definite(tagSequence, append([][]byte{oidOf(id)}, params...)...)
}

func oidOf(id string) []byte {
	var arcs asn1.ObjectIdentifier
	for _, part := range bytes.Split([]byte(id), []byte(".")) {
		n := 0
		for _, digit := range part {
			n = 10*n + int(digit-'0')
		}
		arcs = append(arcs, n)
	}
	return must(asn1.Marshal(arcs))
}

func attributeOf(id string, values ...[]byte) []byte {
	return definite(tagSequence, oidOf(id), definite(tagSet, values...))
}

func null() []byte { return []byte{tagNull, 0} }

func integer(n byte) []byte { return []byte{tagInteger, 1, n} }

var hashOIDs = map[crypto.Hash]string{crypto.MD5: "1.2.840.113549.2.5", crypto.SHA1: "1.3.14.3.2.26",
	crypto.SHA256: "2.16.840.1.101.3.4.2.1", crypto.SHA384: "2.16.840.1.101.3.4.2.2", crypto.SHA512: "2.16.840.1.101.3.4.2.3"}

// forge returns the SignedData that change leaves.
func forge(key crypto.Signer, cert *x509.Certificate, hash crypto.Hash, change func(*forgery)) []byte {
	f := &forgery{key: key, cert: cert, hash: hash, version: 1, contentType: oidData, content: []byte("<plist/>"), certsTag: tagContext0,
		signerVersion: 1, attributesTag: tagContext0}
	f.attributes = [][]byte{attributeOf(idContentType, oidOf(idData)), nil}
	f.certs = [][]byte{cert.Raw}
	f.signerID = definite(tagSequence, cert.RawIssuer, must(asn1.Marshal(cert.SerialNumber)))
	f.digest = algorithmOf(hashOIDs[hash])
	f.digests = [][]byte{f.digest}
	if _, isRSA := key.(*rsa.PrivateKey); isRSA {
		f.scheme = algorithmOf(idRSAEncryption, null())
	} else {
		f.scheme = algorithmOf(map[crypto.Hash]string{crypto.SHA1: "1.2.840.10045.4.1", crypto.SHA256: "1.2.840.10045.4.3.2",
			crypto.SHA384: "1.2.840.10045.4.3.3", crypto.SHA512: "1.2.840.10045.4.3.4"}[hash])
	}
	if change != nil {
		change(f)
	}
	return f.encode()
}

// digestAttribute is the messageDigest of the content.
func (f *forgery) digestAttribute() []byte {
	return attributeOf(idMessageDigest, octets(string(digestOf(f.hash, f.content))))
}

func (f *forgery) encode() []byte {
	for i := range f.attributes {
		if f.attributes[i] == nil {
			f.attributes[i] = f.digestAttribute()
		}
	}
	if f.inContent == nil {
		f.inContent = [][]byte{octets(string(f.content))}
	}
	if f.signers == nil {
		f.signers = [][]byte{f.signerInfo()}
	}
	encapsulated := append([][]byte{oid(f.contentType)}, f.afterContent...)
	if len(f.inContent) > 0 {
		encapsulated = slices.Insert(encapsulated, 1, definite(tagContext0, f.inContent...))
	}
	parts := [][]byte{integer(f.version), definite(tagSet, f.digests...), definite(tagSequence, encapsulated...)}
	if f.certs != nil {
		parts = append(parts, definite(f.certsTag, f.certs...))
	}
	parts = append(append(parts, f.beforeSigners...), definite(tagSet, f.signers...))
	signed := definite(tagSequence, append(parts, f.afterSigners...)...)
	wrapped := definite(tagContext0, append([][]byte{signed}, f.inWrapped...)...)
	return append(definite(tagSequence, append([][]byte{oid(oidSignedData), wrapped}, f.inInfo...)...), f.tail...)
}

func (f *forgery) signerInfo() []byte {
	message := f.content
	parts := [][]byte{integer(f.signerVersion), f.signerID, f.digest}
	if f.attributes != nil {
		message = definite(tagSet, f.attributes...)
		parts = append(parts, definite(f.attributesTag, f.attributes...))
	}
	if f.toSign != nil {
		message = f.toSign
	}
	if f.signature == nil {
		f.signature = must(f.key.Sign(rand.Reader, digestOf(f.hash, message), f.hash))
	}
	parts = append(parts, f.scheme, octets(string(f.signature)))
	if f.unsigned != nil {
		parts = append(parts, definite(tagContext1, f.unsigned...))
	}
	return definite(tagSequence, append(parts, f.inSigner...)...)
}

var rsa1024 = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })

// issue makes a certificate; without an issuer it signs itself with key, which must be its own. change may edit the
// template.
func issue(t testing.TB, name string, public crypto.PublicKey, issuer *x509.Certificate, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(digestOf(crypto.SHA256, []byte(name))[:8]),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             testTime.AddDate(-1, 0, 0),
		NotAfter:              testTime.AddDate(1, 0, 0),
		SubjectKeyId:          digestOf(crypto.SHA256, must(x509.MarshalPKIXPublicKey(public)))[:20],
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	if issuer == nil {
		issuer = template
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, issuer, public, key))))
}

func asCA(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }
