package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/files"
	"syncguard/internal/view"
)

// A real profile under Developer ID: verify, identity show and serve say that devices have Apple's root, although this machine does not.
func TestAppleRootIsKnownWithoutTheMachine(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	switch {
	case folder == "":
		t.Skip("SYNCGUARD_DATA is not set")
	case runtime.GOOS == "darwin":
		t.Skip("this machine has Apple's root")
	}
	h := &app.Host{Files: files.OS{}, Now: func() time.Time { return time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC) }}
	run, err := app.Verify(t.Context(), h, app.VerifyOptions{Paths: []string{filepath.Join(folder, "corpus", "ninxsoft+LowProfile")}, Require: app.Questions()})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		if f.Trust.Reason != cms.AppleRoot {
			continue
		}
		found++
		if len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "others report that devices show profiles signed under") {
			t.Errorf("notes are %q", f.Notes)
		}
		var b strings.Builder
		p := view.NewPrinter(&b, nil, 0)
		offer, err := app.Serve(t.Context(), h, app.ServeOptions{Paths: []string{f.File}})
		if err != nil {
			t.Fatal(err)
		}
		p.Offer(offer, time.Time{}, 0)
		var certs []byte
		for _, c := range f.Certificates {
			certs = append(certs, c.X509.Raw...)
		}
		path := filepath.Join(t.TempDir(), "certs")
		if err := os.WriteFile(path, certs, 0o600); err != nil {
			t.Fatal(err)
		}
		shown, err := app.ShowIdentity(t.Context(), h, app.IdentityShowOptions{File: path})
		if err != nil {
			t.Fatal(err)
		}
		p.Identity(shown)
		for _, want := range []string{"devices probably show “Verified”", `probably Verified: Apple devices have its root "Apple Root CA", although this machine does not`} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s is missing in %s", want, b.String())
			}
		}
	}
	if found == 0 {
		t.Error("no profile is under Apple's root")
	}
}
