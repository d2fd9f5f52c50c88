package deploy

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/plist"
)

const mask = "(secret)"

// Redactor removes secrets from server messages, since servers can echo requests. It is safe for concurrent use.
type Redactor struct {
	mu      sync.Mutex
	secrets []string // the longest first: a shorter one inside it cannot leave a part of it visible
}

// minSecret is the shortest secret searched for, in bytes: shorter texts occur in every sentence.
const minSecret = 4

// Add registers a secret.
func (r *Redactor) Add(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(secret) < minSecret || slices.Contains(r.secrets, secret) {
		return
	}
	r.secrets = append(r.secrets, secret)
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
}

// AddAll registers all secrets of a tree.
func (r *Redactor) AddAll(v *plist.Value) {
	for n := range plist.Walk(v) {
		switch {
		case !n.Secret:
		case n.Kind == plist.String:
			r.Add(n.Text)
		case n.Kind == plist.Integer:
			r.Add(n.Int.String())
		case n.Kind == plist.Data:
			r.Add(base64.StdEncoding.EncodeToString(n.Data))
		}
	}
}

// Hide replaces each secret with a mask.
func (r *Redactor) Hide(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var pairs []string
	for _, secret := range r.secrets {
		pairs = append(pairs, secret, mask)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// redactedError is an error without secrets in its text.
type redactedError struct {
	error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.error }

// HideError returns an error without secrets in its text; nil for nil.
func (r *Redactor) HideError(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{err, r.Hide(err.Error())}
}

// withoutSecrets copies a tree, replacing each secret with a mask.
func withoutSecrets(v *plist.Value) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		c := *v
		switch {
		case !v.Secret:
			return v, true
		case v.Kind == plist.Data:
			c.Data = []byte(mask)
		default:
			c.Kind, c.Text, c.Fields, c.Items = plist.String, mask, nil, nil
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
