package main

import (
	"fmt"

	"syncguard/internal/schema"
)

// correction mends a slip of Apple's schema that would make right profiles wrong.
type correction struct {
	id, key, subkey string
	mark            string // told with the type
	mend            func(key *schema.Key)
}

// corrections lists every slip that is mended.
var corrections = []correction{
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

// correct mends what is listed. A slip that is gone is an error, so that the list stays short.
func correct(types []*schema.Type, list []correction) error {
	for _, c := range list {
		if err := c.apply(types); err != nil {
			return err
		}
	}
	return nil
}

func (c correction) apply(types []*schema.Type) error {
	for _, t := range types {
		if t.ID != c.id {
			continue
		}
		k := t.Key(c.key)
		if k == nil || len(k.Keys) != 1 || k.Keys[0].Name != c.subkey {
			break
		}
		c.mend(k)
		t.Unsure = append(t.Unsure, c.mark)
		return nil
	}
	return fmt.Errorf("correcting %s: %s has no %s to correct", c.id, c.key, c.subkey)
}
