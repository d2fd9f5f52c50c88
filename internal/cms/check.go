package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"slices"

	"syncguard/internal/pki"
)

// minCheckedRSABits is the smallest key crypto/rsa verifies with.
const minCheckedRSABits = 1024

// verifySigner verifies one signer's signature over the content. A valid but weak signature is an error, too.
func (d *message) verifySigner(s *signerInfo) error {
	hash, key, err := d.checkAlgorithms(s)
	if err != nil {
		return err
	}
	digest := digestOf(hash, d.content)
	toVerify := digest
	if s.toVerify == nil {
		if d.looksLikeAttributes() {
			return &verifyError{AttributesAsContent, "there are no signed attributes, and the content is a set of them: " +
				"somebody has moved the attributes of another signature into the content"}
		}
	} else {
		if err := d.checkAttributes(s, digest); err != nil {
			return err
		}
		toVerify = digestOf(hash, s.toVerify)
	}
	if !verifySignature(key, hash, toVerify, s.octets) {
		return &verifyError{SignatureMismatch, "the signature does not match the signed data and the key of the signer's certificate"}
	}
	return checkStrength(key, hash)
}

// checkAlgorithms compares a signer's algorithms with each other, with the list in the file, and with the signer's key.
func (d *message) checkAlgorithms(s *signerInfo) (crypto.Hash, crypto.PublicKey, error) {
	hash, ok := digests[s.digest.oid]
	if !ok {
		return 0, nil, verifyErrorf(UnsupportedDigest, "the digest is %s, want SHA-256, SHA-384 or SHA-512", nameOf(s.digest.oid))
	}
	scheme, ok := schemes[s.signature.oid]
	if !ok {
		return 0, nil, verifyErrorf(UnsupportedSignature, "the signature algorithm is %s, want RSA PKCS#1 v1.5 or ECDSA", nameOf(s.signature.oid))
	}
	if !slices.Contains(d.digests, s.digest.oid) {
		return 0, nil, verifyErrorf(DigestNotListed, "a signer uses the digest %s, which is not in the file's list of digest algorithms", hash)
	}
	if !scheme.isRSA && s.signature.hasNull {
		return 0, nil, &verifyError{BadParameters, "the ECDSA signature algorithm has parameters, want none"}
	}
	if scheme.hash != 0 && scheme.hash != hash {
		return 0, nil, verifyErrorf(AlgorithmMismatch, "the signature algorithm uses %s, but the digest is %s", scheme.hash, hash)
	}
	rsaKey, isRSA := s.cert.PublicKey.(*rsa.PublicKey)
	if isRSA && rsaKey.N.BitLen() < minCheckedRSABits {
		return 0, nil, verifyErrorf(WeakKey, "the RSA key has %d bits, want at least %d", rsaKey.N.BitLen(), pki.MinRSABits)
	}
	if key, isECDSA := s.cert.PublicKey.(*ecdsa.PublicKey); !isRSA && (!isECDSA || !isKnownCurve(key.Curve)) {
		return 0, nil, verifyErrorf(UnsupportedKey, "the signer's key is %s, want RSA, or ECDSA on P-256, P-384 or P-521", pki.KeyName(s.cert.PublicKey))
	}
	if isRSA != scheme.isRSA {
		return 0, nil, verifyErrorf(AlgorithmMismatch, "the signature algorithm does not match the signer's key, %s", pki.KeyName(s.cert.PublicKey))
	}
	return hash, s.cert.PublicKey, nil
}

func isKnownCurve(curve elliptic.Curve) bool {
	return curve == elliptic.P256() || curve == elliptic.P384() || curve == elliptic.P521()
}

// looksLikeAttributes reports whether the content is itself a set of signed attributes. Its signature may have been
// made over these attributes, for another content, and would verify here.
func (d *message) looksLikeAttributes() bool {
	if len(d.content) == 0 || d.content[0] != tagSet {
		return false
	}
	elements, err := scan(d.content)
	if err != nil {
		return false
	}
	inner := message{tree: tree{d.content, elements}}
	attributes, err := inner.readAttributes(0)
	return err == nil && len(attributes) > 0
}

func verifySignature(key crypto.PublicKey, hash crypto.Hash, digest, signature []byte) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	return false
}

func checkStrength(key crypto.PublicKey, hash crypto.Hash) error {
	if isWeakDigest(hash) {
		return verifyErrorf(WeakDigest, "the signature is valid, but its digest is %s: an attacker can make other content with the same digest", hash)
	}
	if bits := pki.ShortRSA(key); bits > 0 {
		return verifyErrorf(WeakKey, "the signature is valid, but the RSA key has %d bits, want at least %d", bits, pki.MinRSABits)
	}
	return nil
}
