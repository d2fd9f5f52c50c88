//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package files

import (
	"errors"
	"os"
)

// Elsewhere a folder cannot be locked.

func lockAlone(*os.File) error  { return errors.ErrUnsupported }
func lockShared(*os.File) error { return errors.ErrUnsupported }
