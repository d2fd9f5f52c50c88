package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/identity"
	"syncguard/internal/serve"
	"syncguard/internal/view"
)

// A real profile under Developer ID: verify, identity show and serve say that devices have Apple's root, though this machine does not.
func TestAppleRootIsKnownWithoutTheMachine(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	switch {
	case folder == "":
		t.Skip("SYNCGUARD_DATA is not set")
	case runtime.GOOS == "darwin":
		t.Skip("this machine has Apple's root")
	}
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	v, err := app.NewVerifier(&app.Host{Now: func() time.Time { return now }}, app.VerifyOptions{Require: app.Questions()})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir(filepath.Join(folder, "corpus", "ninxsoft+LowProfile"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".mobileconfig" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		verdict := v.Verify(path, data)
		if verdict.Trust.Reason != cms.AppleRoot {
			return nil
		}
		found++
		if got := verdict.Notes; len(got) != 1 || !strings.Contains(got[0], "as others report (community)") {
			t.Errorf("notes are %q", got)
		}
		trust, _ := trustOf(verdict.Verdict)
		if trust != serve.AppleRoot || !strings.HasPrefix(label(trust), "devices probably say “Verified”") {
			t.Errorf("serve says %s, %q", trust, label(trust))
		}
		var pem []byte
		for _, c := range verdict.Certificates {
			pem = append(pem, c.X509.Raw...)
		}
		id, err := identity.FromCertificates(identity.Files{Cert: identity.File{Data: pem}})
		if err != nil {
			t.Fatal(err)
		}
		id.Arrange(now)
		shown := reportIdentity(id, "", now, nil)
		var b strings.Builder
		view.NewPrinter(&b, nil, 0).Identity(shown, false)
		if want := `probably Verified: Apple devices have its root "Apple Root CA", though this machine does not`; !strings.Contains(b.String(), want) || shown.Verdict != "verified" {
			t.Errorf("identity show says %s", b.String())
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d profiles under Apple's root: %v", found, err)
	}
}
