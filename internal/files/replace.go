package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// ReplaceFolder writes into a temporary folder first, and renames it when complete. It does not sync each file: there are
// hundreds, and all can be generated again.
func (OS) ReplaceFolder(parent, name string, files map[string][]byte, now time.Time) (err error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		return err
	}
	defer root.Close()
	defer claim(root, now, true)()

	fresh, old := tempName(), tempName()
	defer func() { err = errors.Join(err, root.RemoveAll(fresh), root.RemoveAll(old)) }()
	for file, data := range files {
		if !filepath.IsLocal(filepath.FromSlash(file)) {
			return fmt.Errorf("writing %q: the path leads out of the folder", file)
		}
		if err := root.MkdirAll(path.Join(fresh, path.Dir(file)), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(path.Join(fresh, file), data, 0o644); err != nil {
			return &fs.PathError{Op: "write", Path: filepath.Join(parent, name, filepath.FromSlash(file)), Err: cause(err)}
		}
	}
	if err := root.Rename(name, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := root.Rename(fresh, name); err != nil {
		return errors.Join(err, root.Rename(old, name))
	}
	return nil
}
