package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/files"
	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
	"syncguard/internal/view"
)

type schemaImportOptions struct {
	dir     string
	version string
	project bool
	remove  bool
	format  choiceFlag
}

func newSchemaImportCmd(env *Env) *cobra.Command {
	var o schemaImportOptions
	cmd := &cobra.Command{
		Use:   "import [DIR]",
		Short: "Import a newer checkout of a source",
		Long: `Import a checkout of Apple's device-management repository or of ProfileManifests. It counts at once for every command: a
type that it has takes the place of the embedded one, and the others stay. Its words are kept beside the facts, for
syncguard schema show.

It is kept in the user's folder, or with --project in .syncguard/schema beside .syncguard.yaml (in the current folder
when there is none), for everybody who works on the project. A later import of the same source takes its place.`,
		Example: `  git clone --depth 1 https://github.com/apple/device-management
  syncguard schema import device-management
  syncguard schema import --project device-management
  syncguard schema import --remove`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.remove && len(args) > 0:
				return usage("it takes away all that was imported", "--remove takes no folder, found %q", args[0])
			case o.remove && o.version != "":
				return usage("leave one of them out", "--remove and --version exclude each other")
			case !o.remove && len(args) != 1:
				return usage("syncguard schema import device-management", "%s takes one folder, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if o.remove {
				return runSchemaRemove(env, o)
			}
			o.dir = args[0]
			return runSchemaImport(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.version, "version", "", "what the checkout has, such as 27.1 (default: its commit, or today)")
	flags.BoolVar(&o.project, "project", false, "keep it in the project")
	flags.BoolVar(&o.remove, "remove", false, "take what was imported away again")
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

// catalogFolder is where imported catalogs are kept.
func (o *schemaImportOptions) catalogFolder() (string, error) {
	if o.project {
		return projectCatalogFolder()
	}
	return userCatalogFolder()
}

func runSchemaImport(env *Env, o schemaImportOptions) error {
	folder, err := o.catalogFolder()
	if err != nil {
		return err
	}
	if o.version == "" {
		o.version = checkoutVersion(env, o.dir)
	}
	source, name, checkout, err := readCheckout(o)
	if err != nil {
		return err
	}
	files, err := checkout.Files()
	if err != nil {
		return fmt.Errorf("importing %s: %w", o.dir, errors.Join(append(checkout.Skipped[:min(len(checkout.Skipped), 3)], err)...))
	}
	before, _, err := env.catalog()
	if err != nil {
		return err
	}
	result, err := importReport(before, checkout)
	if err != nil {
		return err
	}
	if err := replaceFolder(folder, name, files, env.Now()); err != nil {
		return fmt.Errorf("keeping the catalog: %w", err)
	}
	result.Source, result.Version, result.Folder = source, o.version, filepath.Join(folder, name)
	return reportImport(env, o, result)
}

// readCheckout tells by its shape what a folder is a checkout of. Nothing outside the folder is read, whatever links lie
// in it.
func readCheckout(o schemaImportOptions) (source, name string, c *schema.Checkout, err error) {
	if _, err := os.Stat(o.dir); err != nil {
		return "", "", nil, err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return "", "", nil, err
	}
	defer root.Close()
	folder := files.Bounded(root.FS(), o.dir)
	switch {
	case appleyaml.IsCheckout(folder):
		c, err = appleyaml.ReadCheckout(folder, o.version)
		return appleyaml.RepositoryName, "apple", c, err
	case manifests.IsCheckout(folder):
		c, err = manifests.ReadCheckout(folder, o.version)
		return manifests.SourceName, "manifests", c, err
	}
	return "", "", nil, withHint(fmt.Errorf("%s: holds neither Apple's schemas nor ProfileManifests", o.dir),
		"give the top folder of a checkout: with mdm/profiles, declarative/declarations or Manifests in it")
}

// checkoutVersion is the commit of a checkout, or today.
func checkoutVersion(env *Env, dir string) string {
	if root, err := os.OpenRoot(dir); err == nil {
		defer root.Close()
		head := firstLine(root, ".git/HEAD")
		if ref, ok := strings.CutPrefix(head, "ref: "); ok {
			head = firstLine(root, ".git/"+ref)
		}
		if commit, err := hex.DecodeString(head); err == nil && len(commit) >= 20 {
			return head[:12]
		}
	}
	return env.Now().UTC().Format("2006-01-02")
}

func firstLine(root *os.Root, name string) string {
	if !fs.ValidPath(name) {
		return ""
	}
	data, err := files.Bounded(root.FS(), "").ReadFile(name)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}

// importReport compares what is imported with what was known of the same types.
func importReport(before *schema.Catalog, checkout *schema.Checkout) (*view.SchemaImport, error) {
	r := &view.SchemaImport{Families: map[string]int{}, Skipped: []string{}}
	for _, t := range checkout.Types {
		r.Families[string(t.Family)]++
	}
	for _, err := range checkout.Skipped {
		r.Skipped = append(r.Skipped, err.Error())
	}
	changes, err := checkout.Diff(before)
	if err != nil {
		return nil, err
	}
	r.Types, r.Keys = reportDiff(changes).Counts()
	r.Types.Removed = 0 // what the checkout lacks stays known
	return r, nil
}

func reportImport(env *Env, o schemaImportOptions, r *view.SchemaImport) error {
	p := env.err()
	for _, s := range r.Skipped {
		p.Warning("left out " + s)
	}
	if r.Keys.Removed > r.Keys.Added {
		p.Warning(fmt.Sprintf("%d keys that were known are not in the checkout, which may be older than what syncguard has", r.Keys.Removed))
		p.Hint("syncguard schema diff embedded " + r.Folder + " shows them, and syncguard schema import --remove takes it away again")
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, r)
	}
	env.out().SchemaImport(r)
	return nil
}

func runSchemaRemove(env *Env, o schemaImportOptions) error {
	folder, err := o.catalogFolder()
	if err != nil {
		return err
	}
	removed := view.SchemaRemoved{Folders: []string{}}
	for _, name := range imports() {
		path := filepath.Join(folder, name)
		if !isCatalog(path) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing the catalog: %w", err)
		}
		removed.Folders = append(removed.Folders, path)
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, removed)
	}
	env.out().SchemaRemoved(&removed, folder)
	return nil
}
