//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// report is what validate says of one file.
type report struct {
	Files []struct {
		File     string
		Format   string
		Signed   bool
		Findings []struct{ Rule, Path, Severity string }
	}
	Errors int
}

func (s *syncguard) validate(paths ...string) (r report, code int) {
	s.t.Helper()
	stdout, stderr, code := s.run(append([]string{"validate", "--format", "json"}, paths...)...)
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		s.t.Fatalf("validate %v: %v: %s", paths, err, stderr)
	}
	return r, code
}

// What build makes has no finding, for the very targets, signed or not.
func TestBuiltProfilesValidate(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "signed")
	s.build("-o", "plain", "--unsigned")
	r, code := s.validate("signed", "plain")
	formats := map[string]int{}
	for _, f := range r.Files {
		formats[f.Format]++
	}
	if code != 0 || r.Errors != 0 || formats["xml"] != 12 || formats["json"] == 0 {
		t.Errorf("exit code %d, files %v, %d errors", code, formats, r.Errors)
	}
	for _, f := range r.Files {
		for _, finding := range f.Findings {
			t.Errorf("%s: %s at %s", f.File, finding.Rule, finding.Path)
		}
	}
}

// A defect is found at the same key path however other programs have wrapped the profile: as a binary property list by
// libplist, and signed by openssl in DER, and in BER as it streams.
func TestValidateReadsWhatOthersWrite(t *testing.T) {
	a := newAuthority(t, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
	s := newSyncguard(t)
	s.build("-o", "plain", "--unsigned", "--target", "iOS/supervised")
	xml := profilesIn(t, filepath.Join(s.dir, "plain"))["icloud-sync.ios-supervised.mobileconfig"]
	bad := bytes.Replace(xml, []byte("<key>forceAutomaticDateAndTime</key>\n\t\t\t<true/>"), []byte("<key>forceAutomaticDateAndTime</key>\n\t\t\t<integer>1</integer>"), 1)
	if bytes.Equal(bad, xml) {
		t.Fatal("the defect was not made")
	}
	// Enough content that openssl streams it in several chunks.
	bad = bytes.Replace(bad, []byte("Keeps iCloud syncing."), bytes.Repeat([]byte("Keeps iCloud syncing. "), 1000), 1)
	sign := []string{"cms", "-sign", "-binary", "-nodetach", "-signer", a.leaf, "-inkey", a.key, "-outform", "DER"}
	for name, data := range map[string][]byte{
		"xml.mobileconfig":    bad,
		"binary.mobileconfig": Tool(t, bad, "plistutil", "-i", "-", "-f", "bin"),
		"der.mobileconfig":    Tool(t, bad, "openssl", sign...),
		"ber.mobileconfig":    Tool(t, bad, "openssl", append(sign, "-stream")...),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, code := s.validate(name)
		if code != 1 || r.Errors != 1 {
			t.Errorf("%s: exit code %d, %d errors", name, code, r.Errors)
			continue
		}
		found := false
		for _, f := range r.Files[0].Findings {
			found = found || f.Rule == "wrong-type" && f.Path == "PayloadContent[0].forceAutomaticDateAndTime"
		}
		if !found {
			t.Errorf("%s: found %v", name, r.Files[0].Findings)
		}
	}
}
