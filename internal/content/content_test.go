package content

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func TestKind(t *testing.T) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme Root CA"}, NotAfter: time.Now().Add(time.Hour)}
	cert := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	request := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key))
	pkcs8, sec1 := must(x509.MarshalPKCS8PrivateKey(key)), must(x509.MarshalECPrivateKey(key))
	text := func(label string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}) }
	negative := append([]byte{}, cert...)
	negative[12] = 0xff // the serial number, which Go refuses

	for _, tt := range []struct {
		name, want string
		data       []byte
	}{
		{"nothing", Empty, nil}, {"certificate", Certificate, cert}, {"with a line feed", Certificate, append(append([]byte{}, cert...), '\n')},
		{"negative serial number", Certificate, negative}, {"half a certificate", Unknown, cert[:len(cert)/2]},
		{"PEM", PEM, text("CERTIFICATE", cert)}, {"PEM of old", PEM, text("X509 CERTIFICATE", cert)}, {"trusted", PEM, text("TRUSTED CERTIFICATE", cert)},
		{"PEM behind its own description", PEM, append([]byte("Certificate:\n    Data:\n"), text("CERTIFICATE", cert)...)},
		{"PEM without an end", OtherPEM, text("CERTIFICATE", cert)[:200]}, {"PEM of another kind", OtherPEM, text("PUBLIC KEY", cert)},
		{"PEM that is no certificate", OtherPEM, text("CERTIFICATE", []byte("x"))},
		{"request", Request, request}, {"request in PEM", Request, text("CERTIFICATE REQUEST", request)},
		{"key", PrivateKey, pkcs8}, {"key of old", PrivateKey, sec1}, {"key in PEM", PrivateKey, text("EC PRIVATE KEY", sec1)},
		{"key beside its certificate", PrivateKey, append(text("CERTIFICATE", cert), text("PRIVATE KEY", pkcs8)...)},
		{"identity", PKCS12, must(pkcs12.Modern.Encode(key, must(x509.ParseCertificate(cert)), nil, "x"))},
		{"once more", Base64, []byte(base64.StdEncoding.EncodeToString(cert))}, {"PEM once more", Base64, []byte(base64.StdEncoding.EncodeToString(text("CERTIFICATE", cert)) + "\n")},
		{"short text", "text/plain", []byte("MIICERT")}, {"image", "image/png", []byte("\x89PNG\r\n\x1a\n")}, {"font", "font/otf", []byte("OTTO")},
		{"XML", PropertyList, []byte("<?xml version=\"1.0\"?><plist/>")}, {"binary", PropertyList, []byte("bplist00")}, {"bytes", Unknown, []byte{0, 1, 2}},
	} {
		if got := Kind(tt.data); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	if n := CountPEM(append(text("CERTIFICATE", cert), text("CERTIFICATE", negative)...)); n != 2 {
		t.Errorf("got %d certificates, want 2", n)
	}
	if all := Certificates(append(text("CERTIFICATE", cert), text("CERTIFICATE", cert)...)); len(all) != 2 {
		t.Errorf("got %d certificates, want 2", len(all))
	}
}

// No bytes make it panic, and what it calls a certificate is long enough to be one.
func FuzzKind(f *testing.F) {
	for _, s := range []string{"", "0", "0\x80", "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----", "MIIB", "LS0tLS1CRUdJTi"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if kind := Kind(data); kind == "" || kind == Certificate && len(data) < 10 {
			t.Errorf("%q is %q", data, kind)
		}
		Certificates(data)
	})
}
