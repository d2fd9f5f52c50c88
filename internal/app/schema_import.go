package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

// SchemaImportOptions say what to import, and to where.
type SchemaImportOptions struct {
	Folder  string // of the checkout
	Version string // what it has; empty for its commit, or today
	Project bool   // keep it in the project, not in the user's folder
}

// SchemaImported is the result of SchemaImport.
type SchemaImported struct {
	Source   string                 `json:"source"`
	Version  string                 `json:"version"`
	Folder   string                 `json:"folder"`
	Families map[schema.Family]int  `json:"families"`    // the number of types of each family
	Types    schema.DifferenceCount `json:"typeChanges"` // compared with what was known
	Keys     schema.DifferenceCount `json:"keyChanges"`
	Skipped  []string               `json:"skipped"` // files that cannot be used, with the reason
}

// SchemaRemoved is the result of SchemaRemove.
type SchemaRemoved struct {
	Folders []string `json:"folders"` // that were removed
	Folder  string   `json:"-"`       // that held them
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
	before, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	result, err := newSchemaImported(before, checkout)
	if err != nil {
		return nil, err
	}
	if err := h.Files.ReplaceFolder(folder, name, catalog, h.Now()); err != nil {
		return nil, fmt.Errorf("keeping the catalog: %w", err)
	}
	result.Source, result.Version, result.Folder = source, o.Version, filepath.Join(folder, name)
	result.warn(h)
	return result, nil
}

// catalogFolder is where imported catalogs are kept.
func (h *Host) catalogFolder(project bool) (string, error) {
	if project {
		return h.projectCatalogFolder()
	}
	return h.userCatalogFolder()
}

// readCheckout tells by its shape what a folder is a checkout of. Nothing outside the folder is read, whatever links lie
// in it.
func readCheckout(sys files.System, o SchemaImportOptions) (source, name string, c *schema.Checkout, err error) {
	if _, err := sys.Stat(o.Folder); err != nil {
		return "", "", nil, err
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
	return "", "", nil, diag.WithHint(fmt.Errorf("%s: holds neither Apple's schemas nor ProfileManifests", o.Folder),
		"give the top folder of a checkout: with mdm/profiles, declarative/declarations or Manifests in it")
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

func firstLine(folder fs.FS, name string) string {
	if !fs.ValidPath(name) {
		return ""
	}
	data, err := files.Bounded(folder, "").ReadFile(name)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}

// newSchemaImported compares what is imported with what was known of the same types.
func newSchemaImported(before *schema.Catalog, checkout *schema.Checkout) (*SchemaImported, error) {
	r := &SchemaImported{Families: map[schema.Family]int{}, Skipped: []string{}}
	for _, t := range checkout.Types {
		r.Families[t.Family]++
	}
	for _, err := range checkout.Skipped {
		r.Skipped = append(r.Skipped, err.Error())
	}
	changes, err := checkout.Diff(before)
	r.Types, r.Keys = schema.CountDifferences(changes)
	r.Types.Removed = 0 // what the checkout lacks stays known
	return r, err
}

// warn tells what was left out, and that the checkout may be older than what was known.
func (r *SchemaImported) warn(h *Host) {
	for _, s := range r.Skipped {
		h.warn("left out "+s, "")
	}
	if r.Keys.Removed > r.Keys.Added {
		h.warn(fmt.Sprintf("%d keys that were known are not in the checkout, which may be older than what syncguard has", r.Keys.Removed),
			"syncguard schema diff embedded "+r.Folder+" shows them, and syncguard schema import --remove takes it away again")
	}
}

// SchemaRemove takes what was imported away again.
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
