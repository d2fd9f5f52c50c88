package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"syncguard/internal/files"
)

const (
	developmentFile  = "development.pem"
	developmentName  = "syncguard development identity"
	developmentYears = 10

	// NotBefore is a day in the past, for devices with a slow clock.
	clockSkew = 24 * time.Hour
)

// Development returns the identity kept in dir/development.pem, and makes it on first use: ECDSA on P-256, self-signed,
// valid for ten years. created is true if this call made it. It is never replaced: a profile installed by hand can only
// be updated by one signed with the very same identity. If several processes come first at once, one makes it and all
// return it.
//
// The file is readable by its owner only, and is made so again if it is not; dir is created for its owner only, and
// refused if others may write to it.
func Development(dir string, now time.Time) (id *Identity, created bool, err error) {
	if err := prepareFolder(dir); err != nil {
		return nil, false, fmt.Errorf("preparing the folder of the development identity: %w", withoutPath(err))
	}
	folder, err := files.Claim(dir, now)
	if err != nil {
		return nil, false, fmt.Errorf("opening the folder of the development identity: %w", withoutPath(err))
	}
	defer folder.Close()
	path := filepath.Join(dir, developmentFile)
	id, err = loadDevelopment(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return id, false, err
	}
	err = createDevelopment(folder, now)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("making the development identity: %w", withoutPath(err))
	}
	created = err == nil
	id, err = loadDevelopment(path)
	return id, created, err
}

func prepareFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); hasPermissions() && mode&0o022 != 0 {
		return fmt.Errorf("mode is %04o, so others could replace the identity: remove their write permission", mode)
	}
	return nil
}

func loadDevelopment(path string) (*Identity, error) {
	data, err := readPrivateFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the development identity: %w", withoutPath(err))
	}
	id, err := FromPEM(Files{Cert: File{Data: data}}, nil)
	if err != nil {
		return nil, fmt.Errorf("the development identity is damaged: %w; restore its file from a backup, or remove "+
			"the profiles it signed from every device and delete the file", err)
	}
	id.Development = true
	return id, nil
}

// readPrivateFile reads a file with a secret, after removing the permissions of others.
func readPrivateFile(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	if info.Size() > maxInput {
		return nil, fmt.Errorf("file has %d bytes, at most %d are allowed", info.Size(), maxInput)
	}
	if mode := info.Mode().Perm(); hasPermissions() && mode&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, fmt.Errorf("changing mode %04o to 0600: %w", mode, withoutPath(err))
		}
	}
	return os.ReadFile(path)
}

// createDevelopment writes the file of a new identity. The error is fs.ErrExist if there is one.
func createDevelopment(folder *files.Claimed, now time.Time) error {
	data, err := newDevelopment(now)
	if err != nil {
		return err
	}
	defer clear(data)
	return folder.WriteNew(developmentFile, data, 0o600)
}

// newDevelopment returns a new certificate and its private key as PEM.
func newDevelopment(now time.Time) ([]byte, error) {
	key, err := NewKey("p256")
	if err != nil {
		return nil, err
	}
	cert, err := selfSigned(key, Subject{Name: developmentName}, now, now.AddDate(developmentYears, 0, 0))
	if err != nil {
		return nil, err
	}
	encoded, err := EncodeKey(key, nil)
	if err != nil {
		return nil, err
	}
	defer clear(encoded)
	return append(cert, encoded...), nil
}

// hasPermissions reports whether permission bits have a meaning on this system.
func hasPermissions() bool {
	return runtime.GOOS != "windows"
}

// withoutPath reduces a file system error to its reason.
func withoutPath(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
