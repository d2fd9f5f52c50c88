package appleyaml

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/schema"
)

// maxAliases bounds the aliases of a file: each may stand for as much as the whole file. Apple's files have three at most.
const maxAliases = 64

// IsCheckout reports whether a folder has the shape of Apple's repository.
func IsCheckout(files fs.FS) bool {
	for _, folder := range []string{profilesFolder, declarationsFolder} {
		if info, err := fs.Stat(files, folder); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// ReadCheckout reads an untrusted checkout of Apple's repository, with its prose. It skips files that it cannot use, and keeps
// the reasons.
func ReadCheckout(files fs.FS, version string) (*schema.Checkout, error) {
	names, err := SchemaFiles(files)
	if err != nil {
		return nil, err
	}
	c, err := schema.ReadCheckout(files, names, func(name string, data []byte) (*schema.Type, *schema.Prose, error) {
		t, prose, err := readUntrusted(name, data)
		if err != nil {
			return nil, nil, err
		}
		t.Sources = []schema.Source{{Name: RepositoryName, Version: version, Path: name}}
		return t, prose, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading Apple's schemas: %w", err)
	}
	return c, nil
}

// SchemaFiles returns the names of a checkout's schema files. Deltas, unknown to Apple's repository, are left out.
func SchemaFiles(files fs.FS) ([]string, error) {
	var names []string
	for _, folder := range []string{profilesFolder, declarationsFolder} {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && path.Ext(name) == ".yaml" && !strings.HasSuffix(name, deltaSuffix+".yaml") {
				names = append(names, name)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading Apple's schemas: %w", err)
		}
	}
	return names, nil
}

func readUntrusted(name string, data []byte) (*schema.Type, *schema.Prose, error) {
	document, err := load(data)
	if err != nil {
		return nil, nil, err
	}
	if n := countAliases(document); n > maxAliases {
		return nil, nil, fmt.Errorf("%d aliases, want at most %d", n, maxAliases)
	}
	t, err := ReadType(strings.TrimSuffix(path.Base(name), ".yaml"), data)
	if err != nil {
		return nil, nil, err
	}
	correctKnown(t)
	return t, readProse(document), nil
}

// countAliases follows no alias, so it visits each node once.
func countAliases(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		return 1
	}
	count := 0
	for _, child := range n.Content {
		count += countAliases(child)
	}
	return count
}

// readProse reads titles and descriptions. Without any it returns nil.
func readProse(document *yaml.Node) *schema.Prose {
	p := &schema.Prose{Title: text(field(document, "title")), Content: text(field(document, "description"))}
	if content := text(field(field(document, "payload"), "content")); content != "" {
		p.Content = content
	}
	p.Keys = proseOfKeys(field(document, "payloadkeys"), map[*yaml.Node]bool{})
	return unlessEmpty(p)
}

// proseOfKeys reads each list of keys once: a list may hold itself.
func proseOfKeys(list *yaml.Node, seen map[*yaml.Node]bool) map[string]*schema.Prose {
	if list == nil || seen[list] {
		return nil
	}
	seen[list] = true
	keys := map[string]*schema.Prose{}
	for _, item := range list.Content {
		name := text(field(item, "key"))
		p := unlessEmpty(&schema.Prose{
			Title:   text(field(item, "title")),
			Content: text(field(item, "content")),
			Keys:    proseOfKeys(field(item, "subkeys"), seen),
		})
		if p != nil && keys[name] == nil {
			keys[name] = p
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return keys
}

func unlessEmpty(p *schema.Prose) *schema.Prose {
	if p.Title == "" && p.Content == "" && p.Keys == nil {
		return nil
	}
	return p
}
