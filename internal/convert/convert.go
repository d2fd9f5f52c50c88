// Package convert turns existing profiles and declarations into templates building them again: the reverse of package
// compose. Start at Converter.Template. It builds each template in memory and compares the result with the original before
// returning it; anything not expressible stays raw, with the reason. Package sources reads the files of other tools; writing
// files is left to package app.
package convert

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// MaxInline is the largest data kept in a template, in bytes, if files can be written beside it.
const MaxInline = 1 << 10

// Options control the template.
type Options struct {
	Source        string            // origin of the document, for a comment
	Name          string            // of the template, without its extension; see Slug
	Comments      []string          // further lines for the head of the template
	ShowSecrets   bool              // write secrets into the template
	Platforms     []target.Platform // platforms of the devices; none if unknown
	Likely        target.Platform   // the platform that the file's folder is named after; "" for none
	Managed       bool              // a server delivers it
	SeparateFiles bool              // write data of more than MaxInline bytes into separate files
}

// Template is the result for one document.
type Template struct {
	Text     []byte    `json:"-"`        // YAML; nil without a result
	Target   string    `json:"target"`   // of the template
	Payloads []Payload `json:"payloads"` // of the template
	Raw      []string  `json:"raw"`      // reasons to keep the top level as it is, or empty
	Secrets  []Secret  `json:"secrets"`  // values the template takes from elsewhere
	Files    []File    `json:"-"`        // to write beside the template

	// Differences describe how the built content differs, or why the template cannot be built. None means the same content.
	Differences []string `json:"differences"` // how the built content differs, or why it cannot be built
	Notes       []string `json:"notes"`       // further remarks
}

// Payload is a payload of the template, or the declaration.
type Payload struct {
	ID   string   `json:"id"`
	Type string   `json:"type"`
	Raw  []string `json:"raw"` // reasons to keep it as it is; none if it is checked
}

// Secret is a value left out of the template.
type Secret struct {
	Variable    string       `json:"variable"`    // in the template
	Environment string       `json:"environment"` // name of the environment variable with the value
	Value       *plist.Value `json:"-"`           // String or Data
}

// File is data beside a template.
type File struct {
	Name string
	Data []byte
}

// NewTemplate returns an empty template, with no nil slice.
func NewTemplate() Template {
	return Template{Payloads: []Payload{}, Raw: []string{}, Secrets: []Secret{}, Differences: []string{}, Notes: []string{}}
}

// RefusedError is the reason why a document cannot become a template.
type RefusedError struct{ reason string }

func (e *RefusedError) Error() string { return e.reason }

func newRefusal(format string, args ...any) error { return &RefusedError{fmt.Sprintf(format, args...)} }

// Converter makes templates. It is safe for concurrent use.
type Converter struct {
	catalog *schema.Catalog
	check   *lint.Checker
}

// New returns a Converter for a catalog.
func New(c *schema.Catalog) *Converter { return &Converter{c, lint.New(c)} }

// Template converts a document opened without errors. Values marked as secret (secret.Mark) become variables. The error is a
// RefusedError, or comes from reading the schema facts.
func (d *Converter) Template(doc *document.Document, o Options) (*Template, error) {
	if doc.IsEncrypted() {
		return nil, newRefusal("its payloads are encrypted for one device")
	}
	a := &draft{Options: o, converter: d, isDeclaration: doc.Kind() == document.Declaration, rawReasons: map[int][]string{}}
	if a.root = doc.Root; hasDuplicates(a.root) {
		a.root = a.withoutDuplicates(a.root, "")
	}
	if doc.Signed {
		a.addNote("it was signed (signer not verified); if installed by hand, devices take a new version only from the same signer")
	}
	if err := a.readOutline(); err != nil {
		return nil, err
	}
	if err := a.chooseTarget(); err != nil {
		return nil, err
	}
	// Parts refused by a check become raw. Their number only grows, so this ends.
	for {
		t, refused, err := a.build()
		switch {
		case err != nil:
			return nil, err
		case a.keepRaw(refused):
		case len(t.Differences) > len(a.differences):
			a.differences = t.Differences // the template records them itself
		default:
			return t, nil
		}
	}
}

// topLevelIndex is the index of the top level among those of payloads.
const topLevelIndex = -1

// keepRaw excludes the refused parts from the check, and reports whether there were new ones.
func (a *draft) keepRaw(refused []diag.Diagnostic) bool {
	if a.isDeclaration {
		return false
	}
	before := len(a.rawReasons)
	for _, f := range refused {
		index, ok := f.Path.Payload()
		if !ok {
			index = topLevelIndex
		}
		a.rawReasons[index] = append(a.rawReasons[index], f.Message)
	}
	return len(a.rawReasons) > before
}

// withoutDuplicates copies a tree without duplicate keys, keeping the last value as devices do.
func (a *draft) withoutDuplicates(v *plist.Value, path string) *plist.Value {
	w := *v
	w.Fields, w.Items = nil, nil
	places := map[string]int{}
	for _, f := range v.Fields {
		at, repeats := places[f.Key]
		if !repeats {
			at, w.Fields = len(w.Fields), append(w.Fields, f)
			places[f.Key] = at
		} else {
			a.addNote("%s is a duplicate key: the last one counts", strings.TrimPrefix(path+"."+f.Key, "."))
		}
		w.Fields[at].Value = a.withoutDuplicates(f.Value, path+"."+f.Key)
	}
	for i, item := range v.Items {
		w.Items = append(w.Items, a.withoutDuplicates(item, fmt.Sprintf("%s[%d]", path, i)))
	}
	return &w
}

// hasDuplicates is true if a dictionary of the tree has a key twice.
func hasDuplicates(v *plist.Value) bool {
	seen := map[string]bool{}
	for _, f := range v.Fields {
		if seen[f.Key] || hasDuplicates(f.Value) {
			return true
		}
		if len(v.Fields) > 1 {
			seen[f.Key] = true
		}
	}
	return slices.ContainsFunc(v.Items, hasDuplicates)
}
