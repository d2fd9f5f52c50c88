package cms

import (
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/pki"
	"syncguard/internal/roots"
)

// A chain may end at a certificate of Apple's that is known by its fingerprint, at the root or at the intermediate below it, and at
// no other of its name.
func TestAppleRoot(t *testing.T) {
	isRoot := roots.Authority{Name: "Root", Root: "Apple Root", IsRoot: true, IsEverywhere: true}
	isMiddle := roots.Authority{Name: "Intermediate", Root: "Apple Root", IsReported: true}
	for _, test := range []struct {
		name     string
		change   func(*authorities)
		known    map[string]roots.Authority // by the name of the certificate
		trust    Reason
		validity Reason
		detail   string
		note     string
	}{
		{"the root in the file", func(a *authorities) { a.embedded = append(a.embedded, a.root) }, map[string]roots.Authority{"Root": isRoot}, AppleRoot, Valid,
			`"Leaf" leads to the root "Apple Root", found on every Apple device but not on this machine`, "does not prove that they show the profile as verified (unverified)"},
		{"the intermediate in the file", nil, map[string]roots.Authority{"Intermediate": isMiddle}, AppleRoot, Valid,
			`found on Apple devices with a system of 2025 or later but not on this machine`, "as verified (community)"},
		{"the root is not in the file", nil, map[string]roots.Authority{"Root": isRoot}, MissingIssuer, Valid, "", ""},
		{"nothing is known", func(a *authorities) { a.embedded = append(a.embedded, a.root) }, nil, UntrustedRoot, Valid, "", ""},
		{"the machine has the root", func(a *authorities) { a.options.Roots = poolOf(a.root) }, map[string]roots.Authority{"Intermediate": isMiddle}, Trusted, Valid, "", ""},
		{"not asked for", func(a *authorities) { a.options.AppleRoots = false }, map[string]roots.Authority{"Intermediate": isMiddle}, MissingIssuer, Valid, "", ""},
		{"the known one has expired", func(a *authorities) { a.options.At = testTime.AddDate(5, 0, 0) }, map[string]roots.Authority{"Intermediate": isMiddle}, AppleRoot, Expired, "", ""},
		{"another one of the name", func(a *authorities) {
			a.embedded[1] = issue(a.t, "Intermediate", p256().Public(), a.root, a.rootKey, asCA)
		}, map[string]roots.Authority{"Intermediate": isMiddle}, BadCertificateSignature, Valid, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAuthorities(t)
			a.options.Roots, a.options.AppleRoots = poolOf(), true
			a.options.knownRoot = func(c *x509.Certificate) (roots.Authority, bool) {
				known, ok := test.known[pki.NameOf(c)]
				return known, ok
			}
			if test.change != nil {
				test.change(a)
			}
			v := a.verify()
			if v.Trust.Reason != test.trust || v.Validity.Reason != test.validity || !strings.Contains(v.Trust.Detail, test.detail) {
				t.Errorf("trust is %+v, validity %+v", v.Trust, v.Validity)
			}
			if !strings.Contains(strings.Join(v.Notes, "\n"), test.note) {
				t.Errorf("notes are %q", v.Notes)
			}
		})
	}
}

// Real profiles by Apple's developers lead to Apple's root, on a machine that has no roots at all.
func TestAppleRootOfRealProfiles(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA is not set")
	}
	counts := map[Reason]int{}
	err := filepath.WalkDir(filepath.Join(folder, "corpus"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".mobileconfig" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !IsSigned(data) {
			return err
		}
		v := Verify(data, VerifyOptions{At: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Roots: poolOf(), AppleRoots: true})
		counts[v.Trust.Reason]++
		isApple := slices.ContainsFunc(v.Certificates, func(c Certificate) bool {
			return slices.Contains(c.X509.Issuer.Organization, "Apple Inc.")
		})
		if isApple != (v.Trust.Reason == AppleRoot) {
			t.Errorf("%s: %+v", entry.Name(), v.Trust)
		}
		return nil
	})
	if err != nil || counts[AppleRoot] == 0 || counts[MissingIssuer] == 0 {
		t.Errorf("%v: %v", counts, err)
	}
	t.Log(counts)
}
