package roots

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"regexp"
	"testing"
)

func TestData(t *testing.T) {
	seen, names := map[string]bool{}, map[string]bool{}
	roots := 0
	for _, a := range All() {
		if a.IsRoot {
			roots++
			names[a.Name] = true
		}
		if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(a.SHA256) || seen[a.SHA256] {
			t.Errorf("%s: fingerprint %q", a.Name, a.SHA256)
		}
		seen[a.SHA256] = true
		if !a.From.Before(a.Until) {
			t.Errorf("%s is valid from %s to %s", a.Name, a.From, a.Until)
		}
		if !names[a.Root] {
			t.Errorf("%s leads to %q, which is no root before it", a.Name, a.Root)
		}
	}
	if roots != 15 || len(All()) != 23 {
		t.Errorf("%d roots of %d", roots, len(All()))
	}
}

// Generations of one name are told apart by the unit, and a name outside of Apple's organization names nobody.
func TestIssuerOf(t *testing.T) {
	issued := func(name, organization string, units ...string) *x509.Certificate {
		return &x509.Certificate{Issuer: pkix.Name{CommonName: name, Organization: []string{organization}, OrganizationalUnit: units}}
	}
	for _, test := range []struct {
		cert *x509.Certificate
		want string
	}{
		{issued("Developer ID Certification Authority", "Apple Inc.", "G2"), "Developer ID Certification Authority (G2)"},
		{issued("Developer ID Certification Authority", "Apple Inc.", "Apple Certification Authority"), "Developer ID Certification Authority"},
		{issued("Developer ID Certification Authority", "Apple Inc.", "G9"), ""},
		{issued("Apple Worldwide Developer Relations Certification Authority", "Apple Inc.", "G3"), "Apple Worldwide Developer Relations Certification Authority (G3)"},
		{issued("Apple Root CA", "Apple Inc.", "Apple Certification Authority"), "Apple Root CA"},
		{issued("Apple Root CA", "Rogue"), ""},
	} {
		if a, ok := IssuerOf(test.cert); a.Title() != test.want || ok != (test.want != "") {
			t.Errorf("%s: got %q, want %q", test.cert.Issuer, a.Title(), test.want)
		}
	}
	if a, ok := Find(&x509.Certificate{Raw: []byte("Apple Root CA")}); ok {
		t.Errorf("other bytes are %q", a.Name)
	}
}
