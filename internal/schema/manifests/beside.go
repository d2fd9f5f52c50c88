package manifests

import (
	"fmt"
	"io/fs"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// payloadPattern names the manifests of Apple's payloads.
const payloadPattern = "Manifests/ManifestsApple/*.plist"

// AddBeside adds to Apple's payload types what the manifests of the same payloads and preference domains have beside
// Apple's own schemas: keys that work on devices and that Apple does not list.
func AddBeside(apple []*schema.Type, files fs.FS, version string) error {
	payloads, err := fs.Glob(files, payloadPattern)
	if err != nil {
		return err
	}
	domains, err := list(files)
	if err != nil {
		return fmt.Errorf("reading ProfileManifests: %w", err)
	}
	names := slices.Sorted(slices.Values(slices.Concat(payloads, domains)))
	types, err := read(files, slices.Compact(names), version)
	if err != nil {
		return err
	}
	for _, t := range types {
		Beside(apple, t)
	}
	return nil
}

// Beside adds the keys of a community's type to Apple's types of the same payload type, where none of these has them,
// and marks them. It reports whether there are such types at all. The keys of t are used up.
func Beside(apple []*schema.Type, t *schema.Type) bool {
	var same []*schema.Type
	for _, a := range apple {
		if a.Family == schema.Payload && a.PayloadType == t.PayloadType {
			same = append(same, a)
		}
	}
	for _, k := range t.Keys {
		if len(same) == 0 {
			break
		}
		home := same[0]
		for _, a := range same {
			if a.Key(k.Name) != nil {
				home = a
			}
		}
		root := &schema.Key{Kind: plist.Dictionary, Keys: home.Keys}
		if addKey(root, k, absent(home, t)) && !slices.Contains(home.Sources, t.Sources[0]) {
			home.Sources = slices.Concat(t.Sources, home.Sources) // first: Apple's, from which most facts come, stays the last
		}
		home.Keys = root.Keys
	}
	return len(same) > 0
}

// absent returns the platforms that Apple's type is on and the community's says nothing of, as what excludes them.
func absent(apple, t *schema.Type) schema.Availabilities {
	excluded := schema.Availabilities{}
	for platform, a := range apple.Availability {
		if _, has := t.Availability[platform]; !has && !a.NotAvailable {
			excluded[platform] = schema.Availability{NotAvailable: true}
		}
	}
	return excluded
}

// addKey puts a key into a dictionary, or what is new below it into the key that is there. It reports whether anything is
// new. A key that two manifests have, each for its platforms, is on the platforms of both.
func addKey(dictionary, k *schema.Key, excluded schema.Availabilities) bool {
	i := slices.IndexFunc(dictionary.Keys, func(x *schema.Key) bool { return x.Name == k.Name || x.Name == schema.Any })
	switch {
	case i < 0 && k.Name == schema.Any:
		return false
	case i < 0:
		markKey(k)
		for platform, a := range excluded {
			if k.Availability == nil {
				k.Availability = schema.Availabilities{}
			}
			k.Availability[platform] = a
		}
		dictionary.Keys = append(dictionary.Keys, k)
		return true
	}
	x := dictionary.Keys[i]
	if x.Community {
		for platform := range x.Availability {
			if _, out := excluded[platform]; !out && x.Availability[platform].NotAvailable {
				delete(x.Availability, platform)
			}
		}
		return true
	}
	return x.Kind == k.Kind && addBelow(x, k, excluded)
}

// addBelow adds what is new below a key that both know. Elements of arrays have names for people only; a dictionary
// without keys takes any.
func addBelow(x, k *schema.Key, excluded schema.Availabilities) bool {
	added := false
	for _, below := range k.Keys {
		switch {
		case k.Kind == plist.Array:
			for _, element := range x.Keys {
				added = element.Kind == below.Kind && addBelow(element, below, excluded) || added
			}
		case len(x.Keys) > 0:
			added = addKey(x, below, excluded) || added
		}
	}
	return added
}

// markKey marks a key and all below it. What a community requires is no condition of Apple's.
func markKey(k *schema.Key) {
	k.Community, k.Required = true, false
	for _, below := range k.Keys {
		markKey(below)
	}
}
