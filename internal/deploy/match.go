package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// ReadContent parses a profile returned by a server, signed or not.
func ReadContent(content []byte) (*plist.Value, error) {
	doc, found := document.OpenTemplate(diag.NewFile("profile", slices.Clone(content)))
	if doc.Root == nil || doc.Kind() != document.Profile || diag.HasErrors(found) {
		return nil, errors.New("the server's copy is not a readable profile")
	}
	return doc.Root, nil
}

// CompareContent implements Session.Compare for servers returning profiles unchanged. Unreadable content gives a nil current
// value, so the next push overwrites it.
func CompareContent(item *Item, remote *Remote) (current, wanted *plist.Value, err error) {
	current, err = ReadContent(remote.Content)
	if err != nil {
		return nil, nil, nil //nolint:nilerr // an update mends it
	}
	return current, item.Profile.Root, nil
}

// WithField returns a copy of a tree with one more field, such as labels, to include it in a comparison.
func WithField(v *plist.Value, name string, value *plist.Value) *plist.Value {
	c := *v
	c.Fields = slices.Clone(v.Fields)
	return c.Set(name, value)
}

// KeepsOwnName reports whether the server's name of a profile is still the profile's own, not one given by an administrator.
func KeepsOwnName(remote *Remote) bool {
	root, err := ReadContent(remote.Content)
	return err != nil || remote.Name == (&Profile{Root: root}).DisplayName()
}

// CheckID refuses an ID with a meaning in a path, so a request cannot go to another address.
func CheckID(id string) error {
	if id == "" || id == "." || id == ".." {
		return fmt.Errorf("the server listed an invalid ID %q", id)
	}
	return nil
}

// CheckEnrollments returns an error for an invalid enrollment ID: IDs stand in a path, separated by commas.
func CheckEnrollments(ids []string) error {
	bad := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`,/\?#%`, r) }
	for _, id := range ids {
		if id == "" || id == "." || id == ".." || len(id) > 255 || strings.ContainsFunc(id, bad) {
			return diag.Usage("want a UDID, or UDID:USER", "invalid enrollment ID %q", id)
		}
	}
	return nil
}

// Match finds the server's copy for each item, nil for none: the profile with the same PayloadIdentifier, or else one of the
// same name and unknown identifier. Several candidates for one item are an error, since the one to update is unclear; so is
// one candidate for several items.
func Match(items []*Item, all []*Remote) ([]*Remote, error) {
	byIdentifier, byName := map[string][]*Remote{}, map[string][]*Remote{}
	seen := map[string]bool{}
	for _, remote := range all {
		if err := CheckID(remote.ID); err != nil {
			return nil, err
		}
		if seen[remote.ID] { // a list that changed while it was read has it on two pages
			continue
		}
		seen[remote.ID] = true
		identifier := remote.Identifier
		if root, err := ReadContent(remote.Content); err == nil {
			identifier = root.String("PayloadIdentifier")
		}
		if identifier != "" {
			byIdentifier[identifier] = append(byIdentifier[identifier], remote)
		} else {
			byName[remote.Name] = append(byName[remote.Name], remote)
		}
	}
	out := make([]*Remote, len(items))
	of := map[*Remote]*Item{}
	for i, item := range items {
		what, found := "PayloadIdentifier "+item.Profile.Text("PayloadIdentifier"), byIdentifier[item.Profile.Text("PayloadIdentifier")]
		if len(found) == 0 {
			what, found = "name "+item.Name, byName[item.Name]
		}
		switch {
		case len(found) > 1:
			var ids []string
			for _, remote := range found {
				ids = append(ids, remote.ID)
			}
			return nil, fmt.Errorf("%s: the server has %d profiles with the %s (%s); delete all but one of them", item.Profile.Name, len(found), what, strings.Join(ids, ", "))
		case len(found) == 1 && of[found[0]] != nil:
			return nil, fmt.Errorf("%s and %s have the same %s, used on the server by %s; give them different ones", of[found[0]].Profile.Name, item.Profile.Name, what, found[0].ID)
		case len(found) == 1:
			out[i] = found[0]
			of[found[0]] = item
		}
	}
	return out, nil
}
