package appleyaml

import (
	"fmt"
	"slices"

	"syncguard/internal/schema"
)

// correction mends a slip of Apple's schemas that would make right profiles wrong: a dictionary whose keys are free though
// the schema names some.
type correction struct {
	id   string
	path []string
	// placeholder is the one subkey that stands for any key; where it is empty the keys that are named stay, and any other
	// may stand beside them.
	placeholder string
	mark        string // told with the type
	mend        func(t *schema.Type, dictionary *schema.Key)
}

// corrections returns every slip that is mended.
func corrections() []correction {
	const vendorKeys = "VendorConfig read as a free dictionary"
	return []correction{
		{
			// The dictionary holds languages, and no key of this name.
			id: "TopLevel", path: []string{"ConsentText"}, placeholder: "ConsentTextItem", mark: "ConsentTextItem read as a placeholder",
			mend: func(_ *schema.Type, k *schema.Key) { k.Keys = k.Keys[0].Keys },
		},
		{
			// The dictionary holds printers under the names of their queues.
			id: "com.apple.mcxprinting", path: []string{"UserPrinterList"}, placeholder: "Printer", mark: "Printer read as a placeholder",
			mend: nameAny,
		},
		{
			// The keys are the names of realms, as the schema says itself.
			id: "com.apple.extensiblesso(kerberos)", path: []string{"ExtensionData", "domainRealmMapping"}, placeholder: "Realm",
			mark: "Realm read as a placeholder", mend: nameAny,
		},
		{
			// Apple names the protocol and the interfaces of a tunnel alone, as if it needed no server. Profiles in use have the
			// keys of IKEv2 there (mosen/profiledocs, from Apple's earlier reference); the declaration has them below IKEV2.
			id: "com.apple.vpn.managed", path: []string{"AlwaysOn", "TunnelConfigurations"}, placeholder: "TunnelConfigurationElement",
			mark: "keys of IKEv2 in TunnelConfigurations", mend: addTunnelKeys,
		},
		// The plug-in's vendor makes the keys; Apple names those of four vendors.
		{id: "com.apple.vpn.managed", path: []string{"VendorConfig"}, mark: vendorKeys, mend: addAny},
		{id: "com.apple.configuration.network.vpn.vpn-plugin", path: []string{"VendorConfig"}, mark: vendorKeys, mend: addAny},
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

// Correct mends the slips of Apple's schemas that are known. One that is gone is an error, so that their list stays short.
func Correct(types []*schema.Type) error {
	for _, c := range corrections() {
		mended := false
		for _, t := range types {
			mended = mended || c.apply(t)
		}
		if !mended {
			return fmt.Errorf("correcting %s: %v is not as it was", c.id, c.path)
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

// apply reports whether the type has the slip, which is mended then.
func (c correction) apply(t *schema.Type) bool {
	if t.ID != c.id {
		return false
	}
	k := t.Key(c.path...)
	if k == nil || !c.isIn(k) {
		return false
	}
	c.mend(t, k)
	t.Unsure = append(t.Unsure, c.mark)
	return true
}

func (c correction) isIn(k *schema.Key) bool {
	if c.placeholder != "" {
		return len(k.Keys) == 1 && k.Keys[0].Name == c.placeholder
	}
	return len(k.Keys) > 0 && !slices.ContainsFunc(k.Keys, func(x *schema.Key) bool { return x.Name == schema.Any })
}
