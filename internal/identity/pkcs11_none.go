//go:build !pkcs11 || !cgo

package identity

import (
	"crypto"
	"errors"
)

// HasPKCS11 says whether this program was built to reach security modules.
const HasPKCS11 = false

// ErrNoPKCS11 is the answer of a program that was not.
var ErrNoPKCS11 = errors.New("this syncguard was built without support for PKCS#11")

func openPKCS11(PKCS11, []byte) (crypto.Signer, func() error, error) {
	return nil, nil, ErrNoPKCS11
}
