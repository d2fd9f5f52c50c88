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
	Types []schema.TypeDifference `json:"types"` // those that differ
}

// SchemaDiff compares two catalogs: folders that an import made, or the word embedded.
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

// namedCatalog opens the embedded catalog, one that an import made, or the folder that holds those.
func (h *Host) namedCatalog(name string) (*schema.Catalog, error) {
	if name == "embedded" {
		return schema.Embedded(), nil
	}
	if h.isCatalog(name) {
		return h.openCatalog(name), nil
	}
	layers := h.importedLayers("", name)
	if len(layers) == 0 {
		if _, err := h.Files.Stat(name); err != nil {
			return nil, err
		}
		return nil, diag.WithHint(fmt.Errorf("%s: is no catalog", filepath.Clean(name)), "name a folder that syncguard schema import made, or the word embedded")
	}
	catalog := layers[0].catalog
	for _, l := range layers[1:] {
		catalog = schema.Layered(catalog, l.catalog)
	}
	return catalog, nil
}
