package app

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/outline"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Completion is one way to go on at a place.
type Completion struct {
	Kind       CompletionKind
	Label      string
	Detail     string
	Text       *schema.Description
	Meaning    string // of a template's own key
	Start, End int    // the bytes that Insert replaces
	Insert     string // a snippet: $1, ${1:text} and ${1|a,b|} are its places, and \ escapes
	Required   bool
	Deprecated bool
}

// CompletionKind is what a completion is.
type CompletionKind int

// The kinds of completions.
const (
	CompleteKey CompletionKind = iota
	CompleteValue
	CompleteType
	CompleteTarget
	CompleteVariable
	CompleteReference
)

// Complete lists the ways to go on at an offset: keys with required ones first, values, payload types, targets, variables, references.
func (t *Text) Complete(offset int) (all []Completion, err error) {
	offset = min(max(offset, 0), len(t.Data))
	c := &completer{Text: t, at: offset}
	n, onKey := t.Root.At(offset)
	switch {
	case t.Format == outline.YAML && c.variable(n):
	case onKey:
		c.start, c.end = n.KeyStart, c.endOfKey(n)
		err = c.keys(n.Parent, n)
	case n.Kind == outline.Scalar:
		c.start, c.end = n.Open, n.Close
		err = c.values(n)
	default:
		c.word()
		err = c.between(n)
	}
	slices.SortStableFunc(c.found, func(a, b Completion) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Label, b.Label))
	})
	return c.found, err
}

func rank(c Completion) int {
	switch {
	case c.Required:
		return 0
	case c.Deprecated:
		return 2
	}
	return 1
}

type completer struct {
	*Text
	at         int
	start, end int // of what is replaced
	found      []Completion
}

func (c *completer) add(x Completion) {
	if slices.ContainsFunc(c.found, func(y Completion) bool { return y.Label == x.Label }) {
		return
	}
	if x.End == 0 {
		x.Start, x.End = c.start, c.end
	}
	c.found = append(c.found, x)
}

// endOfKey is where a key ends. One in JSON whose closing quote is still to be typed runs to the end of its line: what follows
// its word stays.
func (c *completer) endOfKey(n *outline.Node) int {
	if c.Format != outline.JSON || n.KeyEnd < len(c.Data) && c.Data[n.KeyEnd] == '"' {
		return n.KeyEnd
	}
	end := max(c.at, n.KeyStart)
	for end < n.KeyEnd && isWordByte(c.Data[end]) {
		end++
	}
	return end
}

// quotes are what a key of JSON lacks of its quotes.
func (c *completer) quotes() (before, after string) {
	if before, after = `"`, `"`; c.data(c.start-1) == '"' {
		before = ""
		if c.data(c.end) == '"' {
			after = ""
		}
	}
	return before, after
}

// data is the byte at an offset, 0 outside of the text.
func (c *completer) data(at int) byte {
	if at < 0 || at >= len(c.Data) {
		return 0
	}
	return c.Data[at]
}

// word replaces the word that the offset is in or behind: the beginning of a tag, a key or a value.
func (c *completer) word() {
	from := c.at
	for from > 0 && (isWordByte(c.Data[from-1]) || c.Data[from-1] == '<') {
		if from--; c.Data[from] == '<' {
			break
		}
	}
	c.start, c.end = from, c.at
	for from < c.at && c.end < len(c.Data) && isWordByte(c.Data[c.end]) {
		c.end++
	}
}

func isWordByte(b byte) bool {
	return b == '.' || b == '-' || b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// indent is the white space that the line of an offset begins with.
func (c *completer) indent(offset int) string {
	line := c.Data[bytes.LastIndexByte(c.Data[:offset], '\n')+1:]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// between offers what a dictionary or an array takes: keys, payloads, values.
func (c *completer) between(n *outline.Node) error {
	isFlow := n.Start < len(c.Data) && n.Parent != nil && (c.Data[n.Start] == '[' || c.Data[n.Start] == '{')
	if c.Format == outline.YAML && !isFlow {
		if n = c.lineParent(); n.Kind == outline.Missing && n.KeyEnd > 0 {
			return c.values(n)
		}
	}
	switch {
	case n.Kind == outline.Dictionary:
		if pending := c.pending(n); pending != nil {
			return c.values(pending)
		}
		return c.keys(n, nil)
	case n.Kind == outline.Array && n.Key == c.payloadList() && n.Parent == c.Root && c.Format != outline.JSON:
		return c.payloadTypes(true)
	case n.Kind == outline.Array:
		return c.values(n)
	}
	return nil
}

// pending is the key before the offset that waits for its value.
func (c *completer) pending(n *outline.Node) *outline.Node {
	for _, child := range n.Nodes {
		if child.Kind == outline.Missing && child.KeyEnd < c.at && c.at <= max(child.End, child.Start) {
			return child
		}
	}
	return nil
}

// lineParent is the collection that a line of YAML is in by its indent, or the key before the offset on the same line.
func (c *completer) lineParent() *outline.Node {
	begin := bytes.LastIndexByte(c.Data[:c.at], '\n') + 1
	line := c.Data[begin:c.at]
	text := bytes.TrimLeft(line, " ")
	indent := len(line) - len(text)
	if n := c.keyBefore(begin); n != nil {
		return n
	}
	for bytes.HasPrefix(text, []byte("- ")) {
		indent += 2
		text = text[2:]
	}
	// As if a key were there.
	const mark = "syncguard-cursor"
	trial := slices.Concat(c.Data[:begin], bytes.Repeat([]byte(" "), len(line)-len(bytes.TrimLeft(line, " "))), line[len(line)-len(bytes.TrimLeft(line, " ")):c.start-begin], []byte(mark+":"), c.Data[c.at:])
	var parent *outline.Node
	outline.Read(trial, outline.YAML).Walk(func(n *outline.Node) {
		if n.Key == mark {
			parent = n.Parent
		}
	})
	if parent == nil {
		return c.Root
	}
	return parent
}

// keyBefore is the key without a value on the line that begins at an offset.
func (c *completer) keyBefore(begin int) (key *outline.Node) {
	c.Root.Walk(func(n *outline.Node) {
		if n.Kind == outline.Missing && n.KeyStart >= begin && n.KeyEnd < c.at && bytes.IndexByte(c.Data[n.KeyEnd:c.at], ':') >= 0 {
			key = n
		}
	})
	return key
}

// keys offers the keys that a dictionary does not have yet. own is the key that is being replaced, nil for a new one.
func (c *completer) keys(in *outline.Node, own *outline.Node) error {
	s, err := c.site(in)
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, child := range in.Nodes {
		has[child.Key] = child != own && (own == nil || child.Key != own.Key)
	}
	withValue := own == nil || own.Kind == outline.Missing
	if own != nil && c.Format == outline.JSON && own.KeyEnd <= own.Start { // without a colon the next text is no value
		withValue = withValue || !bytes.Contains(c.Data[own.KeyEnd:own.Start], []byte(":"))
	}
	if withValue && c.Format == outline.JSON && c.data(c.start-1) == '"' && c.data(c.end) == '"' {
		c.end++ // its closing quote
	}
	if own != nil && withValue && c.Format == outline.XML { // the whole of <key>…</key>
		c.start = bytes.LastIndexByte(c.Data[:own.KeyStart], '<')
		if c.end = own.KeyEnd; bytes.HasPrefix(c.Data[c.end:], []byte("</key>")) {
			c.end += len("</key>")
		}
	}
	if own != nil && withValue && c.Format == outline.YAML && own.Start > own.KeyEnd { // before a colon
		withValue = false
	}
	if s.inTemplate {
		_, below := template.Help(c.isProject, s.path...)
		for _, k := range below {
			if !has[k.Name] {
				c.add(Completion{Label: k.Name, Detail: k.Kind, Meaning: k.Meaning, Required: k.Required, Insert: c.templateKey(k, withValue)})
			}
		}
		return nil
	}
	catalog, _, err := c.host.catalog()
	if err != nil {
		return err
	}
	types := s.types
	if s.common != nil {
		types = append(slices.Clone(types), s.common)
	}
	for _, of := range types {
		d, err := catalog.Descriptions(of)
		if err != nil {
			return err
		}
		for _, k := range of.Trail(s.path...) {
			d = d.Key(k)
		}
		for _, name := range of.Names(s.path...) {
			k := of.Key(append(slices.Clone(s.path), name)...)
			if k == nil || name == "" || name == schema.Any || has[name] {
				continue
			}
			c.add(Completion{Label: name, Detail: k.TypeName(), Text: d.Key(k).Text(), Required: k.Required, Deprecated: isDeprecated(k), Insert: c.key(k, withValue)})
		}
	}
	return nil
}

// isDeprecated is true for a key that every platform with a word on it has deprecated or removed.
func isDeprecated(k *schema.Key) bool {
	for _, a := range k.Availability {
		if !a.NotAvailable && a.Deprecated.IsZero() && a.Removed.IsZero() {
			return false
		}
	}
	return len(k.Availability) > 0
}

// key is the snippet of a key, with its value.
func (c *completer) key(k *schema.Key, withValue bool) string {
	name := snippetText(k.Name)
	if c.Format == outline.JSON {
		before, after := c.quotes()
		name = before + name + after
	}
	if !withValue {
		return name
	}
	indent := c.indent(c.at)
	switch c.Format {
	case outline.YAML:
		switch k.Kind {
		case plist.Dictionary:
			return name + ":\n" + indent + "  $0"
		case plist.Array:
			return name + ":\n" + indent + "  - $0"
		}
		return name + ": " + choice(k)
	case outline.JSON:
		switch k.Kind {
		case plist.Dictionary:
			return name + `: {$0}`
		case plist.Array:
			return name + `: [$0]`
		case plist.String, plist.Date, plist.Data:
			return name + `: "` + choice(k) + `"`
		}
		return name + `: ` + choice(k)
	}
	return "<key>" + name + "</key>\n" + indent + c.element(k, indent)
}

// element is the snippet of a value in XML.
func (c *completer) element(k *schema.Key, indent string) string {
	switch k.Kind {
	case plist.Boolean:
		return "<" + choice(k) + "/>"
	case plist.Dictionary:
		return "<dict>\n" + indent + "\t$0\n" + indent + "</dict>"
	case plist.Array:
		return "<array>\n" + indent + "\t$0\n" + indent + "</array>"
	case plist.Data, plist.Date, plist.Integer, plist.Real, plist.String:
		return fmt.Sprintf("<%s>%s</%[1]s>", k.Kind, choice(k))
	}
	return "<string>$0</string>"
}

// choice is the place of a value in a snippet, with the allowed ones.
func choice(k *schema.Key) string {
	var values []string
	if k.Kind == plist.Boolean {
		values = []string{"true", "false"}
		if k.Default != nil && k.Default.Bool {
			values = []string{"false", "true"}
		}
	}
	for _, v := range k.RangeList {
		values = append(values, strings.NewReplacer(",", `\,`, "|", `\|`).Replace(snippetText(schema.ValueText(v))))
	}
	if len(values) == 0 {
		return "$0"
	}
	return "${1|" + strings.Join(values, ",") + "|}"
}

// snippetText escapes a text for a snippet.
func snippetText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "}", `\}`).Replace(text)
}

func (c *completer) templateKey(k template.KeyHelp, withValue bool) string {
	if !withValue {
		return k.Name
	}
	indent := c.indent(c.at)
	if line := bytes.TrimLeft(c.Data[bytes.LastIndexByte(c.Data[:c.start], '\n')+1:c.start], " "); bytes.HasPrefix(line, []byte("- ")) {
		indent += "  "
	}
	switch {
	case k.IsList:
		return k.Name + ":\n" + indent + "  - $0"
	case k.IsMap:
		return k.Name + ":\n" + indent + "  $0"
	case len(k.Choices) > 0:
		return k.Name + ": ${1|" + strings.Join(k.Choices, ",") + "|}"
	}
	return k.Name + ": $0"
}

// values offers the values of a key, or of the elements of an array.
func (c *completer) values(n *outline.Node) error {
	holder := n
	for holder.Parent != nil && holder.Parent.Kind == outline.Array {
		holder = holder.Parent
	}
	if holder.Parent == nil {
		return nil
	}
	s, err := c.site(holder.Parent)
	if err != nil {
		return err
	}
	name := holder.Key
	if s.inTemplate {
		return c.templateValues(append(slices.Clone(s.path), name))
	}
	if name == "$uuid" && c.Format == outline.YAML {
		for _, p := range c.allPayloads() {
			if id := p.String("id"); id != "" {
				c.add(Completion{Kind: CompleteReference, Label: id, Detail: p.String("type"), Insert: snippetText(id)})
			}
		}
		return nil
	}
	if len(s.path) == 0 && (name == "PayloadType" && s.holder != c.Root || name == "Type" && c.Format == outline.JSON) {
		return c.payloadTypes(false)
	}
	if isReference(name) && c.Format == outline.XML {
		for _, p := range c.payloads() {
			if uuid := p.String("PayloadUUID"); uuid != "" && p != s.holder {
				c.add(Completion{Kind: CompleteReference, Label: uuid, Detail: cmp.Or(p.String("PayloadDisplayName"), p.String("PayloadType")), Insert: c.wrap(n, plist.String, uuid)})
			}
		}
	}
	types := s.types
	if s.common != nil {
		types = append(slices.Clone(types), s.common)
	}
	for _, of := range types {
		k := of.Key(append(slices.Clone(s.path), name)...)
		if k == nil {
			continue
		}
		for k.Kind == plist.Array && len(k.Keys) > 0 {
			k = k.Keys[0]
		}
		for _, v := range k.RangeList {
			text := schema.ValueText(v)
			c.add(Completion{Kind: CompleteValue, Label: text, Insert: c.wrap(n, k.Kind, text)})
		}
		if k.Kind == plist.Boolean && n.Kind != outline.Scalar {
			for _, text := range []string{"true", "false"} {
				c.add(Completion{Kind: CompleteValue, Label: text, Insert: c.wrap(n, k.Kind, text)})
			}
		}
	}
	return nil
}

// wrap is a value in the syntax of the text; within a value it is the text alone.
func (c *completer) wrap(n *outline.Node, kind plist.Kind, text string) string {
	text = snippetText(text)
	switch {
	case n.Kind == outline.Scalar || c.Format == outline.YAML:
		return text
	case c.Format == outline.JSON && kind == plist.String:
		return `"` + text + `"`
	case c.Format == outline.JSON:
		return text
	case kind == plist.Boolean:
		return "<" + text + "/>"
	}
	return fmt.Sprintf("<%s>%s</%[1]s>", kind, text)
}

// isReference is true for the keys that hold the PayloadUUID of another payload.
func isReference(key string) bool {
	return key != "PayloadUUID" && (strings.HasSuffix(key, "UUID") || strings.HasSuffix(key, "CertificateAnchorUUID"))
}

// allPayloads are those of a template and of the templates that it extends.
func (t *Text) allPayloads() []*outline.Node {
	all := t.payloads()
	for _, base := range t.bases() {
		all = append(all, base.payloads()...)
	}
	return all
}

// payloadTypes offers the types of payloads: their names, or whole payloads with their required keys.
func (c *completer) payloadTypes(whole bool) error {
	catalog, _, err := c.host.catalog()
	if err != nil {
		return err
	}
	entries, err := catalog.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		isDeclaration := slices.Contains([]schema.Family{schema.Configuration, schema.Asset, schema.Activation, schema.Management}, e.Family)
		if e.Family != schema.Payload && !isDeclaration || c.Format == outline.XML && isDeclaration || c.Format == outline.JSON && !isDeclaration {
			continue
		}
		insert := snippetText(e.PayloadType)
		if whole {
			if insert, err = c.payload(catalog, e); err != nil {
				return err
			}
		}
		c.add(Completion{Kind: CompleteType, Label: e.PayloadType, Detail: string(e.Family), Insert: insert})
	}
	return nil
}

// payload is the snippet of a whole payload.
func (c *completer) payload(catalog *schema.Catalog, e schema.Entry) (string, error) {
	t, err := catalog.Type(e.ID, e.Family)
	if t == nil || err != nil {
		return "", err
	}
	indent := c.indent(c.at)
	var required []*schema.Key
	for _, k := range t.Keys {
		if k.Required {
			required = append(required, k)
		}
	}
	word := strings.TrimPrefix(e.PayloadType, "com.apple.")
	word, _, _ = strings.Cut(word, ".")
	var b strings.Builder
	place := 0
	value := func(k *schema.Key) string {
		place++
		return strings.NewReplacer("${1|", fmt.Sprintf("${%d|", place), "$0", fmt.Sprintf("$%d", place)).Replace(choice(k))
	}
	if c.Format == outline.YAML {
		fmt.Fprintf(&b, "type: %s\n%s  id: %s\n%s  keys:", e.PayloadType, indent, word, indent)
		if !bytes.Contains(c.Data[bytes.LastIndexByte(c.Data[:c.start], '\n')+1:c.start], []byte("- ")) {
			b.Reset()
			fmt.Fprintf(&b, "- type: %s\n%s  id: %s\n%s  keys:", e.PayloadType, indent, word, indent)
		}
		for _, k := range required {
			fmt.Fprintf(&b, "\n%s    %s: %s", indent, snippetText(k.Name), value(k))
		}
		if len(required) == 0 {
			fmt.Fprintf(&b, "\n%s    $0", indent)
		}
		return b.String(), nil
	}
	identifier := cmp.Or(c.Root.String("PayloadIdentifier"), "com.example") + "." + word
	for taken, n := c.identifiers(), 2; taken[identifier]; n++ {
		identifier = fmt.Sprintf("%s.%s%d", cmp.Or(c.Root.String("PayloadIdentifier"), "com.example"), word, n)
	}
	inner := indent + "\t"
	b.WriteString("<dict>")
	line := func(key, element string) {
		fmt.Fprintf(&b, "\n%[1]s<key>%[2]s</key>\n%[1]s%[3]s", inner, snippetText(key), element)
	}
	for _, k := range required {
		element := c.element(k, inner)
		place++
		line(k.Name, strings.NewReplacer("${1|", fmt.Sprintf("${%d|", place), "$0", fmt.Sprintf("$%d", place)).Replace(element))
	}
	line("PayloadIdentifier", "<string>"+snippetText(identifier)+"</string>")
	line("PayloadType", "<string>"+e.PayloadType+"</string>")
	line("PayloadUUID", "<string>"+profiles.UUID(c.Root.String("PayloadIdentifier"), identifier)+"</string>")
	line("PayloadVersion", "<integer>1</integer>")
	b.WriteString("\n" + indent + "</dict>")
	return b.String(), nil
}

// identifiers are those that the payloads have.
func (c *completer) identifiers() map[string]bool {
	taken := map[string]bool{}
	for _, p := range c.payloads() {
		taken[p.String("PayloadIdentifier")] = true
	}
	return taken
}

// templateValues offers the values of a template's own key.
func (c *completer) templateValues(path []string) error {
	switch own, _ := template.Help(c.isProject, path...); {
	case slices.Equal(path, []string{"payloads", "type"}):
		return c.payloadTypes(false)
	case path[len(path)-1] == "targets":
		for _, p := range target.Platforms() {
			for _, text := range []string{string(p), string(p) + "/" + string(target.Supervised), string(p) + "/" + string(target.Manual)} {
				if _, err := target.Parse(text); err == nil {
					c.add(Completion{Kind: CompleteTarget, Label: text, Insert: text})
				}
			}
		}
	case c.isProject && path[len(path)-1] == "for":
		for _, name := range Servers() {
			c.add(Completion{Kind: CompleteValue, Label: name, Insert: name})
		}
	case c.isProject && slices.Contains([]string{"rule", "select"}, path[len(path)-1]):
		for _, name := range RuleNames() {
			c.add(Completion{Kind: CompleteValue, Label: name, Insert: name})
		}
	case own != nil:
		values := own.Choices
		if strings.Contains(own.Kind, "true or false") {
			values = append(values, "true", "false")
		}
		for _, text := range values {
			c.add(Completion{Kind: CompleteValue, Label: text, Insert: snippetText(text)})
		}
	}
	return nil
}

// variable offers variables after ${, and reports whether that is the place.
func (c *completer) variable(n *outline.Node) bool {
	line := c.Data[bytes.LastIndexByte(c.Data[:c.at], '\n')+1 : c.at]
	i := bytes.LastIndex(line, []byte("${"))
	if i < 0 || bytes.IndexByte(line[i:], '}') >= 0 || i > 0 && line[i-1] == '$' {
		return false
	}
	c.start, c.end = c.at-len(line)+i+2, c.at
	for c.end < len(c.Data) && isWordByte(c.Data[c.end]) {
		c.end++
	}
	after := ""
	if c.end == len(c.Data) || c.Data[c.end] != '}' {
		after = `\}`
	}
	for _, t := range append([]*Text{c.Text}, c.bases()...) {
		variables := t.Root.Get("variables")
		if variables == nil {
			continue
		}
		for _, v := range variables.Nodes {
			c.add(Completion{Kind: CompleteVariable, Label: v.Key, Insert: snippetText(v.Key) + after})
		}
	}
	return true
}
