// Package convert turns profiles and declarations that are there into templates that build them again: the reverse of
// compose. A template is built in memory and compared before anyone sees it.
package convert

import (
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// MaxInline is the most bytes of data that stand in a template where files can be written beside it.
const MaxInline = 1 << 10

// Options are how a template is written.
type Options struct {
	Source        string            // where the document is from, for a comment
	Name          string            // of the template, without its ending; see Slug
	Comments      []string          // further lines for the head of the template
	ShowSecrets   bool              // secrets stand in the template
	Platforms     []target.Platform // that the document is delivered to; none where that is not known
	Managed       bool              // a server delivers it
	SeparateFiles bool              // data of more than MaxInline bytes goes into files beside the template
}

// Template is what was made of a document.
type Template struct {
	Text     []byte    `json:"-"`        // YAML; nil where there is none
	Target   string    `json:"target"`   // that the template is for
	Payloads []Payload `json:"payloads"` // those of the template
	Raw      []string  `json:"raw"`      // why the top level is kept as it was found, or empty
	Secrets  []Secret  `json:"secrets"`  // what the template takes from elsewhere
	Files    []File    `json:"-"`        // what belongs beside it

	// Differences are what building the template does not give back, or why it cannot be built. None means that it
	// builds the same content.
	Differences []string `json:"differences"` // why building it gives something else
	Notes       []string `json:"notes"`       // what else is to be known
}

// Payload is a payload of the template, or the declaration.
type Payload struct {
	ID   string   `json:"id"`
	Type string   `json:"type"`
	Raw  []string `json:"raw"` // why it is kept as it was found; none where it is checked
}

// Secret is a value that the template does not hold.
type Secret struct {
	Variable    string       `json:"variable"`    // in the template
	Environment string       `json:"environment"` // name of the environment variable that it is taken from
	Value       *plist.Value `json:"-"`           // String or Data
}

// File is data beside a template.
type File struct {
	Name string
	Data []byte
}

// NewTemplate returns one with nothing in it.
func NewTemplate() Template {
	return Template{Payloads: []Payload{}, Raw: []string{}, Secrets: []Secret{}, Differences: []string{}, Notes: []string{}}
}

// RefusedError is why there can be no template of a document.
type RefusedError struct{ reason string }

func (e *RefusedError) Error() string { return e.reason }

func newRefusal(format string, args ...any) error { return &RefusedError{fmt.Sprintf(format, args...)} }

// Converter makes one template after another. It is safe for concurrent use.
type Converter struct {
	catalog *schema.Catalog
	check   *lint.Checker
}

// New returns a Converter for a catalog.
func New(c *schema.Catalog) *Converter { return &Converter{c, lint.New(c)} }

// Template makes a template of a document that was opened without an error. Values that are marked as secret (secret.Mark)
// become variables. The error is a RefusedError, or one of reading the schema facts.
func (d *Converter) Template(doc *document.Document, o Options) (*Template, error) {
	if doc.IsEncrypted() {
		return nil, newRefusal("its payloads are encrypted for one device")
	}
	a := &draft{Options: o, converter: d, isDeclaration: doc.Kind() == document.Declaration, rawReasons: map[int][]string{}}
	a.root = a.withoutDuplicates(doc.Root, "")
	if doc.Signed {
		a.addNote("it was signed, by whom was not verified; a device that got it by hand takes a new version only from the same signer")
	}
	if err := a.readOutline(); err != nil {
		return nil, err
	}
	if err := a.chooseTarget(); err != nil {
		return nil, err
	}
	// What a check refuses becomes raw, and that can only grow.
	for {
		t, refused, err := a.build()
		switch {
		case err != nil:
			return nil, err
		case a.keepRaw(refused):
		case len(t.Differences) > len(a.differences):
			a.differences = t.Differences // and the template itself says so
		default:
			return t, nil
		}
	}
}

// envelopeIndex stands for the top level among the indices of payloads.
const topLevelIndex = -1

// keepRaw takes what a check refused out of the check, and says whether there was anything new.
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

// unique is a copy without keys that stand twice: the last one counts for devices.
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
			a.addNote("%s stands twice, and the last one counts", strings.TrimPrefix(path+"."+f.Key, "."))
		}
		w.Fields[at].Value = a.withoutDuplicates(f.Value, path+"."+f.Key)
	}
	for i, item := range v.Items {
		w.Items = append(w.Items, a.withoutDuplicates(item, fmt.Sprintf("%s[%d]", path, i)))
	}
	return &w
}
