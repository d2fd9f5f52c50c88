// Package appleyaml reads Apple's device-management schema files (YAML) into the schema model: facts only, no titles,
// descriptions or notes.
//
// Read reads a trusted folder, and Merge puts newer facts over older ones: so the catalog is generated. ReadCheckout
// reads a user's checkout, with limits, and keeps the prose beside the facts. ReadType, below both, reads one file; its keys
// and values are in nodes.go. FactsFile writes facts files. The package neither downloads nor stores anything.
package appleyaml

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/schema"
)

// RepositoryName names Apple's repository in a schema.Source.
const RepositoryName = schema.AppleSource

// The parts of a folder this package reads.
const (
	profilesFolder     = "mdm/profiles"
	declarationsFolder = "declarative/declarations"
	lifecycleFile      = "payload-lifecycle.csv"
	statusFile         = "status-items.csv"
	deltaSuffix        = ".delta"
)

// Tree is the contents of a folder in the shape of Apple's repository.
type Tree struct {
	Types      []*schema.Type
	Renamed    map[string]string // a type's former ID to its ID
	Deltas     []Delta
	Lifecycles []Lifecycle
	files      map[string]string // a type's ID to its file
}

// Read reads a folder in the shape of Apple's repository. A file takes its sources from the comments at its top; without
// any, its source is this repository at the version given. With the version "", a file without a source is an error. The
// folder may also have files of changes (NAME.delta.yaml), a payload-lifecycle.csv and a status-items.csv. It is for trusted
// folders: see ReadCheckout.
func Read(files fs.FS, version string) (*Tree, error) {
	tree := &Tree{Renamed: map[string]string{}, files: map[string]string{}}
	if err := tree.readTypes(files, version); err != nil {
		return nil, fmt.Errorf("reading Apple's schemas: %w", err)
	}
	if len(tree.Types)+len(tree.Deltas) == 0 {
		return nil, fmt.Errorf("reading Apple's schemas: no YAML file in %s or %s", profilesFolder, declarationsFolder)
	}
	if err := tree.readTables(files); err != nil {
		return nil, fmt.Errorf("reading Apple's schemas: %w", err)
	}
	return tree, nil
}

// Files returns the names of the files stating something about a type, sorted.
func (tree *Tree) Files(t *schema.Type) []string {
	var names []string
	if name := tree.files[t.ID]; name != "" {
		names = append(names, name)
	}
	for _, d := range tree.Deltas {
		if d.PayloadType == t.ID {
			names = append(names, d.file)
		}
	}
	if slices.ContainsFunc(tree.Lifecycles, func(l Lifecycle) bool { return l.isOf(t) }) {
		names = append(names, lifecycleFile)
	}
	slices.Sort(names)
	return names
}

func (tree *Tree) readTypes(files fs.FS, version string) error {
	for _, folder := range []string{profilesFolder, declarationsFolder} {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
				return err
			}
			data, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			if err := tree.add(name, data, version); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// readTables reads the tables of a folder. Each of them may be missing.
func (tree *Tree) readTables(files fs.FS) error {
	for name, read := range map[string]func(data []byte) error{
		lifecycleFile: func(data []byte) (err error) {
			tree.Lifecycles, err = readLifecycles(data)
			return err
		},
		statusFile: func(data []byte) error {
			t, err := readStatusItems(data)
			if err != nil {
				return err
			}
			return tree.put(t, statusFile)
		},
	} {
		data, err := fs.ReadFile(files, name)
		if err == nil {
			err = read(data)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (tree *Tree) put(t *schema.Type, file string) error {
	if other := tree.files[t.ID]; other != "" {
		return fmt.Errorf("type %q is also defined in %s", t.ID, other)
	}
	tree.files[t.ID] = file
	tree.Types = append(tree.Types, t)
	return nil
}

func (tree *Tree) add(name string, data []byte, version string) error {
	stem, isDelta := strings.CutSuffix(strings.TrimSuffix(path.Base(name), ".yaml"), deltaSuffix)
	// Apple's repository has no deltas: their source is the whole file.
	whole := path.Join(path.Dir(name), stem+".yaml")
	header := readHeader(data, whole)
	if header.sources == nil {
		if version == "" {
			return errNoSource
		}
		header.sources = []schema.Source{{Name: RepositoryName, Version: version, Path: whole}}
	}
	if isDelta {
		delta, err := readDelta(data)
		if err != nil {
			return err
		}
		delta.Sources, delta.file = header.sources, name
		tree.Deltas = append(tree.Deltas, *delta)
		return nil
	}
	t, err := ReadType(stem, data)
	if err != nil {
		return err
	}
	t.Sources = header.sources
	if header.renamedFrom != "" {
		tree.Renamed[identify(header.renamedFrom, t.PayloadType)] = t.ID
	}
	return tree.put(t, name)
}

// ReadType reads one schema file. Stem is its name without .yaml, with a part in brackets if types share a payload type:
// com.apple.MCX(WiFi). The result has no Sources.
func ReadType(stem string, data []byte) (*schema.Type, error) {
	document, err := load(data)
	if err != nil {
		return nil, err
	}
	payload := field(document, "payload")
	t := &schema.Type{Apply: text(field(payload, "apply"))}
	if err := describe(t, stem, payload); err != nil {
		return nil, err
	}
	if t.Availability, err = readAvailabilities(field(payload, "supportedOS")); err != nil {
		return nil, err
	}
	if t.Availability == nil {
		t.Availability = schema.Availabilities{} // for deltas and lifecycles to add to
	}
	if text(field(payload, "beta")) == "true" {
		for platform, a := range t.Availability {
			a.Beta = !a.NotAvailable
			t.Availability[platform] = a
		}
	}
	t.Keys, err = newKeyReader().keys(field(document, "payloadkeys"))
	return t, err
}

// describe sets the ID, payload type and family of a type.
func describe(t *schema.Type, stem string, payload *yaml.Node) error {
	declarationType := text(field(payload, "declarationtype"))
	credentialType := text(field(payload, "credentialtype"))
	payloadType := text(field(payload, "payloadtype"))
	switch {
	case declarationType == "any":
		t.ID, t.PayloadType, t.Family = "DeclarationBase", "DeclarationBase", schema.Envelope
	case declarationType != "":
		t.ID, t.PayloadType = declarationType, declarationType
		return describeDeclaration(t)
	case credentialType != "":
		t.ID, t.PayloadType, t.Family = credentialType, credentialType, schema.Credential
	case payloadType == "TopLevel", payloadType == "CommonPayloadKeys":
		t.ID, t.PayloadType, t.Family = payloadType, payloadType, schema.Envelope
	case payloadType != "":
		t.ID, t.PayloadType, t.Family = identify(stem, payloadType), payloadType, schema.Payload
	default:
		return errors.New("no payloadtype, declarationtype or credentialtype in payload")
	}
	return nil
}

func describeDeclaration(t *schema.Type) error {
	for prefix, family := range map[string]schema.Family{
		"com.apple.configuration.": schema.Configuration,
		"com.apple.asset.":         schema.Asset,
		"com.apple.activation.":    schema.Activation,
		"com.apple.management.":    schema.Management,
	} {
		if strings.HasPrefix(t.PayloadType, prefix) {
			t.Family = family
			return nil
		}
	}
	return fmt.Errorf("invalid declarationtype %q: want one in com.apple.configuration, com.apple.asset, com.apple.activation or com.apple.management", t.PayloadType)
}

// identify returns the ID of a payload type: with the part of the file name in brackets, if any.
func identify(stem, payloadType string) string {
	if _, part, ok := strings.Cut(stem, "("); ok {
		return payloadType + "(" + part
	}
	return payloadType
}

// header is the meaning of the comments at the top of a file.
type header struct {
	sources     []schema.Source
	renamedFrom string // file name without .yaml
}

// Compiled on first use: most commands read no schema file.
var (
	sourceLine    = compileOnce(`^# source: ` + RepositoryName + ` @ ([0-9a-f]{40})`)
	documentation = compileOnce(`Apple documentation of (?:the )?([0-9]{1,2}(?:\.[0-9]+)*)\b(?: release| \(([a-z.]+/documentation/[a-z/]+))?`)
	renamedLine   = compileOnce(`^# renamed from (.+)\.yaml`)
)

func compileOnce(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// errNoSource refuses a file of our own that would be taken for Apple's.
var errNoSource = errors.New(`no source in the comments at the top: want "# source: ` + RepositoryName + ` @ COMMIT PATH" with 40 digits, ` +
	`or "Apple documentation of VERSION (developer.apple.com/documentation/...)"`)

// readHeader reads the comments at the top of a file. Name is the file's name in Apple's repository.
func readHeader(data []byte, name string) header {
	var h header
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		if m := sourceLine().FindStringSubmatch(line); m != nil {
			h.sources = append(h.sources, schema.Source{Name: RepositoryName, Version: m[1], Path: name})
		}
		if m := documentation().FindStringSubmatch(line); m != nil {
			version := strings.TrimSuffix(m[1], ".0")
			h.sources = append(h.sources, schema.Source{Name: "developer.apple.com", Version: version, Path: m[2]})
		}
		if m := renamedLine().FindStringSubmatch(line); m != nil {
			h.renamedFrom = m[1]
		}
	}
	return h
}
