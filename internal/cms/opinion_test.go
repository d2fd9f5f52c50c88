package cms

import (
	"bytes"
	"slices"
	"testing"

	"go.mozilla.org/pkcs7"
)

// secondOpinion asks the library about what we accept. It sees DER only, as our own reader has checked it. It knows no
// signers that are named by a key identifier, and takes a signing time outside the certificate's validity for a false
// signature.
func secondOpinion(t testing.TB, b []byte, v *Verdict) {
	t.Helper()
	der, _, err := openDER(b)
	if err != nil {
		t.Fatalf("accepted, and not in DER: %v", err)
	}
	parsed, err := pkcs7.Parse(der.src)
	if err != nil {
		t.Fatalf("the library cannot read what we accept: %v", err)
	}
	if !bytes.Equal(parsed.Content, v.Content) {
		t.Fatalf("the library reads the content %q, we read %q", parsed.Content, v.Content)
	}
	d, err := parse(b)
	if err != nil {
		t.Fatal(err)
	}
	named := !slices.ContainsFunc(d.signers, func(i int) bool { return d.elements[d.children(i)[1]].tag == tagPrimitive0 })
	for _, s := range v.Signers {
		named = named && s.Validity.Reason != SigningTimeOutside && (s.SigningTime.IsZero() || s.Validity.OK)
	}
	if !named {
		return
	}
	if err := parsed.Verify(); err != nil {
		t.Fatalf("the library refuses what we accept: %v", err)
	}
}
