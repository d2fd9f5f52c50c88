package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/files"
)

// memory is a file system that is no disk: what a browser would give. Its working folder is /home.
type memory struct {
	mu  sync.Mutex
	all fstest.MapFS
}

func newMemory(texts map[string]string) *memory {
	m := &memory{all: fstest.MapFS{}}
	for name, text := range texts {
		m.write(name, []byte(text), 0o644)
	}
	return m
}

// name is a path as MapFS has it.
func (m *memory) name(p string) string {
	if !filepath.IsAbs(p) {
		p = filepath.Join("/home", p)
	}
	if p = strings.TrimPrefix(filepath.ToSlash(filepath.Clean(p)), "/"); p == "" {
		return "."
	}
	return p
}

func (m *memory) write(p string, data []byte, mode fs.FileMode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[m.name(p)] = &fstest.MapFile{Data: data, Mode: mode}
}

func (m *memory) Open(p string) (fs.File, error)          { return m.all.Open(m.name(p)) }
func (m *memory) Stat(p string) (fs.FileInfo, error)      { return m.all.Stat(m.name(p)) }
func (m *memory) Lstat(p string) (fs.FileInfo, error)     { return m.all.Stat(m.name(p)) }
func (m *memory) ReadDir(p string) ([]fs.DirEntry, error) { return m.all.ReadDir(m.name(p)) }
func (m *memory) EvalSymlinks(p string) (string, error)   { return p, nil }
func (m *memory) SameFile(a, b fs.FileInfo) bool          { return a.Name() == b.Name() }
func (m *memory) Getwd() (string, error)                  { return "/home", nil }
func (m *memory) ConfigDir() (string, error)              { return "", errors.New("nobody's home") }
func (m *memory) Stage(time.Time) files.Stage {
	return &memoryStage{m: m, added: map[string]*fstest.MapFile{}}
}
func (m *memory) RemoveAll(string) error { return errors.ErrUnsupported }
func (m *memory) OpenFolder(p string) (files.Folder, error) {
	sub, err := fs.Sub(m.all, m.name(p))
	return memoryFolder{sub, m, p}, err
}

func (m *memory) ReplaceFolder(parent, name string, all map[string][]byte, _ time.Time) error {
	for file, data := range all {
		m.write(path.Join(parent, name, file), data, 0o644)
	}
	return nil
}

type memoryFolder struct {
	fs.FS
	m    *memory
	path string
}

func (memoryFolder) Close() error { return nil }
func (f memoryFolder) WriteInPlace(name string, data []byte, _ time.Time) error {
	f.m.write(path.Join(f.path, name), data, 0o644)
	return nil
}

type memoryStage struct {
	m     *memory
	mu    sync.Mutex
	added map[string]*fstest.MapFile
}

func (s *memoryStage) Add(p string, data []byte, mode fs.FileMode) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added[p] = &fstest.MapFile{Data: data, Mode: mode}
	return nil
}

func (s *memoryStage) Create(p string, mode fs.FileMode) (io.WriteCloser, error) {
	return &memoryWriter{stage: s, path: p, mode: mode}, nil
}

type memoryWriter struct {
	bytes.Buffer
	stage *memoryStage
	path  string
	mode  fs.FileMode
}

func (w *memoryWriter) Close() error { return w.stage.Add(w.path, w.Bytes(), w.mode) }

func (s *memoryStage) Folder(string) error { return nil }
func (s *memoryStage) Close() error        { return nil }
func (s *memoryStage) Commit() error {
	for p, f := range s.added {
		s.m.write(p, f.Data, f.Mode)
	}
	return nil
}

// nowhere is a host that is no process: no disk, no environment, and a clock that stands.
func nowhere(m *memory) *Host {
	return &Host{Files: m, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false },
		Now: func() time.Time { return time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC) }}
}

const wifiInMemory = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadIdentifier</key>
			<string>com.acme.wifi.a</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadUUID</key>
			<string>2B1C1F53-7A0C-5B0E-9C59-0C8E5A1D9F00</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>
			<string>acme</string>
			<key>EncryptionType</key>
			<string>wpa2</string>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>Wi-Fi</string>
	<key>PayloadIdentifier</key>
	<string>com.acme.wifi</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>3B1C1F53-7A0C-5B0E-9C59-0C8E5A1D9F00</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

func TestLintNeedsNoDisk(t *testing.T) {
	m := newMemory(map[string]string{"profiles/wifi.mobileconfig": wifiInMemory,
		".syncguard.yaml": "ignore:\n  - rule: no-removal-date\n    reason: no such rule\n"})
	run, err := Lint(context.Background(), nowhere(m), LintOptions{Paths: []string{"profiles"}, Fix: FixWritten, UnsafeFixes: true, FailOn: diag.Error})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, f.Name)
	}
	if got := strings.Join(seen, " "); got != "profiles/wifi.mobileconfig .syncguard.yaml" {
		t.Errorf("linted %s", got)
	}
	if footer := run.Footer; footer.Fixed != 1 || len(footer.Failures) > 0 {
		t.Errorf("%d corrections, %v", footer.Fixed, footer.Failures)
	}
	if data, err := files.Read(m, "/home/profiles/wifi.mobileconfig"); err != nil || !strings.Contains(string(data), "<string>WPA2</string>") {
		t.Errorf("%v, the file is\n%s", err, data)
	}
}

func TestBuildNeedsNoDisk(t *testing.T) {
	m := newMemory(nil)
	result, err := Build(context.Background(), nowhere(m), BuildOptions{Out: "dist", Targets: []string{"iOS@26/supervised"}, Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Profiles) != 1 || result.Failed {
		t.Fatalf("built %d profiles, failed: %t", len(result.Profiles), result.Failed)
	}
	data, err := files.Read(m, "/home/dist/"+result.Profiles[0].File)
	if err != nil || len(data) != result.Profiles[0].Size {
		t.Errorf("the file has %d bytes, want %d; %v", len(data), result.Profiles[0].Size, err)
	}
}
