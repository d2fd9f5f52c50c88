package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// signedShape is SignedData as RFC 5652 has it, read independently of the code under test.
type signedShape struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content struct {
		Type   asn1.ObjectIdentifier
		Octets []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"tag:0"`
	Signers      []signerShape `asn1:"set"`
}

type signerShape struct {
	Version int
	ID      struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue `asn1:"tag:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
}

type attributeShape struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

func parseShape(t *testing.T, signed []byte) signedShape {
	t.Helper()
	var info struct {
		Type asn1.ObjectIdentifier
		Data signedShape `asn1:"explicit,tag:0"`
	}
	if rest, err := asn1.Unmarshal(signed, &info); err != nil || len(rest) > 0 {
		t.Fatalf("unmarshal: %v, %d bytes left", err, len(rest))
	}
	if again := must(asn1.Marshal(info)); !bytes.Equal(again, signed) {
		t.Error("the result is not DER: encoding it again changes it")
	}
	return info.Data
}

func attributesOf(t *testing.T, signer signerShape) []string {
	t.Helper()
	var names []string
	var encoded [][]byte
	for rest := signer.Attributes.Bytes; len(rest) > 0; {
		var attribute attributeShape
		before := rest
		var err error
		if rest, err = asn1.Unmarshal(rest, &attribute); err != nil {
			t.Fatal(err)
		}
		if len(attribute.Values) != 1 {
			t.Errorf("attribute %s has %d values", attribute.Type, len(attribute.Values))
		}
		names = append(names, attribute.Type.String())
		encoded = append(encoded, before[:len(before)-len(rest)])
	}
	if !slices.IsSortedFunc(encoded, bytes.Compare) {
		t.Error("signed attributes are not in DER order")
	}
	return names
}

func TestSignShape(t *testing.T) {
	const contentType, messageDigest, signingTime = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
	null := []byte{5, 0}
	tests := []struct {
		name           string
		key            crypto.Signer
		opts           SignOptions
		digest, cipher string
		params         []byte
		attributes     []string
	}{
		{"RSA by default", rsaKey(), SignOptions{}, "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1", null, []string{contentType, messageDigest}},
		{"P-256 by default", p256(), SignOptions{}, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2", nil, []string{contentType, messageDigest}},
		{"P-384 with SHA-384", p384(), SignOptions{Digest: crypto.SHA384}, "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3", nil, []string{contentType, messageDigest}},
		{"P-256 with SHA-512", p256(), SignOptions{Digest: crypto.SHA512}, "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4", nil, []string{contentType, messageDigest}},
		{"signing time", rsaKey(), SignOptions{SigningTime: testTime}, "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1", null, []string{contentType, signingTime, messageDigest}},
		{"signing time after 2049", p256(), SignOptions{SigningTime: testTime.AddDate(25, 0, 0)}, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2", nil, []string{contentType, signingTime, messageDigest}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			chain := testChain(t, test.key)
			signed, err := Sign([]byte("<plist/>\n"), test.key, chain, test.opts)
			if err != nil {
				t.Fatal(err)
			}
			data := parseShape(t, signed)
			if data.Version != 1 || len(data.Digests) != 1 || data.Digests[0].Algorithm.String() != test.digest {
				t.Errorf("SignedData has version %d and digests %v", data.Version, data.Digests)
			}
			if data.Content.Type.String() != "1.2.840.113549.1.7.1" || string(data.Content.Octets) != "<plist/>\n" {
				t.Errorf("content is %q of type %s", data.Content.Octets, data.Content.Type)
			}
			if len(data.Signers) != 1 {
				t.Fatalf("there are %d signers", len(data.Signers))
			}
			signer := data.Signers[0]
			if signer.Version != 1 || !bytes.Equal(signer.ID.Issuer.FullBytes, chain[0].RawIssuer) || signer.ID.Serial.Cmp(chain[0].SerialNumber) != 0 {
				t.Errorf("signer has version %d and is not named by issuer and serial number", signer.Version)
			}
			if signer.Digest.Algorithm.String() != test.digest || signer.Algorithm.Algorithm.String() != test.cipher || !bytes.Equal(signer.Algorithm.Parameters.FullBytes, test.params) {
				t.Errorf("digest is %v, signature algorithm %v", signer.Digest, signer.Algorithm)
			}
			if got := attributesOf(t, signer); !slices.Equal(got, test.attributes) {
				t.Errorf("signed attributes are %v, want %v", got, test.attributes)
			}
		})
	}
}

func TestSignEmbedsTheChainWithoutRoots(t *testing.T) {
	chain := testChain(t, p256())
	selfSigned := testCert(t, "alone", false, nil, p256().Public(), p256())
	tests := []struct {
		name        string
		chain, want []*x509.Certificate
	}{
		{"root is left out", chain, chain[:2]},
		{"order does not matter", []*x509.Certificate{chain[0], chain[2], chain[1]}, chain[:2]},
		{"duplicates go", []*x509.Certificate{chain[0], chain[1], chain[0], chain[1]}, chain[:2]},
		{"self-signed leaf stays", []*x509.Certificate{selfSigned}, []*x509.Certificate{selfSigned}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			signed, err := Sign([]byte("x"), p256(), test.chain, SignOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := x509.ParseCertificates(parseShape(t, signed).Certificates.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			byBytes := func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) }
			want := slices.SortedFunc(slices.Values(test.want), byBytes)
			if !slices.EqualFunc(got, want, (*x509.Certificate).Equal) {
				t.Errorf("got %d certificates, want these %d in the order of their bytes", len(got), len(want))
			}
		})
	}
}

func TestSignIsDeterministic(t *testing.T) {
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(), "opaque RSA": opaque{rsaKey()}, "P-256": p256(), "P-384": p384()} {
		t.Run(name, func(t *testing.T) {
			chain := testChain(t, key)
			for _, opts := range []SignOptions{{}, {Digest: crypto.SHA512, SigningTime: testTime}} {
				first := must(Sign([]byte("profile"), key, chain, opts))
				if second := must(Sign([]byte("profile"), key, chain, opts)); !bytes.Equal(first, second) {
					t.Errorf("two signatures with %v differ", opts)
				}
			}
		})
	}
}

func TestSignKeepsContent(t *testing.T) {
	chain := testChain(t, p256())
	random := make([]byte, 1<<20)
	rand.Read(random)
	for _, content := range [][]byte{nil, {0}, []byte("a\r\nb\n\x00\xff"), random[:127], random[:128], random[:65536], random} {
		before := bytes.Clone(content)
		signed, err := Sign(content, p256(), chain, SignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := must(Content(signed)); !bytes.Equal(got, before) || !bytes.Equal(content, before) {
			t.Errorf("content of %d bytes comes back as %d bytes", len(before), len(got))
		}
	}
}

func TestSignRefuses(t *testing.T) {
	chain := testChain(t, p256())
	public, ed25519Key, _ := ed25519.GenerateKey(rand.Reader)
	p521 := must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	rsaOf := func(bits uint) crypto.Signer {
		return publicOnly{&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}}
	}
	leafFor := func(key crypto.PublicKey) []*x509.Certificate { return []*x509.Certificate{{PublicKey: key}} }
	tests := []struct {
		name   string
		signer crypto.Signer
		chain  []*x509.Certificate
		opts   SignOptions
		want   string
	}{
		{"no key", nil, chain, SignOptions{}, "missing private key"},
		{"no chain", p256(), nil, SignOptions{}, "missing signer certificate"},
		{"nil in the chain", p256(), []*x509.Certificate{chain[0], nil}, SignOptions{}, "missing signer certificate"},
		{"other key", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), chain, SignOptions{}, "does not match"},
		{"leaf not first", p256(), chain[1:], SignOptions{}, "does not match"},
		{"SHA-1", p256(), chain, SignOptions{Digest: crypto.SHA1}, `unsupported digest "SHA-1"`},
		{"MD5", p256(), chain, SignOptions{Digest: crypto.MD5}, `unsupported digest "MD5"`},
		{"unknown digest", p256(), chain, SignOptions{Digest: 99}, "want SHA-256, SHA-384 or SHA-512"},
		{"Ed25519", ed25519Key, leafFor(public), SignOptions{}, "want RSA or ECDSA"},
		{"P-521", p521, leafFor(p521.Public()), SignOptions{}, `curve "P-521"`},
		{"RSA 2047", rsaOf(2047), leafFor(rsaOf(2047).Public()), SignOptions{}, "RSA key has 2047 bits, want 2048 to 8192"},
		{"RSA 8193", rsaOf(8193), leafFor(rsaOf(8193).Public()), SignOptions{}, "RSA key has 8193 bits"},
		{"signed before valid", p256(), chain, SignOptions{SigningTime: chain[0].NotBefore.Add(-time.Second)}, "outside the certificate's validity"},
		{"signed after expiry", p256(), chain, SignOptions{SigningTime: chain[0].NotAfter.Add(time.Second)}, "outside the certificate's validity"},
		{"signer that lies", lyingSigner{p256()}, chain, SignOptions{}, "checking the new signature"},
		{"signer that fails", publicOnly{p256().Public()}, chain, SignOptions{}, "signing: token was removed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			signed, err := Sign([]byte("x"), test.signer, test.chain, test.opts)
			if err == nil || !strings.Contains(err.Error(), test.want) || signed != nil {
				t.Errorf("got %d bytes and error %v, want one with %q", len(signed), err, test.want)
			}
		})
	}
}

func TestSignRefusesWhatItCouldNotReadBack(t *testing.T) {
	_, err := Sign(make([]byte, maxSize), p256(), testChain(t, p256()), SignOptions{})
	if err == nil || !strings.Contains(err.Error(), "at most 16777216") {
		t.Errorf("error is %v", err)
	}
}

// publicOnly claims a public key and cannot sign.
type publicOnly struct{ public crypto.PublicKey }

func (p publicOnly) Public() crypto.PublicKey { return p.public }

func (p publicOnly) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errRemoved{}
}

type errRemoved struct{}

func (errRemoved) Error() string { return "token was removed" }

// lyingSigner signs something else.
type lyingSigner struct{ *ecdsa.PrivateKey }

func (l lyingSigner) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return l.PrivateKey.Sign(r, make([]byte, len(digest)), opts)
}

// One Signer for many profiles, from many goroutines, makes what Sign makes for each.
func TestSignerSignsMany(t *testing.T) {
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(), "opaque RSA": opaque{rsaKey()}, "P-384": p384()} {
		t.Run(name, func(t *testing.T) {
			chain := testChain(t, key)
			opts := SignOptions{Digest: crypto.SHA384, SigningTime: testTime}
			signer := must(NewProfileSigner(key, chain, opts))
			var group sync.WaitGroup
			for i := range 8 {
				content := bytes.Repeat([]byte{byte(i)}, i*100)
				want := must(Sign(content, key, chain, opts))
				group.Go(func() {
					if got, err := signer.Sign(content); err != nil || !bytes.Equal(got, want) {
						t.Errorf("profile %d is signed otherwise: %v", i, err)
					}
				})
			}
			group.Wait()
		})
	}
}

// A key that lives elsewhere is verified each time: it can begin to lie.
func TestSignerNeverTrustsAKeyElsewhere(t *testing.T) {
	turncoat := &turncoat{Signer: p256()}
	signer := must(NewProfileSigner(turncoat, testChain(t, p256()), SignOptions{}))
	if _, err := signer.Sign([]byte("first")); err != nil {
		t.Fatal(err)
	}
	turncoat.lies = true
	if signed, err := signer.Sign([]byte("second")); err == nil || signed != nil {
		t.Errorf("a wrong signature of %d bytes is accepted", len(signed))
	}
}

type turncoat struct {
	crypto.Signer
	lies bool
}

func (s *turncoat) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if s.lies {
		digest = make([]byte, len(digest))
	}
	return s.Signer.Sign(r, digest, opts)
}
