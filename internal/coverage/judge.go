package coverage

import (
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

// Key is one key of a payload or declaration, for Judge.
type Key struct {
	Type   string         // payload type, declaration type or preference domain
	Path   []string       // below the type
	Value  *plist.Value   // its value
	Holder *plist.Value   // the payload's own dictionary
	Types  []*schema.Type // the schema's types of that name, Apple's first

	IsDeclaration bool
	Managed       *schema.Type // the type of managed preferences, for a key in them; else nil
	State         string       // of managed preferences: Forced or Set-Once
	Misplaced     bool         // in managed preferences at a place that nothing reads
}

// Judge returns the effect of one key on a target, as Keys does for those of a file.
func Judge(k *Key, t target.Target) Cell {
	s := setting{subject: Subject{Type: k.Type}, path: k.Path, value: k.Value, holder: k.Holder, isDeclaration: k.IsDeclaration,
		misplaced: k.Misplaced}
	for _, of := range k.Types {
		s.types = append(s.types, candidate{of, of.Key(k.Path...)})
	}
	if k.Managed != nil {
		s.domain = &domain{payload: k.Managed, state: k.State}
	}
	return (&evaluator{s, t, facts.Embedded()}).cell()
}

// TypesOf returns the schema's types of a payload type or preference domain: Apple's, then those of the community.
func TypesOf(c *schema.Catalog, name string) ([]*schema.Type, error) {
	w := &walker{catalog: c}
	types := w.typesOf(name)
	return types, w.err
}
