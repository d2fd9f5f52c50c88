package lint

import (
	"fmt"
	"sync"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/work"
)

// Catalog is the part of a schema catalog used by the checks. Results are shared and never modified.
type Catalog interface {
	// Lookup returns the types sharing a payload type, or the type of a preference domain, or none.
	Lookup(payloadType string) ([]*schema.Type, error)
	// Envelope returns the keys of a profile's top level.
	Envelope() (*schema.Type, error)
	// Common returns the keys common to all payloads.
	Common() (*schema.Type, error)
	// Declaration returns a declaration type, nil if unknown.
	Declaration(declarationType string) (*schema.Type, error)
	// DeclarationBase returns the keys of a declaration's top level.
	DeclarationBase() (*schema.Type, error)
	// StatusItems returns a type with every status item as a key, or nil.
	StatusItems() (*schema.Type, error)
	// Entries lists every type, for suggestions on misspelt ones.
	Entries() ([]schema.Entry, error)
	// Type returns the type listed by an entry, or nil.
	Type(id string, family schema.Family) (*schema.Type, error)
}

// Options configure a check.
type Options struct {
	// Now is the time for judging expiry dates; with zero no date is judged.
	Now time.Time
	// Container is the file around the property list.
	Container Container
	// Placeholders is the policy for text filled in by a later step.
	Placeholders PlaceholderPolicy
	// Secrets are those of the document, from secret.Mark; with nil the check looks for them.
	Secrets map[*plist.Value]secret.Reason
	// Composed is set for a profile made from a template. Templates have their own rules about secrets and identifiers.
	Composed bool
	// Groups select the rules to check. None means structure, schema, effect and sync: is the profile correct, and what
	// will it do?
	Groups []rules.Group
	// For is the server delivering the profile, nil if unknown.
	For *mdm.Server
	// ExpiresWithin is the time before expiry at which a certificate is reported; zero means DefaultExpiresWithin.
	ExpiresWithin time.Duration
	// Untrusted halves the work of trying passphrases.
	Untrusted bool
	// Bound is for the findings kept while a file is checked.
	Bound Bound
	// Interrupted is called now and then. Its error ends the check, and is the error of the check; nil for never.
	Interrupted func() error
}

// Bound keeps a file with very many findings from taking memory for each. The zero Bound keeps all.
type Bound struct {
	Room    int                                       // findings to collect before some are dropped
	Shorten func([]diag.Diagnostic) []diag.Diagnostic // returns those to keep
}

// makeRoom returns the findings with room for n more.
func (b *Bound) makeRoom(found []diag.Diagnostic, n int) []diag.Diagnostic {
	if b.Shorten == nil || len(found)+n <= b.Room {
		return found
	}
	work.Add(len(found))
	found = b.Shorten(found)
	b.Room = max(b.Room, 2*len(found)) // so that each is looked at a few times only
	return found
}

// DefaultExpiresWithin leaves time to renew a certificate and to sign and deliver the profile again.
const DefaultExpiresWithin = 30 * 24 * time.Hour

// Container describes the file around a property list.
type Container struct {
	Size    int            // bytes, with the signature
	Signed  bool           // with a CMS signature
	Binary  bool           // a binary property list
	Odd     []plist.Oddity // differences of its XML from plain text
	Message []byte         // the signed message, nil without one
	Damaged bool           // some keys or values were unreadable, so an absent key may be present after all
}

// Checker checks profiles and declarations against a catalog. It caches schemas and regular expressions and is safe for
// concurrent use.
type Checker struct {
	catalog Catalog
	names   func() (*typeNames, error)
	terms   func() (map[string]bool, error)
	formats sync.Map  // regular expression to *regexp.Regexp, nil if Go cannot compile it
	runs    sync.Pool // of *run

	mutex     sync.Mutex
	available []*availability // one for each list of targets
}

// New returns a Checker for a catalog.
func New(c Catalog) *Checker {
	return &Checker{catalog: c, names: sync.OnceValues(func() (*typeNames, error) { return readNames(c) }),
		terms: sync.OnceValues(func() (map[string]bool, error) { return readTerms(c) })}
}

// Check checks one profile against a catalog with zero Options.
func Check(c Catalog, root *plist.Value, targets []target.Target) ([]diag.Diagnostic, error) {
	return New(c).Check(root, targets, Options{})
}

// Check returns all findings about a profile, in the order of diag.Sort. root is the profile's top-level dictionary; Check
// marks the secrets in it. The profile's effect on devices is checked for each target, and not at all without targets. An
// error means an unreadable catalog, or an interruption.
func (c *Checker) Check(root *plist.Value, targets []target.Target, o Options) ([]diag.Diagnostic, error) {
	p, err := c.newProfile(root, targets, o)
	if err != nil {
		return nil, err
	}
	return p.runChecks()
}

// CheckDeclaration is Check for a declaration: its JSON as a tree, with null as Null and a number without fraction or
// exponent as an Integer.
func (c *Checker) CheckDeclaration(root *plist.Value, targets []target.Target, o Options) ([]diag.Diagnostic, error) {
	p, err := c.newDeclaration(root, nil, targets, o)
	if err != nil {
		return nil, err
	}
	return p.runChecks()
}

// newDocument prepares a profile or a declaration.
func (c *Checker) newDocument(root *plist.Value, isDeclaration bool, targets []target.Target, o Options) (*profile, error) {
	if isDeclaration {
		return c.newDeclaration(root, nil, targets, o)
	}
	return c.newProfile(root, targets, o)
}

// findSecrets finds and marks the secrets, so that no rule shows one.
func (p *profile) findSecrets() {
	if p.secrets = p.options.Secrets; p.secrets == nil {
		p.secrets = secret.Mark(p.root)
	}
}

func (p *profile) runChecks() ([]diag.Diagnostic, error) {
	p.findSecrets()
	r := p.newRun()
	defer r.release()
	r.visitAll()
	r.checkDeclarations()
	return diag.Sort(r.found), p.err
}

// visitTree runs the rules about values on everything a schema describes.
func (r *run) visitTree() {
	r.visit(r.profile.envelope)
	for _, pl := range r.profile.payloads {
		r.visit(pl.node)
	}
}

// visitAll runs the rules about values on the tree, then the rules about the document as a whole.
func (r *run) visitAll() {
	p := r.profile
	if p.envelope != nil && p.hasShape() {
		r.visitTree()
	}
	for _, pass := range r.once {
		if p.isInterrupted() {
			return
		}
		pass.rule.runOnce(pass, p)
	}
}

// types returns the schema types of a payload type or preference domain.
func (c *Checker) types(payloadType string) ([]*schema.Type, error) {
	if payloadType == "" {
		return nil, nil
	}
	types, err := c.catalog.Lookup(payloadType)
	if err != nil {
		return nil, fmt.Errorf("reading the schema of payload type %s: %w", quote(payloadType), err)
	}
	return types, nil
}
