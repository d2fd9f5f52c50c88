package cms

import (
	"crypto/x509"
	"errors"
	"fmt"
)

// Certificates returns the certificates in SignedData, DER or BER, in file order. It is meant for PKCS#7 files of
// nothing but certificates, and verifies nothing. The error is ErrNotSigned if IsSigned is false.
func Certificates(b []byte) ([]*x509.Certificate, error) {
	if !IsSigned(b) {
		return nil, ErrNotSigned
	}
	elements, err := scan(b)
	if err != nil {
		return nil, fmt.Errorf("reading PKCS#7: %w", err)
	}
	t := tree{src: b, elements: elements}
	parts, ok := t.signedData()
	if !ok {
		return nil, errors.New("reading PKCS#7: the SignedData is malformed")
	}
	var certs []*x509.Certificate
	for _, part := range parts[3:] { // after the version, the digests and the content
		if t.elements[part].tag != tagContext0 {
			continue
		}
		for _, c := range t.children(part) {
			if len(certs) == maxCertificates {
				return nil, verifyErrorf(TooManyCertificates, "there are more than %d certificates", maxCertificates)
			}
			cert, err := x509.ParseCertificate(t.raw(c))
			if err != nil {
				return nil, fmt.Errorf("reading certificate %d of PKCS#7: %w", len(certs)+1, err)
			}
			certs = append(certs, cert)
		}
	}
	return certs, nil
}

// ToDER rewrites BER as DER throughout: definite lengths in the fewest octets, and octet strings in one piece. It is
// for files with unsigned layers, such as PKCS#12; a signed layer must not be rewritten. The bounds are those of Scan.
// Sets keep their order.
func ToDER(b []byte) ([]byte, error) {
	elements, err := scan(b)
	if err != nil {
		return nil, err
	}
	open := make([]bool, len(elements))
	for i := range open {
		open[i] = true
	}
	return tree{b, elements}.inDER(open, nil)
}
