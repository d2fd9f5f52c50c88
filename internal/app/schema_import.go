package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

// SchemaImportOptions name the checkout to import, and its destination.
type SchemaImportOptions struct {
	Folder  string // of the checkout
	Version string // release of the checkout; empty for its commit, or today
	Project bool   // keep it in the project, not in the user's folder
}

// SchemaImported is the result of SchemaImport.
type SchemaImported struct {
	Source   string                `json:"source"`
	Version  string                `json:"version"`
	Folder   string                `json:"folder"`
	Families map[schema.Family]int `json:"families"` // the number of types of each family
	Taken    schema.Taken          `json:"taken"`    // facts in use from now on
	Kept     schema.Kept           `json:"kept"`     // newer facts, and facts the checkout lacks
	Skipped  []string              `json:"skipped"`  // unusable files, each with the reason
}

// SchemaRemoved is the result of SchemaRemove.
type SchemaRemoved struct {
	Folders []string `json:"folders"` // removed
	Folder  string   `json:"-"`       // around them
}

// SchemaImport keeps a checkout of Apple's repository or of ProfileManifests as a catalog. It counts from then on.
func SchemaImport(h *Host, o SchemaImportOptions) (*SchemaImported, error) {
	folder, err := h.catalogFolder(o.Project)
	if err != nil {
		return nil, err
	}
	if o.Version == "" {
		o.Version = h.checkoutVersion(o.Folder)
	}
	source, name, checkout, err := readCheckout(h.Files, o)
	if err != nil {
		return nil, err
	}
	catalog, err := checkout.Files()
	if err != nil {
		return nil, fmt.Errorf("importing %s: %w", o.Folder, errors.Join(append(checkout.Skipped[:min(len(checkout.Skipped), 3)], err)...))
	}
	if err := h.Files.ReplaceFolder(folder, name, catalog, h.Now()); err != nil {
		return nil, fmt.Errorf("writing the catalog: %w", err)
	}
	result := &SchemaImported{Source: source, Version: o.Version, Folder: filepath.Join(folder, name),
		Families: map[schema.Family]int{}, Skipped: []string{}}
	for _, t := range checkout.Types {
		result.Families[t.Family]++
	}
	for _, err := range checkout.Skipped {
		result.Skipped = append(result.Skipped, err.Error())
		h.warn("left out "+err.Error(), "")
	}
	layers, err := h.layers()
	if err != nil {
		return nil, err
	}
	err = eachImport(layers, func(l layer, taken schema.Taken, kept schema.Kept) {
		if l.folder == result.Folder {
			result.Taken, result.Kept = taken, kept
		}
	})
	return result, err
}

// eachImport visits the imported catalogs from the lowest up, each with its effect on those below it.
func eachImport(layers []layer, visit func(layer, schema.Taken, schema.Kept)) error {
	catalog := layers[0].catalog
	for _, l := range layers[1:] {
		catalog = schema.Layered(catalog, l.catalog)
		taken, kept, err := catalog.Import()
		if err != nil {
			return err
		}
		visit(l, taken, kept)
	}
	return nil
}

// catalogFolder returns the folder of imported catalogs.
func (h *Host) catalogFolder(project bool) (string, error) {
	if project {
		return h.projectCatalogFolder()
	}
	return h.userCatalogFolder()
}

// readCheckout reads a checkout, and tells its source by its shape. Nothing outside the folder is read, in spite of links
// in it.
func readCheckout(sys files.System, o SchemaImportOptions) (source, name string, c *schema.Checkout, err error) {
	info, err := sys.Stat(o.Folder)
	if err != nil {
		return "", "", nil, err
	}
	if !info.IsDir() {
		return "", "", nil, fmt.Errorf("%s is a file, want the folder of a checkout", o.Folder)
	}
	root, err := sys.OpenFolder(o.Folder)
	if err != nil {
		return "", "", nil, err
	}
	defer root.Close()
	folder := files.Bounded(root, o.Folder)
	switch {
	case appleyaml.IsCheckout(folder):
		c, err = appleyaml.ReadCheckout(folder, o.Version)
		return appleyaml.RepositoryName, "apple", c, err
	case manifests.IsCheckout(folder):
		c, err = manifests.ReadCheckout(folder, o.Version)
		return manifests.SourceName, "manifests", c, err
	}
	return "", "", nil, diag.WithHint(fmt.Errorf("%s: not a checkout of Apple's device-management or of ProfileManifests", o.Folder),
		"give its top folder, the one with mdm/profiles, declarative/declarations or Manifests")
}

// checkoutVersion is the commit of a checkout, or today.
func (h *Host) checkoutVersion(dir string) string {
	if folder, err := h.Files.OpenFolder(dir); err == nil {
		defer folder.Close()
		head := firstLine(folder, ".git/HEAD")
		if ref, ok := strings.CutPrefix(head, "ref: "); ok {
			head = firstLine(folder, ".git/"+ref)
		}
		if commit, err := hex.DecodeString(head); err == nil && len(commit) >= 20 {
			return head[:12]
		}
	}
	return h.Now().UTC().Format("2006-01-02")
}

func firstLine(folder files.Folder, name string) string {
	data, err := files.ReadIn(folder, name, name)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}

// SchemaRemove removes the imported catalogs.
func SchemaRemove(h *Host, project bool) (*SchemaRemoved, error) {
	folder, err := h.catalogFolder(project)
	if err != nil {
		return nil, err
	}
	removed := &SchemaRemoved{Folders: []string{}, Folder: folder}
	for _, name := range imports() {
		path := filepath.Join(folder, name)
		if !h.isCatalog(path) {
			continue
		}
		if err := h.Files.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("removing the catalog: %w", err)
		}
		removed.Folders = append(removed.Folders, path)
	}
	return removed, nil
}
