package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncguard/internal/files"
)

// TestUntrustedSize lints files about as large as an untrusted one may be; a trusted one may be twice as large.
func TestUntrustedSize(t *testing.T) {
	for size, unread := range map[int]bool{maxUntrusted: false, maxUntrusted + 1: true} {
		path := filepath.Join(t.TempDir(), "a.mobileconfig")
		if err := os.WriteFile(path, bytes.Repeat([]byte{' '}, size), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, untrusted := range []bool{false, true} {
			o := LintOptions{Paths: []string{path}, UntrustedOptions: UntrustedOptions{Untrusted: untrusted}}
			run, err := Lint(t.Context(), &Host{Files: files.OS{}, Now: time.Now}, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range run.Files {
				if err != nil {
					t.Fatal(err)
				}
			}
			refused := len(run.Footer.Unread) == 1 && strings.Contains(run.Footer.Unread[0].Message, "too large, want at most 8 MiB with --untrusted")
			if refused != (unread && untrusted) {
				t.Errorf("%d bytes, untrusted %v: unread %v", size, untrusted, run.Footer.Unread)
			}
		}
	}
}

func TestRefusedIsBounded(t *testing.T) {
	all := listed(make([]Refused, 50_000))
	if len(all) != maxRefused+1 || all[maxRefused].Message != "49900 more references not read" {
		t.Errorf("%d entries, the last %q", len(all), all[len(all)-1].Message)
	}
	if n := len(listed(make([]Refused, maxRefused))); n != maxRefused {
		t.Errorf("%d entries", n)
	}
}
