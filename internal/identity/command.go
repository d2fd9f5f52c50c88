package identity

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"syncguard/internal/pki"
)

const (
	// commandTimeout leaves a person the time to touch a token.
	commandTimeout = time.Minute
	killDelay      = 2 * time.Second
	maxSignature   = 64 << 10 // bytes of output
	maxComplaint   = 16 << 10 // bytes kept of stderr, the last ones
)

// ErrNoSignature is the error for output of a signer command that fails verification with the certificate.
var ErrNoSignature = errors.New("is not a valid signature for the certificate")

// Command is a program with a private key, or with access to one.
type Command struct {
	Args    []string // the program and its arguments; see SplitCommand
	Environ []string // NAME=value; nil means the environment of this process
	Timeout time.Duration

	// IsSecret reports whether a variable holds a secret, which the program does not get; asked at each run, nil for none.
	IsSecret func(name string) bool

	// Quote makes what the program wrote to stderr fit to be shown, short and without secrets; nil shows nothing of it.
	Quote func(words string) string
}

// complaint returns what the program wrote to stderr, as the end of a message.
func (c *Command) complaint(stderr *tailBuffer) string {
	if c.Quote == nil {
		return ""
	}
	if words := c.Quote(string(stderr.data)); words != "" {
		return ": " + words
	}
	return ""
}

// environ returns the variables for the program.
func (c *Command) environ() []string {
	all := c.Environ
	if all == nil {
		all = os.Environ()
	}
	return slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return c.IsSecret != nil && c.IsSecret(name)
	})
}

// FromCommand makes an identity of a certificate and a signing program. The program gets the digest on stdin, raw, and
// prints the signature, raw or in base64. For an RSA certificate the signature is PKCS #1 v1.5, with a DigestInfo made
// by the program; for ECDSA it is the DER of RFC 3279, or the two numbers one after the other.
//
// The program runs for one signature at a time and is stopped after a minute, or when ctx is done. After a failure it
// never runs again, so that a wrong PIN is tried once. Each signature is verified with the certificate.
func FromCommand(ctx context.Context, files Files, c Command) (*Identity, error) {
	found, err := readCertificates(files.Cert)
	if err != nil {
		return nil, err
	}
	leaf, err := onlyLeaf(files.Cert, found.certs, files.Alias)
	if err != nil {
		return nil, err
	}
	more, err := readCertificates(files.Chain...)
	if err != nil {
		return nil, err
	}
	found.add(more)
	if c.Timeout == 0 {
		c.Timeout = commandTimeout
	}
	return newIdentity(&commandSigner{ctx: ctx, command: c, leaf: leaf}, found.certs, found.from)
}

// FromCertificates makes an identity without a key, for inspection. It cannot sign.
func FromCertificates(files Files) (*Identity, error) {
	id, err := FromCommand(context.Background(), files, Command{})
	if err != nil {
		return nil, err
	}
	id.Signer = nil
	return id, nil
}

// onlyLeaf returns the only certificate to issue none of the others, or, of several, the one called alias.
func onlyLeaf(f File, certs []*x509.Certificate, alias string) (*x509.Certificate, error) {
	if err := checkCertificates(certs); err != nil {
		return nil, f.wrap(err)
	}
	leaves := pki.NewGraph(certs, true).Leaves()
	if people := slices.DeleteFunc(slices.Clone(leaves), func(c *x509.Certificate) bool { return c.IsCA }); len(people) > 0 {
		leaves = people // an authority without issued certificates here is a stray intermediate
	}
	leaves = slices.DeleteFunc(slices.Clone(leaves), func(c *x509.Certificate) bool {
		return alias != "" && !newChoice(namedKey{}, c).hasName(alias)
	})
	switch {
	case len(leaves) == 0:
		return nil, f.wrap(fmt.Errorf("holds no signer certificate called %q", alias))
	case slices.ContainsFunc(leaves, func(c *x509.Certificate) bool { return !pki.SameEntity(c, leaves[0]) }):
		return nil, f.wrap(fmt.Errorf("holds %d possible signer certificates, want one: give the others with --chain", len(leaves)))
	}
	return leaves[0], nil
}

// commandSigner is a crypto.Signer, and keeps the context for Sign, which takes none.
type commandSigner struct {
	ctx     context.Context
	command Command
	leaf    *x509.Certificate

	mu     sync.Mutex
	failed error // the first failure
}

func (s *commandSigner) Public() crypto.PublicKey { return s.leaf.PublicKey }

func (s *commandSigner) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return nil, s.failed
	}
	printed, err := s.run(digest)
	if err != nil {
		s.failed = err
		return nil, err
	}
	signature, ok := decodeSignature(printed, s.leaf.PublicKey, digest, opts.HashFunc())
	if !ok {
		s.failed = fmt.Errorf("the output of %s (%d bytes) %w %q", s.name(), len(printed), ErrNoSignature, pki.NameOf(s.leaf))
		return nil, s.failed
	}
	return signature, nil
}

// name returns the program without its arguments, which may hold secrets.
func (s *commandSigner) name() string { return fmt.Sprintf("the signer command %q", s.command.Args[0]) }

func (s *commandSigner) run(digest []byte) ([]byte, error) {
	ctx, stop := context.WithTimeout(s.ctx, s.command.Timeout)
	defer stop()
	stdout, stderr := &limitedBuffer{limit: maxSignature}, &tailBuffer{limit: maxComplaint}
	cmd := exec.CommandContext(ctx, s.command.Args[0], s.command.Args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = s.command.environ(), bytes.NewReader(digest), stdout, stderr
	cmd.WaitDelay = killDelay
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case s.ctx.Err() != nil:
		return nil, s.ctx.Err()
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s took longer than %s%s", s.name(), s.command.Timeout, s.command.complaint(stderr))
	case stdout.over:
		return nil, fmt.Errorf("%s printed more than %d bytes, want a signature", s.name(), maxSignature)
	case errors.As(err, &exit):
		return nil, fmt.Errorf("%s failed with %s%s", s.name(), exit.ProcessState, s.command.complaint(stderr))
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%s is not on PATH", s.name())
	case err != nil:
		return nil, fmt.Errorf("running %s: %w", s.name(), withoutPath(err))
	case len(stdout.data) == 0:
		return nil, fmt.Errorf("%s printed no signature%s", s.name(), s.command.complaint(stderr))
	}
	return stdout.data, nil
}

// limitedBuffer keeps the first bytes written to it, and fails beyond the limit.
type limitedBuffer struct {
	limit int
	data  []byte
	over  bool
}

func (h *limitedBuffer) Write(p []byte) (int, error) {
	if len(h.data)+len(p) > h.limit {
		h.over = true
		return 0, io.ErrShortBuffer
	}
	h.data = append(h.data, p...)
	return len(p), nil
}

// tailBuffer keeps the last bytes written to it.
type tailBuffer struct {
	limit int
	data  []byte
}

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	t.data = t.data[max(0, len(t.data)-t.limit):]
	return len(p), nil
}

// decodeSignature finds the encoding of a printed signature by verifying each candidate. It returns the signature in
// the form CMS needs.
func decodeSignature(printed []byte, public crypto.PublicKey, digest []byte, hash crypto.Hash) ([]byte, bool) {
	forms := [][]byte{printed}
	text := strings.Join(strings.Fields(string(printed)), "")
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		if decoded, err := encoding.DecodeString(text); err == nil {
			forms = append(forms, decoded)
		}
	}
	for _, form := range forms {
		switch key := public.(type) {
		case *rsa.PublicKey:
			if rsa.VerifyPKCS1v15(key, hash, digest, form) == nil {
				return form, true
			}
		case *ecdsa.PublicKey:
			for _, der := range [][]byte{form, ecdsaSignature(form, key)} {
				if ecdsa.VerifyASN1(key, digest, der) {
					return der, true
				}
			}
		}
	}
	return nil, false
}

// ecdsaSignature turns the two numbers of an ECDSA signature, one after the other, into DER. It returns nil for any
// other length.
func ecdsaSignature(pair []byte, key *ecdsa.PublicKey) []byte {
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(pair) != 2*size {
		return nil
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(pair[:size]), new(big.Int).SetBytes(pair[size:])})
	if err != nil {
		return nil
	}
	return der
}
