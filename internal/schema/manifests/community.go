package manifests

import (
	"fmt"
	"io/fs"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// payloadPattern matches the manifests of Apple's payloads.
const payloadPattern = "Manifests/ManifestsApple/*.plist"

// AddCommunityKeys adds the keys of manifests to Apple's payload types of the same name: keys working on devices and missing
// from Apple's schemas. Version names the checkout in the types' sources.
func AddCommunityKeys(apple []*schema.Type, files fs.FS, version string) error {
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
		AddKeysOf(apple, t)
	}
	return nil
}

// AddKeysOf adds the keys of t, a community's type, to Apple's types of the same payload type, unless one of these has them
// already, and marks them as the community's. It reports whether Apple has such types. It consumes the keys of t.
func AddKeysOf(apple []*schema.Type, t *schema.Type) bool {
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
		if addKey(root, k, otherPlatforms(home, t)) && !slices.Contains(home.Sources, t.Sources[0]) {
			home.Sources = slices.Concat(t.Sources, home.Sources) // first: the last one is Apple's, the source of most facts
		}
		home.Keys = root.Keys
	}
	return len(same) > 0
}

// otherPlatforms returns the platforms of Apple's type unknown to the community's, each as not available.
func otherPlatforms(apple, t *schema.Type) schema.Availabilities {
	excluded := schema.Availabilities{}
	for platform, a := range apple.Availability {
		if _, has := t.Availability[platform]; !has && !a.NotAvailable {
			excluded[platform] = schema.Availability{NotAvailable: true}
		}
	}
	return excluded
}

// addKey adds a key to a dictionary, or the key's new subkeys to the same key there. It reports whether it added anything. A key
// of two manifests, each for its platforms, is on the platforms of both.
func addKey(dictionary, k *schema.Key, excluded schema.Availabilities) bool {
	i := slices.IndexFunc(dictionary.Keys, func(x *schema.Key) bool { return x.Name == k.Name || x.Name == schema.Any })
	switch {
	case i < 0 && k.Name == schema.Any:
		return false
	case i < 0:
		markCommunity(k)
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
	return x.Kind == k.Kind && addSubkeys(x, k, excluded)
}

// addSubkeys adds the new subkeys of k to x, the same key. Elements of arrays have names for people only; a dictionary without
// keys takes any.
func addSubkeys(x, k *schema.Key, excluded schema.Availabilities) bool {
	added := false
	for _, below := range k.Keys {
		switch {
		case k.Kind == plist.Array:
			for _, element := range x.Keys {
				added = element.Kind == below.Kind && addSubkeys(element, below, excluded) || added
			}
		case len(x.Keys) > 0:
			added = addKey(x, below, excluded) || added
		}
	}
	return added
}

// markCommunity marks a key and its subkeys as the community's, and as optional: Apple does not require them.
func markCommunity(k *schema.Key) {
	k.Community, k.Required = true, false
	for _, below := range k.Keys {
		markCommunity(below)
	}
}
