package app

import (
	"fmt"
	"path/filepath"

	"syncguard/internal/diag"
	"syncguard/internal/schema"
)

// SchemaDifference is the result of SchemaDiff.
type SchemaDifference struct {
	Old   string                  `json:"old"` // the catalogs as they were given
	New   string                  `json:"new"`
	Types []schema.TypeDifference `json:"types"` // with differences
}

// SchemaDiff compares two catalogs: folders of imports, or the word embedded for the built-in one.
func SchemaDiff(h *Host, old, new string) (*SchemaDifference, error) {
	before, err := h.namedCatalog(old)
	if err != nil {
		return nil, err
	}
	after, err := h.namedCatalog(new)
	if err != nil {
		return nil, err
	}
	types, err := schema.Diff(before, after)
	return &SchemaDifference{old, new, types}, err
}

// namedCatalog opens the embedded catalog, an imported one, or a folder of imported ones.
func (h *Host) namedCatalog(name string) (*schema.Catalog, error) {
	if name == "embedded" {
		return schema.Embedded(), nil
	}
	if catalog := h.openCatalog(name); catalog != nil {
		return catalog, nil
	}
	layers := h.importedLayers("", name)
	if len(layers) == 0 {
		if _, err := h.Files.Stat(name); err != nil {
			return nil, err
		}
		return nil, diag.WithHint(fmt.Errorf("%s: not a catalog", filepath.Clean(name)), "give a folder made by syncguard schema import, or the word embedded")
	}
	catalog := layers[0].catalog
	for _, l := range layers[1:] {
		catalog = schema.Layered(catalog, l.catalog)
	}
	return catalog, nil
}
