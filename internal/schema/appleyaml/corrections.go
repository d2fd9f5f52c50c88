package appleyaml

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/schema"
)

// correction corrects a mistake of Apple's schemas, by which valid profiles would have unknown keys: a dictionary with free
// keys and a schema naming some.
type correction struct {
	id   string
	path []string
	// placeholder is the one subkey standing for any key. If empty, the named keys stay and any other is allowed.
	placeholder string
	unsure      string // added to Type.Unsure
	correct     func(t *schema.Type, dictionary *schema.Key)
}

// corrections returns all corrections, with the reason for each.
func corrections() []correction {
	const vendorKeys = "VendorConfig read as a free dictionary"
	return []correction{
		{
			// The keys are languages; none has this name.
			id: "TopLevel", path: []string{"ConsentText"}, placeholder: "ConsentTextItem", unsure: "ConsentTextItem read as a placeholder",
			correct: func(_ *schema.Type, k *schema.Key) { k.Keys = k.Keys[0].Keys },
		},
		{
			// The keys are the names of print queues.
			id: "com.apple.mcxprinting", path: []string{"UserPrinterList"}, placeholder: "Printer", unsure: "Printer read as a placeholder",
			correct: nameAny,
		},
		{
			// The keys are the names of realms, by the schema's own description.
			id: "com.apple.extensiblesso(kerberos)", path: []string{"ExtensionData", "domainRealmMapping"}, placeholder: "Realm",
			unsure: "Realm read as a placeholder", correct: nameAny,
		},
		{
			// Apple lists only the protocol and the interfaces of a tunnel, and no server. Profiles in use have the keys of IKEv2
			// there (mosen/profiledocs, from Apple's earlier reference); the declaration has them below IKEV2.
			id: "com.apple.vpn.managed", path: []string{"AlwaysOn", "TunnelConfigurations"}, placeholder: "TunnelConfigurationElement",
			unsure: "keys of IKEv2 in TunnelConfigurations", correct: addTunnelKeys,
		},
		// The plug-in's vendor defines the keys; Apple names those of four vendors.
		{id: "com.apple.vpn.managed", path: []string{"VendorConfig"}, unsure: vendorKeys, correct: addAny},
		{id: "com.apple.configuration.network.vpn.vpn-plugin", path: []string{"VendorConfig"}, unsure: vendorKeys, correct: addAny},
	}
}

func nameAny(_ *schema.Type, dictionary *schema.Key) { dictionary.Keys[0].Name = schema.Any }

func addAny(_ *schema.Type, dictionary *schema.Key) {
	dictionary.Keys = append(dictionary.Keys, &schema.Key{Name: schema.Any, AnyKind: true})
}

func addTunnelKeys(t *schema.Type, tunnels *schema.Key) {
	element := tunnels.Keys[0]
	for _, k := range t.Key("IKEv2").Keys {
		own := *k
		own.Community, own.Required = true, false
		element.Keys = append(element.Keys, &own)
	}
}

// Correct corrects the known mistakes of Apple's schemas. A mistake not found is an error: its correction has to go.
func Correct(types []*schema.Type) error {
	for _, c := range corrections() {
		corrected := false
		for _, t := range types {
			corrected = corrected || c.apply(t)
		}
		if !corrected {
			return fmt.Errorf("correcting %s: the mistake in %s is gone: remove its correction", c.id, strings.Join(c.path, "."))
		}
	}
	return nil
}

// correctKnown corrects one type of a checkout, with or without mistakes.
func correctKnown(t *schema.Type) {
	for _, c := range corrections() {
		c.apply(t)
	}
}

// apply corrects a type and reports whether it had the mistake.
func (c correction) apply(t *schema.Type) bool {
	if t.ID != c.id {
		return false
	}
	k := t.Key(c.path...)
	if k == nil || !c.isIn(k) {
		return false
	}
	c.correct(t, k)
	t.Unsure = append(t.Unsure, c.unsure)
	return true
}

func (c correction) isIn(k *schema.Key) bool {
	if c.placeholder != "" {
		return len(k.Keys) == 1 && k.Keys[0].Name == c.placeholder
	}
	return len(k.Keys) > 0 && !slices.ContainsFunc(k.Keys, func(x *schema.Key) bool { return x.Name == schema.Any })
}
