package app

import (
	"slices"

	"syncguard/internal/schema"
)

// SchemaSourced is the result of SchemaSources.
type SchemaSourced struct {
	Catalogs []SchemaCatalog       `json:"catalogs"` // the uppermost first, the embedded one last
	Families map[schema.Family]int `json:"families"` // the number of types of each family, of all catalogs together
}

// SchemaCatalog is the embedded catalog or an imported one.
type SchemaCatalog struct {
	Name     string                `json:"name"`             // `embedded`, `user/apple`, `user/manifests`, `project/apple`, `project/manifests`
	Folder   string                `json:"folder,omitempty"` // of an imported one
	Families map[schema.Family]int `json:"families"`         // the number of types of each family
	Sources  []schema.SourceCount  `json:"sources"`
	Taken    *schema.Taken         `json:"taken,omitempty"` // of an imported one: facts in use
	Kept     *schema.Kept          `json:"kept,omitempty"`  // of an imported one: newer facts below it, and facts it lacks
}

// SchemaSources lists the catalogs in use, with their sources.
func SchemaSources(h *Host) (*SchemaSourced, error) {
	layers, err := h.layers()
	if err != nil {
		return nil, err
	}
	sourced := &SchemaSourced{}
	for _, l := range layers {
		c := SchemaCatalog{Name: l.name, Folder: l.folder}
		if c.Families, err = countFamilies(l.catalog); err != nil {
			return nil, err
		}
		sources, err := l.catalog.Sources()
		if err != nil {
			return nil, err
		}
		c.Sources = append([]schema.SourceCount{}, sources...)
		sourced.Catalogs = append(sourced.Catalogs, c)
	}
	slices.Reverse(sourced.Catalogs)
	err = eachImport(layers, func(l layer, taken schema.Taken, kept schema.Kept) {
		for i := range sourced.Catalogs {
			if c := &sourced.Catalogs[i]; c.Folder == l.folder {
				c.Taken, c.Kept = &taken, &kept
			}
		}
	})
	if err != nil {
		return nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	sourced.Families, err = countFamilies(catalog)
	return sourced, err
}

func countFamilies(c *schema.Catalog) (map[schema.Family]int, error) {
	counts := map[schema.Family]int{}
	entries, err := c.Entries()
	for _, e := range entries {
		counts[e.Family]++
	}
	return counts, err
}
