package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
func (e *Env) catalog() (*schema.Catalog, []string, error) {
	layers, err := e.layers()
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
func (e *Env) layers() ([]layer, error) {
	project, err := projectCatalogFolder()
	if err != nil {
		return nil, err
	}
	layers := []layer{{"embedded", "", schema.Embedded()}}
	if user, err := userCatalogFolder(); err == nil { // without a home there is nothing of the user's
		layers = append(layers, importedLayers("user", user)...)
	}
	layers = append(layers, importedLayers("project", project)...)
	for _, l := range layers[1:] {
		// Asked for here for an error that names the folder.
		if _, err := l.catalog.Entries(); err != nil {
			return nil, withHint(fmt.Errorf("%s: %w", l.folder, err), "import it again, after syncguard schema import --remove (--project for the project's)")
		}
	}
	return layers, nil
}

func importedLayers(owner, folder string) []layer {
	var layers []layer
	for _, name := range imports() {
		path := filepath.Join(folder, name)
		if isCatalog(path) {
			layers = append(layers, layer{owner + "/" + name, path, openCatalog(path)})
		}
	}
	return layers
}

// isCatalog says whether a folder holds a catalog that an import made.
func isCatalog(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, "index.json"))
	return err == nil && info.Mode().IsRegular()
}

func openCatalog(folder string) *schema.Catalog {
	return schema.Open(boundedFiles{os.DirFS(folder), folder})
}

func userCatalogFolder() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", withHint(fmt.Errorf("finding a place for the catalog: %w", err), "keep it in the project with --project")
	}
	return filepath.Join(config, filepath.FromSlash(userCatalogs)), nil
}

func projectCatalogFolder() (string, error) {
	path, err := projectPath()
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(path), filepath.FromSlash(projectCatalogs)), nil
}

// boundedFiles reads regular files of at most maxInput bytes only: nobody vouches for what lies in a folder. Errors name
// the path with its folder.
type boundedFiles struct {
	fs.FS
	folder string
}

func (b boundedFiles) ReadFile(name string) ([]byte, error) {
	path := filepath.Join(b.folder, filepath.FromSlash(name))
	info, err := fs.Stat(b.FS, name)
	if err != nil {
		return nil, renamed(err, path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a regular file", path)
	}
	f, err := b.FS.Open(name)
	if err != nil {
		return nil, renamed(err, path)
	}
	defer f.Close()
	return readAll(f, path)
}

// renamed puts the path that a person knows into an error.
func renamed(err error, path string) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return err
}
