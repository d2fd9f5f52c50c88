package appleyaml

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/schema"
)

// Delta is the changes to one payload type: new keys, and new facts of keys and of the payload for single platforms. Removed
// keys stay known, with the version removing them.
type Delta struct {
	PayloadType  string
	Availability schema.Availabilities
	Added        []*schema.Key
	Changed      []*schema.Key // with Name, Availability and Replacement alone
	Sources      []schema.Source
	file         string
}

func readDelta(data []byte) (*Delta, error) {
	document, err := load(data)
	if err != nil {
		return nil, err
	}
	payload := field(document, "payload")
	d := &Delta{PayloadType: text(field(payload, "payloadtype"))}
	if d.Availability, err = readAvailabilities(field(payload, "supportedOS")); err != nil {
		return nil, err
	}
	if d.Added, err = newKeyReader().keys(field(document, "added")); err != nil {
		return nil, err
	}
	for _, list := range []string{"changed", "removed"} {
		items := field(document, list)
		if items == nil {
			continue
		}
		for _, item := range items.Content {
			k := &schema.Key{Name: text(field(item, "key")), KeyDetails: schema.KeyDetails{Replacement: text(field(item, "replacement"))}}
			if k.Availability, err = readAvailabilities(field(item, "supportedOS")); err != nil {
				return nil, fmt.Errorf("%s: %w", k.Name, err)
			}
			d.Changed = append(d.Changed, k)
		}
	}
	return d, nil
}

// apply changes a type. New keys go to their places by name, the order of Apple's list.
func (d *Delta) apply(t *schema.Type) error {
	for platform, a := range d.Availability {
		t.Availability[platform] = t.Availability[platform].Override(a)
	}
	for _, change := range d.Changed {
		k := t.Key(change.Name)
		if k == nil {
			return fmt.Errorf("%s changes unknown key %q of %s", d.file, change.Name, t.ID)
		}
		if k.Availability == nil {
			k.Availability = schema.Availabilities{}
		}
		for platform, a := range change.Availability {
			k.Availability[platform] = a
		}
		k.Replacement = change.Replacement
	}
	for _, k := range d.Added {
		if t.Key(k.Name) != nil {
			return fmt.Errorf("%s adds key %q of %s, known already", d.file, k.Name, t.ID)
		}
		i, _ := slices.BinarySearchFunc(t.Keys, k, func(a, b *schema.Key) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		t.Keys = slices.Insert(t.Keys, i, k)
	}
	t.Sources = append(t.Sources, d.Sources...)
	return nil
}
