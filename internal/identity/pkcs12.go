package identity

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"unicode/utf16"

	"syncguard/internal/cms"
)

// FromPKCS12 makes an identity of a PKCS#12 file (.p12, .pfx) in DER, BER or base64, with modern or legacy encryption,
// and any number of further chain files. It tries the empty passphrase before calling pass. Among several keys with a
// certificate Files.Alias chooses; otherwise the error is an AmbiguousError.
//
// The work requested by the file is bounded before any of it is done: maxIterations for its MAC, its encrypted contents and its
// keys together. Keys inside encrypted contents are counted as soon as these are decrypted, before any key is.
func FromPKCS12(files Files, pass Passphrase) (*Identity, error) {
	f := files.P12
	store, err := readPKCS12(f.Data)
	if err != nil {
		return nil, f.wrap(err)
	}
	more, err := readCertificates(files.Chain...)
	if err != nil {
		return nil, err
	}
	secret, err := store.unlock(pass)
	if err != nil {
		return nil, f.wrap(err)
	}
	defer clear(secret.text)
	keys, certs, err := store.decrypt(secret)
	if err != nil {
		return nil, f.wrap(err)
	}
	found := contents{from: origins{}}
	for _, cert := range certs {
		found.certs = append(found.certs, cert)
		found.from[cert] = f.Name
	}
	found.add(more)
	return chooseIdentity(f, keys, found, files.Alias)
}

const (
	oidPKCS7Data      = "1.2.840.113549.1.7.1"
	oidPKCS7Signed    = "1.2.840.113549.1.7.2"
	oidPKCS7Encrypted = "1.2.840.113549.1.7.6"
	oidKeyBag         = "1.2.840.113549.1.12.10.1.1"
	oidShroudedKeyBag = "1.2.840.113549.1.12.10.1.2"
	oidCertBag        = "1.2.840.113549.1.12.10.1.3"
	oidFriendlyName   = "1.2.840.113549.1.9.20"
)

// The unencrypted parts of RFC 7292.
type (
	pfx struct {
		Version int
		Safe    contentInfo
		MAC     macData `asn1:"optional"`
	}
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	macData struct {
		Digest     digestInfo
		Salt       []byte
		Iterations int64 `asn1:"optional,default:1"`
	}
	digestInfo struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	encryptedData struct {
		Version int
		Info    encryptedInfo
	}
	encryptedInfo struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Content   asn1.RawValue `asn1:"tag:0,optional"`
	}
	safeBag struct {
		Type       asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes []attribute   `asn1:"set,optional"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	}
)

// store is a PKCS#12 file, read as far as it is in the clear.
type store struct {
	mac       macData
	safe      []byte // the bytes under the MAC, as in the file
	keys      []safeBag
	certs     []safeBag
	encrypted []contentInfo
	work      kdfWork // requested by all parts seen
}

// IsPKCS12 reports whether a file is PKCS#12, in DER, BER or base64, rather than PEM or a certificate in DER.
func IsPKCS12(data []byte) bool { return isPKCS12(derPKCS12(data)) }

func isPKCS12(data []byte) bool {
	var file pfx
	return unmarshalBER(data, &file) == nil && file.Version == 3 &&
		(file.Safe.Type.String() == oidPKCS7Data || file.Safe.Type.String() == oidPKCS7Signed)
}

// derPKCS12 removes base64, with or without PEM lines.
func derPKCS12(data []byte) []byte {
	data = plainText(data)
	if block, _ := pem.Decode(data); block != nil && block.Type == "PKCS12" {
		return block.Bytes
	}
	return fromBase64(data)
}

// convertHelp is the advice for an unsupported file.
const convertHelp = "convert it with openssl pkcs12 -in FILE -out FILE.pem, and give FILE.pem with --cert"

// readPKCS12 reads a file, and bounds the work of each part before doing any of it.
func readPKCS12(data []byte) (*store, error) {
	if err := checkFileSize(data); err != nil {
		return nil, err
	}
	der := derPKCS12(data)
	if !isPKCS12(der) {
		return nil, notPKCS12Error(data)
	}
	var file pfx
	if err := unmarshalBER(der, &file); err != nil {
		return nil, err
	}
	if file.Safe.Type.String() == oidPKCS7Signed {
		return nil, &Problem{"is PKCS#12 protected by a signature, want one with a passphrase", ""}
	}
	if len(file.MAC.Digest.Algorithm.Algorithm) == 0 {
		return nil, &Problem{"the PKCS#12 has no MAC, so no passphrase can be checked", convertHelp}
	}
	s := &store{mac: file.MAC}
	if err := unmarshalDER(file.Safe.Content.Bytes, &s.safe); err != nil {
		return nil, err
	}
	return s, s.readSafe()
}

// notPKCS12Error is the error for another kind of file, naming that kind.
func notPKCS12Error(data []byte) error {
	found, err := File{Data: data}.readContents()
	switch {
	case errors.As(err, new(*Problem)), len(data) == 0:
		return err
	case err == nil && len(found.certs)+len(found.keys) > 0:
		return &Problem{"is not PKCS#12, but separate certificates or keys", "give it with --cert, --key or --chain"}
	}
	return errors.New("is not PKCS#12, or is damaged")
}

// readSafe sorts the unencrypted bags, and adds up the work.
func (s *store) readSafe() error {
	var contents []contentInfo
	if err := unmarshalBER(s.safe, &contents); err != nil {
		return err
	}
	if err := s.work.addMAC(s.mac); err != nil {
		return err
	}
	for _, content := range contents {
		switch content.Type.String() {
		case oidPKCS7Encrypted:
			var encrypted encryptedData
			if err := unmarshalDER(content.Content.Bytes, &encrypted); err != nil {
				return err
			}
			if err := s.work.addAlgorithm(encrypted.Info.Algorithm); err != nil {
				return err
			}
			s.encrypted = append(s.encrypted, content)
		case oidPKCS7Data:
			var encoded []byte
			if err := unmarshalDER(content.Content.Bytes, &encoded); err != nil {
				return err
			}
			if err := s.readBags(encoded); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBags sorts bags, and adds up the work of the keys among them.
func (s *store) readBags(encoded []byte) error {
	var bags []safeBag
	if err := unmarshalBER(encoded, &bags); err != nil {
		return err
	}
	for _, bag := range bags {
		switch bag.Type.String() {
		case oidKeyBag:
			if err := checkKeySize(bag.Value.Bytes); err != nil {
				return err
			}
			s.keys = append(s.keys, bag)
		case oidCertBag:
			s.certs = append(s.certs, bag)
		case oidShroudedKeyBag:
			var key encryptedKey
			if err := unmarshalDER(bag.Value.Bytes, &key); err != nil {
				return err
			}
			if err := checkKeySize(key.Data); err != nil {
				return err
			}
			if err := s.work.addAlgorithm(key.Algorithm); err != nil {
				return err
			}
			s.keys = append(s.keys, bag)
		}
	}
	return nil
}

// unmarshalBER is unmarshal for the contents of octet strings, which may be in BER again.
func unmarshalBER(data []byte, out any) error {
	der, err := cms.ToDER(data)
	if err != nil {
		return err
	}
	return unmarshalDER(der, out)
}

// unlock returns the passphrase that fits the MAC.
func (s *store) unlock(pass Passphrase) (passphrase, error) {
	secret, err := s.mac.accepts(nil, s.safe)
	if !errors.Is(err, ErrWrongPassphrase) {
		return secret, err
	}
	text, err := pass.ask()
	if err != nil {
		return passphrase{}, err
	}
	if secret, err = s.mac.accepts(text, s.safe); err != nil {
		clear(text)
	}
	return secret, err
}

// decrypt decrypts the keys, and every certificate.
func (s *store) decrypt(secret passphrase) (keys []namedKey, certs []*x509.Certificate, err error) {
	if err = s.openContents(secret); err == nil {
		_, certs, err = secret.decodePart(s.certs)
	}
	for _, bag := range s.keys {
		if err != nil {
			return nil, nil, err
		}
		var key any
		if key, _, err = secret.decodePart([]safeBag{bag}); err == nil {
			err = appendKey(&keys, key, bag.friendlyName())
		}
	}
	switch {
	case err != nil:
		return nil, nil, err
	case len(keys) == 0:
		return nil, nil, &Problem{"holds no private key", "extract its certificates for --chain: openssl pkcs12 -in FILE -nokeys -out certs.pem"}
	}
	return keys, certs, nil
}

func appendKey(keys *[]namedKey, key any, alias string) error {
	signer, err := signerOf(key)
	if err == nil {
		*keys = append(*keys, namedKey{signer, alias})
	}
	return err
}

// friendlyName returns the file's own name for a bag, or "".
func (b safeBag) friendlyName() string {
	for _, a := range b.Attributes {
		var name asn1.RawValue
		if a.Type.String() != oidFriendlyName || unmarshalDER(a.Values.Bytes, &name) != nil || name.Tag != asn1.TagBMPString {
			continue
		}
		var units []uint16
		for i := 0; i+1 < len(name.Bytes); i += 2 {
			units = append(units, uint16(name.Bytes[i])<<8|uint16(name.Bytes[i+1]))
		}
		return string(utf16.Decode(units))
	}
	return ""
}

// octets returns the encrypted bytes, joining the chunks of BER.
func (e encryptedInfo) octets() ([]byte, error) {
	if !e.Content.IsCompound {
		return e.Content.Bytes, nil
	}
	var joined []byte
	for rest := e.Content.Bytes; len(rest) > 0; {
		var chunk []byte
		var err error
		if rest, err = asn1.Unmarshal(rest, &chunk); err != nil {
			return nil, errDamagedParameters
		}
		joined = append(joined, chunk...)
	}
	return joined, nil
}
