package identity

import (
	"crypto"
	"errors"
)

// FromPEM makes an identity of a certificate file, a key file and any number of chain files, in PEM, DER or PKCS#7. The
// certificate file may hold the chain too, and, without a key file, the private key; the order of certificates does not
// matter. Keys are PKCS#8, PKCS#1 or SEC 1, encrypted as PBES2 PKCS#8 or as traditional PEM, or not at all. Among
// several keys with a certificate Files.Alias chooses; otherwise the error is an AmbiguousError.
func FromPEM(files Files, pass Passphrase) (*Identity, error) {
	found, err := readCertificates(append([]File{files.Cert}, files.Chain...)...)
	if err != nil {
		return nil, err
	}
	keyFile := files.Cert
	if files.Key.given() {
		keyFile = files.Key
	}
	inKey, err := readKeys(keyFile)
	if err != nil {
		return nil, err
	}
	if files.Key.given() {
		found.add(contents{certs: inKey.certs, from: inKey.from})
	}
	keys, err := decryptKeys(inKey, pass)
	if err != nil {
		return nil, keyFile.wrap(err)
	}
	return chooseIdentity(keyFile, keys, found, files.Alias)
}

// ReadKey reads a private key alone, in any form known to FromPEM.
func ReadKey(f File, pass Passphrase) (crypto.Signer, error) {
	found, err := readKeys(f)
	if err != nil {
		return nil, err
	}
	if len(found.keys) > 1 {
		return nil, f.wrap(errors.New("holds several private keys, want one"))
	}
	keys, err := decryptKeys(found, pass)
	if err != nil {
		return nil, f.wrap(err)
	}
	return keys[0].signer, nil
}

// decryptKeys reads the keys of a file, all with one passphrase, asked for at most once.
func decryptKeys(found contents, pass Passphrase) ([]namedKey, error) {
	var work kdfWork
	for _, block := range found.keys {
		if err := work.addKey(block); err != nil {
			return nil, err
		}
	}
	asked, forget := pass.once()
	defer forget()
	var keys []namedKey
	for _, block := range found.keys {
		signer, err := readKey(block, asked)
		if err != nil {
			return nil, err
		}
		keys = append(keys, namedKey{signer: signer})
	}
	return keys, nil
}

// once returns a Passphrase that asks at most once, however often it is called, and a function to overwrite the answer.
func (p Passphrase) once() (asked Passphrase, forget func()) {
	var secret []byte
	if p == nil {
		return nil, func() {}
	}
	ask := func() ([]byte, error) {
		if secret == nil {
			answer, err := p.ask()
			if err != nil {
				return nil, err
			}
			secret = append([]byte{}, answer...)
			clear(answer)
		}
		return append([]byte{}, secret...), nil
	}
	return ask, func() { clear(secret) }
}

// signerOf narrows a parsed private key to a crypto.Signer.
func signerOf(key any) (crypto.Signer, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the private key cannot sign")
	}
	return signer, nil
}
