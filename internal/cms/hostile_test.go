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
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
)

// hostileCases are messages that each break one rule, with the reason for which they must be refused. Every reason about
// integrity is among them.
func hostileCases(t testing.TB) []hostileCase {
	v := newVictims(t)
	return slices.Concat(v.wholes(), v.layers(), v.contents(), v.certificates(), v.signers(), v.algorithms(), v.attributes(),
		v.signatures(), v.weak())
}

type hostileCase struct {
	name   string
	input  []byte
	reason Reason
}

// victims are certificates to forge messages of.
type victims struct {
	t                                                                           testing.TB
	leaf, sameKey, rsaLeaf, weakLeaf, tinyLeaf, hugeLeaf, p224Leaf, edwardsLeaf *x509.Certificate
	p224                                                                        *ecdsa.PrivateKey
	good                                                                        []byte
}

func newVictims(t testing.TB) *victims {
	v := &victims{t: t, leaf: issue(t, "leaf", p256().Public(), nil, p256(), nil), p224: must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))}
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	v.sameKey = issue(t, "same key", p256().Public(), nil, p256(), func(c *x509.Certificate) { c.SubjectKeyId = v.leaf.SubjectKeyId })
	v.rsaLeaf = issue(t, "rsa", rsaKey().Public(), nil, rsaKey(), nil)
	v.weakLeaf = issue(t, "weak", rsa1024().Public(), nil, rsa1024(), nil)
	v.tinyLeaf = issue(t, "tiny", &rsa.PublicKey{N: odd(512), E: 65537}, v.leaf, p256(), nil)
	v.hugeLeaf = issue(t, "huge", &rsa.PublicKey{N: odd(8193), E: 65537}, v.leaf, p256(), nil)
	v.p224Leaf = issue(t, "P-224", v.p224.Public(), v.leaf, p256(), nil)
	v.edwardsLeaf = issue(t, "Ed25519", edwards.Public(), nil, edwards, nil)
	v.good = v.with(nil)
	return v
}

// with forges a message of the leaf, rsaWith one of the leaf with an RSA key.
func (v *victims) with(change func(*forgery)) []byte {
	return forge(p256(), v.leaf, crypto.SHA256, change)
}

func (v *victims) rsaWith(change func(*forgery)) []byte {
	return forge(rsaKey(), v.rsaLeaf, crypto.SHA256, change)
}

// essV1 and essV2 are SigningCertificate and SigningCertificateV2 of a certificate.
func essV1(cert *x509.Certificate) []byte {
	id := definite(tagSequence, octets(string(digestOf(crypto.SHA1, cert.Raw))))
	return attributeOf(idSigningCertificate, definite(tagSequence, definite(tagSequence, id)))
}

func essV2(cert *x509.Certificate) []byte {
	id := definite(tagSequence, octets(string(digestOf(crypto.SHA256, cert.Raw))))
	return attributeOf(idSigningCertificateV2, definite(tagSequence, definite(tagSequence, id)))
}

// essV2With states the digest algorithm.
func essV2With(algorithm []byte, cert *x509.Certificate) []byte {
	id := definite(tagSequence, algorithm, octets(string(digestOf(crypto.SHA512, cert.Raw))))
	return attributeOf(idSigningCertificateV2, definite(tagSequence, definite(tagSequence, id)))
}

// standard sets the two attributes that must be there, and more.
func standard(f *forgery, more ...[]byte) {
	f.attributes = append([][]byte{attributeOf(idContentType, oidOf(idData)), f.digestAttribute()}, more...)
	slices.SortFunc(f.attributes, bytes.Compare)
}

// wholes are about the file as a whole.
func (v *victims) wholes() []hostileCase {
	return []hostileCase{
		{"an unsigned profile", []byte("<?xml version=\"1.0\"?><plist/>"), NotSigned},
		{"encrypted data", definite(tagSequence, oidOf(idEnvelopedData), definite(tagContext0)), NotSigned},
		{"cut off", v.good[:len(v.good)-1], Malformed},
		{"bytes behind the end", append(bytes.Clone(v.good), 0), TrailingBytes},
		{"a second message behind the end", append(bytes.Clone(v.good), v.good...), TrailingBytes},
		{"more than 16 MiB", append(bytes.Clone(v.good), make([]byte, maxSize)...), TooLarge},
		{"nested too deep", v.with(func(f *forgery) { f.certs = [][]byte{fromHex(v.t, nested(maxDepth))} }), TooDeep},
		{"too many elements", v.with(func(f *forgery) { f.certs = [][]byte{bytes.Repeat(null(), maxElements)} }), TooManyElements},
		{"102 bytes that double their work", append(fromHex(v.t, "30800609 2a864886f70d010702 a080"), hostile()["102 bytes that double their work"]...), Malformed},
	}
}

// layers are about what stands around the content.
func (v *victims) layers() []hostileCase {
	return []hostileCase{
		{"more in the ContentInfo", v.with(func(f *forgery) { f.inInfo = [][]byte{null()} }), ExtraElements},
		{"more beside the SignedData", v.with(func(f *forgery) { f.inWrapped = [][]byte{null()} }), ExtraElements},
		{"no SignedData in the ContentInfo", definite(tagSequence, oid(oidSignedData), definite(tagContext0, null())), Malformed},
		{"no content in the ContentInfo", definite(tagSequence, oid(oidSignedData)), Malformed},
		{"version 99", v.with(func(f *forgery) { f.version = 99 }), BadVersion},
		{"no digest algorithm", v.with(func(f *forgery) { f.digests = nil }), DigestNotListed},
		{"digest that is not listed", v.with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[crypto.SHA512])} }), DigestNotListed},
		{"unknown digest in the list", v.with(func(f *forgery) { f.digests = append(f.digests, algorithmOf("1.2.3.4")) }), UnsupportedDigest},
		{"digest that is no SEQUENCE", v.with(func(f *forgery) { f.digests = append(f.digests, null()) }), Malformed},
		{"digest with parameters", v.with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[f.hash], integer(1))} }), BadParameters},
		{"digest with two parameters", v.with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[f.hash], null(), null())} }), BadParameters},
		{"bytes behind the signers", v.with(func(f *forgery) { f.afterSigners = [][]byte{octets("EVIL")} }), ExtraElements},
		{"revocation lists", v.with(func(f *forgery) { f.beforeSigners = [][]byte{definite(tagContext1)} }), RevocationLists},
		{"no signer", v.with(func(f *forgery) { f.signers = [][]byte{} }), NoSigner},
		{"no set of signers", v.with(func(f *forgery) { f.beforeSigners = [][]byte{null()} }), Malformed},
		{"17 signers", v.with(func(f *forgery) { f.signers = slices.Repeat([][]byte{f.signerInfo2()}, maxSigners+1) }), TooManySigners},
		{"not in DER", v.with(func(f *forgery) { f.digests = [][]byte{{tagSequence, 0x80, tagNull, 0, 0, 0}} }), NotDER},
		{"signed attributes in BER", v.with(func(f *forgery) { f.attributes[0] = longForm(f.attributes[0]) }), NotDER},
		{"boolean that is neither", v.with(func(f *forgery) { f.unsigned = [][]byte{attributeOf("1.2.3", []byte{tagBoolean, 1, 7})} }), NotDER},
	}
}

// contents are about the content.
func (v *victims) contents() []hostileCase {
	return []hostileCase{
		{"another content", tampered(v.good), DigestMismatch},
		{"chunks with EVIL behind", v.with(func(f *forgery) {
			f.inContent = [][]byte{definite(tagConstructedOctet, octets("<plist/>"), octets("EVIL"))}
		}), DigestMismatch},
		{"chunk of another type", v.with(func(f *forgery) {
			f.inContent = [][]byte{definite(tagConstructedOctet, octets("<plist/>"), []byte{0x44, 1, 'x'})}
		}), Malformed},
		{"two contents", v.with(func(f *forgery) { f.inContent = [][]byte{octets("<plist/>"), octets("EVIL")} }), SeveralContents},
		{"two wrapped contents", v.with(func(f *forgery) { f.afterContent = [][]byte{definite(tagContext0, octets("EVIL"))} }), SeveralContents},
		{"content that is a UTF-8 string", v.with(func(f *forgery) { f.inContent = [][]byte{append([]byte{12, 8}, f.content...)} }), NotOctets},
		{"no content", v.with(func(f *forgery) { f.inContent = [][]byte{} }), Detached},
		{"no type of the content", v.with(func(f *forgery) { f.contentType = "" }), NotDER},
		{"content with another tag", v.with(func(f *forgery) {
			f.inContent, f.afterContent = [][]byte{}, [][]byte{definite(tagContext1, octets("x"))}
		}), Malformed},
		{"content of another type", v.with(func(f *forgery) { f.contentType = "\x2a\x03\x04" }), WrongContentType},
		{"SignedData as type of the content", v.with(func(f *forgery) { f.contentType = oidSignedData }), Nested},
		{"a signed message as data", v.with(func(f *forgery) { f.content = v.good }), Nested},
	}
}

// certificates are about embedded certificates.
func (v *victims) certificates() []hostileCase {
	return []hostileCase{
		{"no certificates", v.with(func(f *forgery) { f.certs = nil }), MissingSignerCertificate},
		{"the certificate of somebody else", v.with(func(f *forgery) { f.certs = [][]byte{v.rsaLeaf.Raw} }), MissingSignerCertificate},
		{"two certificates that fit", v.with(func(f *forgery) {
			f.certs, f.version, f.signerVersion = [][]byte{v.leaf.Raw, v.sameKey.Raw}, 3, 3
			f.signerID = primitive(tagPrimitive0, v.leaf.SubjectKeyId)
		}), AmbiguousSignerCertificate},
		{"101 certificates", v.with(func(f *forgery) { f.certs = slices.Repeat(f.certs, maxCertificates+1) }), TooManyCertificates},
		{"certificate that is none", v.with(func(f *forgery) { f.certs = append(f.certs, definite(tagSequence, null())) }), BadCertificate},
		{"certificate with more behind", v.with(func(f *forgery) { f.certs = append(f.certs, extended(v.leaf.Raw)) }), BadCertificate},
		{"certificate with an RSA key of 8193 bits", v.with(func(f *forgery) { f.certs = append(f.certs, v.hugeLeaf.Raw) }), BadCertificate},
		{"attribute certificate", v.with(func(f *forgery) { f.certs = append(f.certs, definite(tagContext1)) }), UnsupportedCertificate},
	}
}

// signers are about who signed.
func (v *victims) signers() []hostileCase {
	return []hostileCase{
		{"signer that is no SEQUENCE", v.with(func(f *forgery) { f.signers = [][]byte{null()} }), Malformed},
		{"signer version 99", v.with(func(f *forgery) { f.signerVersion = 99 }), BadSignerVersion},
		{"signer version 3 with issuer and serial number", v.with(func(f *forgery) { f.signerVersion = 3 }), BadSignerVersion},
		{"key identifier in version 1", v.with(func(f *forgery) { f.signerID, f.signerVersion = primitive(tagPrimitive0, v.leaf.SubjectKeyId), 3 }), BadSignerVersion},
		{"empty key identifier", v.with(func(f *forgery) {
			f.version, f.signerVersion, f.signerID = 3, 3, primitive(tagPrimitive0, nil)
			f.certs = [][]byte{issue(v.t, "no identifier", p256().Public(), nil, p256(), func(c *x509.Certificate) { c.SubjectKeyId = nil }).Raw}
		}), MissingSignerCertificate},
		{"signer named in another way", v.with(func(f *forgery) { f.signerID = definite(tagContext1) }), Malformed},
		{"more in the name of a signer", v.with(func(f *forgery) {
			f.signerID = definite(tagSequence, v.leaf.RawIssuer, must(asn1.Marshal(v.leaf.SerialNumber)), null())
		}), ExtraElements},
		{"more in a signer", v.with(func(f *forgery) { f.inSigner = [][]byte{null()} }), ExtraElements},
		{"one good signer and a false one", v.with(func(f *forgery) {
			first := f.signerInfo2()
			f.signature = bytes.Repeat([]byte{1}, 70)
			f.signers = [][]byte{first, f.signerInfo2()}
		}), SignatureMismatch},
	}
}

// algorithms are about algorithms.
func (v *victims) algorithms() []hostileCase {
	return []hostileCase{
		{"SHA-224", v.with(func(f *forgery) { f.digest = algorithmOf("2.16.840.1.101.3.4.2.4") }), UnsupportedDigest},
		{"RSASSA-PSS", v.rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.113549.1.1.10", definite(tagSequence)) }), UnsupportedSignature},
		{"Ed25519", v.with(func(f *forgery) { f.scheme = algorithmOf("1.3.101.112") }), UnsupportedSignature},
		{"key on P-224", forge(v.p224, v.p224Leaf, crypto.SHA256, nil), UnsupportedKey},
		{"Ed25519 key", v.with(func(f *forgery) {
			f.certs, f.signerID = [][]byte{v.edwardsLeaf.Raw}, definite(tagSequence, v.edwardsLeaf.RawIssuer, must(asn1.Marshal(v.edwardsLeaf.SerialNumber)))
		}), UnsupportedKey},
		{"ECDSA with NULL", v.with(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.2", null()) }), BadParameters},
		{"ECDSA for another digest", v.with(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.3") }), AlgorithmMismatch},
		{"RSA for another digest", v.rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.113549.1.1.13", null()) }), AlgorithmMismatch},
		{"RSA with an ECDSA key", v.with(func(f *forgery) { f.scheme = algorithmOf(idRSAEncryption, null()) }), AlgorithmMismatch},
		{"ECDSA with an RSA key", v.rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.2") }), AlgorithmMismatch},
		{"signature algorithm that is no SEQUENCE", v.with(func(f *forgery) { f.scheme = null() }), Malformed},
		{"digest algorithm of a signer that is no SEQUENCE", v.with(func(f *forgery) { f.digest = null() }), Malformed},
	}
}

// attributes are about signed attributes.
func (v *victims) attributes() []hostileCase {
	return []hostileCase{
		{"empty set of attributes", v.with(func(f *forgery) { f.attributes, f.toSign = [][]byte{}, f.content }), EmptyAttributes},
		{"no contentType", v.with(func(f *forgery) { f.attributes = f.attributes[1:] }), MissingContentType},
		{"contentType of another type", v.with(func(f *forgery) { f.attributes[0] = attributeOf(idContentType, oidOf("1.2.840.113549.1.7.2")) }), ContentTypeMismatch},
		{"contentType that is no type", v.with(func(f *forgery) { f.attributes[0] = attributeOf(idContentType, null()) }), ContentTypeMismatch},
		{"no messageDigest", v.with(func(f *forgery) { f.attributes = f.attributes[:1] }), MissingMessageDigest},
		{"messageDigest of another content", v.with(func(f *forgery) {
			f.attributes[1] = attributeOf(idMessageDigest, octets(string(digestOf(f.hash, []byte("other")))))
		}), DigestMismatch},
		{"messageDigest that is no string", v.with(func(f *forgery) { f.attributes = [][]byte{attributeOf(idMessageDigest, integer(1)), f.attributes[0]} }), BadAttribute},
		{"two messageDigests", v.with(func(f *forgery) { f.attributes = append(f.attributes, nil) }), RepeatedAttribute},
		{"two contentTypes", v.with(func(f *forgery) { f.attributes = [][]byte{f.attributes[0], f.attributes[0], nil} }), RepeatedAttribute},
		{"messageDigest with two values", v.with(func(f *forgery) {
			f.attributes[1] = attributeOf(idMessageDigest, octets(string(digestOf(f.hash, f.content))), octets("other"))
		}), SeveralValues},
		{"messageDigest without a value", v.with(func(f *forgery) { f.attributes = [][]byte{attributeOf(idMessageDigest), f.attributes[0]} }), SeveralValues},
		{"attributes in another order", v.with(func(f *forgery) { f.attributes = [][]byte{nil, f.attributes[0]} }), UnsortedAttributes},
		{"attribute without values", v.with(func(f *forgery) {
			f.attributes = append([][]byte{definite(tagSequence, oidOf("1.2.3"))}, f.attributes...)
		}), Malformed},
		{"attribute that is no SEQUENCE", v.with(func(f *forgery) { f.attributes = append([][]byte{null()}, f.attributes...) }), Malformed},
		{"attribute with more behind", v.with(func(f *forgery) {
			f.attributes = append([][]byte{definite(tagSequence, oidOf("1.2.3"), definite(tagSet, null()), null())}, f.attributes...)
		}), ExtraElements},
		{"malformed signingTime", v.with(func(f *forgery) { standard(f, attributeOf(idSigningTime, primitive(tagUTCTime, []byte("now")))) }), BadAttribute},
		{"signingTime that is no time", v.with(func(f *forgery) { standard(f, attributeOf(idSigningTime, octets("260304050607Z"))) }), BadAttribute},
		{"two signingTimes", v.with(func(f *forgery) {
			time := attributeOf(idSigningTime, primitive(tagUTCTime, []byte("260304050607Z")))
			standard(f, time, time)
		}), RepeatedAttribute},
		{"signingCertificateV2 of another certificate", v.with(func(f *forgery) { standard(f, essV2(v.rsaLeaf)) }), SigningCertificateMismatch},
		{"signingCertificate of another certificate", v.with(func(f *forgery) { standard(f, essV1(v.rsaLeaf)) }), SigningCertificateMismatch},
		{"malformed signingCertificate", v.with(func(f *forgery) { standard(f, attributeOf(idSigningCertificateV2, null())) }), BadAttribute},
		{"empty signingCertificate", v.with(func(f *forgery) { standard(f, attributeOf(idSigningCertificateV2, definite(tagSequence))) }), BadAttribute},
		{"signingCertificate without a hash", v.with(func(f *forgery) {
			standard(f, attributeOf(idSigningCertificate, definite(tagSequence, definite(tagSequence, definite(tagSequence, integer(1))))))
		}), BadAttribute},
		{"signingCertificateV2 with an unknown digest", v.with(func(f *forgery) { standard(f, essV2With(algorithmOf("1.2.3.4"), v.leaf)) }), BadAttribute},
		{"signingCertificateV2 with a malformed digest", v.with(func(f *forgery) { standard(f, essV2With(definite(tagSequence), v.leaf)) }), BadAttribute},
		{"two signingCertificates", v.with(func(f *forgery) { standard(f, essV2(v.leaf), essV2(v.leaf)) }), RepeatedAttribute},
		{"signed attributes as the content", v.with(func(f *forgery) {
			f.content = definite(tagSet, attributeOf(idContentType, oidOf(idData)), f.digestAttribute())
			f.attributes = nil
		}), AttributesAsContent},
	}
}

// signatures are about the signature.
func (v *victims) signatures() []hostileCase {
	return []hostileCase{
		{"signature over something else", v.with(func(f *forgery) { f.toSign = []byte("other") }), SignatureMismatch},
		{"RSA signature over something else", v.rsaWith(func(f *forgery) { f.toSign = []byte("other") }), SignatureMismatch},
		{"signature over the content beside attributes", v.with(func(f *forgery) { f.toSign = f.content }), SignatureMismatch},
		{"tampered attribute", v.with(func(f *forgery) {
			time := func(text string) []byte { return attributeOf(idSigningTime, primitive(tagUTCTime, []byte(text))) }
			standard(f, time("260304050607Z"))
			f.toSign = definite(tagSet, f.attributes...)
			standard(f, time("260304050608Z"))
		}), SignatureMismatch},
		{"no signature", v.with(func(f *forgery) { f.signature = []byte{} }), SignatureMismatch},
		{"signature that is no string", v.with(func(f *forgery) { f.signature = []byte{}; f.scheme = append(f.scheme, null()...) }), Malformed},
		{"malformed unsigned attribute", v.with(func(f *forgery) { f.unsigned = [][]byte{null()} }), Malformed},
	}
}

// weak hold, and are too weak.
func (v *victims) weak() []hostileCase {
	return []hostileCase{
		{"SHA-1", forge(rsaKey(), v.rsaLeaf, crypto.SHA1, nil), WeakDigest},
		{"SHA-1 with ECDSA", forge(p256(), v.leaf, crypto.SHA1, nil), WeakDigest},
		{"MD5", forge(rsaKey(), v.rsaLeaf, crypto.MD5, nil), WeakDigest},
		{"SHA-1 of other content", tampered(forge(rsaKey(), v.rsaLeaf, crypto.SHA1, nil)), DigestMismatch},
		{"RSA 1024", forge(rsa1024(), v.weakLeaf, crypto.SHA256, nil), WeakKey},
		{"RSA 512", v.with(func(f *forgery) {
			f.certs, f.signerID = [][]byte{v.tinyLeaf.Raw}, definite(tagSequence, v.tinyLeaf.RawIssuer, must(asn1.Marshal(v.tinyLeaf.SerialNumber)))
			f.scheme = algorithmOf(idRSAEncryption, null())
		}), WeakKey},
	}
}

// signerInfo2 makes a SignerInfo before the attributes are filled in.
func (f *forgery) signerInfo2() []byte {
	saved := *f
	saved.attributes = slices.Clone(f.attributes)
	for i := range saved.attributes {
		if saved.attributes[i] == nil {
			saved.attributes[i] = f.digestAttribute()
		}
	}
	return saved.signerInfo()
}

func odd(bits uint) *big.Int {
	return new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), bits-1), big.NewInt(1))
}

func primitive(tag byte, body []byte) []byte { return append([]byte{tag, byte(len(body))}, body...) }

// tampered changes the content of a message.
func tampered(b []byte) []byte { return bytes.Replace(b, []byte("<plist/>"), []byte("<plisT/>"), 1) }

// longForm writes the length of an element in one octet more than it needs.
func longForm(b []byte) []byte { return slices.Concat(b[:1], []byte{0x81}, b[1:]) }

// extended adds an element to the end of a SEQUENCE of more than 255 bytes.
func extended(b []byte) []byte { return definite(tagSequence, b[4:], null()) }
