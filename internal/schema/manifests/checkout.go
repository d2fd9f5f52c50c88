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

// IsCheckout reports whether a folder has the shape of ProfileManifests.
func IsCheckout(files fs.FS) bool {
	info, err := fs.Stat(files, "Manifests")
	return err == nil && info.IsDir()
}

// ReadCheckout reads an untrusted checkout of ProfileManifests, with its prose. It skips files that it cannot use, and keeps
// the reasons. Package plist reads each file and writes it again before howett.net/plist sees it.
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
	shortenIDs(c.Types)
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
		return nil, nil, errors.New("no pfm_domain in the manifest")
	}
	t, err := m.convert(true)
	return t, readProse(root), err
}

func readTree(name string, data []byte) (*plist.Value, error) {
	doc, found := plist.Read(diag.NewFile(name, data))
	for _, d := range found {
		if d.Severity == diag.Error {
			return nil, errors.New(cmp.Or(d.Message, "invalid property list"))
		}
	}
	if doc == nil || doc.Root == nil {
		return nil, errors.New("no value in the property list")
	}
	return doc.Root, nil
}

// shortenIDs makes the domain the ID of each type not sharing it.
func shortenIDs(types []*schema.Type) {
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

// readProse reads titles and descriptions. Without any it returns nil.
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
