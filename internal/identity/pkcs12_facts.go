package identity

import (
	"errors"
	"slices"
	"strings"
)

// Store describes a PKCS#12 file, as far as it is readable without its passphrase.
type Store struct {
	Keys       int      // private keys outside of encrypted contents
	HasHidden  bool     // there are encrypted contents, possibly with more keys
	Digest     string   // of its MAC, such as SHA-1
	Encryption []string // of its contents and keys, each once, such as PBES2
	Iterations int64    // of key derivation, for one call of Opens

	store *store
}

// ReadStore reads a PKCS#12 file in DER, BER or base64. The error names the unsupported part.
func ReadStore(data []byte) (*Store, error) {
	s, err := readPKCS12(data)
	if err != nil {
		return nil, err
	}
	var work kdfWork
	if err := work.addMAC(s.mac); err != nil {
		return nil, err
	}
	out := &Store{Keys: len(s.keys), HasHidden: len(s.encrypted) > 0, Digest: digestName(s.mac.Digest.Algorithm.Algorithm.String()), Iterations: int64(work), store: s}
	for _, content := range s.encrypted {
		var encrypted encryptedData
		if err := unmarshalDER(content.Content.Bytes, &encrypted); err != nil {
			return nil, err
		}
		out.addEncryption(encrypted.Info.Algorithm.Algorithm.String())
	}
	for _, bag := range s.keys {
		var key encryptedKey
		if bag.Type.String() == oidShroudedKeyBag && unmarshalDER(bag.Value.Bytes, &key) == nil {
			out.addEncryption(key.Algorithm.Algorithm.String())
		}
	}
	return out, nil
}

func (s *Store) addEncryption(oid string) {
	name := oid
	switch {
	case oid == oidPBES2:
		name = "PBES2"
	case strings.HasPrefix(oid, oidPKCS12PBE):
		name = []string{"RC4-128", "RC4-40", "3DES", "2DES", "RC2-128", "RC2-40"}[min(max(int(oid[len(oid)-1]-'1'), 0), 5)]
	}
	if !slices.Contains(s.Encryption, name) {
		s.Encryption = append(s.Encryption, name)
	}
}

// Opens reports whether a passphrase fits the MAC of the file. It decrypts nothing. An error means the MAC could not be
// checked.
func (s *Store) Opens(passphrase string) (bool, error) {
	_, err := s.store.mac.accepts([]byte(passphrase), s.store.safe)
	if errors.Is(err, ErrWrongPassphrase) {
		return false, nil
	}
	return err == nil, err
}

// digestName names the digest of a MAC by its object identifier.
func digestName(oid string) string {
	const nist = "2.16.840.1.101.3.4.2."
	names := map[string]string{oidSHA1: "SHA-1", nist + "1": "SHA-256", nist + "2": "SHA-384", nist + "3": "SHA-512", nist + "4": "SHA-224", oidPBMAC1: "PBMAC1"}
	if name, ok := names[oid]; ok {
		return name
	}
	return oid
}
