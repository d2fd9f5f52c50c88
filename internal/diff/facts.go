package diff

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// facts looks up differing keys in the schemas, and keeps the first error.
type facts struct {
	catalog *schema.Catalog
	err     error
}

func (f *facts) payload(payloadType string) []*schema.Type {
	types, err := f.catalog.Payloads(payloadType)
	f.keepError(err)
	return types
}

func (f *facts) declaration(declarationType string) []*schema.Type {
	t, err := f.catalog.Declaration(declarationType)
	f.keepError(err)
	if t == nil {
		return nil
	}
	return []*schema.Type{t}
}

func (f *facts) keepError(err error) {
	if f.err == nil {
		f.err = err
	}
}

// annotate adds a note to each key: its availability and supervision. The schema's keys begin below the key under.
func (f *facts) annotate(changes []Change, types []*schema.Type, under ...string) {
	for i := range changes {
		c := &changes[i]
		keys, ok := cutKeys(c.keys, under)
		if c.Identity || !ok || c.Note != "" {
			continue
		}
		c.Supervised = slices.ContainsFunc(types, func(t *schema.Type) bool { return t.Key(keys...) != nil && needsSupervision(t, keys) })
		c.Note = availabilityNote(types, keys, c.Kind)
	}
}

func cutKeys(keys, under []string) ([]string, bool) {
	if len(keys) <= len(under) || !slices.Equal(keys[:len(under)], under) {
		return nil, false
	}
	return keys[len(under):], true
}

// recentMajor is the first major version worth mentioning as a requirement: devices with older ones are in use.
var recentMajor = map[target.Platform]int{target.IOS: 16, target.MacOS: 13} // only these: most fleets have no others

// availabilityNote tells the requirements of a key: supervised, iOS 26 and later. The version matters for added keys only.
func availabilityNote(types []*schema.Type, keys []string, kind Kind) string {
	for _, t := range types {
		if t.Key(keys...) == nil {
			continue
		}
		var parts []string
		if needsSupervision(t, keys) && !needsSupervision(t, nil) {
			parts = append(parts, "supervised")
		}
		if kind != Added {
			return strings.Join(parts, ", ")
		}
		for _, p := range []target.Platform{target.IOS, target.MacOS} { // only these: as recent
			whole, own := t.AvailabilityAt(p), t.AvailabilityAt(p, keys...)
			switch {
			case own.NotAvailable && !whole.NotAvailable:
				parts = append(parts, "not on "+string(p))
			case !own.Removed.IsZero() && own.Removed.Compare(whole.Removed) != 0:
				parts = append(parts, fmt.Sprintf("until %s %s", p, own.Removed))
			case !own.NotAvailable && own.Introduced.Compare(whole.Introduced) > 0 && own.Introduced.Major >= recentMajor[p]:
				parts = append(parts, fmt.Sprintf("%s %s and later", p, own.Introduced))
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// needsSupervision reports whether a key works on supervised iPhones and iPads only.
func needsSupervision(t *schema.Type, keys []string) bool {
	a := t.AvailabilityAt(target.IOS, keys...)
	return !a.NotAvailable && a.Supervised != nil && *a.Supervised
}
