package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
)

// TestCatalogIsCurrent makes the catalog anew, twice, and compares every byte.
func TestCatalogIsCurrent(t *testing.T) {
	data := sourceData(t)
	for range 2 {
		o := options{
			apple: filepath.Join(data, "apple-device-management"), appleVersion: "18.1",
			seed: filepath.Join(data, "apple-27-seed1"), seedVersion: "1548d422768fe7a125e4a6f30ee0cb121a0cc333",
			newer:     filepath.Join(data, "apple-newer"),
			manifests: filepath.Join(data, "profile-manifests"), manifestsVersion: "2026-08",
			out: filepath.Join(t.TempDir(), "catalog"),
		}
		if err := run(o); err != nil {
			t.Fatal(err)
		}
		compareFolders(t, o.out, filepath.Join("..", "catalog"))
		compareFolders(t, filepath.Join("..", "catalog"), o.out)
	}
}

func compareFolders(t *testing.T, a, b string) {
	t.Helper()
	err := filepath.WalkDir(a, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(a, name)
		if err != nil {
			return err
		}
		left, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if right, err := os.ReadFile(filepath.Join(b, relative)); err != nil || string(left) != string(right) {
			t.Errorf("%s differs (%v); run make generate", relative, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunRefuses(t *testing.T) {
	full := options{apple: t.TempDir(), appleVersion: "1", seed: t.TempDir(), seedVersion: "1", newer: t.TempDir(), manifests: t.TempDir(), manifestsVersion: "2", out: t.TempDir()}
	tests := []struct {
		change func(o *options)
		want   string
	}{
		{func(o *options) { o.apple = "" }, "-apple"},
		{func(o *options) { o.appleVersion = "" }, "-apple-version"},
		{func(o *options) { o.seedVersion = "" }, "-seed-version"},
		{func(o *options) { o.manifestsVersion = "" }, "-manifests-version"},
		{func(o *options) { o.out = "" }, "-out"},
		{func(*options) {}, "mdm/profiles"},
	}
	for _, tt := range tests {
		o := full
		tt.change(&o)
		if err := run(o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error is %v, want %s", err, tt.want)
		}
	}
	if _, err := os.Stat(full.out); err != nil {
		t.Error("the catalog is emptied before its sources are read")
	}
}

// TestCorrectionsThatAreNotNeeded proves that a slip which Apple mends does not stay on the list unseen.
func TestCorrectionsThatAreNotNeeded(t *testing.T) {
	right := &schema.Type{ID: "TopLevel", Keys: []*schema.Key{{Name: "ConsentText", Keys: []*schema.Key{{Name: schema.Any}}}}}
	err := appleyaml.Correct([]*schema.Type{right})
	if err == nil || !strings.Contains(err.Error(), "ConsentText") {
		t.Errorf("error is %v", err)
	}
}

func TestUnsureMarks(t *testing.T) {
	apple := func(version string) schema.Source {
		return schema.Source{Name: "apple/device-management", Version: version}
	}
	const beta, released = "97a11a861f4ea9024adc7c86a35f817041414834", "61449b07e22d7d659aaa9ae65a29688cff3902a2"
	tests := []struct {
		name    string
		family  schema.Family
		sources []schema.Source
		want    string
	}{
		{"payload not read again", schema.Payload, []schema.Source{apple("18.1")}, "allowmanualinstall and channels after 18.1"},
		{"declaration not read again", schema.Asset, []schema.Source{apple("18.1")}, "enrollments and scopes after 18.1"},
		{"read at a beta", schema.Payload, []schema.Source{apple("18.1"), apple(beta)}, "channels, enrollments and ranges after 27 beta"},
		{"read at the release", schema.Payload, []schema.Source{apple("18.1"), apple(released)}, ""},
		{"documentation only", schema.Configuration, []schema.Source{{Name: "developer.apple.com", Version: "27"}}, "combinetype; names of array elements; order of keys"},
	}
	for _, tt := range tests {
		x := &schema.Type{Family: tt.family, Sources: tt.sources}
		markUnsure([]*schema.Type{x}, "18.1")
		if got := strings.Join(x.Unsure, "; "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReplaceRemovesOldFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "catalog")
	for _, name := range []string{"old/a.json", "b.json"} {
		if err := replace(folder, map[string][]byte{name: nil}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "old")); err == nil {
		t.Error("a file of the last catalog stays")
	}
}
