package cms

import (
	"errors"
	"fmt"
)

// Reason is the stable code of an answer: kebab-case, never renamed or reused.
type Reason string

// The reasons, by question.
const (
	// Integrity.
	Verified                   Reason = "verified"
	NotSigned                  Reason = "not-signed"
	Malformed                  Reason = "malformed"
	TooLarge                   Reason = "too-large"
	TooDeep                    Reason = "too-deep"
	TooManyElements            Reason = "too-many-elements"
	TrailingBytes              Reason = "trailing-bytes"
	NotDER                     Reason = "not-der"
	BadVersion                 Reason = "bad-version"
	Detached                   Reason = "detached"
	Nested                     Reason = "nested"
	WrongContentType           Reason = "wrong-content-type"
	SeveralContents            Reason = "several-contents"
	NotOctets                  Reason = "not-octets"
	RevocationLists            Reason = "revocation-lists"
	ExtraElements              Reason = "extra-elements"
	NoSigner                   Reason = "no-signer"
	TooManySigners             Reason = "too-many-signers"
	TooManyCertificates        Reason = "too-many-certificates"
	BadCertificate             Reason = "bad-certificate"
	UnsupportedCertificate     Reason = "unsupported-certificate"
	MissingSignerCertificate   Reason = "missing-signer-certificate"
	AmbiguousSignerCertificate Reason = "ambiguous-signer-certificate"
	BadSignerVersion           Reason = "bad-signer-version"
	UnsupportedDigest          Reason = "unsupported-digest"
	UnsupportedSignature       Reason = "unsupported-signature"
	UnsupportedKey             Reason = "unsupported-key"
	BadParameters              Reason = "bad-parameters"
	DigestNotListed            Reason = "digest-not-listed"
	AlgorithmMismatch          Reason = "algorithm-mismatch"
	BadAttribute               Reason = "bad-attribute"
	EmptyAttributes            Reason = "empty-attributes"
	UnsortedAttributes         Reason = "unsorted-attributes"
	RepeatedAttribute          Reason = "repeated-attribute"
	SeveralValues              Reason = "several-values"
	MissingContentType         Reason = "missing-content-type"
	ContentTypeMismatch        Reason = "content-type-mismatch"
	MissingMessageDigest       Reason = "missing-message-digest"
	SigningCertificateMismatch Reason = "signing-certificate-mismatch"
	AttributesAsContent        Reason = "attributes-as-content"
	DigestMismatch             Reason = "digest-mismatch"
	SignatureMismatch          Reason = "signature-mismatch"
	NotAPropertyList           Reason = "not-a-property-list" // given by the caller's Read
	UnsoundContent             Reason = "unsound-content"     // the same
	WeakDigest                 Reason = "weak-digest"
	WeakKey                    Reason = "weak-key"

	// Trust.
	Trusted                  Reason = "trusted"
	AppleRoot                Reason = "apple-root"
	Pinned                   Reason = "pinned"
	NoRoots                  Reason = "no-roots"
	UnknownSigner            Reason = "unknown-signer"
	PinMismatch              Reason = "pin-mismatch"
	SelfSigned               Reason = "self-signed"
	MissingIssuer            Reason = "missing-issuer"
	UntrustedRoot            Reason = "untrusted-root"
	BadCertificateSignature  Reason = "bad-certificate-signature"
	WeakCertificateSignature Reason = "weak-certificate-signature"
	WeakCertificateKey       Reason = "weak-certificate-key"
	AmbiguousIssuer          Reason = "ambiguous-issuer"
	IssuerNotCA              Reason = "issuer-not-ca"
	SignerIsCA               Reason = "signer-is-ca"
	WrongKeyUsage            Reason = "wrong-key-usage"
	WrongExtendedKeyUsage    Reason = "wrong-extended-key-usage"
	ConstraintViolated       Reason = "constraint-violated"
	UnknownExtension         Reason = "unknown-extension"
	NeverValidTogether       Reason = "never-valid-together"
	Revoked                  Reason = "revoked"
	RevocationUnknown        Reason = "revocation-unknown"
	BadRevocationList        Reason = "bad-revocation-list"

	// Validity.
	Valid               Reason = "valid"
	Expired             Reason = "expired"
	NotYetValid         Reason = "not-yet-valid"
	IssuerExpired       Reason = "issuer-expired"
	IssuerNotYetValid   Reason = "issuer-not-yet-valid"
	SigningTimeInFuture Reason = "signing-time-in-future"
	SigningTimeOutside  Reason = "signing-time-outside"
)

// Question is one of the three questions about a signed file.
type Question string

// The questions, in the order of the answers.
const (
	AboutIntegrity Question = "integrity"
	AboutTrust     Question = "trust"
	AboutValidity  Question = "validity"
)

// ReasonInfo explains a reason.
type ReasonInfo struct {
	Reason   Reason
	Question Question
	OK       bool
	Meaning  string
}

// Reasons lists every reason, by question.
func Reasons() []ReasonInfo {
	return reasons
}

var reasons = []ReasonInfo{
	{Verified, AboutIntegrity, true, "digest, signed attributes and signature of every signer match the content"},
	{NotSigned, AboutIntegrity, false, "the file is not CMS SignedData"},
	{Malformed, AboutIntegrity, false, "the structure is not that of RFC 5652, or is truncated"},
	{TooLarge, AboutIntegrity, false, "more than 16 MiB"},
	{TooDeep, AboutIntegrity, false, "more than 32 levels of nesting"},
	{TooManyElements, AboutIntegrity, false, "more than 200,000 elements"},
	{TrailingBytes, AboutIntegrity, false, "bytes follow the end of the structure, and nothing covers them"},
	{NotDER, AboutIntegrity, false, "a certificate, an algorithm or a signer is not in DER; only the layers around them may be in BER"},
	{BadVersion, AboutIntegrity, false, "the version of SignedData is not 1 or 3"},
	{Detached, AboutIntegrity, false, "the content is not in the file"},
	{Nested, AboutIntegrity, false, "the content is another CMS message"},
	{WrongContentType, AboutIntegrity, false, "the content is of a type other than data"},
	{SeveralContents, AboutIntegrity, false, "there is not exactly one content"},
	{NotOctets, AboutIntegrity, false, "the content is not an OCTET STRING"},
	{RevocationLists, AboutIntegrity, false, "embedded revocation lists are not supported"},
	{ExtraElements, AboutIntegrity, false, "the structure has more elements than RFC 5652 allows"},
	{NoSigner, AboutIntegrity, false, "nobody signed"},
	{TooManySigners, AboutIntegrity, false, "more than 16 signers"},
	{TooManyCertificates, AboutIntegrity, false, "more than 100 certificates"},
	{BadCertificate, AboutIntegrity, false, "an embedded certificate cannot be read, or has an RSA key above 8192 bits"},
	{UnsupportedCertificate, AboutIntegrity, false, "a certificate of a kind other than X.509 is embedded"},
	{MissingSignerCertificate, AboutIntegrity, false, "the certificate of a signer is not in the file"},
	{AmbiguousSignerCertificate, AboutIntegrity, false, "several certificates match a signer"},
	{BadSignerVersion, AboutIntegrity, false, "a signer's version does not match the way it is named"},
	{UnsupportedDigest, AboutIntegrity, false, "a digest other than SHA-256, SHA-384, SHA-512 (and the weak SHA-1 and MD5)"},
	{UnsupportedSignature, AboutIntegrity, false, "a signature algorithm other than RSA PKCS#1 v1.5 and ECDSA, such as RSASSA-PSS or Ed25519"},
	{UnsupportedKey, AboutIntegrity, false, "a key other than RSA, or ECDSA on P-256, P-384 or P-521"},
	{BadParameters, AboutIntegrity, false, "an algorithm has invalid parameters"},
	{DigestNotListed, AboutIntegrity, false, "a signer's digest is not in the file's list of digest algorithms"},
	{AlgorithmMismatch, AboutIntegrity, false, "the signature algorithm does not match the digest or the key"},
	{BadAttribute, AboutIntegrity, false, "an attribute has an invalid value"},
	{EmptyAttributes, AboutIntegrity, false, "the set of signed attributes is empty"},
	{UnsortedAttributes, AboutIntegrity, false, "signed attributes are not in the order of DER"},
	{RepeatedAttribute, AboutIntegrity, false, "a signed attribute appears twice"},
	{SeveralValues, AboutIntegrity, false, "a signed attribute has no value or several, want one"},
	{MissingContentType, AboutIntegrity, false, "the signed attribute contentType is missing"},
	{ContentTypeMismatch, AboutIntegrity, false, "the signed attribute contentType is not the type of the content"},
	{MissingMessageDigest, AboutIntegrity, false, "the signed attribute messageDigest is missing"},
	{SigningCertificateMismatch, AboutIntegrity, false, "the signed attribute signingCertificate names another certificate"},
	{AttributesAsContent, AboutIntegrity, false, "the content is a set of signed attributes, taken from another signature"},
	{DigestMismatch, AboutIntegrity, false, "the content differs from what was signed"},
	{SignatureMismatch, AboutIntegrity, false, "the signature does not match the signed attributes (or the content) and the certificate"},
	{NotAPropertyList, AboutIntegrity, false, "the signature is valid, but the content is not a property list, so this is not a profile"},
	{UnsoundContent, AboutIntegrity, false, "the signature is valid, but programs may read the content differently, such as a key that appears twice"},
	{WeakDigest, AboutIntegrity, false, "the signature is valid, but an attacker can make other content with the same SHA-1 or MD5 digest"},
	{WeakKey, AboutIntegrity, false, "the signature is valid, but an RSA key below 2048 bits can be broken"},

	{Trusted, AboutTrust, true, "every signer's chain leads to a given root"},
	{AppleRoot, AboutTrust, true, "a signer's chain leads to one of Apple's own roots, known by its fingerprint and not on this machine"},
	{Pinned, AboutTrust, true, "every signer is the pinned one"},
	{NoRoots, AboutTrust, false, "no roots and no pin were given"},
	{UnknownSigner, AboutTrust, false, "there is no signer certificate to check"},
	{PinMismatch, AboutTrust, false, "a signer is not the pinned one"},
	{SelfSigned, AboutTrust, false, "a signer's certificate is self-signed and not a given root"},
	{MissingIssuer, AboutTrust, false, "an issuer is missing from the file and the trusted roots"},
	{UntrustedRoot, AboutTrust, false, "the chain leads to a root that is not trusted"},
	{BadCertificateSignature, AboutTrust, false, "a certificate was not signed by the issuer it names"},
	{WeakCertificateSignature, AboutTrust, false, "a certificate is signed with SHA-1 or older"},
	{WeakCertificateKey, AboutTrust, false, "a certificate of the chain has an RSA key below 2048 bits"},
	{AmbiguousIssuer, AboutTrust, false, "two certificates are named as one issuer, and the one OpenSSL takes leads to no root and is vouched for by nobody in the file"},
	{IssuerNotCA, AboutTrust, false, "an issuer is not a certificate authority, or not for this chain"},
	{SignerIsCA, AboutTrust, false, "a signer's certificate is a certificate authority's"},
	{WrongKeyUsage, AboutTrust, false, "the key usage of a signer allows neither digitalSignature nor nonRepudiation"},
	{WrongExtendedKeyUsage, AboutTrust, false, "the extended key usage of a signer allows nothing but time stamps, OCSP or IPsec (IKE)"},
	{ConstraintViolated, AboutTrust, false, "a name, path length or usage constraint of an issuer is violated"},
	{UnknownExtension, AboutTrust, false, "a certificate has an unknown critical extension"},
	{NeverValidTogether, AboutTrust, false, "the certificates of the chain are never all valid at the same time"},
	{Revoked, AboutTrust, false, "a revocation list given with --crl has a certificate of the chain"},
	{RevocationUnknown, AboutTrust, false, "--crl was given, but no list of the issuer of a certificate in the chain: it may be revoked or not"},
	{BadRevocationList, AboutTrust, false, "a revocation list is not signed by the issuer it names, or that may sign none"},

	{Valid, AboutValidity, true, "every certificate is valid at the given time, and the signer's was at its claimed signing time"},
	{UnknownSigner, AboutValidity, false, "there is no signer certificate to check"},
	{Expired, AboutValidity, false, "the certificate of a signer has expired"},
	{NotYetValid, AboutValidity, false, "the certificate of a signer is not valid yet"},
	{IssuerExpired, AboutValidity, false, "the certificate of an issuer has expired"},
	{IssuerNotYetValid, AboutValidity, false, "the certificate of an issuer is not valid yet"},
	{SigningTimeInFuture, AboutValidity, false, "a signer claims to have signed in the future"},
	{SigningTimeOutside, AboutValidity, false, "a signer claims to have signed outside its certificate's validity"},
}

// help returns one sentence of advice on a reason, or "".
func (r Reason) help() string {
	switch r {
	case AmbiguousIssuer:
		return "sign again without the other certificate; it is named below as unused"
	case MissingIssuer:
		return `devices will show "Not Verified"; sign again with --chain and the certificate of that issuer, or give its root with --roots`
	case SelfSigned:
		return `devices will show "Not Verified" but still install it; require this very certificate with --pin`
	case UntrustedRoot:
		return "give the root with --roots if you trust it"
	case Expired, IssuerExpired:
		return "sign again with a current certificate; a profile installed by hand can only be replaced by one signed with the same certificate"
	case WeakDigest:
		return "sign again with SHA-256; extract the content with syncguard extract --unverified"
	case DigestMismatch, SignatureMismatch, TrailingBytes:
		return "the file was changed after it was signed; get it again from its source"
	case Revoked:
		return "do not install it; get a profile signed with another certificate"
	case RevocationUnknown:
		return "get that list from the authority, and give it with --crl too"
	case BadRevocationList:
		return "get that list again from the authority"
	case UnsoundContent:
		return "syncguard validate shows every place; build the profile again, and sign that"
	case NotSigned:
		return "to sign it: syncguard sign FILE -o OUT"
	case Nested:
		return "sign the profile only once"
	case Detached:
		return "sign with the content in the file: openssl cms -sign -nodetach"
	}
	return ""
}

// verifyError is a negative answer. As an error its text is the detail.
type verifyError struct {
	reason Reason
	detail string
}

func (f *verifyError) Error() string { return f.detail }

// IsTooMuch reports whether an error of this package is due to a bound of Scan.
func IsTooMuch(err error) bool {
	var f *verifyError
	return errors.As(err, &f) && (f.reason == TooLarge || f.reason == TooDeep || f.reason == TooManyElements)
}

func verifyErrorf(reason Reason, format string, args ...any) *verifyError {
	return &verifyError{reason, fmt.Sprintf(format, args...)}
}
