package identity

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"syncguard/internal/cms"
	"syncguard/internal/pki"
	"syncguard/internal/text"
)

// File is a file given by the user, with its name for messages.
type File struct {
	Name string
	Data []byte
}

func (f File) given() bool { return f.Name != "" || f.Data != nil }

// wrap names the file in an error and in its help.
func (f File) wrap(err error) error {
	if err == nil || f.Name == "" {
		return err
	}
	if problem := new(Problem); errors.As(err, &problem) {
		problem.Help = text.WithFile(problem.Help, f.Name)
	}
	return fmt.Errorf("%s: %w", f.Name, err)
}

// HasKey reports whether the file holds a private key. It is false for an unreadable file.
func (f File) HasKey() bool {
	found, _ := f.readContents()
	return len(found.keys) > 0
}

// Files are the sources of an identity.
type Files struct {
	Cert  File   // its certificate; may hold the chain and the private key
	Key   File   // its private key, if not in Cert
	P12   File   // PKCS#12 with all of it, in place of Cert and Key
	Chain []File // the certificates of its issuers
	// Alias chooses among several keys: by the key's name in its file, or by its certificate's common name or
	// fingerprint. It may be empty for a single key.
	Alias string
}

// Problem is an error about a file, with advice. FILE in Help stands for the file's name.
type Problem struct{ Text, Help string }

func (p *Problem) Error() string { return p.Text }

// origins maps each certificate to the name of its file.
type origins map[*x509.Certificate]string

// of returns " of FILE", or "" for a nameless file.
func (o origins) of(cert *x509.Certificate) string {
	if o[cert] == "" {
		return ""
	}
	return " of " + o[cert]
}

// contents are the certificates and keys of files. The keys are still encrypted.
type contents struct {
	certs  []*x509.Certificate
	keys   []*pem.Block
	others []string // other things found, for the message about nothing useful
	from   origins
}

func (c *contents) add(more contents) {
	c.certs = append(c.certs, more.certs...)
	c.keys = append(c.keys, more.keys...)
	c.others = append(c.others, more.others...)
	maps.Copy(c.from, more.from)
}

// Certificates returns every certificate of a file, at least one. The file is PEM of any kind, DER, or PKCS#7, possibly
// in base64.
func Certificates(f File) ([]*x509.Certificate, error) {
	found, err := readCertificates(f)
	return found.certs, err
}

// readCertificates reads files given for their certificates.
func readCertificates(files ...File) (contents, error) {
	all := contents{from: origins{}}
	for _, f := range files {
		found, err := f.readContents()
		if err != nil {
			return all, f.wrap(err)
		}
		if len(found.certs) == 0 {
			return all, f.wrap(found.missingError("certificate", "give it with --key"))
		}
		all.add(found)
	}
	return all, nil
}

// readKeys reads a file given for its private key.
func readKeys(f File) (contents, error) {
	found, err := f.readContents()
	if err == nil && len(found.keys) == 0 {
		err = found.missingError("private key", "give it with --cert or --chain")
	}
	return found, f.wrap(err)
}

// missingError is the error for a file without the thing it was given for. It lists the things found instead.
func (c contents) missingError(what, instead string) error {
	var has []string
	switch {
	case len(c.certs) > 0:
		has = append(has, "a certificate")
	case len(c.keys) > 0:
		has = append(has, "a private key")
	default:
		instead = ""
	}
	for _, other := range c.others {
		if !slices.Contains(has, other) {
			has = append(has, other)
		}
	}
	if len(has) == 0 {
		return &Problem{Text: "holds no " + what}
	}
	return &Problem{fmt.Sprintf("holds no %s, but %s", what, strings.Join(has, ", ")), instead}
}

// readContents reads a file of any supported kind.
func (f File) readContents() (contents, error) {
	if err := checkFileSize(f.Data); err != nil {
		return contents{}, err
	}
	found := contents{from: origins{}}
	var err error
	data := plainText(f.Data)
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		err = errors.New("is empty")
	case isPEM(data):
		err = found.readPEM(data)
	default:
		err = found.readBinary(fromBase64(data))
	}
	for _, cert := range found.certs {
		found.from[cert] = f.Name
	}
	return found, err
}

// readBinary reads DER. A private key is kept as it is, for readKey and its passphrase.
func (c *contents) readBinary(data []byte) (err error) {
	if foreign := foreignStoreError(data); foreign != nil {
		return foreign
	}
	if certs, err := x509.ParseCertificates(data); err == nil {
		c.certs = append(c.certs, certs...)
		return nil
	}
	if cms.IsSigned(data) {
		c.certs, err = cms.Certificates(data)
		return err
	}
	if cert, err := trustedCertificate(data); cert != nil {
		c.certs = append(c.certs, cert)
		return err
	}
	if _, encrypted := parseEncrypted(data); encrypted || isKey(data) {
		c.keys = append(c.keys, &pem.Block{Bytes: bytes.Clone(data)}) // readKey overwrites it
		return nil
	}
	return errors.New("unknown file format: want PEM, or a certificate, PKCS#7 or private key in DER")
}

// readPEM sorts the blocks of a file. A damaged block is an error: skipping it would silently drop an intermediate
// certificate.
func (c *contents) readPEM(data []byte) error {
	blocks := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		if err := c.readBlock(block); err != nil {
			return fmt.Errorf("reading PEM block %d, %s: %w", blocks, block.Type, err)
		}
	}
	if begun := bytes.Count(data, []byte(pemBegin)); begun != blocks {
		return fmt.Errorf("PEM blocks damaged: %d of %d", begun-blocks, begun)
	}
	return nil
}

func (c *contents) readBlock(block *pem.Block) error {
	switch kind := block.Type; {
	case kind == "OPENSSH PRIVATE KEY":
		return &Problem{"the private key is in OpenSSH format", "convert it with ssh-keygen -p -m PKCS8 -f FILE"}
	case strings.HasSuffix(kind, "PRIVATE KEY"):
		c.keys = append(c.keys, block)
	case kind == "CERTIFICATE", kind == "X509 CERTIFICATE":
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		c.certs = append(c.certs, cert)
	case kind == "TRUSTED CERTIFICATE":
		cert, err := trustedCertificate(block.Bytes)
		if err != nil {
			return err
		}
		c.certs = append(c.certs, cert)
	case kind == "PKCS7", kind == "CMS", kind == "PKCS #7 SIGNED DATA":
		certs, err := cms.Certificates(block.Bytes)
		if err != nil {
			return err
		}
		c.certs = append(c.certs, certs...)
	case kind == "PKCS12":
		return foreignStoreError(block.Bytes)
	case strings.HasSuffix(kind, "CERTIFICATE REQUEST"):
		c.others = append(c.others, "a certificate request")
	default:
		c.others = append(c.others, "a block of type "+kind)
	}
	return nil
}

const pemBegin = "-----BEGIN "

func isPEM(data []byte) bool { return bytes.Contains(data, []byte(pemBegin)) }

func isKey(der []byte) bool {
	if len(der) > maxKey {
		return false
	}
	_, err := parseKey(der)
	return err == nil
}

// trustedCertificate reads the output of openssl x509 -trustout: a certificate followed by OpenSSL's trust settings. It
// refuses a certificate marked as rejected for some purpose, since nothing here would honor that. Without a certificate
// the result is nil.
func trustedCertificate(data []byte) (*x509.Certificate, error) {
	var first asn1.RawValue
	rest, err := asn1.Unmarshal(data, &first)
	if err != nil {
		return nil, errors.New("is not a certificate")
	}
	cert, err := x509.ParseCertificate(first.FullBytes)
	if err != nil {
		return nil, err
	}
	var settings struct {
		Trust  []asn1.ObjectIdentifier `asn1:"optional"`
		Reject []asn1.ObjectIdentifier `asn1:"optional,tag:0"`
		Alias  string                  `asn1:"optional,utf8"`
		KeyID  []byte                  `asn1:"optional"`
		Other  asn1.RawValue           `asn1:"optional,tag:1"`
	}
	if len(rest) > 0 {
		if err := unmarshalDER(rest, &settings); err != nil {
			return cert, errors.New("unexpected data after the certificate, want OpenSSL trust settings")
		}
	}
	if len(settings.Reject) > 0 {
		return cert, &Problem{fmt.Sprintf("the trust settings reject the certificate %q", pki.NameOf(cert)),
			"to use it anyway, remove them with openssl x509 -in FILE -out FILE.pem"}
	}
	return cert, nil
}

// foreignStoreError is the error for an unsupported store of keys and certificates, with the way to convert it.
func foreignStoreError(data []byte) error {
	switch {
	case isPKCS12(data):
		return &Problem{"is PKCS#12, want PEM or DER",
			"to sign, give it with --p12; to extract its certificates: openssl pkcs12 -in FILE -nokeys -out certs.pem"}
	case bytes.HasPrefix(data, []byte("\xfe\xed\xfe\xed")), bytes.HasPrefix(data, []byte("\xce\xce\xce\xce")):
		return &Problem{"is a Java keystore, want PEM, DER or PKCS#12",
			"convert it with keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype pkcs12"}
	case bytes.HasPrefix(data, []byte("PuTTY-User-Key-File-")):
		return &Problem{"is a private key in PuTTY format", "convert it with puttygen FILE -O private-openssh-new -o KEY, then ssh-keygen -p -m PKCS8 -f KEY"}
	}
	return nil
}

// plainText removes a byte order mark, and decodes the UTF-16 of Windows PowerShell.
func plainText(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return data
	}
	var units []uint16
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// fromBase64 decodes base64 without PEM lines, if the result is DER. Otherwise it returns the data itself.
func fromBase64(data []byte) []byte {
	text := bytes.Join(bytes.Fields(data), nil)
	if len(text) == 0 || text[0] != 'M' { // the first six bits of a SEQUENCE
		return data
	}
	der, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || der[0] != 0x30 {
		return data
	}
	return der
}
