package app

import (
	"os"
	"path/filepath"
	"testing"

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
		_, name, checkout, err := readCheckout(files.OS{}, SchemaImportOptions{Folder: filepath.Join(data, x.folder), Version: "1"})
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
	n, err := countFamilies(schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	declarations := n["configuration"] + n["asset"] + n["activation"] + n["management"] + n["credential"]
	if n["payload"] < 125 || declarations < 55 || n["preferences"] < 160 {
		t.Errorf("%v, want at least 125 payload types, 55 declaration-side types and 160 preference domains", n)
	}
}
