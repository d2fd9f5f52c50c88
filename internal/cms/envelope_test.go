package cms

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func deviceCert(t testing.TB) *x509.Certificate {
	return issue(t, "device", rsaKey().Public(), nil, rsaKey(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
}

func TestEncryptAndDecrypt(t *testing.T) {
	device := deviceCert(t)
	other := issue(t, "other", rsaKey().Public(), nil, rsaKey(), func(c *x509.Certificate) { c.KeyUsage = 0 })
	for _, cipher := range []Cipher{AES128, AES192, AES256} {
		for _, size := range []int{0, 1, 15, 16, 17, 31, 32, 100_000} {
			content := bytes.Repeat([]byte{7}, size)
			encrypted, err := Encrypt(content, []*x509.Certificate{device, other, device}, cipher)
			if err != nil {
				t.Fatal(err)
			}
			for _, cert := range []*x509.Certificate{device, other} {
				got, err := Decrypt(encrypted, rsaKey(), cert)
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("%s, %d bytes: got %d bytes, %v", cipher, size, len(got), err)
				}
			}
			if bytes.Contains(encrypted, []byte("\x07\x07\x07\x07\x07\x07\x07\x07")) {
				t.Errorf("%s, %d bytes: the content is in the clear", cipher, size)
			}
		}
	}
}

// The caller's bytes, and those behind them in the same array, stay as they are.
func TestEnvelopesLeaveBuffersAlone(t *testing.T) {
	device := deviceCert(t)
	buffer := bytes.Repeat([]byte("content!"), 10)
	encrypted := must(Encrypt(buffer[:19:40], []*x509.Certificate{device}, AES128))
	if !bytes.Equal(buffer, bytes.Repeat([]byte("content!"), 10)) {
		t.Error("Encrypt wrote into the buffer")
	}
	before := bytes.Clone(encrypted)
	if got := must(Decrypt(encrypted, rsaKey(), device)); string(got) != "content!content!con" || !bytes.Equal(encrypted, before) {
		t.Errorf("got %q", got)
	}
	if again := must(Encrypt(buffer[:19], []*x509.Certificate{device}, AES128)); bytes.Equal(again, encrypted) {
		t.Error("the same content is encrypted to the same bytes")
	}
}

func TestEncryptRefuses(t *testing.T) {
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	for name, test := range map[string]struct {
		content    []byte
		recipients []*x509.Certificate
		cipher     Cipher
		want       string
	}{
		"nobody":          {nil, nil, AES128, "missing recipient"},
		"an ECDSA key":    {nil, []*x509.Certificate{deviceCert(t), leaf}, AES128, `recipient "leaf": the key is ECDSA P-256, want RSA`},
		"a short key":     {nil, []*x509.Certificate{issue(t, "weak", rsa1024().Public(), nil, rsa1024(), nil)}, AES128, "RSA key has 1024 bits"},
		"a huge key":      {nil, []*x509.Certificate{issue(t, "huge", &rsa.PublicKey{N: odd(8193), E: 3}, leaf, p256(), nil)}, AES128, "RSA key has 8193 bits"},
		"a key to sign":   {nil, []*x509.Certificate{issue(t, "signer", rsaKey().Public(), nil, rsaKey(), nil)}, AES128, "does not allow keyEncipherment"},
		"unknown cipher":  {nil, []*x509.Certificate{deviceCert(t)}, 3, "cipher 3 is unknown"},
		"negative cipher": {nil, []*x509.Certificate{deviceCert(t)}, -1, "is unknown"},
		"large content":   {make([]byte, maxSize), []*x509.Certificate{deviceCert(t)}, AES128, "at most 8388608 are allowed"},
	} {
		got, err := Encrypt(test.content, test.recipients, test.cipher)
		if err == nil || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%s: got %d bytes and error %v, want one with %q", name, len(got), err, test.want)
		}
	}
}

// envelopeOf is EnvelopedData as a test wants it.
type envelopeOf struct {
	id, scheme, key, cipher, content []byte
	kind                             string
	more                             [][]byte // behind the encrypted content
	recipients                       [][]byte
}

func (e envelopeOf) encode(with func(byte, ...[]byte) []byte) []byte {
	if e.recipients == nil {
		e.recipients = [][]byte{definite(tagSequence, integer(0), e.id, e.scheme, octets(string(e.key)))}
	}
	content := with(tagSequence, oid(e.kind), e.cipher, e.content)
	data := with(tagSequence, append([][]byte{integer(0), definite(tagSet, e.recipients...), content}, e.more...)...)
	return with(tagSequence, oidOf(idEnvelopedData), with(tagContext0, data))
}

// newEnvelope takes the parts out of what Encrypt makes.
func newEnvelope(t *testing.T, device *x509.Certificate, text string) envelopeOf {
	tr, _, err := openDER(must(Encrypt([]byte(text), []*x509.Certificate{device}, AES128)))
	if err != nil {
		t.Fatal(err)
	}
	parts := tr.children(tr.children(tr.children(0)[1])[0])
	recipient := tr.children(tr.children(parts[1])[0])
	content := tr.children(parts[2])
	return envelopeOf{id: tr.raw(recipient[1]), scheme: tr.raw(recipient[2]), key: tr.body(recipient[3]), kind: oidData,
		cipher: tr.raw(content[1]), content: tr.raw(content[2])}
}

func TestDecryptRefuses(t *testing.T) {
	device := deviceCert(t)
	body := func(e envelopeOf) []byte { return e.content[2:] }
	iv := octets(strings.Repeat("i", 16))
	for name, test := range map[string]struct {
		change func(*envelopeOf)
		want   string
	}{
		"a half block":             {func(e *envelopeOf) { e.content = primitive(tagPrimitive0, body(*e)[:15]) }, ErrDecrypt.Error()},
		"no block":                 {func(e *envelopeOf) { e.content = primitive(tagPrimitive0, nil) }, ErrDecrypt.Error()},
		"the last block cut off":   {func(e *envelopeOf) { e.content = primitive(tagPrimitive0, body(*e)[:16]) }, ErrDecrypt.Error()},
		"a key cut off":            {func(e *envelopeOf) { e.key = e.key[:100] }, ErrDecrypt.Error()},
		"no key":                   {func(e *envelopeOf) { e.key = nil }, ErrDecrypt.Error()},
		"another cipher":           {func(e *envelopeOf) { e.cipher = algorithmOf("2.16.840.1.101.3.4.1.42", iv) }, ErrDecrypt.Error()},
		"triple DES":               {func(e *envelopeOf) { e.cipher = algorithmOf("1.2.840.113549.3.7", octets("12345678")) }, "the cipher is triple DES"},
		"GCM":                      {func(e *envelopeOf) { e.cipher = algorithmOf("2.16.840.1.101.3.4.1.6", iv) }, "the cipher is AES-128-GCM"},
		"a short vector":           {func(e *envelopeOf) { e.cipher = algorithmOf("2.16.840.1.101.3.4.1.2", octets("short")) }, "vector has 5 bytes"},
		"no vector":                {func(e *envelopeOf) { e.cipher = algorithmOf("2.16.840.1.101.3.4.1.2") }, "vector of the cipher is missing"},
		"no cipher":                {func(e *envelopeOf) { e.cipher = definite(tagSequence) }, "the cipher is missing"},
		"OAEP":                     {func(e *envelopeOf) { e.scheme = algorithmOf("1.2.840.113549.1.1.7", definite(tagSequence)) }, "encrypted with RSAES-OAEP"},
		"another recipient":        {func(e *envelopeOf) { e.id = definite(tagSequence, device.RawIssuer, integer(1)) }, "but for one other recipient"},
		"no recipient":             {func(e *envelopeOf) { e.recipients = [][]byte{} }, "for 0 other recipients"},
		"a password recipient":     {func(e *envelopeOf) { e.recipients = [][]byte{definite(0xa3)} }, "for one other recipient"},
		"too many recipients":      {func(e *envelopeOf) { e.recipients = slices.Repeat([][]byte{null()}, maxRecipients+1) }, "at most 10000"},
		"a malformed recipient":    {func(e *envelopeOf) { e.recipients = [][]byte{definite(tagSequence)} }, "a recipient is malformed"},
		"a recipient without key":  {func(e *envelopeOf) { e.recipients = [][]byte{definite(tagSequence, integer(0), e.id, e.scheme)} }, "has no encrypted key"},
		"signed content":           {func(e *envelopeOf) { e.kind = oidSignedData }, "of type signedData, want data"},
		"no content":               {func(e *envelopeOf) { e.content = nil }, "not in the message"},
		"chunk of another type":    {func(e *envelopeOf) { e.content = definite(tagContext0, integer(1)) }, "is not an OCTET STRING"},
		"more behind the content":  {func(e *envelopeOf) { e.content = append(e.content, null()...) }, "unexpected data after the encrypted content"},
		"more behind the envelope": {func(e *envelopeOf) { e.more = [][]byte{null()} }, "unexpected data after the encrypted content"},
	} {
		e := newEnvelope(t, device, "some content of more than one block")
		test.change(&e)
		got, err := Decrypt(e.encode(definite), rsaKey(), device)
		if err == nil || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%s: got %q and error %v, want one with %q", name, got, err, test.want)
		}
	}
	for name, input := range map[string][]byte{"empty": nil, "text": []byte("<plist/>"), "signed": forge(p256(), issue(t, "leaf", p256().Public(), nil, p256(), nil), crypto.SHA256, nil)} {
		if got, err := Decrypt(input, rsaKey(), device); err == nil || got != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if _, err := Decrypt(nil, rsaKey(), issue(t, "leaf", p256().Public(), nil, p256(), nil)); err == nil || !strings.Contains(err.Error(), "not the RSA key of the certificate") {
		t.Errorf("another certificate: %v", err)
	}
}

func TestDecryptReadsBER(t *testing.T) {
	device := deviceCert(t)
	e := newEnvelope(t, device, "some content of more than one block")
	body := e.content[2:]
	e.content = indefinite(tagContext0, octets(string(body[:5])), octets(string(body[5:])))
	got, err := Decrypt(e.encode(indefinite), rsaKey(), device)
	if err != nil || string(got) != "some content of more than one block" {
		t.Errorf("got %q, %v", got, err)
	}
}

// Whatever is changed at the end of the ciphertext, there is one message, and never a panic.
func TestTamperedEnvelopesHaveOneMessage(t *testing.T) {
	device := deviceCert(t)
	encrypted := must(Encrypt(bytes.Repeat([]byte("content"), 20), []*x509.Certificate{device}, AES128))
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 500 {
		tampered := bytes.Clone(encrypted)
		tampered[len(tampered)-1-random.IntN(32)] ^= byte(1 + random.IntN(255))
		_, err := Decrypt(tampered, rsaKey(), device)
		if err != nil && !errors.Is(err, ErrDecrypt) {
			t.Fatal(err)
		}
		if err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no change was noticed")
	}
}

func FuzzDecryptNeverPanics(f *testing.F) {
	device := deviceCert(f)
	f.Add(must(Encrypt([]byte("content"), []*x509.Certificate{device}, AES256)))
	f.Add([]byte("\x30\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		got, err := Decrypt(b, rsaKey(), device)
		if !bytes.Equal(b, before) || len(got) > len(b) || err != nil && got != nil {
			t.Fatalf("got %d bytes and error %v from %d bytes", len(got), err, len(b))
		}
	})
}
