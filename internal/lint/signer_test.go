package lint

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"
)

// Where the issuer is one of Apple's own by its name, the missing certificate is called so.
func TestWhatIsMissing(t *testing.T) {
	issuer := func(name string, units ...string) *x509.Certificate {
		return &x509.Certificate{Issuer: pkix.Name{CommonName: name, Organization: []string{"Apple Inc."}, OrganizationalUnit: units}}
	}
	withURL := issuer("Acme Issuing CA")
	withURL.IssuingCertificateURL = []string{"http://ca.example.com/issuing.cer"}
	for _, test := range []struct {
		cert           *x509.Certificate
		isIntermediate bool
		help           string
	}{
		{issuer("Developer ID Certification Authority", "G2"), true, `the missing certificate is probably "Developer ID Certification Authority (G2)"`},
		{issuer("Apple Root CA", "Apple Certification Authority"), false, "unless devices have that certificate as a trusted root"},
		{issuer("Acme Issuing CA"), false, "unless devices have that certificate as a trusted root"},
		{withURL, true, "sign with the whole chain"},
	} {
		if is, help := whatIsMissing(test.cert); is != test.isIntermediate || !strings.Contains(help, test.help) {
			t.Errorf("%s: %t, %q", test.cert.Issuer, is, help)
		}
	}
}
