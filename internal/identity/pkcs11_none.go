//go:build !pkcs11 || !cgo

package identity

import (
	"crypto"
	"errors"
)

// HasPKCS11 is true in a build with support for security modules.
const HasPKCS11 = false

// ErrNoPKCS11 is the error of a build without that support.
var ErrNoPKCS11 = errors.New("this syncguard was built without support for PKCS#11")

func openPKCS11(PKCS11, []byte) (crypto.Signer, func() error, error) {
	return nil, nil, ErrNoPKCS11
}
