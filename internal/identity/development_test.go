package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"syncguard/internal/files"
)

func TestDevelopmentIsMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	first, created, err := Development(dir, testTime)
	if err != nil || !created || !first.Development {
		t.Fatalf("first: %v, created %v", err, created)
	}
	if warnings, err := first.Check(testTime); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].String(), "self-signed") {
		t.Errorf("Check says %q, %v", warnings, err)
	}
	second, created, err := Development(dir, testTime.AddDate(1, 0, 0))
	if err != nil || created || !second.Leaf().Equal(first.Leaf()) || !second.Development {
		t.Errorf("second: %v, created %v", err, created)
	}
	expectMode(t, dir, 0o700)
	expectMode(t, filepath.Join(dir, developmentFile), 0o600)
	expectOnly(t, dir, developmentFile)
}

func TestDevelopmentCertificate(t *testing.T) {
	id, _, err := Development(t.TempDir(), testTime)
	if err != nil {
		t.Fatal(err)
	}
	cert := id.Leaf()
	if cert.Subject.CommonName != "syncguard development identity" || cert.Subject.String() != cert.Issuer.String() {
		t.Errorf("subject is %s, issuer %s", cert.Subject, cert.Issuer)
	}
	if cert.SerialNumber.Sign() <= 0 || cert.SerialNumber.BitLen() < 64 {
		t.Errorf("serial number is %v", cert.SerialNumber)
	}
	if cert.KeyUsage != x509.KeyUsageDigitalSignature || !cert.BasicConstraintsValid || cert.IsCA {
		t.Errorf("key usage is %v, CA %v", cert.KeyUsage, cert.IsCA)
	}
	if !cert.NotBefore.Before(testTime) || !cert.NotAfter.Equal(testTime.AddDate(10, 0, 0)) {
		t.Errorf("valid from %v to %v", cert.NotBefore, cert.NotAfter)
	}
	if key, ok := id.Signer.(*ecdsa.PrivateKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("key is %T", id.Signer)
	}
	other, _, err := Development(t.TempDir(), testTime)
	if err != nil || other.Leaf().SerialNumber.Cmp(cert.SerialNumber) == 0 {
		t.Errorf("another one has the same serial number, %v", err)
	}
}

// TestDevelopmentIsOneForAllProcesses starts real processes, which race for the first file.
func TestDevelopmentIsOneForAllProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "racing")
	const processes = 8
	var wait sync.WaitGroup
	outputs := make([][]byte, processes)
	for i := range processes {
		wait.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestDevelopmentProcess$")
			cmd.Env = append(os.Environ(), "SYNCGUARD_TEST_DEVELOPMENT="+dir)
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
			outputs[i], _, _ = bytes.Cut(out, []byte("\n"))
		})
	}
	wait.Wait()
	created := 0
	for _, out := range outputs {
		serial, isCreated := strings.CutSuffix(string(out), " created")
		if isCreated {
			created++
		}
		if want, _, _ := strings.Cut(string(outputs[0]), " "); serial != want || serial == "" {
			t.Errorf("one process has %q, another %q", serial, want)
		}
	}
	if created != 1 {
		t.Errorf("%d processes made it", created)
	}
	expectOnly(t, dir, developmentFile)
}

func TestCreateDevelopmentReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), developmentFile)
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := must(files.Claim(filepath.Dir(path), testTime))
	defer folder.Close()
	if err := createDevelopment(folder, testTime); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error is %v", err)
	}
	if got := must(os.ReadFile(path)); string(got) != "precious" {
		t.Errorf("file holds %q", got)
	}
	expectOnly(t, filepath.Dir(path), developmentFile)
}

// A run killed while it made the identity, or just after, leaves a temporary file: the next one removes it.
func TestDevelopmentRemovesWhatAKilledRunLeft(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders cannot be locked, so leftovers are told by their age")
	}
	dir := t.TempDir()
	leave := func() {
		if err := os.WriteFile(filepath.Join(dir, ".syncguard-killed.tmp"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // without an identity, and with one
		leave()
		if _, _, err := Development(dir, testTime); err != nil {
			t.Fatal(err)
		}
		expectOnly(t, dir, developmentFile)
	}
}

func TestDevelopmentProcess(t *testing.T) {
	dir := os.Getenv("SYNCGUARD_TEST_DEVELOPMENT")
	if dir == "" {
		t.Skip("runs only as a process of TestDevelopmentIsOneForAllProcesses")
	}
	id, created, err := Development(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	out := id.Leaf().SerialNumber.String()
	if created {
		out += " created"
	}
	os.Stdout.WriteString(out + "\n")
}

func TestDevelopmentKeepsADamagedFile(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Development(dir, testTime); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, developmentFile)
	good := must(os.ReadFile(path))
	for name, damaged := range map[string][]byte{
		"empty":          nil,
		"cut off":        good[:len(good)-40],
		"no key":         good[:bytes.Index(good, []byte("-----BEGIN PRIVATE"))],
		"no certificate": good[bytes.Index(good, []byte("-----BEGIN PRIVATE")):],
		"other key":      append(bytes.Clone(good[:bytes.Index(good, []byte("-----BEGIN PRIVATE"))]), keyPEM(ecKey())...),
		"one bit":        bytes.Replace(good, []byte("CERTIFICATE-----\nM"), []byte("CERTIFICATE-----\nN"), 1),
	} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		id, created, err := Development(dir, testTime)
		if err == nil || id != nil || created {
			t.Fatalf("%s: got %v, created %v, %v", name, id, created, err)
		}
		for _, want := range []string{"is damaged", "backup", "and delete the file", "remove the profiles"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error is %q, want %q in it", name, err, want)
			}
		}
		if strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %q names the file", name, err)
		}
		if after := must(os.ReadFile(path)); !bytes.Equal(after, damaged) {
			t.Errorf("%s: the file was replaced", name)
		}
	}
}

func TestDevelopmentPermissions(t *testing.T) {
	if !hasPermissions() {
		t.Skip("there are no permission bits here")
	}
	dir := t.TempDir()
	if _, _, err := Development(dir, testTime); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, developmentFile)
	t.Run("loose file is tightened", func(t *testing.T) {
		chmod(t, path, 0o644)
		if _, _, err := Development(dir, testTime); err != nil {
			t.Fatal(err)
		}
		expectMode(t, path, 0o600)
	})
	t.Run("folder that others may write to is refused", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o770, 0o707, 0o777} {
			chmod(t, dir, mode)
			if _, _, err := Development(dir, testTime); err == nil || !strings.Contains(err.Error(), "others could replace the identity") {
				t.Errorf("mode %o: error is %v", mode, err)
			}
		}
		chmod(t, dir, 0o755)
		if _, _, err := Development(dir, testTime); err != nil {
			t.Error(err)
		}
	})
	t.Run("link is refused", func(t *testing.T) {
		linked := t.TempDir()
		for _, aim := range []string{path, filepath.Join(linked, "nowhere")} {
			link := filepath.Join(linked, developmentFile)
			if err := os.Symlink(aim, link); err != nil {
				t.Skip("no symbolic links here")
			}
			if _, _, err := Development(linked, testTime); err == nil || !strings.Contains(err.Error(), "not a regular file") {
				t.Errorf("error is %v", err)
			}
			os.Remove(link)
		}
	})
	t.Run("file in place of the folder", func(t *testing.T) {
		_, _, err := Development(path, testTime)
		if err == nil || !strings.Contains(err.Error(), "not a directory") || strings.Contains(err.Error(), path) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("folder in place of the file", func(t *testing.T) {
		occupied := t.TempDir()
		if err := os.Mkdir(filepath.Join(occupied, developmentFile), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Development(occupied, testTime); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("error is %v", err)
		}
	})
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func expectMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); hasPermissions() && got != want {
		t.Errorf("mode of %s is %04o, want %04o", filepath.Base(path), got, want)
	}
}

// expectOnly fails if a folder holds anything else, such as a temporary file.
func expectOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v, %v", entries, err)
	}
}
