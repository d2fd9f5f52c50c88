package app

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/files"
	"syncguard/internal/outline"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// Text is a profile, a declaration, a template or a project file that is being typed. It may be broken anywhere.
type Text struct {
	Path   string
	Data   []byte
	Root   *outline.Node
	Format outline.Format

	host      *Host // in the folder of the text
	isProject bool  // a project file
}

// NewText reads a text as far as it goes. texts are those of files that are open.
func NewText(h *Host, path string, data []byte, texts map[string][]byte) *Text {
	t := &Text{Path: path, Data: data, Format: outline.FormatOf(path), isProject: filepath.Base(path) == template.ProjectFile}
	t.Root = outline.Read(data, t.Format)
	t.host = h.withFiles(&files.Overlay{System: h.Files, Folder: filepath.Dir(path), Texts: texts})
	return t
}

// site is where in Apple's schemas, or in the shape of a template, a dictionary of a text is.
type site struct {
	types  []*schema.Type // the types that it may be of; none in a template's own keys
	common *schema.Type   // the keys of all payloads, at the top of one
	path   []string       // of keys below the type
	holder *outline.Node  // the payload, the declaration or the top level

	inTemplate bool
}

// site finds the site of a dictionary, or of an array for what is in it.
func (t *Text) site(n *outline.Node) (s site, err error) {
	catalog, _, err := t.host.catalog()
	if err != nil {
		return s, err
	}
	path := n.Path()
	switch {
	case t.Format == outline.YAML:
		holder := t.payloadOf(n)
		if holder == nil || len(path) < 2 || path[1] != "keys" || t.isProject {
			return site{path: path, holder: t.Root, inTemplate: true}, nil
		}
		s = site{path: path[2:], holder: holder}
		s.types, err = typesNamed(catalog, t.payloadType(holder))
		return s, err
	case t.Format == outline.JSON:
		if s = (site{path: path, holder: t.Root}); len(path) > 0 && path[0] == "Payload" {
			s.path = path[1:]
			s.types, err = typesNamed(catalog, t.Root.String("Type"))
			return s, err
		}
		return s.of(catalog.DeclarationBase())
	}
	holder := t.payloadOf(n)
	if holder == nil {
		return site{path: path, holder: t.Root}.of(catalog.Envelope())
	}
	s = site{path: path[1:], holder: holder}
	if s.types, err = typesNamed(catalog, holder.String("PayloadType")); err == nil && len(s.path) == 0 {
		s.common, err = catalog.Common()
	}
	return s, err
}

func (s site) of(t *schema.Type, err error) (site, error) {
	if t != nil {
		s.types = []*schema.Type{t}
	}
	return s, err
}

// typesNamed returns the payload types or the declaration of a name.
func typesNamed(catalog *schema.Catalog, name string) ([]*schema.Type, error) {
	if name == "" {
		return nil, nil
	}
	types, err := catalog.Lookup(name)
	if len(types) > 0 || err != nil {
		return types, err
	}
	d, err := catalog.Declaration(name)
	if d == nil || err != nil {
		return nil, err
	}
	return []*schema.Type{d}, nil
}

// payloadList is the key that holds the payloads.
func (t *Text) payloadList() string {
	if t.Format == outline.YAML {
		return "payloads"
	}
	return "PayloadContent"
}

// payloadOf returns the payload around a node, or nil.
func (t *Text) payloadOf(n *outline.Node) *outline.Node {
	for ; n != nil; n = n.Parent {
		if list := n.Parent; list != nil && list.Kind == outline.Array && list.Parent == t.Root && list.Key == t.payloadList() {
			return n
		}
	}
	return nil
}

// payloadType is the type of a template's payload; in an overlay the base may have it.
func (t *Text) payloadType(payload *outline.Node) string {
	if name := payload.String("type"); name != "" {
		return name
	}
	id := payload.String("id")
	for _, base := range t.bases() {
		for _, p := range base.payloads() {
			if id != "" && p.String("id") == id && p.String("type") != "" {
				return p.String("type")
			}
		}
	}
	return ""
}

// payloads lists the payloads of a profile or a template.
func (t *Text) payloads() []*outline.Node {
	if list := t.Root.Get(t.payloadList()); list != nil {
		return list.Nodes
	}
	return nil
}

// bases are the templates that a template extends, the nearest first, as far as they can be read.
func (t *Text) bases() (bases []*Text) {
	for at := t; len(bases) < 8; at = bases[len(bases)-1] {
		name := at.Root.String("extends")
		if name == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
			return bases
		}
		path := filepath.Join(filepath.Dir(at.Path), filepath.FromSlash(name))
		data, err := at.host.readFile(path)
		if err != nil {
			return bases
		}
		bases = append(bases, NewText(at.host, path, data, at.host.Files.(*files.Overlay).Texts))
	}
	return bases
}

// Explained is what is known of the key at a place.
type Explained struct {
	Start, End int // of the key, in bytes
	Title      string
	Type       string // of Apple's schemas; empty for a template's own key
	Family     schema.Family
	Key        *schema.KeyFacts // nil for a template's own key, and for a type
	Text       *schema.Description
	Platforms  []schema.OnPlatform
	Template   *template.KeyHelp
	Cells      []coverage.Cell // the effect on each target
	Schema     *SchemaType     // all that the schema has on the key or the type, with its sources; nil for a template's own key
}

// Explain explains the key or the payload type at an offset, for targets; nil for none. A template has its own targets.
func (t *Text) Explain(offset int, targets []string) (*Explained, error) {
	n, onKey := t.Root.At(offset)
	isType := n.Kind == outline.Scalar && slices.Contains([]string{"PayloadType", "Type", "type"}, n.Key)
	if n.Parent == nil || n.Parent.Kind != outline.Dictionary && !onKey {
		return nil, nil
	}
	x := &Explained{Start: n.KeyStart, End: n.KeyEnd, Title: n.Key}
	if !onKey && n.Kind == outline.Scalar {
		x.Start, x.End = n.Open, n.Close
	} else if !onKey {
		return nil, nil
	}
	s, err := t.site(n.Parent)
	if err != nil {
		return nil, err
	}
	if isType && !onKey {
		return t.explainType(x, n.Text)
	}
	if s.inTemplate {
		x.Template, _ = template.Help(t.isProject, append(s.path, n.Key)...)
		if x.Template == nil {
			return nil, nil
		}
		return x, nil
	}
	catalog, _, err := t.host.catalog()
	if err != nil {
		return nil, err
	}
	path := append(slices.Clone(s.path), n.Key)
	types := s.types
	if s.common != nil {
		types = append(slices.Clone(types), s.common)
	}
	for _, of := range types {
		if of.Key(path...) == nil {
			continue
		}
		d, err := catalog.Descriptions(of)
		if err != nil {
			return nil, err
		}
		shown := schemaType(of, path, d)
		x.Schema, x.Type, x.Family, x.Key, x.Text, x.Platforms = &shown, shown.ID, shown.Family, &shown.Keys[0], shown.Description, shown.Platforms
		if of != s.common {
			x.Cells, err = t.effect(s.holder, path, n, targets, catalog)
		}
		return x, err
	}
	return nil, nil
}

func (t *Text) explainType(x *Explained, name string) (*Explained, error) {
	catalog, _, err := t.host.catalog()
	if err != nil {
		return nil, err
	}
	types, err := typesNamed(catalog, name)
	if len(types) == 0 || err != nil {
		return nil, err
	}
	d, err := catalog.Descriptions(types[0])
	if err != nil {
		return nil, err
	}
	shown := schemaType(types[0], nil, d)
	x.Schema, x.Title, x.Type, x.Family, x.Text, x.Platforms = &shown, name, shown.ID, shown.Family, shown.Description, shown.Platforms
	return x, nil
}

// Targets are those that a template names, or else those given.
func (t *Text) targets(given []string) (targets []target.Target) {
	names := given
	if t.Format == outline.YAML {
		for _, of := range append([]*Text{t}, t.bases()...) {
			if list := of.Root.Get("targets"); list != nil {
				names = nil
				for _, n := range list.Nodes {
					names = append(names, n.Text)
				}
				break
			}
		}
	}
	for _, name := range names {
		if to, err := target.Parse(name); err == nil && !slices.Contains(targets, to) {
			targets = append(targets, to)
		}
	}
	return targets
}

// effect returns what a key really does on each target, by coverage of a profile or a declaration with this key alone.
func (t *Text) effect(holder *outline.Node, path []string, n *outline.Node, given []string, catalog *schema.Catalog) ([]coverage.Cell, error) {
	targets := t.targets(given)
	if len(targets) == 0 {
		return nil, nil
	}
	v := t.valueOf(n)
	for _, name := range slices.Backward(path) {
		v = plist.NewDictionary(plist.Field{Key: name, Value: v})
	}
	root := plist.NewDictionary()
	switch name := t.typeName(holder); {
	case t.Format == outline.JSON || strings.HasPrefix(name, "com.apple.configuration."):
		root.Set("Type", plist.NewString(name)).Set("Payload", v)
	default:
		v.Set("PayloadType", plist.NewString(name))
		root = t.envelope(v)
	}
	m, err := coverage.Keys([]coverage.File{{Root: root}}, targets, catalog)
	if errors.Is(err, coverage.ErrTooManyKeys) {
		return nil, nil // in a dictionary of no real payload
	}
	if err != nil || len(m.Rows) == 0 {
		return nil, err
	}
	return m.Rows[0].Cells, nil
}

// typeName is the payload or declaration type of a holder of keys.
func (t *Text) typeName(holder *outline.Node) string {
	switch t.Format {
	case outline.YAML:
		return t.payloadType(holder)
	case outline.JSON:
		return holder.String("Type")
	}
	return holder.String("PayloadType")
}

// valueOf is a node as a value, as far as its text tells.
func (t *Text) valueOf(n *outline.Node) *plist.Value {
	switch n.Kind {
	case outline.Dictionary:
		v := plist.NewDictionary()
		for _, child := range n.Nodes[:min(len(n.Nodes), 1)] { // one key is enough to tell what the dictionary does
			v.Set(child.Key, t.valueOf(child))
		}
		return v
	case outline.Array:
		v := plist.NewArray()
		for _, child := range n.Nodes[:min(len(n.Nodes), 1)] {
			v.Items = append(v.Items, t.valueOf(child))
		}
		return v
	}
	isText := n.Tag == "string" || n.Tag == "" && n.Open > n.Start
	switch {
	case n.Tag == "true" || n.Text == "true" && !isText:
		return plist.NewBoolean(true)
	case n.Tag == "false" || n.Text == "false" && !isText:
		return plist.NewBoolean(false)
	}
	if number, err := strconv.ParseInt(n.Text, 10, 64); err == nil && !isText {
		return plist.NewInteger(number)
	}
	return plist.NewString(n.Text)
}

// ProjectTargets are the targets of the project file of a folder. texts are those of files that are open.
func ProjectTargets(h *Host, folder string, texts map[string][]byte) ([]string, error) {
	i, err := readIgnores(h.withFiles(&files.Overlay{System: h.Files, Folder: folder, Texts: texts}), nil)
	if err != nil || i.project == nil {
		return nil, err
	}
	var targets []string
	for _, t := range i.project.Targets {
		targets = append(targets, t.Value.String())
	}
	return targets, nil
}
