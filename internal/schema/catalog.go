package schema

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed all:catalog
var embedded embed.FS

// Catalog holds the schemas of payload and declaration types. It reads each type once, on first use, and is safe for
// concurrent use. All results are shared; do not modify them.
type Catalog struct {
	files fs.FS
	layer *layer // of a layered catalog, without files of its own; nil otherwise
	index func() (*index, error)
	names sync.Map // folder to func() (map[string][]string, error): the files of each type
	types sync.Map // file name to func() (*Type, error)
}

// Embedded returns the built-in catalog. Nothing is read before its first use.
func Embedded() *Catalog { return embeddedCatalog() }

var embeddedCatalog = sync.OnceValue(func() *Catalog {
	files, err := fs.Sub(embedded, "catalog")
	if err != nil {
		files = embedded // unreachable: the name is valid
	}
	return Open(files)
})

// Open returns the catalog in a folder made by Files. Errors come with the lookups.
func Open(files fs.FS) *Catalog {
	c := &Catalog{files: files}
	c.index = sync.OnceValues(c.readIndex)
	return c
}

// Payloads returns every definition of a payload type: one, several parts (com.apple.MCX), or none for an unknown type.
func (c *Catalog) Payloads(payloadType string) ([]*Type, error) {
	return c.find(profilesFolder, payloadType)
}

// Envelope returns the keys of a profile itself (TopLevel).
func (c *Catalog) Envelope() (*Type, error) { return c.load(fileName(envelopeFolder, "TopLevel")) }

// Common returns the keys of every payload (CommonPayloadKeys).
func (c *Catalog) Common() (*Type, error) {
	return c.load(fileName(envelopeFolder, "CommonPayloadKeys"))
}

// DeclarationBase returns the keys of every declaration, around its Payload.
func (c *Catalog) DeclarationBase() (*Type, error) {
	return c.load(fileName(envelopeFolder, "DeclarationBase"))
}

// Declaration returns a type of declaration (configuration, asset, activation or management), or nil if unknown.
func (c *Catalog) Declaration(declarationType string) (*Type, error) {
	return c.findOne(declarationsFolder, declarationType)
}

// Credential returns the keys of a credential asset's data, by its type, or nil if unknown.
func (c *Catalog) Credential(credentialType string) (*Type, error) {
	return c.findOne(credentialsFolder, credentialType)
}

// Preferences returns the definitions of a preference domain: one, several for different platforms or uses, or none.
func (c *Catalog) Preferences(domain string) ([]*Type, error) {
	return c.find(preferencesFolder, domain)
}

// Lookup returns the definitions of a payload type, or else of the preference domain of this name.
func (c *Catalog) Lookup(payloadType string) ([]*Type, error) {
	types, err := c.Payloads(payloadType)
	if len(types) == 0 && err == nil {
		return c.Preferences(payloadType)
	}
	return types, err
}

// StatusItems returns the status items devices report, each as a key, or nil in a catalog without any.
func (c *Catalog) StatusItems() (*Type, error) { return c.findOne(statusFolder, StatusItemsID) }

// Type returns the type of an Entry, or nil without one.
func (c *Catalog) Type(id string, family Family) (*Type, error) {
	name, _, _ := strings.Cut(id, "(")
	types, err := c.find(folder(family), name)
	for _, t := range types {
		if t.ID == id {
			return t, nil
		}
	}
	return nil, err
}

func (c *Catalog) findOne(folder, name string) (*Type, error) {
	types, err := c.find(folder, name)
	if len(types) == 0 {
		return nil, err
	}
	return types[0], nil
}

func (c *Catalog) find(folder, name string) ([]*Type, error) {
	names, err := once(&c.names, folder, c.readNames)
	if err != nil {
		return nil, err
	}
	var types []*Type
	for _, file := range names[name] {
		t, err := c.load(file)
		if err != nil {
			return nil, err
		}
		types = append(types, t)
	}
	return types, nil
}

func (c *Catalog) load(file string) (*Type, error) { return once(&c.types, file, c.readType) }

// once reads the value of a key on first use, for all callers.
func once[T any](done *sync.Map, key string, read func(string) (T, error)) (T, error) {
	f, ok := done.Load(key)
	if !ok {
		f, _ = done.LoadOrStore(key, sync.OnceValues(func() (T, error) { return read(key) }))
	}
	return f.(func() (T, error))()
}

func (c *Catalog) readType(file string) (*Type, error) {
	if c.layer != nil {
		return c.layer.read(file)
	}
	data, err := fs.ReadFile(c.files, file)
	if err != nil {
		return nil, fmt.Errorf("reading the schema catalog: %w", err)
	}
	t, err := decodeType(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s of the schema catalog: %w", file, err)
	}
	return t, nil
}

// readNames lists the files of a folder by the types they define. A name in brackets is a part: com.apple.MCX(WiFi).
func (c *Catalog) readNames(folder string) (map[string][]string, error) {
	if c.layer != nil {
		return c.layer.names(folder)
	}
	files, err := fs.ReadDir(c.files, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing the schema catalog: %w", err)
	}
	names := make(map[string][]string, len(files))
	for _, f := range files {
		if id, isType := strings.CutSuffix(f.Name(), ".json"); isType {
			name, _, _ := strings.Cut(id, "(")
			names[name] = append(names[name], fileName(folder, id))
		}
	}
	return names, nil
}

// The folders of a catalog.
const (
	envelopeFolder     = "envelope"
	profilesFolder     = "profiles"
	declarationsFolder = "declarations"
	credentialsFolder  = "credentials"
	preferencesFolder  = "preferences"
	statusFolder       = "status"
)

func folder(f Family) string {
	switch f {
	case Envelope:
		return envelopeFolder
	case Payload:
		return profilesFolder
	case Credential:
		return credentialsFolder
	case Preferences:
		return preferencesFolder
	case Status:
		return statusFolder
	}
	return declarationsFolder
}

func fileName(folder, id string) string { return folder + "/" + id + ".json" }
