package template

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// MaxFile is the most bytes of one YAML file.
const MaxFile = 1 << 20

// The limits of a template together with its bases, aliases expanded.
const (
	maxNodes = 100_000  // values
	maxText  = 16 << 20 // bytes of keys and scalars
	maxDepth = 128      // mappings and lists inside each other
)

// budget is what is left up to the limits, over all files of a template.
type budget struct {
	values, bytes int
	most          limits
}

func newBudget() *budget {
	most := (&Loader{}).limits()
	return &budget{most.values, most.text, most}
}

// reader turns the nodes of one YAML file into values with places.
type reader struct {
	source
	file   *diag.File
	left   *budget
	active map[*yaml.Node]bool
	full   bool // a limit is reached and reported
	out    *findings

	anchored int                  // anchors around the current node
	known    map[*yaml.Node]known // nodes in anchored ones, for their aliases
}

// known is what the text of a node yields, found once however many aliases it has.
type known struct {
	start, end int
	scalar     *plist.Value // nil for mappings and lists
}

// readTree reads one YAML file, or returns nil without a usable tree. left counts down over all files.
func readTree(file *diag.File, left *budget, out *findings) *plist.Value {
	r := &reader{source: newSource(file.Data), file: file, left: left, active: map[*yaml.Node]bool{}, known: map[*yaml.Node]known{}, out: out}
	if len(file.Data) > left.most.file {
		out.add(rule.TemplateTooLarge, place{}, "%q has %d bytes, want at most %d", file.Name, len(file.Data), left.most.file)
		return nil
	}
	if offset, message := unreadable(file.Data); message != "" {
		out.add(rule.InvalidYAML, r.at(offset, offset+1), "%s", message)
		return nil
	}
	root, second, err := parse(file.Data)
	switch {
	case err != nil:
		r.syntaxError(err)
		return nil
	case second != nil:
		offset := r.offset(second.Line, second.Column)
		out.add(rule.InvalidYAML, r.at(offset, offset), "a second YAML document starts here, want one document").
			Help = "put the second document into a file of its own"
		return nil
	case root == nil:
		return &plist.Value{Kind: plist.Null, Span: diag.Span{File: file}}
	}
	v, _ := r.value(root, 0)
	return v
}

// parse returns the root of the first document and the second document, each nil if missing.
func parse(data []byte) (root, second *yaml.Node, err error) {
	defer func() {
		// The parser panics on its own mistakes; an odd file must not end the program.
		if p := recover(); p != nil {
			root, second, err = nil, nil, fmt.Errorf("the YAML parser gave up: %v", p)
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		return nil, nil, err
	}
	documents := make([]yaml.Node, 2)
	for i := range documents {
		if err := loader.Load(&documents[i]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, err
		}
	}
	if len(documents[0].Content) > 0 {
		root = documents[0].Content[0]
	}
	if documents[1].Kind != 0 {
		second = &documents[1]
	}
	return root, second, nil
}

// at returns the place of a byte range, widened to whole characters and kept inside the file.
func (r *reader) at(start, end int) place {
	start, end = min(start, len(r.data)), min(end, len(r.data))
	for end < len(r.data) && end > start && r.data[end]&0xC0 == 0x80 {
		end++
	}
	return place{span: diag.Span{File: r.file, Start: start, End: end}}
}

// value reads a node, and returns the offset of its text's end.
func (r *reader) value(n *yaml.Node, depth int) (*plist.Value, int) {
	start := r.offset(n.Line, n.Column)
	if !r.countValue(n, start, depth) {
		return &plist.Value{Span: r.at(start, start).span}, start
	}
	if k := r.known[n]; k.scalar != nil {
		v := *k.scalar
		return &v, k.end
	}
	if n.Anchor != "" {
		r.anchored++
		defer func() { r.anchored-- }()
	}
	switch n.Kind {
	case yaml.AliasNode:
		end := start + 1 + len(n.Value)
		if r.active[n.Alias] {
			r.out.add(rule.InvalidYAML, r.at(start, end), "alias %q is inside its own value", n.Value)
			return &plist.Value{Span: r.at(start, end).span}, end
		}
		v, _ := r.value(n.Alias, depth)
		return v, end
	case yaml.MappingNode, yaml.SequenceNode:
		r.active[n] = true
		defer delete(r.active, n)
		if n.Kind == yaml.SequenceNode {
			return r.sequence(n, start, depth)
		}
		return r.mapping(n, start, depth)
	}
	return r.scalar(n, start)
}

// countValue counts one value and its text. It is false beyond a limit.
func (r *reader) countValue(n *yaml.Node, start, depth int) bool {
	r.left.values--
	if n.Kind == yaml.ScalarNode {
		r.left.bytes -= len(n.Value)
	}
	if r.full || r.left.values >= 0 && r.left.bytes >= 0 && depth <= maxDepth {
		return !r.full
	}
	r.full = true
	switch {
	case depth > maxDepth:
		r.out.add(rule.TemplateTooLarge, r.at(start, start), "mappings and lists are nested more than %d deep", maxDepth)
	case r.left.values < 0:
		r.out.add(rule.TemplateTooLarge, r.at(start, start), "the template has more than %d values, with aliases expanded", r.left.most.values)
	default:
		r.out.add(rule.TemplateTooLarge, r.at(start, start), "the template has more than %d bytes of text, with aliases expanded", r.left.most.text)
	}
	return false
}

// textStart returns the offset where a mapping or list begins, after its tag and anchor.
func (r *reader) textStart(n *yaml.Node, start int, tag string) int {
	if k, ok := r.known[n]; ok {
		return k.start
	}
	r.checkTag(n, start, tag)
	return r.skipProperties(start, n.Tag, n.Anchor)
}

// textEnd returns the offset where a mapping or list ends.
func (r *reader) textEnd(n *yaml.Node, start, lastEnd int, open, closing byte) int {
	if k, ok := r.known[n]; ok {
		return k.end
	}
	end := r.flowEnd(n, start, lastEnd, open, closing)
	r.remember(n, start, end, nil)
	return end
}

// remember keeps what the text of a node yields, if an alias may ask for it again.
func (r *reader) remember(n *yaml.Node, start, end int, scalar *plist.Value) {
	work.Add(end - start)
	if r.anchored == 0 || r.full {
		return
	}
	if scalar != nil {
		c := *scalar
		scalar = &c
	}
	r.known[n] = known{start, end, scalar}
}

func (r *reader) sequence(n *yaml.Node, start, depth int) (*plist.Value, int) {
	start = r.textStart(n, start, "!!seq")
	v := &plist.Value{Kind: plist.Array}
	end := start
	for _, child := range n.Content {
		var item *plist.Value
		item, end = r.value(child, depth+1)
		v.Items = append(v.Items, item)
	}
	end = r.textEnd(n, start, end, '[', ']')
	v.Span = r.at(start, end).span
	return v, end
}

func (r *reader) mapping(n *yaml.Node, start, depth int) (*plist.Value, int) {
	start = r.textStart(n, start, "!!map")
	v := &plist.Value{Kind: plist.Dictionary}
	var merged []*plist.Value
	seen := map[string]diag.Span{}
	end := start
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, keyEnd := r.value(n.Content[i], depth+1)
		var value *plist.Value
		value, end = r.value(n.Content[i+1], depth+1)
		end = max(end, keyEnd)
		if n.Content[i].Tag == "!!merge" {
			merged = append(merged, r.mergeSources(value)...)
			continue
		}
		r.addField(v, seen, key, value)
	}
	for _, source := range merged {
		for _, f := range source.Fields {
			if _, taken := seen[f.Key]; !taken {
				seen[f.Key] = f.KeySpan
				v.Fields = append(v.Fields, f)
			}
		}
	}
	end = r.textEnd(n, start, end, '{', '}')
	v.Span = r.at(start, end).span
	return v, end
}

func (r *reader) addField(v *plist.Value, seen map[string]diag.Span, key, value *plist.Value) {
	switch first, taken := seen[key.Text]; {
	case r.full:
	case key.Kind != plist.String:
		r.out.add(rule.InvalidTemplateKey, place{span: key.Span}, "a key is %s, want a string", describe(key)).
			Help = keyHelp(r.data, key)
	case taken:
		r.out.add(rule.DuplicateTemplateKey, place{span: key.Span}, "key %q repeats", key.Text).
			Related = []diag.Related{{Message: "first used here", Span: first}}
	default:
		seen[key.Text] = key.Span
		v.Fields = append(v.Fields, plist.Field{Key: key.Text, KeySpan: key.Span, Value: value})
	}
}

// mergeSources returns the mappings of a merge key.
func (r *reader) mergeSources(v *plist.Value) []*plist.Value {
	candidates := []*plist.Value{v}
	if v.Kind == plist.Array {
		candidates = v.Items
	}
	for _, c := range candidates {
		if c.Kind != plist.Dictionary && !r.full {
			r.out.add(rule.InvalidYAML, place{span: c.Span}, "%q merges %s, want a mapping", "<<", describe(c))
			return nil
		}
	}
	return candidates
}

func (r *reader) checkTag(n *yaml.Node, start int, want string) {
	if n.Tag != "" && n.Tag != "!" && n.Tag != want {
		r.out.add(rule.InvalidYAML, r.at(start, r.wordEnd(start)), "unknown tag %q", n.Tag)
	}
}

func (r *reader) scalar(n *yaml.Node, start int) (*plist.Value, int) {
	end := start
	if n.Value != "" || n.Style&^yaml.TaggedStyle != 0 {
		start = r.skipProperties(start, n.Tag, n.Anchor)
		end = r.scalarEnd(n, start)
	}
	v, err := scalarValue(n)
	if err != nil {
		r.out.add(rule.InvalidYAML, r.at(start, end), "%s", err)
	}
	v.Span = r.at(start, end).span
	r.remember(n, start, end, v)
	return v, end
}

// scalarValue reads the text of a scalar by its tag. It returns a value even with an error.
func scalarValue(n *yaml.Node) (*plist.Value, error) {
	v := plist.NewString(n.Value)
	switch n.Tag {
	case "!!str", "!", "!!merge":
		return v, nil
	case "!!null":
		return &plist.Value{Kind: plist.Null}, nil
	case "!!bool":
		b, err := strconv.ParseBool(strings.ToLower(n.Value))
		return plist.NewBoolean(b), wrongScalar(err, n.Value, "true or false")
	case "!!int":
		i, err := parseInteger(n.Value)
		return &plist.Value{Kind: plist.Integer, Int: i}, wrongScalar(err, n.Value, "an integer from -2^63 to 2^64-1")
	case "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		if err == nil && (math.IsInf(f, 0) || math.IsNaN(f)) || err != nil {
			err = fmt.Errorf("%q is not a finite number", n.Value)
		}
		return plist.NewReal(f), err
	case "!!timestamp":
		t, err := parseDate(n.Value)
		return plist.NewDate(t), wrongScalar(err, n.Value, "a date such as 2027-01-31 or 2027-01-31T09:00:00Z")
	case "!!binary":
		data, err := parseBase64(n.Value)
		if err != nil {
			err = errors.New("the text after !!binary is not base64")
		}
		return plist.NewData(data), err
	}
	return v, fmt.Errorf("unknown tag %q", n.Tag)
}

func wrongScalar(err error, text, want string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s is not %s", plist.NewString(text).Describe(), want)
}

// parseBase64 reads base64 with any white space in it.
func parseBase64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
}

// parseInteger reads decimal, 0x, 0o and 0b integers, underscores allowed.
func parseInteger(s string) (plist.Int, error) {
	digits := strings.ReplaceAll(s, "_", "")
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		n, err := strconv.ParseUint(rest, 0, 64)
		if err == nil && n > 1<<63 {
			err = strconv.ErrRange
		}
		return plist.Int{Negative: n != 0, Abs: n}, err
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(digits, "+"), 0, 64)
	return plist.Int{Abs: n}, err
}

// parseDate reads a day, or a time; without a zone it is UTC.
func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-1-2", time.RFC3339Nano, "2006-1-2T15:4:5Z07:00", "2006-1-2t15:4:5Z07:00", "2006-1-2 15:4:5", "2006-1-2T15:4:5"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, checkYear(t.UTC())
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date", s)
}

// checkYear refuses years outside the date format of property lists.
func checkYear(t time.Time) error {
	if t.Year() < 1 || t.Year() > 9999 {
		return errors.New("the year is out of range")
	}
	return nil
}

// ReadYAML reads any YAML file of one document within the limits of a template. The value has its places; it is nil if
// nothing is usable.
func ReadYAML(file *diag.File) (*plist.Value, []diag.Diagnostic) {
	out := &findings{}
	return readTree(file, newBudget(), out), diag.Sort(out.list)
}
