package jamf

import (
	"errors"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/ship"
)

// What Jamf sets itself at the top level, and what it adds there where a profile says nothing.
var (
	rewritten = []string{"PayloadUUID", "PayloadIdentifier", "PayloadOrganization", "PayloadDisplayName", "PayloadScope"}
	added     = []string{"PayloadDescription", "PayloadEnabled", "PayloadRemovalDisallowed"}
)

// Compare leaves out what Jamf sets itself, and the empty keys and arrays that it adds. PayloadScope is told by the level. What
// cannot be read is not told, so that it is written over.
func (d *Destination) Compare(p *ship.Parcel, h *ship.Held) (held, wanted *plist.Value, err error) {
	k, err := d.kind(p.Profile)
	if err != nil {
		return nil, nil, err
	}
	root, err := readHeld(h)
	if err != nil || d.Again {
		return nil, nil, nil //nolint:nilerr // an update mends it
	}
	held, wanted = normal(root), normal(p.Profile.Root)
	for _, key := range added {
		if wanted.Get(key) == nil {
			drop(held, key)
		}
	}
	if has, want := k.scopeOf(h.Fields["level"]), k.scopeOf(k.level(p.Profile, h)); has != "" && has != want {
		held.Set("PayloadScope", plist.NewString(has))
		wanted.Set("PayloadScope", plist.NewString(want))
	}
	if has := h.Fields["category"]; d.Category != "" && has != d.Category {
		held, wanted = ship.With(held, "category", plist.NewString(has)), ship.With(wanted, "category", plist.NewString(d.Category))
	}
	return held, wanted, nil
}

// readHeld reads what Jamf gives back. The empty keys that it adds can be there several times.
func readHeld(h *ship.Held) (*plist.Value, error) {
	doc, found := plist.Read(diag.NewFile("profile", h.Content))
	broken := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Rule != "duplicate-key" })
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Dictionary || broken {
		return nil, errors.New("what the server has is no profile that can be read")
	}
	return doc.Root, nil
}

func normal(root *plist.Value) *plist.Value {
	top := withoutPhantoms(root)
	for _, key := range rewritten {
		drop(top, key)
	}
	return top
}

func drop(v *plist.Value, key string) {
	v.Fields = slices.DeleteFunc(v.Fields, func(f plist.Field) bool { return f.Key == key })
}

// withoutPhantoms copies a tree without empty keys, and without empty arrays in arrays.
func withoutPhantoms(v *plist.Value) *plist.Value {
	c := *v
	c.Fields, c.Items = nil, nil
	for _, f := range v.Fields {
		if f.Key != "" {
			f.Value = withoutPhantoms(f.Value)
			c.Fields = append(c.Fields, f)
		}
	}
	for _, item := range v.Items {
		if item.Kind != plist.Array || len(item.Items) > 0 {
			c.Items = append(c.Items, withoutPhantoms(item))
		}
	}
	return &c
}

// level is what the profile asks for. PayloadScope is a key of macOS, whose default is User; all else is for the device. Where a
// profile does not say it, what it has in Jamf stays.
func (k kind) level(p *ship.Profile, h *ship.Held) string {
	scope := p.Text("PayloadScope")
	switch {
	case scope == "" && h != nil && k.scopeOf(h.Fields["level"]) != "":
		return h.Fields["level"]
	case scope == "" && k.path == kinds[Computers].path:
		scope = "User"
	case scope == "":
		scope = "System"
	}
	return k.levels[scope]
}

// scopeOf is the PayloadScope of a level, "" for one that is not known.
func (k kind) scopeOf(level string) string {
	for scope, l := range k.levels {
		if l == level {
			return scope
		}
	}
	return ""
}
