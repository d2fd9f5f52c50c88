package deploy

import (
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/secret"
)

// withoutSecrets copies a tree, replacing each secret with a mask.
func withoutSecrets(v *plist.Value) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		c := *v
		switch {
		case !v.Secret:
			return v, true
		case v.Kind == plist.Data:
			c.Data = []byte(secret.Shown)
		default:
			c.Kind, c.Text, c.Fields, c.Items = plist.String, secret.Shown, nil, nil
		}
		return &c, false
	})
}

// MaskedRequest returns the request of a change, made from the profile without its secrets, and whether it has any.
func (s *Session) MaskedRequest(c *Change) (r *Request, masked bool, err error) {
	if !c.Item.Profile.Root.HasSecret() {
		r, err = s.Request(c.Item, c.Remote)
		return r, false, err
	}
	profile := *c.Item.Profile
	items, err := s.prepareMasked(&profile)
	if err != nil {
		return nil, true, fmt.Errorf("%s: masking secrets: %w", profile.Name, err)
	}
	i := slices.IndexFunc(items, func(like *Item) bool { return like.Enrollment == c.Item.Enrollment })
	r, err = s.Request(items[max(i, 0)], c.Remote)
	return r, true, err
}

func (s *Session) prepareMasked(p *Profile) (items []*Item, err error) {
	write := plist.Write
	if p.Declaration {
		write = plist.WriteJSON
	}
	p.Root = withoutSecrets(p.Root)
	if p.Content, err = write(p.Root); err != nil {
		return nil, err
	}
	p.File, p.Signed = p.Content, false
	return s.Prepare(p)
}
