package app

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

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
		catalog, err := checkout.Files()
		if err != nil {
			t.Fatal(err)
		}
		if name != x.name || len(checkout.Skipped) > 0 || len(checkout.Types) < x.least {
			t.Errorf("%s is read as %s: %d types, without %v", x.folder, name, len(checkout.Types), checkout.Skipped)
		}
		if x.name != "manifests" {
			continue
		}
		taken, _, err := schema.Layered(schema.Embedded(), catalogIn(catalog)).Import()
		if err != nil || taken != (schema.Taken{}) {
			t.Errorf("%s adds to the embedded catalog: %+v, %v", x.folder, taken, err)
		}
	}
}

// The checkout of October 2024 is older than what is embedded: no type of any family changes by importing it.
func TestOlderCheckoutChangesNothing(t *testing.T) {
	data := os.Getenv("SYNCGUARD_DATA")
	if data == "" {
		t.Skip("SYNCGUARD_DATA names no folder with checkouts of the sources")
	}
	_, _, checkout, err := readCheckout(files.OS{}, SchemaImportOptions{Folder: filepath.Join(data, "apple-device-management"), Version: "2031-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := checkout.Files()
	if err != nil {
		t.Fatal(err)
	}
	embedded := schema.Embedded()
	layered := schema.Layered(embedded, catalogIn(catalog))
	taken, kept, err := layered.Import()
	if err != nil || taken != (schema.Taken{}) || kept.Types < 90 || kept.Keys < 80 {
		t.Errorf("took %+v, kept %+v, %v", taken, kept, err)
	}
	before, err := embedded.Entries()
	if err != nil {
		t.Fatal(err)
	}
	after, err := layered.Entries()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	for _, e := range before {
		old, err := embedded.Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := layered.Type(e.ID, e.Family); now != old || err != nil {
			t.Errorf("%s changes, %v", e.ID, err)
		}
	}
}

func catalogIn(files map[string][]byte) *schema.Catalog {
	in := fstest.MapFS{}
	for name, data := range files {
		in[name] = &fstest.MapFile{Data: data}
	}
	return schema.Open(in)
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
