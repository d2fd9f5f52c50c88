package lint

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

// Catalog is what the checks need of a schema catalog. What it returns is not changed.
type Catalog interface {
	// Lookup returns the types that share a payload type, or else what is known of a preference domain, or nothing.
	Lookup(payloadType string) ([]*schema.Type, error)
	// Envelope returns the keys of a profile's top level.
	Envelope() (*schema.Type, error)
	// Common returns the keys that every payload may have.
	Common() (*schema.Type, error)
	// Declaration returns a type of declaration, or nil where it is unknown.
	Declaration(declarationType string) (*schema.Type, error)
	// DeclarationBase returns the keys of a declaration's top level.
	DeclarationBase() (*schema.Type, error)
	// StatusItems returns a type that has every status item as a key, or nil.
	StatusItems() (*schema.Type, error)
	// Entries lists every type, to find what a misspelt one was meant to be.
	Entries() ([]schema.Entry, error)
	// Type returns the type that an entry lists, or nil.
	Type(id string, family schema.Family) (*schema.Type, error)
}

// Options change what a check reports.
type Options struct {
	// Now is the moment for which expiry dates are judged; zero judges none.
	Now time.Time
	// Container is the file around the property list.
	Container Container
	// Placeholders is what to make of text that a later step fills in.
	Placeholders PlaceholderPolicy
	// Composed is set where a template makes the profile: it has rules of its own about secrets and identifiers.
	Composed bool
	// Groups are those whose rules are checked. None means what says whether a profile is right and what it does:
	// structure, schema, effect and sync.
	Groups []rules.Group
	// For is the server that is to deliver the profile, nil where that is not known.
	For *mdm.Server
	// ExpiresWithin is how long before its end a certificate is reported; zero means DefaultExpiresWithin.
	ExpiresWithin time.Duration
}

// DefaultExpiresWithin is enough to have a certificate renewed and a profile signed and delivered anew.
const DefaultExpiresWithin = 30 * 24 * time.Hour

// Container is the file around a property list, as far as rules need it.
type Container struct {
	Size    int            // bytes, with the signature
	Signed  bool           // a CMS signature is around the profile
	Binary  bool           // the property list is in its binary form
	Odd     []plist.Oddity // how its XML differs from plain text
	Message []byte         // the signed message, where there is one
	Damaged bool           // keys or values could not be read, so what is missing may be there
}

// Checker checks one profile or declaration after another against a catalog. It remembers what it reads and compiles,
// and is safe for concurrent use.
type Checker struct {
	catalog Catalog
	names   func() ([]schema.Entry, error)
	terms   func() (map[string]bool, error)
	formats sync.Map // regular expression to *regexp.Regexp, nil for one that Go cannot compile
}

// New returns a Checker for a catalog.
func New(c Catalog) *Checker {
	return &Checker{catalog: c, names: sync.OnceValues(func() ([]schema.Entry, error) { return sortedEntries(c) }),
		terms: sync.OnceValues(func() (map[string]bool, error) { return readTerms(c) })}
}

// Check checks one profile against a catalog, without options.
func Check(c Catalog, root *plist.Value, targets []target.Target) ([]diag.Diagnostic, error) {
	return New(c).Check(root, targets, Options{})
}

// Check returns every finding about a profile, sorted as diag.Sort does. It marks the secrets in the tree. root is the profile's top-level dictionary; what
// the profile does on devices is checked for the targets, and not at all without any. The error is not nil only when the
// catalog cannot be read.
func (c *Checker) Check(root *plist.Value, targets []target.Target, o Options) ([]diag.Diagnostic, error) {
	p, err := c.newProfile(root, targets, o)
	if err != nil {
		return nil, err
	}
	return p.check()
}

// CheckDeclaration is Check for a declaration: its JSON as a tree, in which a null is Null and a number without fraction
// or exponent an Integer.
func (c *Checker) CheckDeclaration(root *plist.Value, targets []target.Target, o Options) ([]diag.Diagnostic, error) {
	p, err := c.newDeclaration(root, nil, targets, o)
	if err != nil {
		return nil, err
	}
	return p.check()
}

// open prepares a profile or a declaration.
func (c *Checker) open(root *plist.Value, isDeclaration bool, targets []target.Target, o Options) (*profile, error) {
	if isDeclaration {
		return c.newDeclaration(root, nil, targets, o)
	}
	return c.newProfile(root, targets, o)
}

// findSecrets finds the secrets and marks them, so that no rule shows one.
func (p *profile) findSecrets() {
	p.secrets = secret.Find(p.root)
	for v := range p.secrets {
		v.Secret = true
	}
}

func (p *profile) check() ([]diag.Diagnostic, error) {
	p.findSecrets()
	r := newRun(p)
	r.visitAll()
	r.checkDeclarations()
	return diag.Sort(r.found), p.err
}

// visitTree calls the rules of values for everything that a schema describes.
func (r *run) visitTree() {
	r.visit(r.profile.envelope)
	for _, pl := range r.profile.payloads {
		r.visit(pl.node)
	}
}

// visitAll calls every rule for everything in the profile, and once for the whole.
func (r *run) visitAll() {
	p := r.profile
	if p.envelope != nil && p.hasShape() {
		r.visitTree()
	}
	for i := range r.passes {
		if pass := &r.passes[i]; pass.chosen {
			pass.rule.once(pass, p)
		}
	}
}

// types returns what a payload or a preference domain of this type may be.
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

func sortedEntries(c Catalog) ([]schema.Entry, error) {
	entries, err := c.Entries()
	if err != nil {
		return nil, fmt.Errorf("reading the index of schemas: %w", err)
	}
	return slices.SortedFunc(slices.Values(entries), func(a, b schema.Entry) int {
		return strings.Compare(a.PayloadType, b.PayloadType)
	}), nil
}
