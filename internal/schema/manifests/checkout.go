package manifests

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// IsCheckout says whether a folder has the shape of ProfileManifests.
func IsCheckout(files fs.FS) bool {
	info, err := fs.Stat(files, "Manifests")
	return err == nil && info.IsDir()
}

// ReadCheckout reads a checkout of ProfileManifests that nobody vouches for, with its prose. Each file goes through our
// own reader, and howett.net/plist sees only what our writer made of it.
func ReadCheckout(files fs.FS, version string) (*schema.Checkout, error) {
	names, err := list(files)
	if err != nil {
		return nil, fmt.Errorf("reading ProfileManifests: %w", err)
	}
	c, err := schema.ReadCheckout(files, names, func(name string, data []byte) (*schema.Type, *schema.Prose, error) {
		t, prose, err := readUntrusted(name, data)
		if err != nil {
			return nil, nil, err
		}
		t.Sources = []schema.Source{{Name: SourceName, Version: version, Path: name}}
		return t, prose, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading ProfileManifests: %w", err)
	}
	nameAlone(c.Types)
	return c, nil
}

func readUntrusted(name string, data []byte) (*schema.Type, *schema.Prose, error) {
	root, err := readTree(name, data)
	if err != nil {
		return nil, nil, err
	}
	canonical, err := plist.Write(root)
	if err != nil {
		return nil, nil, err
	}
	m := manifest{name: strings.TrimSuffix(path.Base(name), ".plist")}
	if _, err := howett.Unmarshal(canonical, &m); err != nil {
		return nil, nil, err
	}
	if m.Domain == "" {
		return nil, nil, errors.New("the manifest names no domain")
	}
	t, err := m.convert(true)
	return t, readProse(root), err
}

func readTree(name string, data []byte) (*plist.Value, error) {
	doc, found := plist.Read(diag.NewFile(name, data))
	for _, d := range found {
		if d.Severity == diag.Error {
			return nil, errors.New(cmp.Or(d.Message, "the manifest cannot be read"))
		}
	}
	if doc == nil || doc.Root == nil {
		return nil, errors.New("the manifest cannot be read")
	}
	return doc.Root, nil
}

// nameAlone gives a type its domain as its ID where no other type has the same domain.
func nameAlone(types []*schema.Type) {
	users := map[string]int{}
	for _, t := range types {
		users[t.PayloadType]++
	}
	for _, t := range types {
		if users[t.PayloadType] == 1 {
			t.ID = t.PayloadType
		}
	}
}

// readProse reads titles and descriptions, or returns nil where there are none.
func readProse(v *plist.Value) *schema.Prose {
	p := &schema.Prose{Title: text(v.Get("pfm_title")), Content: text(v.Get("pfm_description"))}
	if subkeys := v.Get("pfm_subkeys"); subkeys != nil {
		for _, item := range subkeys.Items {
			name := text(item.Get("pfm_name"))
			if name == placeholderValue {
				name = schema.Any
			}
			if below := readProse(item); below != nil && p.Keys[name] == nil {
				if p.Keys == nil {
					p.Keys = map[string]*schema.Prose{}
				}
				p.Keys[name] = below
			}
		}
	}
	if p.Title == "" && p.Content == "" && p.Keys == nil {
		return nil
	}
	return p
}

func text(v *plist.Value) string {
	if v == nil || v.Kind != plist.String {
		return ""
	}
	return v.Text
}
