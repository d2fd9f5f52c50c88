// Package content recognizes the bytes in a payload: certificates, identities, images, fonts and more, by their
// contents and never by a name. Start with Kind; Certificates reads certificates. The package opens nothing under a
// passphrase, and reports no findings.
package content

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"

	"syncguard/internal/cms"
	"syncguard/internal/identity"
)

// The kinds of content without a media type. Any other content is named by its media type, such as image/png.
const (
	Empty        = "empty"
	Certificate  = "certificate"         // one in DER
	PEM          = "PEM certificate"     // one or more in PEM
	PKCS12       = "PKCS#12"             // an identity, mostly
	PrivateKey   = "private key"         // in DER or PEM, with a certificate beside it or without
	Request      = "certificate request" // in DER or PEM
	OtherPEM     = "PEM text"            // of another kind, or damaged
	Signed       = "signed CMS message"  // PKCS#7, possibly with certificates
	PropertyList = "property list"
	Base64       = "base64 text" // of one of the kinds above
	Unknown      = "data"
)

// Kind names the kind of data.
func Kind(data []byte) string {
	switch {
	case len(data) == 0:
		return Empty
	case bytes.Contains(data[:min(len(data), maxPreamble)], []byte("-----BEGIN ")):
		return kindOfPEM(data)
	case bytes.HasPrefix(data, []byte("bplist")), bytes.Contains(data[:min(len(data), 1024)], []byte("<plist")):
		return PropertyList
	}
	if isBase64(data) {
		return Base64
	}
	if kind := kindOfDER(data); kind != "" {
		return kind
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if kind == "application/octet-stream" {
		return Unknown
	}
	return kind
}

// maxPreamble bounds the text before the first PEM block, as written by openssl x509 -text.
const maxPreamble = 64 << 10

func kindOfPEM(data []byte) string {
	kind := OtherPEM
	for _, block := range pemBlocks(data) {
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return PrivateKey
		case isCertificateLabel(block.Type) && looksLikeCertificate(block.Bytes):
			kind = PEM
		case strings.HasSuffix(block.Type, "CERTIFICATE REQUEST") && kind == OtherPEM:
			kind = Request
		}
	}
	return kind
}

// isCertificateLabel reports whether a PEM block is a certificate, by RFC 7468 or by an older name.
func isCertificateLabel(label string) bool {
	return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE"
}

// pemBlocks returns up to 32 blocks of PEM.
func pemBlocks(data []byte) []*pem.Block {
	var all []*pem.Block
	for rest := data; len(all) < maxCertificates; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		all = append(all, block)
	}
	return all
}

func kindOfDER(data []byte) string {
	switch {
	case data[0] != 0x30:
		return ""
	case isRequest(data):
		return Request
	case looksLikeCertificate(data):
		return Certificate
	case identity.IsPKCS12(data):
		return PKCS12
	case isPrivateKey(data):
		return PrivateKey
	case cms.IsSigned(data):
		return Signed
	}
	return ""
}

func isRequest(data []byte) bool {
	_, err := x509.ParseCertificateRequest(data)
	return err == nil
}

func isPrivateKey(data []byte) bool {
	if len(data) > maxKey {
		return false
	}
	_, err := x509.ParsePKCS8PrivateKey(data)
	if err != nil {
		_, err = x509.ParsePKCS1PrivateKey(data)
	}
	if err != nil {
		_, err = x509.ParseECPrivateKey(data)
	}
	return err == nil
}

// looksLikeCertificate reports whether data has the shape of a certificate: a signed part, an algorithm and a
// signature. Devices accept certificates refused by Go, such as one with a negative serial number, so this asks for no
// more.
func looksLikeCertificate(data []byte) bool {
	var shape struct {
		Signed    asn1.RawValue
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Signature asn1.BitString
	}
	if len(data) > maxBytes {
		return false
	}
	_, err := asn1.Unmarshal(data, &shape)
	return err == nil && shape.Signed.Tag == asn1.TagSequence && shape.Signed.IsCompound
}

// isBase64 reports whether data is base64 text of DER or PEM: encoded once too often.
func isBase64(data []byte) bool {
	const head = 64
	text := bytes.TrimSpace(data)
	if len(text) < head || !bytes.HasPrefix(text, []byte("MI")) && !bytes.HasPrefix(text, []byte("LS0tLS1CRUdJTi")) {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(string(text[:head/2]))
	return err == nil && len(bytes.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t ")) == 0
}
