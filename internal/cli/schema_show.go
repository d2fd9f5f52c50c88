package cli

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

type schemaShowOptions struct {
	name   string
	format choiceFlag
}

func newSchemaShowCmd(env *Env) *cobra.Command {
	var o schemaShowOptions
	cmd := &cobra.Command{
		Use:   "show TYPE[.KEY]",
		Short: "Show everything that is known of a type or key",
		Long: `Show everything that is known of a payload type, a declaration, a preference domain, or one of their keys. Subkeys follow
with dots. Several types that share a payload type are all shown.

The last column of the keys has what a key states otherwise than the type and the keys above it. Keys that stood already
are not listed again: ↻ names the place. Words come from an imported checkout only.`,
		Example: `  syncguard schema show com.apple.wifi.managed
  syncguard schema show com.apple.vpn.managed.VPN.OnDemandRules.Action
  syncguard schema show com.apple.configuration.passcode.settings --format json`,
		Args: oneArg("type"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.name = args[0]
			return runSchemaShow(env, o)
		},
	}
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

func runSchemaShow(env *Env, o schemaShowOptions) error {
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	types, path, err := findTypes(catalog, o.name)
	if err != nil {
		return err
	}
	shown := &view.SchemaShown{}
	var missing error
	for _, t := range types {
		keys, rest := t.Resolve(path)
		if rest != "" {
			missing = unknownKey(t, keys, rest)
			continue // another type of the same name may have it
		}
		prose, err := catalog.Prose(t)
		if err != nil {
			return err
		}
		shown.Types = append(shown.Types, reportType(t, keys, prose))
	}
	if len(shown.Types) == 0 {
		return missing
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, shown)
	}
	env.out().SchemaShown(shown)
	return nil
}

// unknownKey says that rest leads nowhere from the keys before it.
func unknownKey(t *schema.Type, keys []string, rest string) error {
	word, _, _ := strings.Cut(rest, ".")
	names := t.Names(keys...)
	where := strings.Join(append([]string{t.ID}, keys...), ".")
	hint := "syncguard schema show " + where + " lists its keys"
	if len(names) == 0 {
		hint = "it has no subkeys"
	}
	return usage(cmp.Or(text.DidYouMean(word, names), hint), "%q has no key %q", where, word)
}

func reportType(t *schema.Type, path []string, prose *schema.Prose) view.SchemaType {
	r := view.SchemaType{ID: t.ID, PayloadType: t.PayloadType, Family: string(t.Family), Apply: t.Apply, Replacement: t.Replacement,
		Platforms: []view.SchemaPlatform{}, Keys: []view.SchemaKey{}, Sources: []view.SchemaSource{}, Unsure: []string{}}
	r.Unsure = append(r.Unsure, t.Unsure...)
	for _, s := range t.Sources {
		r.Sources = append(r.Sources, view.SchemaSource(s))
	}
	for _, platform := range sortedPlatforms(t.Availability) {
		r.Platforms = append(r.Platforms, reportAvailability(platform, t.AvailabilityAt(platform, path...)))
	}
	if len(path) > 0 {
		r.Path = strings.Join(path, ".")
		k := t.Key(path...)
		prose = proseAt(t, prose, path)
		r.Keys = []view.SchemaKey{reportKey(&schema.Node{Key: k, Path: r.Path, Nodes: k.Tree(r.Path)}, prose)}
	} else {
		r.Keys = append(r.Keys, reportKeys(t.Tree(), prose)...)
	}
	if prose != nil {
		r.Title, r.Content = prose.Title, prose.Content
	}
	return r
}

// proseAt follows a path of keys through the words of a type, the elements of arrays included.
func proseAt(t *schema.Type, prose *schema.Prose, path []string) *schema.Prose {
	for _, k := range t.Trail(path...) {
		prose = prose.Key(k.Name)
	}
	return prose
}

func reportKeys(nodes []*schema.Node, prose *schema.Prose) []view.SchemaKey {
	var keys []view.SchemaKey
	for _, n := range nodes {
		keys = append(keys, reportKey(n, prose.Key(n.Name)))
	}
	return keys
}

func reportKey(n *schema.Node, prose *schema.Prose) view.SchemaKey {
	r := view.SchemaKey{Name: n.Name, Path: n.Path, Element: n.IsElement, Type: n.TypeName(), Required: n.Required,
		Min: n.Min, Max: n.Max, Format: n.Format, Subtype: n.Subtype, MinItems: n.MinItems, MaxItems: n.MaxItems,
		CombineType: n.CombineType, AssetTypes: n.AssetTypes, ContentTypes: n.ContentTypes, Replacement: n.Replacement,
		Dropped: n.Dropped, Community: n.Community, Platforms: []view.SchemaPlatform{}, Repeats: n.Repeats, Keys: reportKeys(n.Nodes, prose)}
	if n.Default != nil {
		r.Default, r.DefaultText = schema.JSONValue(n.Default), schema.ValueText(n.Default)
	}
	for _, v := range n.RangeList {
		r.RangeList, r.RangeListText = append(r.RangeList, schema.JSONValue(v)), append(r.RangeListText, schema.ValueText(v))
	}
	for _, platform := range sortedPlatforms(n.Availability) {
		r.Platforms = append(r.Platforms, reportAvailability(platform, n.Availability[platform]))
	}
	if prose != nil {
		r.Title, r.Content = prose.Title, prose.Content
	}
	return r
}

func reportAvailability(platform target.Platform, a schema.Availability) view.SchemaPlatform {
	return view.SchemaPlatform{Platform: string(platform), Available: !a.NotAvailable,
		Introduced: versionText(a.Introduced), Deprecated: versionText(a.Deprecated), Removed: versionText(a.Removed),
		Multiple: a.Multiple, Supervised: a.Supervised, AllowManualInstall: a.AllowManualInstall, RequiresDEP: a.RequiresDEP,
		UserApprovedMDM: a.UserApprovedMDM, DeviceChannel: a.DeviceChannel, UserChannel: a.UserChannel,
		UserEnrollment: a.UserEnrollment, SharedIPad: a.SharedIPad, SharedIPadDevice: a.SharedIPadDevice,
		SharedIPadUser: a.SharedIPadUser, SharedIPadScopes: stated(a.SharedIPadScopes),
		AllowedEnrollments: stated(a.AllowedEnrollments), AllowedScopes: stated(a.AllowedScopes), Beta: a.Beta}
}

// stated keeps an empty list, which is a fact, apart from none.
func stated(list []string) *[]string {
	if list == nil {
		return nil
	}
	return &list
}

// sortedPlatforms puts the platforms in the order that target has, and those that it does not know after them.
func sortedPlatforms[T any](platforms map[target.Platform]T) []target.Platform {
	rank := func(p target.Platform) int {
		if i := slices.Index(target.Platforms(), p); i >= 0 {
			return i
		}
		return len(target.Platforms())
	}
	return slices.SortedFunc(maps.Keys(platforms), func(a, b target.Platform) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b))
	})
}
