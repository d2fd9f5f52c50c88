package cms

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"

	"syncguard/internal/pki"
)

// ErrDecrypt is the error of Decrypt for a wrong key or damaged content. It never tells the two apart: the difference
// would help an attacker who changes a message and watches.
var ErrDecrypt = errors.New("cannot decrypt the content: wrong key, or the message was changed")

// ErrNotEncrypted is the error for bytes other than EnvelopedData.
var ErrNotEncrypted = errors.New("input is not CMS EnvelopedData")

const idEnvelopedData = "1.2.840.113549.1.7.3"

// maxRecipients bounds the recipients read.
const maxRecipients = 10_000

// Decrypt opens EnvelopedData, in DER or BER, with the RSA key of the certificate: AES in CBC mode, the content key
// encrypted with PKCS #1 v1.5. Encryption proves no origin: anybody may have changed the content. Decrypt leaves the
// caller's bytes alone; time and memory are linear in len(b).
func Decrypt(b []byte, key crypto.Decrypter, cert *x509.Certificate) ([]byte, error) {
	public, ok := key.Public().(*rsa.PublicKey)
	if !ok || !public.Equal(cert.PublicKey) {
		return nil, errors.New("the private key is not the RSA key of the certificate")
	}
	e, err := parseEnvelope(b, cert)
	if err != nil {
		return nil, err
	}
	if len(e.key) != public.Size() {
		return nil, ErrDecrypt
	}
	// With a session key size, wrong padding gives a random result instead of an error.
	//lint:ignore SA1019 it is what encrypts for devices
	secret, err := key.Decrypt(rand.Reader, e.key, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: e.cipher.keySize()})
	if err != nil || len(secret) != e.cipher.keySize() {
		return nil, ErrDecrypt
	}
	defer clear(secret)
	return decryptContent(e, secret)
}

func decryptContent(e *envelope, secret []byte) ([]byte, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, ErrDecrypt
	}
	if len(e.octets) == 0 || len(e.octets)%aes.BlockSize != 0 {
		return nil, ErrDecrypt
	}
	plain := make([]byte, len(e.octets))
	cipher.NewCBCDecrypter(block, e.iv).CryptBlocks(plain, e.octets)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > aes.BlockSize {
		clear(plain)
		return nil, ErrDecrypt
	}
	text, tail := plain[:len(plain)-padding], plain[len(plain)-padding:]
	if subtle.ConstantTimeCompare(tail, bytes.Repeat([]byte{byte(padding)}, padding)) != 1 {
		clear(plain)
		return nil, ErrDecrypt
	}
	return text, nil
}

// envelope is EnvelopedData as one recipient sees it.
type envelope struct {
	tree
	cipher Cipher
	key    []byte // encrypted
	iv     []byte
	octets []byte // encrypted
}

// parseEnvelope reads EnvelopedData strictly and finds the recipient.
func parseEnvelope(b []byte, cert *x509.Certificate) (*envelope, error) {
	e, recipients, err := openEnvelope(b)
	if err != nil {
		return nil, err
	}
	return e, e.readRecipients(recipients, cert)
}

// openEnvelope reads all of EnvelopedData except its recipients, returned as unread elements.
func openEnvelope(b []byte) (e *envelope, recipients []int, err error) {
	t, _, err := openDER(b)
	if err != nil {
		return nil, nil, fmt.Errorf("reading EnvelopedData: %w", err)
	}
	e = &envelope{tree: t}
	info, ok := t.fields(0, tagOID, tagContext0)
	if !ok || len(info) != 2 || dotted(t.body(info[0])) != idEnvelopedData {
		if ok && len(info) == 2 && dotted(t.body(info[0])) != idEnvelopedData {
			return nil, nil, fmt.Errorf("%w: it is %s", ErrNotEncrypted, nameOf(dotted(t.body(info[0]))))
		}
		return nil, nil, ErrNotEncrypted
	}
	inside, ok := t.fields(info[1], tagSequence)
	if !ok || len(inside) != 1 {
		return nil, nil, errors.New("reading EnvelopedData: the ContentInfo does not hold one EnvelopedData")
	}
	c := t.walk(inside[0])
	if !c.has(tagInteger, nil) || !c.optional(tagContext0, nil) || c.tag() != tagSet {
		return nil, nil, errors.New("reading EnvelopedData: missing version or set of recipients")
	}
	recipients = t.children(c.take())
	if len(recipients) > maxRecipients {
		return nil, nil, fmt.Errorf("there are %d recipients, at most %d are allowed", len(recipients), maxRecipients)
	}
	if c.tag() != tagSequence {
		return nil, nil, errors.New("reading EnvelopedData: missing encrypted content")
	}
	content := c.take()
	if !c.optional(tagContext1, nil) || !c.done() {
		return nil, nil, errors.New("reading EnvelopedData: unexpected data after the encrypted content")
	}
	return e, recipients, e.readContent(content)
}

func (e *envelope) readContent(i int) error {
	c := e.walk(i)
	if c.tag() != tagOID {
		return errors.New("reading EnvelopedData: the type of the content is missing")
	}
	if kind := dotted(e.body(c.take())); kind != idData {
		return fmt.Errorf("reading EnvelopedData: the content is of type %s, want data", nameOf(kind))
	}
	if c.tag() != tagSequence || e.elements[c.next].next == c.next+1 || e.elements[c.next+1].tag != tagOID {
		return errors.New("reading EnvelopedData: the cipher is missing")
	}
	a := e.walk(c.take())
	id := dotted(e.body(a.take()))
	known := false
	for _, cipher := range []Cipher{AES128, AES192, AES256} {
		if cipher.oid().String() == id {
			e.cipher, known = cipher, true
		}
	}
	if !known {
		return fmt.Errorf("the cipher is %s, want AES-128-CBC, AES-192-CBC or AES-256-CBC", nameOf(id))
	}
	if a.tag() != tagOctets {
		return errors.New("reading EnvelopedData: the initialization vector of the cipher is missing")
	}
	if e.iv = e.body(a.take()); len(e.iv) != aes.BlockSize || !a.done() {
		return fmt.Errorf("reading EnvelopedData: the initialization vector has %d bytes, want %d", len(e.iv), aes.BlockSize)
	}
	return e.readOctets(c)
}

// readOctets reads the implicit [0]: a string, or a string in chunks.
func (e *envelope) readOctets(c *cursor) error {
	switch c.tag() {
	case tagPrimitive0:
		e.octets = e.body(c.take())
	case tagContext0:
		for _, chunk := range e.children(c.take()) {
			if e.elements[chunk].tag != tagOctets {
				return errors.New("reading EnvelopedData: a chunk of the content is not an OCTET STRING")
			}
			e.octets = append(e.octets, e.body(chunk)...)
		}
	default:
		return errors.New("reading EnvelopedData: the encrypted content is not in the message")
	}
	if !c.done() {
		return errors.New("reading EnvelopedData: unexpected data after the encrypted content")
	}
	return nil
}

// readRecipients finds the encrypted key for the certificate.
func (e *envelope) readRecipients(recipients []int, cert *x509.Certificate) error {
	for _, i := range recipients {
		if e.elements[i].tag != tagSequence {
			continue // key agreement, or a password
		}
		c := e.walk(i)
		if !c.has(tagInteger, nil) || c.done() {
			return errors.New("reading EnvelopedData: a recipient is malformed")
		}
		id := c.take()
		if !e.isRecipient(id, cert) {
			continue
		}
		algorithm, err := c.algorithm("the key encryption algorithm")
		if err != nil {
			return fmt.Errorf("reading EnvelopedData: %w", err)
		}
		if algorithm.oid != idRSAEncryption {
			return fmt.Errorf("the key is encrypted with %s, want RSA PKCS #1 v1.5", nameOf(algorithm.oid))
		}
		if c.tag() != tagOctets {
			return errors.New("reading EnvelopedData: a recipient has no encrypted key")
		}
		e.key = e.body(c.take())
		return nil
	}
	return fmt.Errorf("the message is not encrypted for the certificate %q, but for %s", pki.NameOf(cert), counted(len(recipients), "other recipient"))
}

func (e *envelope) isRecipient(id int, cert *x509.Certificate) bool {
	if e.elements[id].tag == tagPrimitive0 {
		return len(cert.SubjectKeyId) > 0 && bytes.Equal(e.body(id), cert.SubjectKeyId)
	}
	parts, ok := e.fields(id, tagSequence, tagInteger)
	return ok && len(parts) == 2 && bytes.Equal(e.raw(parts[0]), cert.RawIssuer) && bytes.Equal(e.body(parts[1]), serialOf(cert))
}
