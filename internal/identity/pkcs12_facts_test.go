package identity

import (
	"slices"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

func TestReadStore(t *testing.T) {
	chain := testChain(t, ecKey())
	const modern, old = "PBES2", "3DES"
	for name, tt := range map[string]struct {
		options    []string
		digest     string
		encryption []string
	}{
		"today's":     {nil, "SHA-256", []string{modern}},
		"legacy":      {[]string{"-legacy"}, "SHA-1", []string{"RC2-40", old}},
		"triple DES":  {[]string{"-macalg", "sha1", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"}, "SHA-1", []string{old}},
		"SHA-384 MAC": {[]string{"-macalg", "sha384"}, "SHA-384", []string{modern}},
	} {
		t.Run(name, func(t *testing.T) {
			file := exportPKCS12(t, chain, ecKey(), append(tt.options, "-passout", "pass:right")...)
			s, err := ReadStore(file)
			if err != nil || s.Keys != 1 || !s.HasHidden || s.Digest != tt.digest || !slices.Equal(s.Encryption, tt.encryption) {
				t.Fatalf("got %+v, %v", s, err)
			}
			for passphrase, want := range map[string]bool{"right": true, "right ": false, "": false, "wrong": false} {
				if got, err := s.Opens(passphrase); got != want || err != nil {
					t.Errorf("%q: got %t, %v", passphrase, got, err)
				}
			}
		})
	}
	s, err := ReadStore(must(pkcs12.Modern.WithIterations(4242).Encode(ecKey(), chain[0], nil, "x")))
	if err != nil || s.Iterations != 4242 {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := ReadStore([]byte("x")); err == nil {
		t.Error("a text is taken for PKCS#12")
	}
}
