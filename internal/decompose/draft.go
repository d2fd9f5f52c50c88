package decompose

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// draft is a document on its way to a template.
type draft struct {
	Options
	decomposer    *Decomposer
	root          *plist.Value
	isDeclaration bool
	payloads      []*plist.Value // of a profile
	ids           []string       // of the payloads, or of the declaration
	target        target.Target
	targetWhy     []string
	rawWhy        map[int][]string // by the index of the payload, envelopeIndex for the top level
	notes         []string

	secrets              []Secret // of one try
	files                []File
	variables, fileNames namer
}

func (a *draft) note(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

// identity are the keys that every payload and every profile has.
func identity() []string {
	return []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"}
}

// take checks that the document has the outline of one, and names its parts.
func (a *draft) take() error {
	names := &namer{}
	if a.isDeclaration {
		if t := a.root.Get("Type"); t == nil || !profiles.IsDeclarationType(t.Text) || !template.PayloadTakes("type", t.Text) {
			return fmt.Errorf("its Type is %s, which no template can build", a.root.Get("Type").Describe())
		}
		a.ids = []string{names.id(a.root.Get("Type").Text)}
		return nil
	}
	content := a.root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return errors.New("it is no configuration profile: it has no array PayloadContent")
	}
	a.payloads = content.Items
	a.addMissing(envelopeIndex, a.root)
	for i, p := range a.payloads {
		t := p.Get("PayloadType")
		if t == nil || t.Kind != plist.String || t.Secret || !template.PayloadTakes("type", t.Text) || profiles.IsDeclarationType(t.Text) {
			return fmt.Errorf("PayloadContent[%d] has the PayloadType %s, which no template can build", i, t.Describe())
		}
		a.ids = append(a.ids, names.id(t.Text))
		a.addMissing(i, p)
	}
	return nil
}

// addMissing keeps raw what has no identity of its own: it would get one.
func (a *draft) addMissing(index int, v *plist.Value) {
	for _, key := range identity() {
		if v.Get(key) == nil {
			a.rawWhy[index] = append(a.rawWhy[index], "it has no "+key)
		}
	}
}

// namer gives names that are unique when upper and lower case are the same.
type namer map[string]bool

func (n *namer) unique(name, separator string) string {
	unique := name
	for i := 2; (*n)[strings.ToLower(unique)]; i++ {
		unique = fmt.Sprintf("%s%s%d", name, separator, i)
	}
	if *n == nil {
		*n = namer{}
	}
	(*n)[strings.ToLower(unique)] = true
	return unique
}

// id names a payload after its type: com.apple.wifi.managed is wifi.managed.
func (n *namer) id(payloadType string) string {
	id := payloadType
	for _, prefix := range []string{"com.apple.configuration.", "com.apple."} {
		id = strings.TrimPrefix(id, prefix)
	}
	id = strings.TrimLeft(id, "._-")
	return n.unique(cut(id, 90), "-")
}

// Slug makes a name for files and identifiers of any text: lower case, digits and hyphens, never empty.
func Slug(text string) string {
	slug := strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(text), "-"), "-")
	slug = strings.TrimRight(cut(slug, 60), "-")
	if slug == "" {
		return "profile"
	}
	return slug
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

// cut is the beginning of an ASCII text.
func cut(s string, most int) string { return s[:min(len(s), most)] }

// organization is who the document says that it is from.
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
		if domain := beginsWithDomain.FindString(of.Text); domain != "" {
			identifier = strings.ToLower(domain)
		}
	}
	if name == "" {
		name = identifier
	}
	return dictionary("name", text(name), "identifier", text(identifier))
}

var beginsWithDomain = regexp.MustCompile(`^[A-Za-z]{2,20}\.[A-Za-z0-9]([A-Za-z0-9-]{0,60}[A-Za-z0-9])?\b`)

// text is a string for a template.
func text(s string) *plist.Value { return plist.NewString(template.Literal(s)) }

// dictionary makes one of keys and values in turn; a nil value leaves its key out.
func dictionary(pairs ...any) *plist.Value {
	v := plist.NewDictionary()
	for i := 0; i < len(pairs); i += 2 {
		if value, ok := pairs[i+1].(*plist.Value); ok && value != nil {
			v.Set(pairs[i].(string), value)
		}
	}
	return v
}
