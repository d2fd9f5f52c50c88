package appleyaml

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/schema"
)

// Delta is what changed in one payload type: keys that came, and what keys and the payload newly state for single platforms.
// Keys that were removed stay known, with the version that removed them.
type Delta struct {
	PayloadType  string
	Availability schema.Availabilities
	Added        []*schema.Key
	Changed      []*schema.Key // only Name, Availability and Replacement count
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

// apply changes a type. Keys that came are put where the order of Apple's list, by name, has them.
func (d *Delta) apply(t *schema.Type) error {
	for platform, a := range d.Availability {
		t.Availability[platform] = t.Availability[platform].Override(a)
	}
	for _, change := range d.Changed {
		k := t.Key(change.Name)
		if k == nil {
			return fmt.Errorf("changing %s: there is no key %q", t.ID, change.Name)
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
			return fmt.Errorf("changing %s: %s adds key %q, known already", t.ID, d.file, k.Name)
		}
		i, _ := slices.BinarySearchFunc(t.Keys, k, func(a, b *schema.Key) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		t.Keys = slices.Insert(t.Keys, i, k)
	}
	t.Sources = append(t.Sources, d.Sources...)
	return nil
}
