package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/schema"
)

// factsOf says what the catalog states of a type in the words of the sources.
func factsOf(x *schema.Type) facts {
	f := facts{}
	put(f, "", "apply", x.Apply)
	put(f, "", "replacement", x.Replacement)
	availabilityFacts(f, "", x.Availability)
	keyFacts(f, "", x.Keys, nil)
	return f
}

func put(f facts, path, attribute, value string) {
	if value != "" {
		f.set(path, attribute, value)
	}
}

func keyFacts(f facts, parent string, keys []*schema.Key, above []*schema.Key) {
	for i, k := range keys {
		if i == 0 {
			if slices.Contains(above, k) {
				return
			}
			above = append(slices.Clip(above), k)
		}
		name := k.Name
		if name == "" {
			name = "#" + strconv.Itoa(i)
		}
		path := strings.TrimPrefix(parent+"/"+name, "/")
		if k.Dropped {
			f.set(path, "dropped", "true")
			continue
		}
		if k.Community {
			continue // TestKeysBesideApples has them
		}
		put(f, path, "key", k.Name)
		oneKeyFacts(f, path, k)
		availabilityFacts(f, path, k.Availability)
		keyFacts(f, path, k.Keys, above)
	}
}

func oneKeyFacts(f facts, path string, k *schema.Key) {
	kind := "<" + k.Kind.String() + ">"
	if k.AnyKind {
		kind = "<any>"
	}
	put(f, path, "type", kind)
	if k.Required {
		put(f, path, "presence", "required")
	}
	if k.Subtype != "" {
		put(f, path, "subtype", "<"+k.Subtype+">")
	}
	put(f, path, "format", k.Format)
	put(f, path, "combinetype", k.CombineType)
	put(f, path, "replacement", k.Replacement)
	put(f, path, "subkeytype", k.SubkeyType)
	putList(f, path, "assettypes", k.AssetTypes)
	putList(f, path, "asset-content-types", k.ContentTypes)
	if k.Default != nil {
		f.set(path, "default", canonical("default", plain(k.Default.Describe())))
	}
	var list []string
	for _, v := range k.RangeList {
		list = append(list, canonical("rangelist", plain(v.Describe())))
	}
	putList(f, path, "rangelist", list)
	for attribute, bound := range map[string]*float64{"range.min": k.Min, "range.max": k.Max} {
		if bound != nil {
			put(f, path, attribute, strconv.FormatFloat(*bound, 'g', -1, 64))
		}
	}
	for attribute, bound := range map[string]*int{"repetition.min": k.MinItems, "repetition.max": k.MaxItems} {
		if bound != nil {
			put(f, path, attribute, strconv.Itoa(*bound))
		}
	}
}

func plain(described string) string {
	if text, err := strconv.Unquote(described); err == nil {
		return text
	}
	return described
}

func putList(f facts, path, attribute string, list []string) {
	if list != nil {
		f.set(path, attribute, fmt.Sprintf("%q", list))
	}
}

func availabilityFacts(f facts, path string, as schema.Availabilities) {
	for platform, a := range as {
		at := "supportedOS." + string(platform) + "."
		if a.NotAvailable {
			put(f, path, at+"introduced", "n/a")
		}
		for attribute, v := range map[string]fmt.Stringer{"introduced": a.Introduced, "deprecated": a.Deprecated, "removed": a.Removed} {
			if v.String() != "0" {
				put(f, path, at+attribute, v.String())
			}
		}
		for attribute, b := range map[string]*bool{
			"multiple": a.Multiple, "supervised": a.Supervised, "allowmanualinstall": a.AllowManualInstall,
			"requiresdep": a.RequiresDEP, "userapprovedmdm": a.UserApprovedMDM,
			"devicechannel": a.DeviceChannel, "userchannel": a.UserChannel,
			"sharedipad.devicechannel": a.SharedIPad.DeviceChannel, "sharedipad.userchannel": a.SharedIPad.UserChannel,
		} {
			if b != nil {
				put(f, path, at+attribute, strconv.FormatBool(*b))
			}
		}
		put(f, path, at+"userenrollment.mode", a.UserEnrollment)
		put(f, path, at+"sharedipad.mode", a.SharedIPad.Mode)
		putList(f, path, at+"allowed-enrollments", a.AllowedEnrollments)
		putList(f, path, at+"allowed-scopes", a.AllowedScopes)
		putList(f, path, at+"sharedipad.allowed-scopes", a.SharedIPad.AllowedScopes)
	}
}
