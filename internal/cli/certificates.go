package cli

import (
	"crypto/x509"

	"syncguard/internal/identity"
)

// readCertificates reads every certificate of a file, at least one, in any form.
func readCertificates(path string) ([]*x509.Certificate, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	certs, err := identity.Certificates(identity.File{Name: path, Data: data})
	return certs, explainIdentity(err)
}

// readRoots returns the certificates of files as roots, or nil where no file is named.
func readRoots(paths []string) (*x509.CertPool, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	roots := x509.NewCertPool()
	for _, path := range paths {
		certs, err := readCertificates(path)
		if err != nil {
			return nil, err
		}
		for _, cert := range certs {
			roots.AddCert(cert)
		}
	}
	return roots, nil
}
