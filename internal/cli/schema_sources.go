package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"syncguard/internal/view"
)

func newSchemaSourcesCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:     "sources",
		Short:   "Show what the facts come from and how to refresh them",
		Long:    `Show the embedded catalog and the imported ones: their sources, the versions of these, and how many types they have.`,
		Example: `  syncguard schema sources`,
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return runSchemaSources(env, format) },
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}

func runSchemaSources(env *Env, format choiceFlag) error {
	layers, err := env.layers()
	if err != nil {
		return err
	}
	sources := &view.SchemaSources{}
	for _, l := range slices.Backward(layers) {
		c, err := reportCatalog(l)
		if err != nil {
			return err
		}
		sources.Catalogs = append(sources.Catalogs, c)
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	entries, err := catalog.Entries()
	if err != nil {
		return err
	}
	sources.Families = familyCounts(entries)
	if format.isJSON() {
		return view.WriteJSON(env.Stdout, sources)
	}
	env.out().SchemaSources(sources)
	return nil
}

func reportCatalog(l layer) (view.SchemaCatalog, error) {
	r := view.SchemaCatalog{Name: l.Name, Folder: l.Folder, Sources: []view.SchemaSourceCount{}}
	entries, err := l.Catalog.Entries()
	if err != nil {
		return r, err
	}
	r.Families = familyCounts(entries)
	sources, err := l.Catalog.Sources()
	for _, s := range sources {
		r.Sources = append(r.Sources, view.SchemaSourceCount{Name: s.Name, Version: s.Version, Types: s.Types})
	}
	return r, err
}
