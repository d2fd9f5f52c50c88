package plist

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	howett "howett.net/plist"

	"syncguard/internal/diag"
)

// TestReadRealFiles reads profiles of many makers and compares each with what another library reads.
func TestReadRealFiles(t *testing.T) {
	root := os.Getenv("SYNCGUARD_DATA")
	if root == "" {
		t.Skip("SYNCGUARD_DATA is not set: no real files to read")
	}
	read, refused := 0, 0
	err := walkRealFiles(root, func(path string, data []byte) {
		doc, ds := Read(diag.NewFile(filepath.Base(path), data))
		if len(ds) > 0 {
			refused++
			t.Logf("%s: %d findings, first: %s [%s]", path, len(ds), ds[0].Message, ds[0].Rule)
		}
		if diag.HasErrors(ds) {
			return
		}
		read++
		var native any
		if _, err := howett.Unmarshal(data, &native); err != nil {
			t.Logf("%s: the library refuses it: %v", path, err)
			return
		}
		if want, err := fromNative(native); err != nil || !Equal(doc.Root, want) {
			t.Errorf("%s: differs from the library: %v", path, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d read, %d with findings", read, refused)
	if read == 0 {
		t.Error("no file was read")
	}
}

// walkRealFiles reads the property lists of a folder.
func walkRealFiles(root string, visit func(path string, data []byte)) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".mobileconfig") && !strings.HasSuffix(path, ".plist") {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			visit(path, data)
		}
		return err
	})
}
