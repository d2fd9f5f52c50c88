package app

import (
	"fmt"
	"path/filepath"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/schema"
)

// The folders of imported catalogs: a project's stands beside its project file, or in the current folder.
const (
	projectCatalogs = ".syncguard/schema"
	userCatalogs    = "syncguard/schema"
)

// imports are the names of imported catalogs, each a folder. Of a type that both have, the last one's counts.
func imports() []string { return []string{"manifests", "apple"} }

// layer is one of the catalogs that are in use.
type layer struct {
	name    string // embedded, user/apple, project/manifests
	folder  string // empty for the embedded one
	catalog *schema.Catalog
}

// catalog returns what every command knows of Apple's types: the project's imported catalogs over the user's over the
// embedded one. The folders are those of the imported ones.
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
	if user, err := h.userCatalogFolder(); err == nil { // without a home there is nothing of the user's
		layers = append(layers, h.importedLayers("user", user)...)
	}
	layers = append(layers, h.importedLayers("project", project)...)
	for _, l := range layers[1:] {
		// Asked for here for an error that names the folder.
		if _, err := l.catalog.Entries(); err != nil {
			return nil, diag.WithHint(fmt.Errorf("%s: %w", l.folder, err), "import it again, after syncguard schema import --remove (--project for the project's)")
		}
	}
	return layers, nil
}

func (h *Host) importedLayers(owner, folder string) []layer {
	var layers []layer
	for _, name := range imports() {
		path := filepath.Join(folder, name)
		if h.isCatalog(path) {
			layers = append(layers, layer{owner + "/" + name, path, h.openCatalog(path)})
		}
	}
	return layers
}

// isCatalog says whether a folder holds a catalog that an import made.
func (h *Host) isCatalog(folder string) bool {
	info, err := h.Files.Stat(filepath.Join(folder, "index.json"))
	return err == nil && info.Mode().IsRegular()
}

func (h *Host) openCatalog(folder string) *schema.Catalog {
	return schema.Open(files.Bounded(files.Dir(h.Files, folder), folder))
}

func (h *Host) userCatalogFolder() (string, error) {
	config, err := h.Files.ConfigDir()
	if err != nil {
		return "", diag.WithHint(fmt.Errorf("finding a place for the catalog: %w", err), "keep it in the project with --project")
	}
	return filepath.Join(config, filepath.FromSlash(userCatalogs)), nil
}

func (h *Host) projectCatalogFolder() (string, error) {
	path, err := projectPath(h.Files)
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(path), filepath.FromSlash(projectCatalogs)), nil
}
