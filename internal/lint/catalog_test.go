package lint

import (
	"errors"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// fakeCatalog is a small catalog of our own, so that a rule's cases do not change with Apple's files.
type fakeCatalog struct{ types []*schema.Type }

func (c fakeCatalog) Lookup(payloadType string) ([]*schema.Type, error) {
	for _, family := range []schema.Family{schema.Payload, schema.Preferences} {
		var found []*schema.Type
		for _, t := range c.types {
			if t.PayloadType == payloadType && t.Family == family {
				found = append(found, t)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

func (c fakeCatalog) Type(id string, family schema.Family) (*schema.Type, error) {
	for _, t := range c.types {
		if t.ID == id && t.Family == family {
			return t, nil
		}
	}
	return nil, nil
}

func (c fakeCatalog) Envelope() (*schema.Type, error) {
	return &schema.Type{ID: "TopLevel", Keys: append(commonKeys(),
		&schema.Key{Name: "PayloadContent", Kind: plist.Array, Required: true, Keys: []*schema.Key{dict("PayloadContentItem", anything())}},
		&schema.Key{Name: "EncryptedPayloadContent", Kind: plist.Data},
		&schema.Key{Name: "PayloadScope", Kind: plist.String, RangeList: list("System", "User")},
		&schema.Key{Name: "DurationUntilRemoval", Kind: plist.Real},
		&schema.Key{Name: "ConsentText", Kind: plist.Dictionary, Keys: []*schema.Key{
			dict("ConsentTextItem", &schema.Key{Name: schema.Any, Kind: plist.String, Required: true})}},
	)}, nil
}

func (c fakeCatalog) Common() (*schema.Type, error) {
	return &schema.Type{ID: "CommonPayloadKeys", Keys: commonKeys()}, nil
}

func (c fakeCatalog) Entries() ([]schema.Entry, error) {
	var entries []schema.Entry
	for _, t := range c.types {
		entries = append(entries, schema.Entry{ID: t.ID, PayloadType: t.PayloadType, Family: t.Family})
	}
	return entries, nil
}

func (c fakeCatalog) Declaration(name string) (*schema.Type, error) {
	for _, t := range c.types {
		if t.PayloadType == name && t.Family != schema.Payload && t.Family != schema.Preferences {
			return t, nil
		}
	}
	return nil, nil
}

func (c fakeCatalog) StatusItems() (*schema.Type, error) {
	return &schema.Type{Keys: []*schema.Key{
		{Name: "lamp.state", Availability: since("16", schema.Availability{})},
		{Name: "lamp.level", Availability: schema.Availabilities{target.MacOS: {NotAvailable: true}}},
	}}, nil
}

func (c fakeCatalog) DeclarationBase() (*schema.Type, error) {
	required := func(name string, kind plist.Kind) *schema.Key {
		return &schema.Key{Name: name, Kind: kind, Required: true}
	}
	return &schema.Type{ID: "DeclarationBase", Keys: []*schema.Key{required("Type", plist.String), required("Identifier", plist.String),
		required("ServerToken", plist.String), required("Payload", plist.Dictionary)}}, nil
}

func commonKeys() []*schema.Key {
	return []*schema.Key{
		{Name: "PayloadIdentifier", Kind: plist.String, Required: true},
		{Name: "PayloadUUID", Kind: plist.String, Required: true},
		{Name: "PayloadType", Kind: plist.String, Required: true},
		{Name: "PayloadVersion", Kind: plist.Integer, Required: true, RangeList: []*plist.Value{plist.NewInteger(1)}},
		{Name: "PayloadDisplayName", Kind: plist.String},
	}
}

// brokenCatalog fails in one of its methods.
type brokenCatalog struct {
	fakeCatalog
	method string
}

var errBroken = errors.New("the disk is gone")

func (c brokenCatalog) Lookup(t string) ([]*schema.Type, error) {
	if c.method == "Lookup" || c.method == "Lookup of "+t {
		return nil, errBroken
	}
	return c.fakeCatalog.Lookup(t)
}

func (c brokenCatalog) Envelope() (*schema.Type, error) {
	if c.method == "Envelope" {
		return nil, errBroken
	}
	return c.fakeCatalog.Envelope()
}

func (c brokenCatalog) Common() (*schema.Type, error) {
	if c.method == "Common" {
		return nil, errBroken
	}
	return c.fakeCatalog.Common()
}

func (c brokenCatalog) Declaration(t string) (*schema.Type, error) {
	if c.method == "Declaration" {
		return nil, errBroken
	}
	return c.fakeCatalog.Declaration(t)
}

func (c brokenCatalog) DeclarationBase() (*schema.Type, error) {
	if c.method == "DeclarationBase" {
		return nil, errBroken
	}
	return c.fakeCatalog.DeclarationBase()
}

func (c brokenCatalog) Entries() ([]schema.Entry, error) {
	if c.method == "Entries" {
		return nil, errBroken
	}
	return c.fakeCatalog.Entries()
}

func dict(name string, keys ...*schema.Key) *schema.Key {
	return &schema.Key{Name: name, Kind: plist.Dictionary, Keys: keys}
}

func array(name string, element *schema.Key) *schema.Key {
	return &schema.Key{Name: name, Kind: plist.Array, Keys: []*schema.Key{element}}
}

func key(name string, kind plist.Kind) *schema.Key { return &schema.Key{Name: name, Kind: kind} }
func anything() *schema.Key                        { return &schema.Key{Name: schema.Any, AnyKind: true} }
func list(texts ...string) []*plist.Value          { return plist.NewStrings(texts...).Items }
func yes() *bool                                   { b := true; return &b }
func no() *bool                                    { b := false; return &b }

func version(s string) target.Version {
	v, err := target.ParseVersion(s)
	if err != nil {
		panic(err)
	}
	return v
}

// since is availability on iOS and macOS from a version on, with what else is stated.
func since(v string, more schema.Availability) schema.Availabilities {
	more.Introduced = version(v)
	return schema.Availabilities{target.IOS: more, target.MacOS: more}
}

func payloadType(name string, a schema.Availabilities, keys ...*schema.Key) *schema.Type {
	return &schema.Type{ID: name, PayloadType: name, Family: schema.Payload, Availability: a, Keys: keys}
}

// testCatalog has one type for each thing that a schema can say, and the types that rules name.
func testCatalog() fakeCatalog {
	everywhere := since("4", schema.Availability{})
	return fakeCatalog{append(ruledTypes(),
		payloadType("com.example.values", everywhere, valueKeys()...),
		payloadType("com.example.effects", everywhere, effectKeys()...),
		payloadType("com.example.single", since("4", schema.Availability{Multiple: no()}), key("A", plist.String)),
		payloadType("com.example.mac", schema.Availabilities{target.MacOS: {Introduced: version("10.7"), UserChannel: no()}}),
		payloadType("com.example.mac-user", schema.Availabilities{target.MacOS: {Introduced: version("10.7"), DeviceChannel: no()}}),
		payloadType("com.example.removed", since("4", schema.Availability{Removed: version("26")})),
		payloadType("com.example.deprecated", since("4", schema.Availability{Deprecated: version("20")}), key("A", plist.String)),
		payloadType("com.example.mdm", since("4", schema.Availability{AllowManualInstall: no()})),
		payloadType("com.example.no-user", since("4", schema.Availability{UserEnrollment: "forbidden"})),
		payloadType("com.example.only-user", since("4", schema.Availability{UserEnrollment: "required"})),
		payloadType("com.example.no-shared", since("4", schema.Availability{SharedIPad: schema.SharedIPad{Mode: "forbidden"}})),
		payloadType("com.example.only-shared", since("4", schema.Availability{SharedIPad: schema.SharedIPad{Mode: "required"}})),
		payloadType("com.example.approved", since("4", schema.Availability{UserApprovedMDM: yes()})),
		payloadType("com.example.ade", since("4", schema.Availability{RequiresDEP: yes()})),
		&schema.Type{ID: "com.apple.finder", PayloadType: "com.apple.finder", Family: schema.Preferences, Availability: everywhere,
			Keys: []*schema.Key{key("FXRemoveOldTrashItems", plist.Boolean), {Name: "FXView", Kind: plist.String, RangeList: list("icon", "list")}}},
	)}
}

func valueKeys() []*schema.Key {
	zero, ten, two := 0.0, 10.0, 2
	tree := dict("Tree", key("Name", plist.String))
	tree.Keys = append(tree.Keys, array("Children", tree))
	return []*schema.Key{
		key("Flag", plist.Boolean), key("Count", plist.Integer), key("Ratio", plist.Real), key("Text", plist.String),
		key("Blob", plist.Data), key("Password", plist.String), key("Certificate", plist.String),
		{Name: "EncryptionType", Kind: plist.String, RangeList: list("WEP", "WPA", "WPA2", "Any")},
		{Name: "Level", Kind: plist.Real, RangeList: []*plist.Value{plist.NewReal(0), plist.NewReal(1.5), plist.NewReal(2)}},
		{Name: "Secret", Kind: plist.String, RangeList: list("a")},
		{Name: "Bounded", Kind: plist.Integer, KeyDetails: schema.KeyDetails{Min: &zero, Max: &ten}},
		{Name: "AtLeast", Kind: plist.Real, KeyDetails: schema.KeyDetails{Min: &zero}},
		{Name: "Code", Kind: plist.String, KeyDetails: schema.KeyDetails{Format: "^[0-9]{6}$"}},
		{Name: "Unreadable", Kind: plist.String, KeyDetails: schema.KeyDetails{Format: "^(?=x)"}},
		{Name: "URL", Kind: plist.String, KeyDetails: schema.KeyDetails{Subtype: "url"}},
		{Name: "Host", Kind: plist.String, KeyDetails: schema.KeyDetails{Subtype: "hostname"}},
		{Name: "Mail", Kind: plist.String, KeyDetails: schema.KeyDetails{Subtype: "email"}},
		array("Pair", &schema.Key{Name: "PairItem", Kind: plist.String, KeyDetails: schema.KeyDetails{MinItems: &two, MaxItems: &two}}),
		dict("Outer", &schema.Key{Name: "Inner", Kind: plist.String, Required: true}, key("Deep", plist.String), key("Moved", plist.Boolean)),
		dict("Proxies", key("Host", plist.String)), {Name: "Moved", Kind: plist.Boolean, KeyDetails: schema.KeyDetails{Dropped: true}},
		key("PayloadCertificateUUID", plist.String), array("PayloadCertificateAnchorUUID", key("Item", plist.String)),
		tree, {Name: "Dropped", Kind: plist.Boolean, KeyDetails: schema.KeyDetails{Dropped: true}},
	}
}

func effectKeys() []*schema.Key {
	with := func(name string, a schema.Availabilities) *schema.Key {
		return &schema.Key{Name: name, Kind: plist.Boolean, Availability: a, Default: plist.NewBoolean(false)}
	}
	both := func(a schema.Availability) schema.Availabilities {
		return schema.Availabilities{target.IOS: a, target.MacOS: a}
	}
	aging := with("Aging", both(schema.Availability{Deprecated: version("27")}))
	aging.Replacement = "com.apple.configuration.aging"
	return []*schema.Key{
		aging,
		with("NotOnMac", schema.Availabilities{target.MacOS: {NotAvailable: true}}),
		with("New", since("27", schema.Availability{})),
		with("Gone", both(schema.Availability{Removed: version("20")})),
		with("Going", both(schema.Availability{Removed: version("27")})),
		with("Old", both(schema.Availability{Deprecated: version("20")})),
		with("Supervised", both(schema.Availability{Supervised: yes()})),
		with("ByMDM", both(schema.Availability{AllowManualInstall: no()})),
		with("NoUser", both(schema.Availability{UserEnrollment: "forbidden"})),
		with("UserIgnores", both(schema.Availability{UserEnrollment: "ignored"})),
		with("SharedIgnores", both(schema.Availability{SharedIPad: schema.SharedIPad{Mode: "ignored"}})),
		{Name: "Group", Kind: plist.Dictionary, Availability: both(schema.Availability{Supervised: yes()}), Keys: []*schema.Key{
			with("Member", both(schema.Availability{Supervised: yes()}))}},
	}
}

// ruledTypes are the types that rules know by name.
func ruledTypes() []*schema.Type {
	everywhere := since("4", schema.Availability{})
	dns := []*schema.Key{
		{Name: "DNSProtocol", Kind: plist.String, Required: true, RangeList: list("HTTPS", "TLS")},
		key("ServerURL", plist.String), key("ServerName", plist.String), array("ServerAddresses", key("Item", plist.String)),
	}
	rule := dict("Rule", &schema.Key{Name: "Action", Kind: plist.String, Required: true}, array("SSIDMatch", key("Item", plist.String)),
		array("ActionParameters", dict("Item", anything())))
	settings := dict("mcx_preference_settings", anything())
	restriction := payloadType(restrictions, everywhere)
	for _, h := range []string{"allowCloudDocumentSync", "allowCloudBackup", "allowAppCellularDataModification",
		"allowGlobalBackgroundFetchWhenRoaming", "allowAccountModification", "forceDelayedSoftwareUpdates"} {
		restriction.Keys = append(restriction.Keys, key(h, plist.Boolean))
	}
	restriction.Keys = append(restriction.Keys, key("enforcedSoftwareUpdateDelay", plist.Integer))
	mcxType := func(id string, keys ...*schema.Key) *schema.Type {
		t := payloadType(mcx, schema.Availabilities{target.MacOS: {Introduced: version("10.7")}}, keys...)
		t.ID = id
		return t
	}
	return []*schema.Type{
		restriction,
		payloadType(dnsSettings, everywhere, &schema.Key{Name: "DNSSettings", Kind: plist.Dictionary, Required: true, Keys: dns}, array("OnDemandRules", rule)),
		payloadType(wifi, everywhere, key("CaptiveBypass", plist.Boolean), key("SSID_STR", plist.String), key("DomainName", plist.String),
			key("EncryptionType", plist.String), key("Password", plist.String), key("PayloadCertificateUUID", plist.String),
			dict("EAPClientConfiguration", array("PayloadCertificateAnchorUUID", key("Item", plist.String)),
				key("SystemModeCredentialsSource", plist.String), key("SystemModeUseOpenDirectoryCredentials", plist.Boolean))),
		payloadType("com.apple.security.root", everywhere), payloadType("com.apple.security.scep", everywhere),
		payloadType(declarationsPayload, everywhere, &schema.Key{Name: "Declarations", Kind: plist.Array, Required: true, Keys: []*schema.Key{key("Item", plist.Data)}}),
		{ID: simpleActivation, PayloadType: simpleActivation, Family: schema.Activation, Keys: []*schema.Key{array("StandardConfigurations", key("Item", plist.String))}},
		{ID: "com.apple.configuration.example", PayloadType: "com.apple.configuration.example", Family: schema.Configuration,
			Availability: since("15", schema.Availability{AllowedEnrollments: []string{"supervised", "local"}}),
			Keys: []*schema.Key{{Name: "Level", Kind: plist.Integer, RangeList: []*plist.Value{plist.NewInteger(1), plist.NewInteger(2)}},
				{Name: "Asset", Kind: plist.String, KeyDetails: schema.KeyDetails{AssetTypes: []string{"com.apple.asset.example"}}}, key("Hidden", plist.Boolean)}},
		payloadType(networkUsage, everywhere, array("ApplicationRules", dict("Item", array("AppIdentifierMatches", key("Item", plist.String)),
			key("AllowCellularData", plist.Boolean), key("AllowRoamingCellularData", plist.Boolean)))),
		payloadType("com.apple.ManagedClient.preferences", everywhere, dict("PayloadContent",
			dict(schema.Any, array("Forced", dict("Item", settings))))),
		mcxType("com.apple.MCX(TimeServer)", key("timeServer", plist.String)),
		mcxType("com.apple.MCX(WiFi)", key("RequireAdmin", plist.Boolean), &schema.Key{Name: "RequiredOfWiFi", Kind: plist.Boolean, Required: true}),
	}
}
