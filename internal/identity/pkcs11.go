package identity

import "crypto"

// FromPKCS11 makes an identity of a certificate and its key in a security module; the module signs. pin is asked once.
// Close the identity to log out.
func FromPKCS11(files Files, key PKCS11, pin Passphrase) (*Identity, error) {
	found, err := readCertificates(append([]File{files.Cert}, files.Chain...)...)
	if err != nil {
		return nil, err
	}
	signer, closer, err := OpenPKCS11(key, pin)
	if err != nil {
		return nil, err
	}
	id, err := newIdentity(signer, found.certs, found.from)
	if err != nil {
		_ = closer()
		return nil, files.Cert.wrap(err)
	}
	id.close = closer
	return id, nil
}

// OpenPKCS11 logs in to a security module and finds a key. The returned function logs out.
func OpenPKCS11(key PKCS11, pin Passphrase) (crypto.Signer, func() error, error) {
	if !HasPKCS11 {
		return nil, nil, ErrNoPKCS11
	}
	secret, err := pin.ask()
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	return openPKCS11(key, secret)
}
