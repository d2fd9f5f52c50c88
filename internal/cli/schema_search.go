package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"syncguard/internal/schema"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

type schemaSearchOptions struct {
	word   string
	format choiceFlag
}

func newSchemaSearchCmd(env *Env) *cobra.Command {
	var o schemaSearchOptions
	cmd := &cobra.Command{
		Use:   "search WORD",
		Short: "Find types and keys by a part of their name",
		Long: `Find the types and keys whose name holds a word, in any case. Where keys have the same subkeys, these are listed once.
Finding nothing is no failure.`,
		Example: `  syncguard schema search passcode
  syncguard schema search --format json AllowCloud`,
		Args: oneArg("word"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.word = args[0]
			return runSchemaSearch(env, o)
		},
	}
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

func runSchemaSearch(env *Env, o schemaSearchOptions) error {
	if o.word == "" {
		return usage("give a part of a name", "the word is empty")
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	matches, err := catalog.Search(o.word)
	if err != nil {
		return err
	}
	found := &view.SchemaMatches{Matches: []view.SchemaMatch{}}
	for _, m := range matches {
		r := view.SchemaMatch{ID: m.Entry.ID, Family: string(m.Entry.Family)}
		if m.Node != nil {
			r.Path, r.Type = m.Node.Path, m.Node.TypeName()
		}
		found.Matches = append(found.Matches, r)
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, found)
	}
	if len(matches) == 0 {
		return nothingFound(env, catalog, o.word)
	}
	env.out().SchemaMatches(found)
	return nil
}

func nothingFound(env *Env, catalog *schema.Catalog, word string) error {
	words, err := catalog.Words()
	if err != nil {
		return err
	}
	p := env.err()
	p.Warning(fmt.Sprintf("no type and no key has %q in its name", word))
	p.Hint(text.DidYouMean(word, words))
	return nil
}
