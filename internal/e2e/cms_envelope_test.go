//go:build e2e

package e2e

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/cms"
)

// What openssl encrypts with each cipher, in every form that it has, we decrypt; and the other way round.
func TestEncryptionBothWays(t *testing.T) {
	p := newPKI(t)
	first, second := p.issue("first", newRSA(t, 2048), nil, nil), p.issue("second", newRSA(t, 3072), nil, nil)
	for name, cipher := range map[string]cms.Cipher{"aes128": cms.AES128, "aes192": cms.AES192, "aes256": cms.AES256} {
		for _, options := range []string{"", "-stream", "-keyid", "-stream -keyid"} {
			args := append([]string{"cms", "-encrypt", "-binary", "-outform", "DER", "-" + name}, strings.Fields(options)...)
			encrypted := Tool(t, aProfile, "openssl", append(args, first.pem, second.pem)...)
			for _, to := range []*party{first, second} {
				got, err := cms.Decrypt(encrypted, to.key.(crypto.Decrypter), to.cert)
				if err != nil || !bytes.Equal(got, aProfile) {
					t.Errorf("%s %s: %d bytes, %v", name, options, len(got), err)
				}
			}
		}
		ours, err := cms.Encrypt(aProfile, certificates(first, second), cipher)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []*party{first, second} {
			if got := Tool(t, ours, "openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-recip", to.pem, "-inkey", to.pemKey); !bytes.Equal(got, aProfile) {
				t.Errorf("%s: openssl decrypts %d bytes", name, len(got))
			}
		}
	}
}

func TestEncryptionThatIsRefusedByName(t *testing.T) {
	p := newPKI(t)
	leaf, other := p.issue("leaf", newRSA(t, 2048), nil, nil), p.issue("other", newRSA(t, 2048), nil, nil)
	curve := p.issue("curve", newECDSA(t, elliptic.P256()), nil, nil)
	encrypt := func(options ...string) []byte {
		return Tool(t, aProfile, "openssl", append([]string{"cms", "-encrypt", "-binary", "-outform", "DER"}, options...)...)
	}
	for name, test := range map[string]struct {
		encrypted []byte
		want      string
	}{
		"triple DES":     {encrypt("-des3", leaf.pem), "triple DES"},
		"GCM":            {encrypt("-aes-128-gcm", leaf.pem), "authEnvelopedData"},
		"OAEP":           {encrypt("-aes128", "-recip", leaf.pem, "-keyopt", "rsa_padding_mode:oaep"), "RSAES-OAEP"},
		"somebody else":  {encrypt("-aes128", other.pem), "but for one other recipient"},
		"key agreement":  {encrypt("-aes128", curve.pem), "the message is not encrypted for the certificate"},
		"a signed file":  {p.signedBy(aProfile, leaf, nil), "signedData"},
		"not a message":  {aProfile, "reading EnvelopedData"},
		"not its cipher": {encrypt("-camellia128", leaf.pem), "want AES-128-CBC"},
	} {
		got, err := cms.Decrypt(test.encrypted, leaf.key.(crypto.Decrypter), leaf.cert)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %d bytes, %v, want %q", name, len(got), err, test.want)
		}
	}
}

// The whole way: build, encrypt for two devices, sign outside, and back; openssl and plistlib read each step.
func TestEncryptedProfile(t *testing.T) {
	p := newPKI(t)
	device, other := p.issue("device", newRSA(t, 2048), nil, nil), p.issue("other", newRSA(t, 2048), nil, nil)
	_, middle, signer := p.chain("signer", newECDSA(t, elliptic.P256()))
	s := newSyncguard(t)
	s.build("-o", "out", "--unsigned", "--target", "iOS/supervised")
	profile := filepath.Join("out", "icloud-sync.ios-supervised.mobileconfig")
	plain, err := os.ReadFile(filepath.Join(s.dir, profile))
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := s.run("encrypt", profile, "--recipient", device.pem, "--recipient", other.pem, "-o", "e.mobileconfig"); code != 0 {
		t.Fatal(stderr)
	}
	encrypted, err := os.ReadFile(filepath.Join(s.dir, "e.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	const read = `
import plistlib, sys
p = plistlib.loads(sys.stdin.buffer.read())
assert "PayloadContent" not in p and p["IsEncrypted"] is True
sys.stdout.buffer.write(p["EncryptedPayloadContent"])`
	envelope := Tool(t, encrypted, "python3", "-c", read)
	payloads := Tool(t, envelope, "openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-recip", device.pem, "-inkey", device.pemKey)
	const same = `
import plistlib, sys
a = plistlib.loads(sys.stdin.buffer.read())
assert a == plistlib.load(open(sys.argv[1], "rb"))["PayloadContent"]`
	Tool(t, payloads, "python3", "-c", same, filepath.Join(s.dir, profile))

	if err := os.WriteFile(filepath.Join(s.dir, "signed.mobileconfig"), p.signedBy(encrypted, signer, middle), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"e.mobileconfig", "signed.mobileconfig"} {
		for _, to := range []*party{device, other} {
			got, stderr, code := s.run("decrypt", file, "--cert", to.pem, "--key", to.pemKey)
			if code != 0 || got != string(plain) {
				t.Errorf("%s: exit code %d, %d bytes: %s", file, code, len(got), stderr)
			}
		}
	}
	if _, stderr, code := s.run("decrypt", "e.mobileconfig", "--cert", signer.pem, "--key", signer.pemKey); code != 3 || !strings.Contains(stderr, "not an RSA key") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
