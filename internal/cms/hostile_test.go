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
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	twin := issue(t, "leaf", p256().Public(), nil, p256(), func(c *x509.Certificate) { c.Subject.Organization = []string{"Other"} })
	twin.RawIssuer = leaf.RawIssuer
	rsaLeaf := issue(t, "rsa", rsaKey().Public(), nil, rsaKey(), nil)
	weakLeaf := issue(t, "weak", rsa1024().Public(), nil, rsa1024(), nil)
	tinyLeaf := issue(t, "tiny", &rsa.PublicKey{N: odd(512), E: 65537}, leaf, p256(), nil)
	hugeLeaf := issue(t, "huge", &rsa.PublicKey{N: odd(8193), E: 65537}, leaf, p256(), nil)
	p224 := must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	p224Leaf := issue(t, "P-224", p224.Public(), leaf, p256(), nil)
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	edwardsLeaf := issue(t, "Ed25519", edwards.Public(), nil, edwards, nil)
	sameKey := issue(t, "same key", p256().Public(), nil, p256(), func(c *x509.Certificate) { c.SubjectKeyId = leaf.SubjectKeyId })

	good := forge(p256(), leaf, crypto.SHA256, nil)
	with := func(change func(*forgery)) []byte { return forge(p256(), leaf, crypto.SHA256, change) }
	rsaWith := func(change func(*forgery)) []byte { return forge(rsaKey(), rsaLeaf, crypto.SHA256, change) }
	essV2 := func(cert *x509.Certificate) []byte { // SigningCertificateV2 with SHA-256 by default
		id := definite(tagSequence, octets(string(sum(crypto.SHA256, cert.Raw))))
		return attributeOf(idSigningCertificateV2, definite(tagSequence, definite(tagSequence, id)))
	}
	essV1 := func(cert *x509.Certificate) []byte {
		id := definite(tagSequence, octets(string(sum(crypto.SHA1, cert.Raw))))
		return attributeOf(idSigningCertificate, definite(tagSequence, definite(tagSequence, id)))
	}
	standard := func(f *forgery, more ...[]byte) {
		f.attributes = append([][]byte{attributeOf(idContentType, oidOf(idData)), f.digestAttribute()}, more...)
		slices.SortFunc(f.attributes, bytes.Compare)
	}
	unknownVersion := func(id string) []byte { return algorithmOf(id) }
	resigned := func(change func(*forgery)) []byte { return with(change) }
	return []hostileCase{
		// The file as a whole.
		{"an unsigned profile", []byte("<?xml version=\"1.0\"?><plist/>"), NotSigned},
		{"encrypted data", definite(tagSequence, oidOf(idEnvelopedData), definite(tagContext0)), NotSigned},
		{"cut off", good[:len(good)-1], Malformed},
		{"bytes behind the end", append(bytes.Clone(good), 0), TrailingBytes},
		{"a second message behind the end", append(bytes.Clone(good), good...), TrailingBytes},
		{"more than 16 MiB", append(bytes.Clone(good), make([]byte, maxSize)...), TooLarge},
		{"nested too deep", with(func(f *forgery) { f.certs = [][]byte{fromHex(t, nested(maxDepth))} }), TooDeep},
		{"too many elements", with(func(f *forgery) { f.certs = [][]byte{bytes.Repeat(null(), maxElements)} }), TooManyElements},
		{"102 bytes that double their work", append(fromHex(t, "30800609 2a864886f70d010702 a080"), hostile()["102 bytes that double their work"]...), Malformed},

		// The layers around the content.
		{"more in the ContentInfo", with(func(f *forgery) { f.inInfo = [][]byte{null()} }), ExtraElements},
		{"more beside the SignedData", with(func(f *forgery) { f.inWrapped = [][]byte{null()} }), ExtraElements},
		{"no SignedData in the ContentInfo", definite(tagSequence, oid(oidSignedData), definite(tagContext0, null())), Malformed},
		{"no content in the ContentInfo", definite(tagSequence, oid(oidSignedData)), Malformed},
		{"version 99", with(func(f *forgery) { f.version = 99 }), BadVersion},
		{"no digest algorithm", with(func(f *forgery) { f.digests = nil }), DigestNotListed},
		{"digest that is not listed", with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[crypto.SHA512])} }), DigestNotListed},
		{"unknown digest in the list", with(func(f *forgery) { f.digests = append(f.digests, unknownVersion("1.2.3.4")) }), UnsupportedDigest},
		{"digest that is no SEQUENCE", with(func(f *forgery) { f.digests = append(f.digests, null()) }), Malformed},
		{"digest with parameters", with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[f.hash], integer(1))} }), BadParameters},
		{"digest with two parameters", with(func(f *forgery) { f.digests = [][]byte{algorithmOf(hashOIDs[f.hash], null(), null())} }), BadParameters},
		{"bytes behind the signers", with(func(f *forgery) { f.afterSigners = [][]byte{octets("EVIL")} }), ExtraElements},
		{"revocation lists", with(func(f *forgery) { f.beforeSigners = [][]byte{definite(tagContext1)} }), RevocationLists},
		{"no signer", with(func(f *forgery) { f.signers = [][]byte{} }), NoSigner},
		{"no set of signers", with(func(f *forgery) { f.beforeSigners = [][]byte{null()} }), Malformed},
		{"17 signers", with(func(f *forgery) { f.signers = slices.Repeat([][]byte{f.signerInfo2()}, maxSigners+1) }), TooManySigners},
		{"not in DER", with(func(f *forgery) { f.digests = [][]byte{{tagSequence, 0x80, tagNull, 0, 0, 0}} }), NotDER},
		{"signed attributes in BER", with(func(f *forgery) { f.attributes[0] = longForm(f.attributes[0]) }), NotDER},
		{"boolean that is neither", with(func(f *forgery) { f.unsigned = [][]byte{attributeOf("1.2.3", []byte{tagBoolean, 1, 7})} }), NotDER},

		// The content.
		{"another content", tampered(good), DigestMismatch},
		{"chunks with EVIL behind", with(func(f *forgery) {
			f.inContent = [][]byte{definite(tagConstructedOctet, octets("<plist/>"), octets("EVIL"))}
		}), DigestMismatch},
		{"chunk of another type", with(func(f *forgery) {
			f.inContent = [][]byte{definite(tagConstructedOctet, octets("<plist/>"), []byte{0x44, 1, 'x'})}
		}), Malformed},
		{"two contents", with(func(f *forgery) { f.inContent = [][]byte{octets("<plist/>"), octets("EVIL")} }), SeveralContents},
		{"two wrapped contents", with(func(f *forgery) { f.afterContent = [][]byte{definite(tagContext0, octets("EVIL"))} }), SeveralContents},
		{"content that is a UTF-8 string", with(func(f *forgery) { f.inContent = [][]byte{append([]byte{12, 8}, f.content...)} }), NotOctets},
		{"no content", with(func(f *forgery) { f.inContent = [][]byte{} }), Detached},
		{"no type of the content", with(func(f *forgery) { f.contentType = "" }), NotDER},
		{"content with another tag", with(func(f *forgery) {
			f.inContent, f.afterContent = [][]byte{}, [][]byte{definite(tagContext1, octets("x"))}
		}), Malformed},
		{"content of another type", resigned(func(f *forgery) { f.contentType = "\x2a\x03\x04" }), WrongContentType},
		{"SignedData as type of the content", with(func(f *forgery) { f.contentType = oidSignedData }), Nested},
		{"a signed message as data", with(func(f *forgery) { f.content = good }), Nested},

		// Certificates.
		{"no certificates", with(func(f *forgery) { f.certs = nil }), MissingSignerCertificate},
		{"the certificate of somebody else", with(func(f *forgery) { f.certs = [][]byte{rsaLeaf.Raw} }), MissingSignerCertificate},
		{"two certificates that fit", with(func(f *forgery) {
			f.certs, f.version, f.signerVersion = [][]byte{leaf.Raw, sameKey.Raw}, 3, 3
			f.signerID = primitive(tagPrimitive0, leaf.SubjectKeyId)
		}), AmbiguousSignerCertificate},
		{"101 certificates", with(func(f *forgery) { f.certs = slices.Repeat(f.certs, maxCertificates+1) }), TooManyCertificates},
		{"certificate that is none", with(func(f *forgery) { f.certs = append(f.certs, definite(tagSequence, null())) }), BadCertificate},
		{"certificate with more behind", with(func(f *forgery) { f.certs = append(f.certs, extended(leaf.Raw)) }), BadCertificate},
		{"certificate with an RSA key of 8193 bits", with(func(f *forgery) { f.certs = append(f.certs, hugeLeaf.Raw) }), BadCertificate},
		{"attribute certificate", with(func(f *forgery) { f.certs = append(f.certs, definite(tagContext1)) }), UnsupportedCertificate},

		// Who signed.
		{"signer that is no SEQUENCE", with(func(f *forgery) { f.signers = [][]byte{null()} }), Malformed},
		{"signer version 99", with(func(f *forgery) { f.signerVersion = 99 }), BadSignerVersion},
		{"signer version 3 with issuer and serial number", with(func(f *forgery) { f.signerVersion = 3 }), BadSignerVersion},
		{"key identifier in version 1", with(func(f *forgery) { f.signerID, f.signerVersion = primitive(tagPrimitive0, leaf.SubjectKeyId), 3 }), BadSignerVersion},
		{"empty key identifier", with(func(f *forgery) {
			f.version, f.signerVersion, f.signerID = 3, 3, primitive(tagPrimitive0, nil)
			f.certs = [][]byte{issue(t, "no identifier", p256().Public(), nil, p256(), func(c *x509.Certificate) { c.SubjectKeyId = nil }).Raw}
		}), MissingSignerCertificate},
		{"signer named in another way", with(func(f *forgery) { f.signerID = definite(tagContext1) }), Malformed},
		{"more in the name of a signer", with(func(f *forgery) {
			f.signerID = definite(tagSequence, leaf.RawIssuer, must(asn1.Marshal(leaf.SerialNumber)), null())
		}), ExtraElements},
		{"more in a signer", with(func(f *forgery) { f.inSigner = [][]byte{null()} }), ExtraElements},
		{"one good signer and a false one", with(func(f *forgery) {
			good := f.signerInfo2()
			f.signature = bytes.Repeat([]byte{1}, 70)
			f.signers = [][]byte{good, f.signerInfo2()}
		}), SignatureMismatch},

		// Algorithms.
		{"SHA-224", with(func(f *forgery) { f.digest = algorithmOf("2.16.840.1.101.3.4.2.4") }), UnsupportedDigest},
		{"RSASSA-PSS", rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.113549.1.1.10", definite(tagSequence)) }), UnsupportedSignature},
		{"Ed25519", with(func(f *forgery) { f.scheme = algorithmOf("1.3.101.112") }), UnsupportedSignature},
		{"key on P-224", forge(p224, p224Leaf, crypto.SHA256, nil), UnsupportedKey},
		{"Ed25519 key", with(func(f *forgery) {
			f.certs, f.signerID = [][]byte{edwardsLeaf.Raw}, definite(tagSequence, edwardsLeaf.RawIssuer, must(asn1.Marshal(edwardsLeaf.SerialNumber)))
		}), UnsupportedKey},
		{"ECDSA with NULL", with(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.2", null()) }), BadParameters},
		{"ECDSA for another digest", with(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.3") }), AlgorithmMismatch},
		{"RSA for another digest", rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.113549.1.1.13", null()) }), AlgorithmMismatch},
		{"RSA with an ECDSA key", with(func(f *forgery) { f.scheme = algorithmOf(idRSAEncryption, null()) }), AlgorithmMismatch},
		{"ECDSA with an RSA key", rsaWith(func(f *forgery) { f.scheme = algorithmOf("1.2.840.10045.4.3.2") }), AlgorithmMismatch},
		{"signature algorithm that is no SEQUENCE", with(func(f *forgery) { f.scheme = null() }), Malformed},
		{"digest algorithm of a signer that is no SEQUENCE", with(func(f *forgery) { f.digest = null() }), Malformed},

		// Signed attributes.
		{"empty set of attributes", with(func(f *forgery) { f.attributes, f.toSign = [][]byte{}, f.content }), EmptyAttributes},
		{"no contentType", with(func(f *forgery) { f.attributes = f.attributes[1:] }), MissingContentType},
		{"contentType of another type", with(func(f *forgery) { f.attributes[0] = attributeOf(idContentType, oidOf("1.2.840.113549.1.7.2")) }), ContentTypeMismatch},
		{"contentType that is no type", with(func(f *forgery) { f.attributes[0] = attributeOf(idContentType, null()) }), ContentTypeMismatch},
		{"no messageDigest", with(func(f *forgery) { f.attributes = f.attributes[:1] }), MissingMessageDigest},
		{"messageDigest of another content", with(func(f *forgery) {
			f.attributes[1] = attributeOf(idMessageDigest, octets(string(sum(f.hash, []byte("other")))))
		}), DigestMismatch},
		{"messageDigest that is no string", with(func(f *forgery) { f.attributes = [][]byte{attributeOf(idMessageDigest, integer(1)), f.attributes[0]} }), BadAttribute},
		{"two messageDigests", with(func(f *forgery) { f.attributes = append(f.attributes, nil) }), RepeatedAttribute},
		{"two contentTypes", with(func(f *forgery) { f.attributes = [][]byte{f.attributes[0], f.attributes[0], nil} }), RepeatedAttribute},
		{"messageDigest with two values", with(func(f *forgery) {
			f.attributes[1] = attributeOf(idMessageDigest, octets(string(sum(f.hash, f.content))), octets("other"))
		}), SeveralValues},
		{"messageDigest without a value", with(func(f *forgery) { f.attributes = [][]byte{attributeOf(idMessageDigest), f.attributes[0]} }), SeveralValues},
		{"attributes in another order", with(func(f *forgery) { f.attributes = [][]byte{nil, f.attributes[0]} }), UnsortedAttributes},
		{"attribute without values", with(func(f *forgery) {
			f.attributes = append([][]byte{definite(tagSequence, oidOf("1.2.3"))}, f.attributes...)
		}), Malformed},
		{"attribute that is no SEQUENCE", with(func(f *forgery) { f.attributes = append([][]byte{null()}, f.attributes...) }), Malformed},
		{"attribute with more behind", with(func(f *forgery) {
			f.attributes = append([][]byte{definite(tagSequence, oidOf("1.2.3"), definite(tagSet, null()), null())}, f.attributes...)
		}), ExtraElements},
		{"malformed signingTime", with(func(f *forgery) { standard(f, attributeOf(idSigningTime, primitive(tagUTCTime, []byte("now")))) }), BadAttribute},
		{"signingTime that is no time", with(func(f *forgery) { standard(f, attributeOf(idSigningTime, octets("260304050607Z"))) }), BadAttribute},
		{"two signingTimes", with(func(f *forgery) {
			time := attributeOf(idSigningTime, primitive(tagUTCTime, []byte("260304050607Z")))
			standard(f, time, time)
		}), RepeatedAttribute},
		{"signingCertificateV2 of another certificate", with(func(f *forgery) { standard(f, essV2(rsaLeaf)) }), SigningCertificateMismatch},
		{"signingCertificate of another certificate", with(func(f *forgery) { standard(f, essV1(rsaLeaf)) }), SigningCertificateMismatch},
		{"malformed signingCertificate", with(func(f *forgery) { standard(f, attributeOf(idSigningCertificateV2, null())) }), BadAttribute},
		{"empty signingCertificate", with(func(f *forgery) { standard(f, attributeOf(idSigningCertificateV2, definite(tagSequence))) }), BadAttribute},
		{"two signingCertificates", with(func(f *forgery) { standard(f, essV2(leaf), essV2(leaf)) }), RepeatedAttribute},
		{"signed attributes as the content", with(func(f *forgery) {
			f.content = definite(tagSet, attributeOf(idContentType, oidOf(idData)), f.digestAttribute())
			f.attributes = nil
		}), AttributesAsContent},

		// The signature.
		{"signature over something else", with(func(f *forgery) { f.toSign = []byte("other") }), SignatureMismatch},
		{"RSA signature over something else", rsaWith(func(f *forgery) { f.toSign = []byte("other") }), SignatureMismatch},
		{"signature over the content beside attributes", with(func(f *forgery) { f.toSign = f.content }), SignatureMismatch},
		{"tampered attribute", with(func(f *forgery) {
			time := func(text string) []byte { return attributeOf(idSigningTime, primitive(tagUTCTime, []byte(text))) }
			standard(f, time("260304050607Z"))
			f.toSign = definite(tagSet, f.attributes...)
			standard(f, time("260304050608Z"))
		}), SignatureMismatch},
		{"no signature", with(func(f *forgery) { f.signature = []byte{} }), SignatureMismatch},
		{"signature that is no string", with(func(f *forgery) { f.signature = []byte{}; f.scheme = append(f.scheme, null()...) }), Malformed},
		{"malformed unsigned attribute", with(func(f *forgery) { f.unsigned = [][]byte{null()} }), Malformed},

		// Too weak.
		{"SHA-1", forge(rsaKey(), rsaLeaf, crypto.SHA1, nil), WeakDigest},
		{"SHA-1 with ECDSA", forge(p256(), leaf, crypto.SHA1, nil), WeakDigest},
		{"MD5", forge(rsaKey(), rsaLeaf, crypto.MD5, nil), WeakDigest},
		{"SHA-1 of other content", tampered(forge(rsaKey(), rsaLeaf, crypto.SHA1, nil)), DigestMismatch},
		{"RSA 1024", forge(rsa1024(), weakLeaf, crypto.SHA256, nil), WeakKey},
		{"RSA 512", with(func(f *forgery) {
			f.certs, f.signerID = [][]byte{tinyLeaf.Raw}, definite(tagSequence, tinyLeaf.RawIssuer, must(asn1.Marshal(tinyLeaf.SerialNumber)))
			f.scheme = algorithmOf(idRSAEncryption, null())
		}), WeakKey},
	}
}

type hostileCase struct {
	name   string
	input  []byte
	reason Reason
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
