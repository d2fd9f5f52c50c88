package identity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePKCS11(t *testing.T) {
	slot := 7
	for uri, want := range map[string]PKCS11{
		"pkcs11:token=corp;object=signing?module-path=/lib/p11.so": {Module: "/lib/p11.so", Token: "corp", Object: "signing"},
		"pkcs11:serial=1a;id=%01%ff?module-path=/lib/p%2011.so&pin-source=file:///run/pin": {Module: "/lib/p 11.so", Serial: "1a",
			ID: []byte{1, 255}, PINSource: "/run/pin"},
		"pkcs11:slot-id=7;type=private;object=a%3Bb?pin-source=pin&module-path=/lib/p11.so": {Module: "/lib/p11.so", Slot: &slot, Object: "a;b", PINSource: "pin"},
		"pkcs11:token=a+b;object=x?module-path=/lib/p11.so":                                 {Module: "/lib/p11.so", Token: "a+b", Object: "x"},
	} {
		got, err := ParsePKCS11(uri)
		if err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%s: %v, %s", uri, err, cmp.Diff(want, got))
		}
	}
}

func TestParsePKCS11Refuses(t *testing.T) {
	for uri, want := range map[string]string{
		"key.pem":                 `begins with "pkcs11:"`,
		"pkcs11:":                 "missing module-path",
		"pkcs11:token=a;object=b": "missing module-path",
		"pkcs11:token=a;object=b?module-path=p11.so":  "module-path is relative",
		"pkcs11:object=b?module-path=/p11.so":         "exactly one of token, serial and slot-id",
		"pkcs11:token=a;serial=1?module-path=/p11.so": "exactly one of token, serial and slot-id",
		"pkcs11:token=a?module-path=/p11.so":          "missing object or id",
		"pkcs11:token=a;token=b?module-path=/p11.so":  `"token" is not NAME=VALUE, or is given twice`,
		"pkcs11:token?module-path=/p11.so":            `"token" is not NAME=VALUE`,
		"pkcs11:token=%zz?module-path=/p11.so":        `the value of "token" is badly percent-encoded`,
		"pkcs11:slot-id=x?module-path=/p11.so":        "want a number",
		"pkcs11:slot-id=-1?module-path=/p11.so":       "want a number",
		"pkcs11:type=public?module-path=/p11.so":      "want private",
		"pkcs11:manufacturer=x?module-path=/p11.so":   `unknown attribute "manufacturer"`,
		"pkcs11:token=a;object=b?pin-value=1234":      "pin-value is not allowed",
	} {
		_, err := ParsePKCS11(uri)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "1234") {
			t.Errorf("%s: got %v, want %q", uri, err, want)
		}
	}
}
