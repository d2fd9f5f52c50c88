package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

type schemaListOptions struct {
	word                string
	platform            string
	family              string
	deprecated, removed bool
	format              choiceFlag
}

func newSchemaListCmd(env *Env) *cobra.Command {
	var o schemaListOptions
	cmd := &cobra.Command{
		Use:   "list [WORD]",
		Short: "List the types that are known",
		Long: `List payload types, declarations and preference domains, with the releases in which they came, were deprecated and were
removed. With a WORD only those whose name holds it. iPadOS counts as iOS.`,
		Example: `  syncguard schema list vpn
  syncguard schema list --family payload --platform macOS --deprecated`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("give one WORD", "%s takes one word, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.word = strings.Join(args, "")
			return runSchemaList(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.platform, "platform", "", "only types that this platform has")
	flags.StringVar(&o.family, "family", "", "only types of this family: "+strings.Join(familyNames(), ", "))
	flags.BoolVar(&o.deprecated, "deprecated", false, "only deprecated types, on the platform if one is given")
	flags.BoolVar(&o.removed, "removed", false, "only removed types, on the platform if one is given")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("platform", cobra.FixedCompletions(platformNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("family", cobra.FixedCompletions(familyNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runSchemaList(env *Env, o schemaListOptions) error {
	keep, err := o.filter()
	if err != nil {
		return err
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	entries, err := catalog.Entries()
	if err != nil {
		return err
	}
	list := &view.SchemaList{Types: []view.SchemaEntry{}}
	for _, e := range entries {
		if keep(e) {
			list.Types = append(list.Types, reportEntry(e))
		}
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, list)
	}
	env.out().SchemaList(list, schemaPlatforms())
	return nil
}

// filter returns which types are wanted.
func (o *schemaListOptions) filter() (func(schema.Entry) bool, error) {
	platform, err := chooseFlag("platform", o.platform, platformNames())
	if err != nil {
		return nil, err
	}
	family, err := chooseFlag("family", o.family, familyNames())
	if err != nil {
		return nil, err
	}
	word := strings.ToLower(o.word)
	only := target.Platform(platform).Schema()
	return func(e schema.Entry) bool {
		if family != "" && string(e.Family) != family || !strings.Contains(strings.ToLower(e.ID), word) {
			return false
		}
		if only == "" && !o.deprecated && !o.removed {
			return true
		}
		for platform, l := range e.Platforms {
			if (only == "" || platform == only) && (!o.deprecated || !l.Deprecated.IsZero()) && (!o.removed || !l.Removed.IsZero()) {
				return true
			}
		}
		return false
	}, nil
}

// chooseFlag reads the value of a flag as one of several, in any case. Empty stays empty.
func chooseFlag(flag, value string, all []string) (string, error) {
	if value == "" {
		return "", nil
	}
	i := slices.IndexFunc(all, func(s string) bool { return strings.EqualFold(s, value) })
	if i < 0 {
		return "", usage(cmp.Or(text.DidYouMean(value, all), "want one of "+strings.Join(all, ", ")), "unknown %s %q", flag, value)
	}
	return all[i], nil
}

func platformNames() []string {
	var names []string
	for _, p := range target.Platforms() {
		names = append(names, string(p))
	}
	return names
}

// schemaPlatforms lists the platforms that Apple's schema files tell apart.
func schemaPlatforms() []string {
	return slices.DeleteFunc(platformNames(), func(name string) bool { return target.Platform(name).Schema() != target.Platform(name) })
}

func familyNames() []string {
	return []string{string(schema.Payload), string(schema.Envelope), string(schema.Configuration), string(schema.Asset),
		string(schema.Activation), string(schema.Management), string(schema.Credential), string(schema.Preferences), string(schema.Status)}
}

func reportEntry(e schema.Entry) view.SchemaEntry {
	r := view.SchemaEntry{ID: e.ID, PayloadType: e.PayloadType, Family: string(e.Family), Platforms: []view.SchemaLifecycle{}}
	for _, platform := range sortedPlatforms(e.Platforms) {
		l := e.Platforms[platform]
		r.Platforms = append(r.Platforms, view.SchemaLifecycle{Platform: string(platform),
			Introduced: versionText(l.Introduced), Deprecated: versionText(l.Deprecated), Removed: versionText(l.Removed)})
	}
	return r
}

func versionText(v target.Version) string {
	if v.IsZero() {
		return ""
	}
	return v.String()
}
