//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"errors"
	"os"
	"syscall"
)

func lockAlone(folder *os.File) error  { return flock(folder, syscall.LOCK_EX) }
func lockShared(folder *os.File) error { return flock(folder, syscall.LOCK_SH) }

// flock takes a lock without waiting. It replaces an earlier one.
func flock(folder *os.File, how int) error {
	for {
		switch err := syscall.Flock(int(folder.Fd()), how|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		case !errors.Is(err, syscall.EINTR):
			return err
		}
	}
}
