package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
)

func TestReadEnvelope(t *testing.T) {
	device := deviceCert(t)
	e, err := ReadEnvelope(must(Encrypt(make([]byte, 100), []*x509.Certificate{device}, AES256)))
	want := []Recipient{{Issuer: device.Issuer.String(), Serial: hex.EncodeToString(serialOf(device))}}
	if err != nil || e.Cipher != AES256 || e.Size != 112 || !slices.Equal(e.Recipients, want) {
		t.Errorf("got %+v, %v", e, err)
	}
	made := newEnvelope(t, device, "text")
	made.recipients = [][]byte{
		definite(tagSequence, integer(2), primitive(tagPrimitive0, []byte{0xab, 1}), made.scheme, octets("key")),
		definite(tagContext1, integer(3)),
		definite(tagSequence),
	}
	for _, with := range []func(byte, ...[]byte) []byte{definite, indefinite} {
		e, err = ReadEnvelope(made.encode(with))
		if want := []Recipient{{KeyID: "ab01"}, {}, {}}; err != nil || e.Size != 16 || !slices.Equal(e.Recipients, want) {
			t.Errorf("got %+v, %v", e, err)
		}
	}
}

func TestReadEnvelopeRefuses(t *testing.T) {
	made := newEnvelope(t, deviceCert(t), "text")
	made.recipients = slices.Repeat([][]byte{null()}, maxRecipients+1)
	for _, b := range [][]byte{nil, []byte("text"), made.encode(definite)} {
		if e, err := ReadEnvelope(b); err == nil {
			t.Errorf("%.20q: got %+v", b, e)
		}
	}
	if _, err := ReadEnvelope(signedData(definite, octets("x"))); !errors.Is(err, ErrNotEncrypted) {
		t.Errorf("of SignedData: got %v, want %v", err, ErrNotEncrypted)
	}
}

func FuzzReadEnvelopeNeverPanics(f *testing.F) {
	f.Add(must(Encrypt([]byte("content"), []*x509.Certificate{deviceCert(f)}, AES256)))
	f.Add([]byte("\x30\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		e, err := ReadEnvelope(b)
		if !bytes.Equal(b, before) || err == nil && e.Size > len(b) {
			t.Fatalf("got %+v and error %v from %d bytes", e, err, len(b))
		}
	})
}
