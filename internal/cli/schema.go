package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/schema"
	"syncguard/internal/text"
)

func newSchemaCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Ask what the schemas say",
		Long: `Ask what is known of Apple's payloads, declarations and preference domains. The facts are part of syncguard, from
Apple's device-management repository and ProfileManifests; a newer checkout of either can be imported, and counts at once
for every command.`,
		Example: `  syncguard schema show com.apple.wifi.managed
  syncguard schema search passcode`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newSchemaDiffCmd(env),
		newSchemaImportCmd(env),
		newSchemaJSONSchemaCmd(env),
		newSchemaListCmd(env),
		newSchemaSearchCmd(env),
		newSchemaShowCmd(env),
		newSchemaSourcesCmd(env),
	)
	return cmd
}

// oneArg wants exactly one argument, which is called name.
func oneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(cmd.CommandPath()+" --help shows how it is used", "%s takes one %s, found %d", cmd.CommandPath(), name, len(args))
		}
		return nil
	}
}

// findTypes returns the types of a name and the path of a key that is left of it: TYPE or TYPE.KEY.PATH. A type's name
// holds dots too, so the longest one that is known counts.
func findTypes(catalog *schema.Catalog, name string) (types []*schema.Type, path string, err error) {
	for typeName, rest := name, ""; ; {
		if types, err = catalog.Find(typeName); len(types) > 0 || err != nil {
			return types, rest, err
		}
		i := strings.LastIndexByte(typeName, '.')
		if i < 0 {
			return nil, "", unknownType(catalog, name)
		}
		typeName, rest = name[:i], name[i+1:]
	}
}

func unknownType(catalog *schema.Catalog, name string) error {
	entries, err := catalog.Entries()
	if err != nil {
		return err
	}
	hint := "syncguard schema search finds types and keys by a part of their names"
	if near := nearType(name, entries); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usage(hint, "unknown type %q", name)
}

// nearType returns the type that a name is most like, or "". What nearly all names begin with does not make two alike,
// and the first word alone may be what was meant.
func nearType(name string, entries []schema.Entry) string {
	const prefix = "com.apple."
	full := map[string]string{}
	var names, words []string
	for _, e := range entries {
		short := strings.TrimPrefix(e.PayloadType, prefix)
		word, _, _ := strings.Cut(short, ".")
		names, words = append(names, short), append(words, word)
		for _, s := range []string{word, short} {
			if full[s] == "" {
				full[s] = e.PayloadType
			}
		}
	}
	short := strings.TrimPrefix(name, prefix)
	return full[cmp.Or(text.Suggest(short, names), text.Suggest(short, words))]
}

// familyCounts counts types by family.
func familyCounts(entries []schema.Entry) map[string]int {
	counts := map[string]int{}
	for _, e := range entries {
		counts[string(e.Family)]++
	}
	return counts
}
