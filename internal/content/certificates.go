package content

import "crypto/x509"

// Bounds on one payload.
const (
	maxBytes        = 1 << 20
	maxCertificates = 32
	maxKey          = 16 << 10
)

// Certificates reads one certificate in DER, or several in PEM: at most 32, each of at most a mebibyte.
func Certificates(data []byte) []*x509.Certificate {
	if len(data) > maxBytes {
		return nil
	}
	if c, err := x509.ParseCertificate(data); err == nil {
		return []*x509.Certificate{c}
	}
	var all []*x509.Certificate
	for _, block := range pemBlocks(data) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// CountPEM returns the number of certificates in PEM, readable or not, up to 32.
func CountPEM(data []byte) int {
	n := 0
	for _, block := range pemBlocks(data) {
		if isCertificateLabel(block.Type) {
			n++
		}
	}
	return n
}
