package identity

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/pki"
)

// namedKey is a private key with its name in the file, if any.
type namedKey struct {
	signer crypto.Signer
	alias  string
}

// Choice is one of several identities in a file. Its names come from the file, so escape them before showing them.
type Choice struct {
	Alias  string // the key's name in the file; may be empty
	Name   string // of the certificate
	SHA256 string // of the certificate, hexadecimal

	signer crypto.Signer
	leaf   *x509.Certificate
}

// AmbiguousError is the error for a file with several identities, if the alias is missing or matches none or several of
// them.
type AmbiguousError struct {
	File    string
	Alias   string // the alias given
	Choices []Choice
}

func (e *AmbiguousError) Error() string {
	text := fmt.Sprintf("holds %d private keys with certificates, want one", len(e.Choices))
	if e.Alias != "" {
		text = fmt.Sprintf("holds no identity called %q", e.Alias)
		if n := len(choicesNamed(e.Choices, e.Alias)); n > 0 {
			text = fmt.Sprintf("holds %d identities called %q, want one", n, e.Alias)
		}
	}
	return File{Name: e.File}.wrap(fmt.Errorf("%s", text)).Error()
}

// chooseIdentity returns the identity of the only key with a certificate, or of the key called alias.
func chooseIdentity(f File, keys []namedKey, found contents, alias string) (*Identity, error) {
	if err := checkCertificates(found.certs); err != nil {
		return nil, f.wrap(err)
	}
	var choices []Choice
	var unmatched error
	for _, key := range keys {
		leaf, err := leafFor(key.signer, found.certs)
		if err != nil {
			unmatched = err
			continue
		}
		choices = append(choices, newChoice(key, leaf))
	}
	if len(choices) == 0 {
		return nil, f.wrap(unmatched)
	}
	choices = withoutDuplicates(choices)
	chosen := choices
	if alias != "" {
		chosen = choicesNamed(choices, alias)
	}
	if len(chosen) != 1 {
		return nil, &AmbiguousError{f.Name, alias, choices}
	}
	return newIdentity(chosen[0].signer, found.certs, found.from)
}

func newChoice(key namedKey, leaf *x509.Certificate) Choice {
	sum := sha256.Sum256(leaf.Raw)
	return Choice{key.alias, pki.NameOf(leaf), hex.EncodeToString(sum[:]), key.signer, leaf}
}

// withoutDuplicates drops repeated keys.
func withoutDuplicates(choices []Choice) []Choice {
	var once []Choice
	for _, c := range choices {
		if !slices.ContainsFunc(once, func(o Choice) bool { return o.SHA256 == c.SHA256 }) {
			once = append(once, c)
		}
	}
	return once
}

// minFingerprint is the number of SHA-256 digits enough to name a certificate.
const minFingerprint = 8

func choicesNamed(choices []Choice, alias string) []Choice {
	return slices.DeleteFunc(slices.Clone(choices), func(c Choice) bool { return !c.hasName(alias) })
}

// hasName reports whether an alias means this choice: its name in the file (Java writes it in lower case), the common
// name of its certificate, or its fingerprint, with or without colons: the first digits of SHA-256, or all of SHA-1.
func (c Choice) hasName(alias string) bool {
	if strings.EqualFold(alias, c.Alias) || alias == c.Name {
		return true
	}
	digits := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(alias))
	sum := sha1.Sum(c.leaf.Raw)
	return len(digits) >= minFingerprint && strings.HasPrefix(c.SHA256, digits) || digits == hex.EncodeToString(sum[:])
}
