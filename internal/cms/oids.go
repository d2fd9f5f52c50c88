package cms

import (
	"crypto"
	_ "crypto/md5"  // makes crypto.MD5 available, to tell a weak signature from a false one
	_ "crypto/sha1" // makes crypto.SHA1 available, for the same reason
	"strconv"
	"strings"
)

// Object identifiers of RFC 5652 and RFC 5035 used by the verifier.
const (
	idData                 = "1.2.840.113549.1.7.1"
	idContentType          = "1.2.840.113549.1.9.3"
	idMessageDigest        = "1.2.840.113549.1.9.4"
	idSigningTime          = "1.2.840.113549.1.9.5"
	idSigningCertificate   = "1.2.840.113549.1.9.16.2.12"
	idSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47"
	idRSAEncryption        = "1.2.840.113549.1.1.1"
)

// digests are the digest algorithms we can compute, including weak ones.
var digests = map[string]crypto.Hash{
	"1.2.840.113549.2.5":     crypto.MD5,
	"1.3.14.3.2.26":          crypto.SHA1,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// isWeakDigest reports whether an attacker can make other content with the same digest.
func isWeakDigest(hash crypto.Hash) bool { return hash == crypto.SHA1 || hash == crypto.MD5 }

// scheme is a signature algorithm: RSA PKCS#1 v1.5 or ECDSA, with its digest, or 0 for any.
type scheme struct {
	isRSA bool
	hash  crypto.Hash
}

var schemes = map[string]scheme{
	idRSAEncryption:         {true, 0},
	"1.2.840.113549.1.1.4":  {true, crypto.MD5},
	"1.2.840.113549.1.1.5":  {true, crypto.SHA1},
	"1.2.840.113549.1.1.11": {true, crypto.SHA256},
	"1.2.840.113549.1.1.12": {true, crypto.SHA384},
	"1.2.840.113549.1.1.13": {true, crypto.SHA512},
	"1.2.840.10045.4.1":     {false, crypto.SHA1},
	"1.2.840.10045.4.3.2":   {false, crypto.SHA256},
	"1.2.840.10045.4.3.3":   {false, crypto.SHA384},
	"1.2.840.10045.4.3.4":   {false, crypto.SHA512},
}

// oidNames are the usual names of object identifiers refused or listed by name.
var oidNames = map[string]string{
	// Content types.
	"1.2.840.113549.1.7.1":       "data",
	"1.2.840.113549.1.7.2":       "signedData",
	"1.2.840.113549.1.7.3":       "envelopedData",
	"1.2.840.113549.1.7.5":       "digestedData",
	"1.2.840.113549.1.7.6":       "encryptedData",
	"1.2.840.113549.1.9.16.1.2":  "authData",
	"1.2.840.113549.1.9.16.1.4":  "TSTInfo",
	"1.2.840.113549.1.9.16.1.9":  "compressedData",
	"1.2.840.113549.1.9.16.1.23": "authEnvelopedData",

	// Digests.
	"2.16.840.1.101.3.4.2.4":  "SHA-224",
	"2.16.840.1.101.3.4.2.5":  "SHA-512/224",
	"2.16.840.1.101.3.4.2.6":  "SHA-512/256",
	"2.16.840.1.101.3.4.2.7":  "SHA3-224",
	"2.16.840.1.101.3.4.2.8":  "SHA3-256",
	"2.16.840.1.101.3.4.2.9":  "SHA3-384",
	"2.16.840.1.101.3.4.2.10": "SHA3-512",
	"2.16.840.1.101.3.4.2.11": "SHAKE128",
	"2.16.840.1.101.3.4.2.12": "SHAKE256",

	// Signatures and key transport.
	"1.2.840.113549.1.1.7":   "RSAES-OAEP",
	"1.2.840.113549.1.1.10":  "RSASSA-PSS",
	"1.2.840.113549.1.1.14":  "SHA-224 with RSA",
	"1.2.840.10040.4.1":      "DSA",
	"1.2.840.10040.4.3":      "DSA with SHA-1",
	"2.16.840.1.101.3.4.3.2": "DSA with SHA-256",
	"1.2.840.10045.2.1":      "id-ecPublicKey",
	"1.2.840.10045.4.3.1":    "ECDSA with SHA-224",
	"1.3.101.112":            "Ed25519",
	"1.3.101.113":            "Ed448",

	// Ciphers.
	"1.2.840.113549.3.2":      "RC2-CBC",
	"1.2.840.113549.3.7":      "triple DES (CBC)",
	"1.3.14.3.2.7":            "DES-CBC",
	"2.16.840.1.101.3.4.1.2":  "AES-128-CBC",
	"2.16.840.1.101.3.4.1.6":  "AES-128-GCM",
	"2.16.840.1.101.3.4.1.22": "AES-192-CBC",
	"2.16.840.1.101.3.4.1.26": "AES-192-GCM",
	"2.16.840.1.101.3.4.1.42": "AES-256-CBC",
	"2.16.840.1.101.3.4.1.46": "AES-256-GCM",

	// Attributes.
	idContentType:                "contentType",
	idMessageDigest:              "messageDigest",
	idSigningTime:                "signingTime",
	"1.2.840.113549.1.9.6":       "countersignature",
	"1.2.840.113549.1.9.15":      "smimeCapabilities",
	"1.2.840.113549.1.9.52":      "cmsAlgorithmProtection",
	idSigningCertificate:         "signingCertificate",
	"1.2.840.113549.1.9.16.2.14": "timeStampToken",
	idSigningCertificateV2:       "signingCertificateV2",
}

// nameOf returns the usual name of an object identifier, or its digits.
func nameOf(oid string) string {
	if hash, ok := digests[oid]; ok {
		return hash.String()
	}
	if name, ok := oidNames[oid]; ok {
		return name
	}
	return oid
}

// dotted writes the contents octets of an object identifier in digits, or returns "" if they are malformed.
func dotted(b []byte) string {
	var text strings.Builder
	var n uint64
	for i, octet := range b {
		if n>>57 != 0 || n == 0 && octet == 0x80 {
			return "" // larger than any in use, or padded
		}
		n = n<<7 | uint64(octet&0x7f)
		if octet&0x80 != 0 {
			if i == len(b)-1 {
				return ""
			}
			continue
		}
		if text.Len() == 0 {
			first := min(n/40, 2)
			text.WriteString(strconv.FormatUint(first, 10))
			n -= 40 * first
		}
		text.WriteByte('.')
		text.WriteString(strconv.FormatUint(n, 10))
		n = 0
	}
	return text.String()
}
