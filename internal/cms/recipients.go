package cms

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
)

// Envelope is the readable part of EnvelopedData, without any key.
type Envelope struct {
	Cipher     Cipher
	Size       int // of the encrypted content, in bytes
	Recipients []Recipient
}

// Recipient names the certificate a message is encrypted for: by issuer and serial number, or by key identifier. All
// fields are empty for a recipient without a certificate. Nothing here is verified.
type Recipient struct {
	Issuer string `json:"issuer,omitempty"`        // distinguished name
	Serial string `json:"serial,omitempty"`        // hexadecimal
	KeyID  string `json:"keyIdentifier,omitempty"` // hexadecimal
}

// ReadEnvelope reads the unencrypted part of EnvelopedData, in DER or BER. Time and memory are linear in len(b).
func ReadEnvelope(b []byte) (*Envelope, error) {
	e, recipients, err := openEnvelope(b)
	if err != nil {
		return nil, err
	}
	envelope := &Envelope{Cipher: e.cipher, Size: len(e.octets)}
	for _, i := range recipients {
		envelope.Recipients = append(envelope.Recipients, e.recipient(i))
	}
	return envelope, nil
}

func (e *envelope) recipient(i int) Recipient {
	if e.elements[i].tag != tagSequence {
		return Recipient{} // key agreement, or a password
	}
	c := e.walk(i)
	if !c.has(tagInteger, nil) || c.done() {
		return Recipient{}
	}
	id := c.take()
	if e.elements[id].tag == tagPrimitive0 {
		return Recipient{KeyID: hex.EncodeToString(e.body(id))}
	}
	parts, ok := e.fields(id, tagSequence, tagInteger)
	if !ok || !e.isName(parts[0]) {
		return Recipient{}
	}
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(e.raw(parts[0]), &name); err != nil || len(rest) > 0 {
		return Recipient{}
	}
	return Recipient{Issuer: name.String(), Serial: hex.EncodeToString(e.body(parts[1]))}
}
