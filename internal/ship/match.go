package ship

import (
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// ReadContent reads a profile as a server gives it back.
func ReadContent(content []byte) (*plist.Value, error) {
	doc, found := plist.Read(diag.NewFile("profile", content))
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Dictionary || diag.HasErrors(found) {
		return nil, errors.New("what the server has is no profile that can be read")
	}
	return doc.Root, nil
}

// CompareContent is a Compare for servers that give back what they were given. What cannot be read is not told, so that it is
// written over.
func CompareContent(p *Parcel, h *Held) (held, wanted *plist.Value, err error) {
	held, err = ReadContent(h.Content)
	if err != nil {
		return nil, nil, nil //nolint:nilerr // an update mends it
	}
	return held, p.Profile.Root, nil
}

// Match finds for each parcel what a server has of it: the profile with the same PayloadIdentifier, or else one of the same
// name whose own identifier is not told. Where several may be meant nobody can say which one to update, which is an error.
func Match(parcels []*Parcel, all []*Held) ([]*Held, error) {
	identifiers := make([]string, len(all))
	for i, h := range all {
		if root, err := ReadContent(h.Content); err == nil {
			identifiers[i] = (&Profile{Root: root}).Text("PayloadIdentifier")
		}
	}
	out := make([]*Held, len(parcels))
	for i, p := range parcels {
		same := func(is func(j int) bool) (found []*Held) {
			for j := range all {
				if is(j) {
					found = append(found, all[j])
				}
			}
			return found
		}
		what := "PayloadIdentifier " + p.Profile.Text("PayloadIdentifier")
		found := same(func(j int) bool { return identifiers[j] != "" && identifiers[j] == p.Profile.Text("PayloadIdentifier") })
		if len(found) == 0 {
			what = "name " + p.Name
			found = same(func(j int) bool { return identifiers[j] == "" && all[j].Name == p.Name })
		}
		if len(found) > 1 {
			var ids []string
			for _, h := range found {
				ids = append(ids, h.ID)
			}
			return nil, fmt.Errorf("%s: the server has %d of the %s (%s); delete all but one there", p.Profile.Name, len(found), what, strings.Join(ids, ", "))
		}
		if len(found) == 1 {
			out[i] = found[0]
		}
	}
	return out, nil
}
