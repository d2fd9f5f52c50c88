package app

import (
	"context"
	"iter"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/schema"
)

// What the command line still asks for itself, until all of its use cases live here. It goes with the last of them.

type Input = input

func (in input) Path() string                 { return in.path }
func (in input) Read(h *Host) ([]byte, error) { return in.read(h) }
func InputOf(path string) Input               { return inputOf(path) }
func Find(h *Host, stdin string, is func(string) bool, wants string, paths []string) ([]Input, []error, error) {
	f := inputFinder{h.Files, stdin, is, wants}
	return f.find(paths)
}
func IsProfileName(path string) bool                        { return isProfileName(path) }
func (h *Host) Catalog() (*schema.Catalog, []string, error) { return h.catalog() }
func Ordered[T, R any](items []T, limit int, do func(T) R) iter.Seq[R] {
	return ordered(items, limit, do)
}
func HideSecrets(doc *document.Document, isDamaged bool) { hideSecrets(doc, isDamaged) }
func InternalError(p any) diag.Diagnostic                { return internalError(p) }

func Walk(h *Host, is func(string) bool, path string) ([]Input, []error) {
	f := inputFinder{h.Files, "stdin", is, ""}
	return f.walk(path)
}

// Verifier answers for signed files, until all that asks it lives here.
type Verifier = verifier

func NewVerifier(h *Host, o VerifyOptions) (*Verifier, error)     { return newVerifier(h, o) }
func (v *verifier) Verify(name string, data []byte) *VerifiedFile { return v.verify(name, data) }

// OpenSigner signs what is built, until build lives here.
type OpenSigner = signer

func (o *SigningOptions) Load(ctx context.Context, h *Host) (*OpenSigner, error) {
	return o.load(ctx, h)
}
func (o *SigningOptions) Check() error                 { return o.Identity.check() }
func (o *SigningOptions) Given() bool                  { return o.Identity.given() || o.StateTime }
func (s *signer) Report() *Signer                      { return s.report() }
func (s *signer) StatedTime() time.Time                { return s.time }
func ExplainSigning(err error) error                   { return explainSigning(err) }
func ExplainIdentity(err error) error                  { return explainIdentity(err) }
func (h *Host) ReadSecret(path string) ([]byte, error) { return h.readSecret(path) }
func (o *IdentityOptions) CheckIt() error              { return o.check() }
