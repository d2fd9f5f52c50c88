package cms

import (
	"encoding/pem"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"syncguard/internal/e2e"
)

// OpenSSL decides the same cases by openssl verify -crl_check_all, apart from those named here.
func TestOpenSSLAgreesAboutRevocation(t *testing.T) {
	program := e2e.Find(t, "openssl")
	differ := []string{
		"list forged, beside a good one",     // it takes the good one
		"signer revoked, by the second list", // it takes the first list of an issuer
		"others revoked",                     // it asks about the root, too
	}
	for _, test := range revocationCases() {
		a := newListedAuthorities(t)
		lists := test.change(a)
		if len(lists) == 0 || a.options.Pin != nil {
			continue // about other questions
		}
		dir := t.TempDir()
		file := func(name, kind string, ders ...[]byte) string {
			var all []byte
			for _, der := range ders {
				all = append(all, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
			}
			path := filepath.Join(dir, name)
			writeFile(t, path, all)
			return path
		}
		var untrusted [][]byte
		for _, cert := range a.embedded[1:] {
			untrusted = append(untrusted, cert.Raw)
		}
		args := []string{"verify", "-attime", "1772600767", "-crl_check_all", "-CAfile", file("root", "CERTIFICATE", a.root.Raw), "-CRLfile", file("crl", "X509 CRL", lists...)}
		if len(untrusted) > 0 {
			args = append(args, "-untrusted", file("untrusted", "CERTIFICATE", untrusted...))
		}
		out, err := exec.Command(program, append(args, file("leaf", "CERTIFICATE", a.leaf.Raw))...).CombinedOutput()
		if accepts := err == nil; accepts != (test.reason == Trusted) && !slices.Contains(differ, test.name) {
			t.Errorf("%s: openssl accepts: %v, want %s: %s", test.name, accepts, test.reason, out)
		}
	}
}
