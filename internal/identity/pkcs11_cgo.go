//go:build pkcs11 && cgo

package identity

import (
	"crypto"
	"errors"
	"fmt"
	"os"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

// HasPKCS11 is true in a build with support for security modules.
const HasPKCS11 = true

// ErrNoPKCS11 is the error of a build without that support.
var ErrNoPKCS11 = errors.New("this syncguard was built without support for PKCS#11")

// openPKCS11 logs in and finds the key. The returned function logs out.
func openPKCS11(p PKCS11, pin []byte) (crypto.Signer, func() error, error) {
	if _, err := os.Stat(p.Module); err != nil {
		return nil, nil, fmt.Errorf("opening the library %s: %w", p.Module, withoutPath(err))
	}
	module, err := crypto11.Configure(&crypto11.Config{Path: p.Module, TokenLabel: p.Token, TokenSerial: p.Serial, SlotNumber: p.Slot,
		Pin: string(pin)})
	if err != nil {
		return nil, nil, explainPKCS11(err)
	}
	var label []byte
	if p.Object != "" {
		label = []byte(p.Object)
	}
	keys, err := module.FindKeyPairs(p.ID, label)
	switch {
	case err != nil:
		err = explainPKCS11(err)
	case len(keys) == 0:
		err = errors.New("the token has no private key with that label or id and a public key or certificate beside it")
	case len(keys) > 1:
		err = fmt.Errorf("the token has %d such keys, want one: give its id", len(keys))
	default:
		return keys[0], module.Close, nil
	}
	return nil, nil, errors.Join(err, module.Close())
}

// explainPKCS11 explains the errors a person can act on.
func explainPKCS11(err error) error {
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return err
	}
	switch code {
	case pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE:
		return errors.New("wrong PIN: a few wrong ones lock the token")
	case pkcs11.CKR_PIN_LOCKED:
		return errors.New("the PIN is locked: unlock it with the token maker's tool")
	}
	return err
}
