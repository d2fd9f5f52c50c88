package app

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
	"syncguard/internal/template"
)

// Folders of imported catalogs. The project's folder lies beside the project file, or in the current folder without one.
const (
	projectCatalogs = ".syncguard/schema"
	userCatalogs    = "syncguard/schema"
)

// imports lists the folder names of imported catalogs. If both define a type, the last one wins.
func imports() []string { return []string{"manifests", "apple"} }

// layer is one catalog in use.
type layer struct {
	name    string // such as embedded, user/apple, project/manifests
	folder  string // empty for the embedded one
	catalog *schema.Catalog
}

// catalog returns the schema facts of all commands: the project's imported catalogs over the user's over the embedded one. It
// also returns the folders of the imported ones.
func (h *Host) catalog() (*schema.Catalog, []string, error) {
	layers, err := h.layers()
	if err != nil {
		return nil, nil, err
	}
	catalog, folders := layers[0].catalog, []string{}
	for _, l := range layers[1:] {
		catalog = schema.Layered(catalog, l.catalog)
		folders = append(folders, l.folder)
	}
	return catalog, folders, nil
}

// layers lists the catalogs in use, the embedded one first.
func (h *Host) layers() ([]layer, error) {
	project, err := h.projectCatalogFolder()
	if err != nil {
		return nil, err
	}
	layers := []layer{{"embedded", "", schema.Embedded()}}
	if user, err := h.userCatalogFolder(); err == nil { // without a home directory the user has no catalogs
		layers = append(layers, h.importedLayers("user", user)...)
	}
	imported := h.importedLayers("project", project)
	if h.distrust != nil {
		for _, l := range imported {
			h.distrust.refuse(l.folder, "imported schemas not read")
		}
		imported = nil
	}
	layers = append(layers, imported...)
	for _, l := range layers[1:] {
		// Read the index here, so that an error names the folder.
		if _, err := l.catalog.Entries(); err != nil {
			return nil, diag.WithHint(fmt.Errorf("%s: %w", l.folder, err), "remove it with syncguard schema import --remove (add --project for the project's), then import it again")
		}
	}
	return layers, nil
}

func (h *Host) importedLayers(owner, folder string) []layer {
	var layers []layer
	for _, name := range imports() {
		path := filepath.Join(folder, name)
		if catalog := h.openCatalog(path); catalog != nil {
			layers = append(layers, layer{owner + "/" + name, path, catalog})
		}
	}
	return layers
}

// isCatalog reports whether a folder holds an imported catalog.
func (h *Host) isCatalog(folder string) bool {
	info, err := h.Files.Stat(filepath.Join(folder, "index.json"))
	return err == nil && info.Mode().IsRegular()
}

// openCatalog opens an imported catalog, or returns nil for a folder without one. The folder stays open, because the files of
// a catalog are read on demand.
func (h *Host) openCatalog(path string) *schema.Catalog {
	folder, err := h.Files.OpenFolder(path)
	if err != nil {
		return nil
	}
	if info, err := fs.Stat(folder, "index.json"); err != nil || !info.Mode().IsRegular() {
		_ = folder.Close()
		return nil
	}
	return schema.Open(files.Bounded(folder, path))
}

func (h *Host) userCatalogFolder() (string, error) {
	config, err := h.Files.ConfigDir()
	if err != nil {
		return "", diag.WithHint(fmt.Errorf("finding the user's configuration folder: %w", err), "add --project to keep the catalog in the project")
	}
	return filepath.Join(config, filepath.FromSlash(userCatalogs)), nil
}

func (h *Host) projectCatalogFolder() (string, error) {
	path, err := h.findAbove(template.ProjectFile)
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(path), filepath.FromSlash(projectCatalogs)), nil
}
