//go:build unix && !solaris

package files

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A folder refuses what is neither file nor folder, and never waits for it.
func TestFolderRefusesSpecialFiles(t *testing.T) {
	folder, dir, _ := openTest(t, map[string]string{"to-pipe": "-> pipe"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Skip("no pipes here:", err)
	}
	t.Chdir(dir) // the path of a socket must be short
	socket, err := net.Listen("unix", "socket")
	if err != nil {
		t.Skip("no sockets here:", err)
	}
	defer socket.Close()
	for _, name := range []string{"pipe", "to-pipe"} {
		if _, err := ReadIn(folder, name, name); !errors.Is(err, ErrSpecial) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := WriteInPlaceIn(folder, name, name, nil, time.Now()); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	if _, err := ReadIn(folder, "socket", "socket"); err == nil {
		t.Error("a socket is read")
	}
}

// While a file is swapped for a link out, a pipe and a folder, again and again, a reader gets the file or an error: never
// what lies outside, and never does it wait.
func TestFolderStandsSwapping(t *testing.T) {
	folder, dir, out := openTest(t, map[string]string{"file": "inside", "sub/file": "inside"})
	for _, err := range []error{
		os.Symlink(filepath.Join(out, "token"), filepath.Join(dir, "link")),
		os.Symlink(out, filepath.Join(dir, "link-folder")),
		os.WriteFile(filepath.Join(out, "file"), []byte("outside"), 0o644),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644),
	} {
		if err != nil {
			t.Skip(err)
		}
	}
	var stop atomic.Bool
	var swapping sync.WaitGroup
	swap := func(name string, others ...string) {
		defer swapping.Done()
		for !stop.Load() {
			for _, other := range others {
				// Three renames exchange two names.
				a, b, spare := filepath.Join(dir, name), filepath.Join(dir, other), filepath.Join(dir, "spare-"+name)
				for range 2 {
					_, _, _ = os.Rename(a, spare), os.Rename(b, a), os.Rename(spare, b)
				}
			}
		}
	}
	swapping.Add(2)
	go swap("file", "link", "pipe")
	go swap("sub", "link-folder")
	read, failed := 0, 0
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); { // however fast the disk syncs
		for _, name := range []string{"file", "sub/file"} {
			data, err := ReadIn(folder, name, name)
			switch {
			case err != nil:
				failed++
			case string(data) != "inside":
				t.Errorf("%s: read %q", name, data)
			default:
				read++
			}
			if (read+failed)%100 == 0 {
				_ = WriteInPlaceIn(folder, name, name, []byte("inside"), time.Now())
			}
		}
	}
	stop.Store(true)
	swapping.Wait()
	for _, name := range []string{"token", "file"} {
		if data, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(data) != "outside" {
			t.Errorf("outside, %s holds %q, %v", name, data, err)
		}
	}
	t.Logf("read %d times, refused %d times", read, failed)
}
