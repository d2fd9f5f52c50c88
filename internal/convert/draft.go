package convert

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// draft is a document being converted.
type draft struct {
	Options
	converter     *Converter
	root          *plist.Value
	isDeclaration bool
	payloads      []*plist.Value // of a profile
	ids           []string       // of the payloads, or of the declaration
	target        target.Target
	targetReasons []string
	references    map[*plist.Value]string // values that name another payload, with its id
	rawReasons    map[int][]string        // by index of the payload; topLevelIndex for the top level
	notes         []string
	differences   []string

	secrets              []Secret // of the current build
	files                []File
	size                 int // bytes, at least
	variables, fileNames Names
}

func (a *draft) addNote(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

// identityKeys are the keys of every payload and every profile.
func identityKeys() []string {
	return []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"}
}

// readOutline checks the document's structure, and names its parts.
func (a *draft) readOutline() error {
	names := Names{}
	if a.isDeclaration {
		if t := a.root.Get("Type"); t == nil || !profiles.IsDeclarationType(t.Text) || !template.PayloadTakes("type", t.Text) {
			return newRefusal("no template can build the Type %s", a.root.Get("Type").Describe())
		}
		a.ids = []string{names.id(a.root.Get("Type").Text)}
		return nil
	}
	content := a.root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return newRefusal("not a configuration profile: want an array PayloadContent")
	}
	a.payloads = content.Items
	a.addMissing(topLevelIndex, a.root)
	for i, p := range a.payloads {
		t := p.Get("PayloadType")
		if t == nil || t.Kind != plist.String || t.Secret || !template.PayloadTakes("type", t.Text) || profiles.IsDeclarationType(t.Text) {
			return newRefusal("no template can build PayloadContent[%d] of the PayloadType %s", i, t.Describe())
		}
		a.ids = append(a.ids, names.id(t.Text))
		a.addMissing(i, p)
	}
	a.findReferences()
	return nil
}

// addMissing keeps a part without an identity raw: building it would add one.
func (a *draft) addMissing(index int, v *plist.Value) {
	for _, key := range identityKeys() {
		if v.Get(key) == nil {
			a.rawReasons[index] = append(a.rawReasons[index], "missing "+key)
		}
	}
}

// organization derives the organization from the document.
func (a *draft) organization() *plist.Value {
	name, identifier := "", "local.imported"
	for _, v := range append([]*plist.Value{a.root}, a.payloads...) {
		if o := v.Get("PayloadOrganization"); name == "" && o != nil && !o.Secret {
			name = strings.TrimSpace(o.Text)
		}
	}
	of := a.root.Get("PayloadIdentifier")
	if a.isDeclaration {
		of = a.root.Get("Identifier")
	}
	if of != nil && !of.Secret {
		if domain := beginsWithDomain().FindString(of.Text); domain != "" {
			identifier = strings.ToLower(domain)
		}
	}
	if name == "" {
		name = identifier
	}
	return plist.NewDictionary().Set("name", literal(name)).Set("identifier", literal(identifier))
}

var beginsWithDomain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z]{2,20}\.[A-Za-z0-9]([A-Za-z0-9-]{0,60}[A-Za-z0-9])?\b`)
})

// literal returns a string for a template.
func literal(s string) *plist.Value { return plist.NewString(template.Literal(s)) }
