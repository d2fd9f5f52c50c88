package appleyaml

import (
	"fmt"

	"syncguard/internal/schema"
)

// correction mends a slip of Apple's schemas that would make right profiles wrong.
type correction struct {
	id, key, subkey string
	mark            string // told with the type
	mend            func(key *schema.Key)
}

// corrections returns every slip that is mended.
func corrections() []correction {
	return []correction{
		{
			// The dictionary holds languages, and no key of this name.
			id: "TopLevel", key: "ConsentText", subkey: "ConsentTextItem", mark: "ConsentTextItem read as a placeholder",
			mend: func(k *schema.Key) { k.Keys = k.Keys[0].Keys },
		},
		{
			// The dictionary holds printers under the names of their queues.
			id: "com.apple.mcxprinting", key: "UserPrinterList", subkey: "Printer", mark: "Printer read as a placeholder",
			mend: func(k *schema.Key) { k.Keys[0].Name = schema.Any },
		},
	}
}

// Correct mends the slips of Apple's schemas that are known. One that is gone is an error, so that their list stays short.
func Correct(types []*schema.Type) error {
	for _, c := range corrections() {
		mended := false
		for _, t := range types {
			mended = mended || c.apply(t)
		}
		if !mended {
			return fmt.Errorf("correcting %s: %s has no %s to correct", c.id, c.key, c.subkey)
		}
	}
	return nil
}

// mend mends the slips of one type of a checkout, where one may be gone.
func mend(t *schema.Type) {
	for _, c := range corrections() {
		c.apply(t)
	}
}

// apply says whether the type has the slip, which is mended then.
func (c correction) apply(t *schema.Type) bool {
	if t.ID != c.id {
		return false
	}
	k := t.Key(c.key)
	if k == nil || len(k.Keys) != 1 || k.Keys[0].Name != c.subkey {
		return false
	}
	c.mend(k)
	t.Unsure = append(t.Unsure, c.mark)
	return true
}
