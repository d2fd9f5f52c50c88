package identity

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// PKCS11 names a key in a security module.
type PKCS11 struct {
	Module    string // path of the module's library
	Token     string // label of the token, or
	Serial    string // its serial number, or
	Slot      *int   // its slot
	Object    string // label of the key; may be empty with an ID
	ID        []byte // identifier of the key; may be nil with an Object
	PINSource string // path of a file with the PIN; may be empty
}

const pkcs11Scheme = "pkcs11:"

// IsPKCS11 reports whether an argument is the URI of a security module's key, not a file.
func IsPKCS11(s string) bool { return strings.HasPrefix(s, pkcs11Scheme) }

// ParsePKCS11 reads a URI of RFC 7512, such as
// pkcs11:token=corp;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so. It must name a module, a token and a
// key. A PIN in it (pin-value) is refused: every user of the machine can read a command line.
func ParsePKCS11(uri string) (PKCS11, error) {
	var p PKCS11
	rest, ok := strings.CutPrefix(uri, pkcs11Scheme)
	if !ok {
		return p, fmt.Errorf("want a URI that begins with %q", pkcs11Scheme)
	}
	path, query, _ := strings.Cut(rest, "?")
	seen := map[string]bool{}
	attributes := append(strings.Split(path, ";"), strings.Split(query, "&")...)
	for _, attribute := range attributes {
		if attribute == "" {
			continue
		}
		name, encoded, ok := strings.Cut(attribute, "=")
		if !ok || seen[name] {
			return p, fmt.Errorf("%q is not NAME=VALUE, or is given twice", name)
		}
		seen[name] = true
		value, err := url.PathUnescape(encoded)
		if err != nil {
			return p, fmt.Errorf("the value of %q is badly percent-encoded", name)
		}
		if err := p.setAttribute(name, value); err != nil {
			return p, err
		}
	}
	return p, p.validate()
}

func (p *PKCS11) setAttribute(name, value string) error {
	switch name {
	case "module-path":
		p.Module = value
	case "token":
		p.Token = value
	case "serial":
		p.Serial = value
	case "object":
		p.Object = value
	case "id":
		p.ID = []byte(value)
	case "pin-source":
		p.PINSource = strings.TrimPrefix(strings.TrimPrefix(value, "file:"), "//")
	case "slot-id":
		slot, err := strconv.Atoi(value)
		if err != nil || slot < 0 {
			return fmt.Errorf("invalid slot-id %q: want a number", value)
		}
		p.Slot = &slot
	case "type":
		if value != "private" {
			return fmt.Errorf("invalid type %q: want private", value)
		}
	case "pin-value":
		return errors.New("pin-value is not allowed, as every user of the machine can read a command line: want pin-source")
	default:
		return fmt.Errorf("unknown attribute %q: want module-path, token, serial, slot-id, object, id, type or pin-source", name)
	}
	return nil
}

func (p *PKCS11) validate() error {
	tokens := 0
	for _, given := range []bool{p.Token != "", p.Serial != "", p.Slot != nil} {
		if given {
			tokens++
		}
	}
	switch {
	case p.Module == "":
		return errors.New("missing module-path: the path of the security module's library")
	case !filepath.IsAbs(p.Module):
		return errors.New("module-path is relative, so another library could take its place: want an absolute path")
	case tokens != 1:
		return errors.New("want exactly one of token, serial and slot-id")
	case p.Object == "" && len(p.ID) == 0:
		return errors.New("missing object or id: the label or identifier of the key")
	}
	return nil
}
