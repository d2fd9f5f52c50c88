package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"syncguard/internal/plist"
)

// RenamedUUID is a changed PayloadUUID.
type RenamedUUID struct {
	Name       string // PayloadDisplayName of the payload or the profile, or its identifier without one
	Profile    bool   // true for the profile's own UUID
	Old, New   string
	References int // other values changed with it
}

// DeriveUUIDs replaces the UUIDs of an existing profile and its payloads by those derived from their identifiers, as in a
// build (see UUID), and updates every reference to a payload by its UUID. root is the property list of the profile.
// organization is a reverse-DNS name; "" means the first two labels of the profile's identifier. It returns the changed UUIDs
// only, the profile's first.
//
// The tree changes in place. It stays untouched on an error: a missing or duplicate identifier, a missing UUID, one UUID at two
// payloads, a placeholder in any of them, or an identifier without an organization.
func DeriveUUIDs(root *plist.Value, organization string) ([]RenamedUUID, error) {
	parts, err := partsOf(root)
	if err != nil {
		return nil, err
	}
	if organization == "" {
		labels := strings.SplitN(parts[0].identifier, ".", 3)
		if len(labels) < 2 {
			return nil, fmt.Errorf("the identifier %q has no organization: give one with --organization, such as com.acme", parts[0].identifier)
		}
		organization = labels[0] + "." + labels[1]
	}
	var renamed []RenamedUUID
	byOld := map[string]int{} // index in renamed, by the old UUID in upper case
	for i, p := range parts {
		r := RenamedUUID{Name: p.name, Profile: i == 0, Old: p.uuid.Text, New: UUID(organization, p.identifier)}
		if _, twice := byOld[strings.ToUpper(r.Old)]; twice {
			return nil, fmt.Errorf("the UUID %s repeats, so a reference to it is ambiguous", r.Old)
		}
		byOld[strings.ToUpper(r.Old)] = len(renamed)
		renamed = append(renamed, r)
	}
	for i, p := range parts {
		p.uuid.Text = renamed[i].New
	}
	for n := range plist.Walk(root) { // at any key: PayloadCertificateUUID and its like
		if n.Kind == plist.String && uuid.Validate(n.Text) == nil && !slices.ContainsFunc(parts, func(p part) bool { return p.uuid == n.Value }) {
			if i, ok := byOld[strings.ToUpper(n.Text)]; ok {
				n.Text = renamed[i].New
				renamed[i].References++
			}
		}
	}
	return slices.DeleteFunc(renamed, func(r RenamedUUID) bool { return r.Old == r.New }), nil
}

// part is the profile itself, or one of its payloads.
type part struct {
	identifier, name string
	uuid             *plist.Value
}

func partsOf(root *plist.Value) ([]part, error) {
	if root == nil || root.Kind != plist.Dictionary {
		return nil, errors.New("not a profile")
	}
	all := []*plist.Value{root}
	all = append(all, root.List("PayloadContent")...)
	var parts []part
	seen := map[string]bool{}
	for i, v := range all {
		what := "the profile"
		if i > 0 {
			what = fmt.Sprintf("PayloadContent[%d]", i-1)
		}
		identifier, id := v.Get("PayloadIdentifier"), v.Get("PayloadUUID")
		switch {
		case identifier == nil || identifier.Kind != plist.String || identifier.Text == "":
			return nil, fmt.Errorf("%s has no PayloadIdentifier to derive a UUID from", what)
		case id == nil || id.Kind != plist.String:
			return nil, fmt.Errorf("%s has no PayloadUUID", what)
		case plist.HasPlaceholder(identifier.Text) || plist.HasPlaceholder(id.Text):
			return nil, fmt.Errorf("%s has a placeholder in its PayloadIdentifier or PayloadUUID", what)
		case seen[identifier.Text]:
			return nil, fmt.Errorf("the PayloadIdentifier %q repeats, and would give one UUID to both payloads", identifier.Text)
		}
		seen[identifier.Text] = true
		p := part{identifier: identifier.Text, uuid: id}
		if name := v.Get("PayloadDisplayName"); name != nil {
			p.name = name.Text
		}
		p.name = cmp.Or(p.name, p.identifier)
		parts = append(parts, p)
	}
	return parts, nil
}
