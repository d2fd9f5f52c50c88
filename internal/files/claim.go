package files

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Each run holds a shared lock on the folders it writes to, as long as it has temporary files there. So a run alone with a
// folder knows all temporary files in it are leftovers of killed runs, whatever their age.

// tempAge is the age of leftovers on a file system without locks.
const tempAge = time.Hour

// sharingTime is the longest wait for the other runs' sweeping of a folder.
const sharingTime = time.Second

// errLocked is the error for a folder locked by another run.
var errLocked = errors.New("locked")

// Claimed is a folder this run writes new files to.
type Claimed struct {
	root    *os.Root
	release func()
}

// Claim opens a folder to write new files to. It removes temporary files left behind by killed runs. The caller closes it.
func Claim(dir string, now time.Time) (*Claimed, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Claimed{root, claim(root, now, true)}, nil
}

// Close ends the claim.
func (c *Claimed) Close() error {
	c.release()
	return c.root.Close()
}

// WriteNew writes a file that does not exist yet, so that nobody ever sees half of it. The error is fs.ErrExist if it exists.
func (c *Claimed) WriteNew(name string, data []byte, mode fs.FileMode) error {
	temp := tempName()
	defer c.root.Remove(temp)
	if err := writeTemp(c.root, temp, data, mode); err != nil {
		return err
	}
	if err := c.root.Link(temp, name); err != nil {
		return err
	}
	if folder, err := c.root.Open("."); err == nil { // a new name survives a power failure, on systems able to do so
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

// claim marks a folder as one this run writes to. First, if sweeping is set, it removes the leftovers of killed runs from it.
func claim(root *os.Root, now time.Time, sweeping bool) (release func()) {
	folder, err := root.Open(".")
	if err != nil {
		return func() {}
	}
	if sweeping {
		switch err := lockAlone(folder); {
		case err == nil:
			sweep(root, func(fs.FileInfo) bool { return true })
		case !errors.Is(err, errLocked):
			sweep(root, func(info fs.FileInfo) bool { return now.Sub(info.ModTime()) > tempAge })
		}
	}
	const pause = 5 * time.Millisecond
	for range sharingTime / pause {
		if err := lockShared(folder); !errors.Is(err, errLocked) {
			break
		}
		time.Sleep(pause)
	}
	return func() { _ = folder.Close() } // closing unlocks
}

// sweep removes temporary files and folders, if they are leftovers.
func sweep(root *os.Root, isLeft func(fs.FileInfo) bool) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && isLeft(info) {
			_ = root.RemoveAll(e.Name())
		}
	}
}
