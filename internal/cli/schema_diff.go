package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"syncguard/internal/schema"
	"syncguard/internal/view"
)

type schemaDiffOptions struct {
	old, new string
	exitCode bool
	format   choiceFlag
}

func newSchemaDiffCmd(env *Env) *cobra.Command {
	var o schemaDiffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what changed from one catalog to another",
		Long: `Show which types, keys and facts came, went and changed from one catalog to another. A catalog is a folder that
syncguard schema import made, or the word embedded. Facts have the names of Apple's schema files.

A type that NEW lacks counts as removed only when NEW has something of the same source.`,
		Example: `  syncguard schema diff embedded .syncguard/schema
  syncguard schema diff --format markdown embedded ~/.config/syncguard/schema/apple`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("syncguard schema diff embedded .syncguard/schema", "%s takes two catalogs, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.old, o.new = args[0], args[1]
			return runSchemaDiff(env, o)
		},
	}
	cmd.Flags().BoolVar(&o.exitCode, "exit-code", false, "exit with 1 when there is a difference")
	o.format.addFormats(cmd, "text", "json", "markdown")
	return cmd
}

func runSchemaDiff(env *Env, o schemaDiffOptions) error {
	old, err := namedCatalog(o.old)
	if err != nil {
		return err
	}
	new, err := namedCatalog(o.new)
	if err != nil {
		return err
	}
	types, err := schema.Diff(old, new)
	if err != nil {
		return err
	}
	d := reportDiff(types)
	d.Old, d.New = o.old, o.new
	if err := writeDiff(env, o.format.value, d); err != nil {
		return err
	}
	if o.exitCode && len(d.Types) > 0 {
		return errFindings
	}
	return nil
}

// namedCatalog opens the embedded catalog, one that an import made, or the folder that holds those.
func namedCatalog(name string) (*schema.Catalog, error) {
	if name == "embedded" {
		return schema.Embedded(), nil
	}
	if isCatalog(name) {
		return openCatalog(name), nil
	}
	layers := importedLayers("", name)
	if len(layers) == 0 {
		if _, err := os.Stat(name); err != nil {
			return nil, err
		}
		return nil, withHint(fmt.Errorf("%s: is no catalog", filepath.Clean(name)), "name a folder that syncguard schema import made, or the word embedded")
	}
	catalog := layers[0].Catalog
	for _, l := range layers[1:] {
		catalog = schema.Layered(catalog, l.Catalog)
	}
	return catalog, nil
}

func reportDiff(types []schema.TypeDifference) *view.SchemaDiff {
	d := &view.SchemaDiff{Types: []view.SchemaTypeDiff{}}
	for _, t := range types {
		r := view.SchemaTypeDiff{ID: t.ID, Family: string(t.Family), Change: string(t.Change), Changes: []view.SchemaFactDiff{}}
		for _, f := range t.Facts {
			r.Changes = append(r.Changes, view.SchemaFactDiff{Path: f.Path, Change: string(f.Change), Fact: f.Fact,
				Platform: f.Platform, Old: f.Old, New: f.New})
		}
		d.Types = append(d.Types, r)
	}
	return d
}

func writeDiff(env *Env, format string, d *view.SchemaDiff) error {
	switch format {
	case "json":
		return view.WriteJSON(env.Stdout, d)
	case "markdown":
		return view.WriteSchemaDiff(env.Stdout, d)
	}
	env.out().SchemaDiff(d)
	return nil
}
