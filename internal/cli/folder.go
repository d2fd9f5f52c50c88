package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// replaceFolder writes files, by their names with slashes, into a folder of parent, in place of what it held: into a
// temporary folder first, which is renamed when it is whole. They are not synced one by one: there are hundreds, and
// what is lost can be made again.
func replaceFolder(parent, name string, files map[string][]byte, now time.Time) (err error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		return err
	}
	defer root.Close()
	sweepFolders(root, now)

	fresh, old := tempPrefix+randomHex()+tempSuffix, tempPrefix+randomHex()+tempSuffix
	defer func() { err = errors.Join(err, root.RemoveAll(fresh), root.RemoveAll(old)) }()
	for file, data := range files {
		if !filepath.IsLocal(filepath.FromSlash(file)) {
			return fmt.Errorf("%q lies outside the folder", file)
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

// sweepFolders removes the folders that a killed run left behind.
func sweepFolders(root *os.Root, now time.Time) {
	names, err := fs.Glob(root.FS(), tempPrefix+"*"+tempSuffix)
	if err != nil {
		return
	}
	for _, name := range names {
		if info, err := root.Stat(name); err == nil && info.IsDir() && now.Sub(info.ModTime()) > tempAge {
			_ = root.RemoveAll(name)
		}
	}
}
