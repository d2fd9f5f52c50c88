package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"go.mozilla.org/pkcs7"

	"syncguard/internal/pki"
)

// frame is a signed message made by the library, shared by all profiles of a signer: each gets its own content, digest and
// signature.
type frame struct {
	tree
	open                       []bool // the elements around these three, and they themselves
	content, digest, signature int    // elements
	attributes                 int    // the signed ones, an element
}

// newFrame lets the library build SignedData with a throw-away key, because the library refuses keys of unknown types, then
// corrects the signing time and the signature algorithm. The attributes stay in DER order: a new signingTime is as long as
// the one it replaces, or two bytes longer, still shorter than any messageDigest. Certificates are added in the order of
// their bytes, as DER demands for a SET OF.
func newFrame(chain []*x509.Certificate, digest digestAlgorithm, at time.Time) (*frame, error) {
	draft, err := newDraft(chain[0], digest, at)
	if err != nil {
		return nil, err
	}
	message, err := pkcs7.NewSignedData(nil)
	if err != nil {
		return nil, err
	}
	for _, cert := range certificatesToEmbed(chain) {
		message.AddCertificate(cert)
	}
	*message.GetSignedData() = *draft.GetSignedData()
	data, err := message.Finish()
	if err != nil {
		return nil, err
	}
	elements, err := scan(data)
	if err != nil {
		return nil, err
	}
	f := &frame{tree: tree{data, elements}, open: make([]bool, len(elements))}
	var octets []int
	for i, e := range elements {
		if e.tag == tagOctets {
			octets = append(octets, i)
		}
	}
	f.content, f.digest, f.signature = octets[0], octets[len(octets)-2], octets[len(octets)-1]
	for i, e := range elements {
		holds := func(part int) bool { return i <= part && part < e.next }
		f.open[i] = holds(f.content) || holds(f.digest) || holds(f.signature)
		if holds(f.digest) && e.tag == tagContext0 {
			f.attributes = i // the innermost one
		}
	}
	return f, nil
}

// newDraft returns SignedData of empty content, with the certificate of the signer alone.
func newDraft(leaf *x509.Certificate, digest digestAlgorithm, at time.Time) (*pkcs7.SignedData, error) {
	throwAway, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	draft, err := pkcs7.NewSignedData(nil)
	if err != nil {
		return nil, err
	}
	draft.SetDigestAlgorithm(digest.oid)
	if err := draft.AddSigner(leaf, throwAway, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, err
	}
	info := &draft.GetSignedData().SignerInfos[0]
	attributes := info.AuthenticatedAttributes[:0]
	for _, attribute := range info.AuthenticatedAttributes {
		if attribute.Type.Equal(pkcs7.OIDAttributeSigningTime) {
			if at.IsZero() {
				continue
			}
			if attribute.Value.Bytes, err = asn1.Marshal(at.UTC()); err != nil {
				return nil, err
			}
		}
		attributes = append(attributes, attribute)
	}
	info.AuthenticatedAttributes = attributes
	info.DigestEncryptionAlgorithm.Algorithm = digest.ecdsa
	if _, isRSA := leaf.PublicKey.(*rsa.PublicKey); isRSA {
		info.DigestEncryptionAlgorithm.Algorithm = pkcs7.OIDEncryptionAlgorithmRSA
		info.DigestEncryptionAlgorithm.Parameters = asn1.NullRawValue
	}
	return draft, nil
}

// certificatesToEmbed returns the certificates to embed, sorted, without duplicates and without roots.
func certificatesToEmbed(chain []*x509.Certificate) []*x509.Certificate {
	certs := []*x509.Certificate{chain[0]}
	for _, cert := range chain[1:] {
		if !pki.IsSelfSigned(cert) {
			certs = append(certs, cert)
		}
	}
	slices.SortFunc(certs, func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) })
	return slices.CompactFunc(certs, (*x509.Certificate).Equal)
}

// toSign returns the signed attributes in the form covered by the signature, a SET.
func (f *frame) toSign(digest []byte) []byte {
	set := bytes.Clone(f.raw(f.attributes))
	set[0] = tagSet
	copy(set[f.elements[f.digest].body-f.elements[f.attributes].start:], digest)
	return set
}

// fill returns the message with its own content, digest and signature.
func (f *frame) fill(content, digest, signature []byte) ([]byte, error) {
	return f.inDER(f.open, map[int][]byte{f.content: content, f.digest: digest, f.signature: signature})
}
