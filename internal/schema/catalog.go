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

// Catalog holds the schemas of payload and declaration types. It is safe for concurrent use; a type is read when it
// is first asked for, once. What it returns belongs to all callers: do not change it.
type Catalog struct {
	files fs.FS
	layer *layer // of a layered catalog, without files of its own; nil otherwise
	index func() (*index, error)
	names sync.Map // folder to func() (map[string][]string, error): the files that define a type
	types sync.Map // file name to func() (*Type, error)
}

// Embedded returns the catalog that is part of the program. Nothing is read before it is asked for.
func Embedded() *Catalog {
	files, err := fs.Sub(embedded, "catalog")
	if err != nil {
		files = embedded // cannot be: the name is valid
	}
	return Open(files)
}

// Open returns the catalog in a folder that has the shape of what Files makes. Errors come with the lookups.
func Open(files fs.FS) *Catalog {
	c := &Catalog{files: files}
	c.index = sync.OnceValues(c.readIndex)
	return c
}

// Payloads returns every definition of a payload type: one, several where parts share it (com.apple.MCX), or none
// when the type is unknown.
func (c *Catalog) Payloads(payloadType string) ([]*Type, error) {
	return c.find(profilesFolder, payloadType)
}

// Envelope returns the keys of a profile itself (TopLevel).
func (c *Catalog) Envelope() (*Type, error) { return c.load(fileName(envelopeFolder, "TopLevel")) }

// Common returns the keys that every payload has (CommonPayloadKeys).
func (c *Catalog) Common() (*Type, error) {
	return c.load(fileName(envelopeFolder, "CommonPayloadKeys"))
}

// DeclarationBase returns the keys that every declaration has, around its Payload.
func (c *Catalog) DeclarationBase() (*Type, error) {
	return c.load(fileName(envelopeFolder, "DeclarationBase"))
}

// Declaration returns a type of declaration (configuration, asset, activation or management), or nil when unknown.
func (c *Catalog) Declaration(declarationType string) (*Type, error) {
	return c.findOne(declarationsFolder, declarationType)
}

// Credential returns the keys of the data that a credential asset refers to, by its type, or nil when unknown.
func (c *Catalog) Credential(credentialType string) (*Type, error) {
	return c.findOne(credentialsFolder, credentialType)
}

// Preferences returns what is known of a preference domain: one definition, several where platforms or uses
// differ, or none.
func (c *Catalog) Preferences(domain string) ([]*Type, error) {
	return c.find(preferencesFolder, domain)
}

// Lookup returns what a payload's type means: the definitions of the payload type, or else of the preference domain.
func (c *Catalog) Lookup(payloadType string) ([]*Type, error) {
	types, err := c.Payloads(payloadType)
	if len(types) == 0 && err == nil {
		return c.Preferences(payloadType)
	}
	return types, err
}

// StatusItems returns what devices report, each status item a key. A catalog may have none: nil.
func (c *Catalog) StatusItems() (*Type, error) { return c.findOne(statusFolder, StatusItemsID) }

// Type returns the type that an Entry lists, or nil when there is none.
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

// once reads what belongs to a key, however many ask for it.
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

// readNames lists the files of a folder by what they define. A name in brackets is a part: com.apple.MCX(WiFi).
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
