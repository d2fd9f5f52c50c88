package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"syncguard/internal/files"
	"syncguard/internal/schema"
)

// A real checkout is read without a file left out, and through the guards gives what the embedded catalog was made of.
func TestReadCheckoutOfTheSources(t *testing.T) {
	data := os.Getenv("SYNCGUARD_DATA")
	if data == "" {
		t.Skip("SYNCGUARD_DATA names no folder with checkouts of the sources")
	}
	tests := []struct {
		folder, name string
		least        int
	}{{"apple-device-management", "apple", 170}, {"profile-manifests", "manifests", 160}}
	for _, x := range tests {
		_, name, checkout, err := readCheckout(schemaImportOptions{dir: filepath.Join(data, x.folder), version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := checkout.Files(); err != nil {
			t.Fatal(err)
		}
		if name != x.name || len(checkout.Skipped) > 0 || len(checkout.Types) < x.least {
			t.Errorf("%s is read as %s: %d types, without %v", x.folder, name, len(checkout.Types), checkout.Skipped)
		}
		if x.name != "manifests" {
			continue
		}
		changes, err := checkout.Diff(schema.Embedded())
		if err != nil || len(changes) > 0 {
			t.Errorf("%s differs from what is embedded: %v, %v", x.folder, changes, err)
		}
	}
}

// What the embedded catalog has to count is what the project promises.
func TestFamilyCounts(t *testing.T) {
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	n := familyCounts(entries)
	declarations := n["configuration"] + n["asset"] + n["activation"] + n["management"] + n["credential"]
	if n["payload"] < 125 || declarations < 55 || n["preferences"] < 160 {
		t.Errorf("%v, want at least 125 payload types, 55 declaration-side types and 160 preference domains", n)
	}
}

// A failure leaves what was there, and a success nothing else.
func TestReplaceFolder(t *testing.T) {
	parent := t.TempDir()
	now := time.Now()
	for _, content := range []string{"first", "second"} {
		if err := replaceFolder(parent, "x", map[string][]byte{"a/b.json": []byte(content), "c-" + content: nil}, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := replaceFolder(parent, "x", map[string][]byte{"../outside": nil}, now); err == nil {
		t.Error("a file outside the folder is no error")
	}
	data, err := os.ReadFile(filepath.Join(parent, "x", "a", "b.json"))
	if err != nil || string(data) != "second" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(parent, "x", "c-first")); err == nil {
		t.Error("a file of the folder before is still there")
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A folder may hold what is no regular file of a bearable size.
func TestBoundedFiles(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large")
	if err := os.WriteFile(large, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxInput+1); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	all := files.Bounded(os.DirFS(folder), folder)
	for _, name := range []string{"large", "folder", "gone"} {
		if data, err := all.ReadFile(name); err == nil {
			t.Errorf("%s is read: %d bytes", name, len(data))
		}
	}
}
