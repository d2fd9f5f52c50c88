package template

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
)

// checker compares a tree with its shape.
type checker struct {
	out     *findings
	skip    map[*plist.Value]bool // values with unknown variables
	partial bool                  // a base is missing: do not report missing keys
	baseIDs []string              // payload ids of other files than the template itself
}

// value reports the mistakes in a value. at is the place of its key, for missing keys inside it.
func (c *checker) value(v *plist.Value, s *shape, at place) {
	if v.Secret && !s.private && s.kind != flag && s.kind != free && (s.kind == plain || isScalar(v.Kind)) {
		c.secretName(v, at.path)
		return
	}
	if c.skip[v] {
		return
	}
	if !s.accepts(v.Kind) {
		c.wrongType(v, s, at)
		return
	}
	switch v.Kind {
	case plist.String:
		c.text(v, s, at)
	case plist.Array:
		c.list(v, s, at)
	case plist.Dictionary:
		c.mapping(v, s, at)
	}
}

// secretName reports a secret as a name, an identifier, a setting or the like, and drops its value: later findings would
// show it.
func (c *checker) secretName(v *plist.Value, path diag.Path) {
	c.out.add(rule.SecretInName, place{v.Span, path}, "%q is a secret, but names, identifiers, types, UUIDs and settings are shown everywhere", path).
		Help = "write it without a secret: a text, or a variable set with --set NAME=VALUE"
	*v = plist.Value{Kind: plist.String, Secret: true, Span: v.Span}
	c.skip[v] = true
}

// shownKeys are the Apple keys that name a profile, a payload or a declaration.
var shownKeys = []string{"PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadOrganization"}

// secretNames reports the secrets among Apple's own names.
func (c *checker) secretNames(keys *plist.Value, path diag.Path) {
	for _, name := range shownKeys {
		if v := keys.Get(name); v != nil && v.Secret && isScalar(v.Kind) {
			c.secretName(v, path.Key(name))
		}
	}
}

func (c *checker) wrongType(v *plist.Value, s *shape, at place) {
	here := place{v.Span, at.path}
	d := c.out.add(rule.WrongTemplateType, here, "%q is %s, want %s", at.path, describe(v), s.want())
	switch {
	case v.Secret:
	case v.Kind == plist.String && s.accepts(plist.Dictionary) && missingSpace().MatchString(v.Text):
		d.Help = `write a space after the colon: "key: value"`
	case v.Kind == plist.Dictionary && s.accepts(plist.Array) && len(v.Fields) > 0 && strings.HasPrefix(v.Fields[0].Key, "-"):
		d.Help = `write a space after the dash: "- key: value"`
	case v.Kind == plist.String && s.accepts(plist.Boolean):
		if is, ok := boolean(v.Text); ok {
			d.Help = "write " + strconv.FormatBool(is) + ", without quotes"
			if text := strings.ToLower(v.Text); text != "true" && text != "false" {
				d.Help += ": " + text + " is text in YAML 1.2"
			}
			d.Fix = fix.New("write "+strconv.FormatBool(is)+" without quotes", fix.ReplaceValue(v, plist.NewBoolean(is)))
		}
	case s.kind == plain && isScalar(v.Kind):
		d.Help = "put the value in quotes"
		d.Fix = toText(v)
	case s.kind == list && isScalar(v.Kind):
		d.Help = "put the value in brackets"
	}
}

// boolean reads the words for booleans in YAML 1.1. In YAML 1.2 most of them are text.
func boolean(s string) (is, ok bool) {
	switch strings.ToLower(s) {
	case "yes", "on", "y", "true", "1":
		return true, true
	case "no", "off", "n", "false", "0":
		return false, true
	}
	return false, false
}

func isScalar(k plist.Kind) bool {
	return k != plist.Dictionary && k != plist.Array && k != plist.Null
}

func (c *checker) text(v *plist.Value, s *shape, at place) {
	here := place{v.Span, at.path}
	switch {
	case s.kind == date:
		if _, err := parseDate(v.Text); err != nil {
			c.out.add(rule.InvalidTemplateValue, here, "%q is %s, want a date such as 2027-01-31", at.path, describe(v))
		}
	case s.kind != plain && s.also != plain:
	case len(s.choices) > 0:
		c.choice(v, s, here)
	case s.format != nil:
		c.format(v, s.format, here)
	case s.nonEmpty && strings.TrimSpace(v.Text) == "":
		c.out.add(rule.InvalidTemplateValue, here, "%q is empty, want text", at.path)
	}
}

func (c *checker) choice(v *plist.Value, s *shape, here place) {
	for _, choice := range s.choices {
		if v.Text == choice {
			return
		}
	}
	d := c.out.add(rule.InvalidTemplateValue, here, "%q is %s, want %s", here.path, describe(v), quotedList(s.choices))
	if !v.Secret {
		d.Help = didYouMean(v.Text, s.choices, "")
		d.Fix = toChoice(v, s.choices)
	}
}

func quotedList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "one of " + strings.Join(quoted, ", ")
}

func (c *checker) format(v *plist.Value, f *format, here place) {
	if f.matches(v.Text) {
		return
	}
	broken := rule.InvalidTemplateValue
	if f == targetFormat || f == filterFormat {
		broken = rule.InvalidTarget
	}
	d := c.out.add(broken, here, "%q is %s, want %s", here.path, describe(v), f.want)
	if v.Secret {
		return
	}
	if f == upperUUID && f.matches(strings.ToUpper(v.Text)) {
		d.Help = "write it in upper case"
		d.Fix = toUpper(v)
	} else if f.check != nil {
		err := f.check(v.Text)
		var word *target.WordError
		if errors.As(err, &word) {
			d.Help = strings.Replace(word.Help(), "want one of", "use one of", 1)
			return
		}
		d.Message += reason(err)
	}
	if f == targetFormat && d.Help == "" {
		d.Help = "write it as iOS@18.2/supervised; docs/targets.md lists the platforms and enrollments"
	}
}

// reason is the innermost text of an error, for the end of a message with the value already quoted.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return ": " + err.Error()
}

func (c *checker) list(v *plist.Value, s *shape, at place) {
	if s.nonEmpty && len(v.Items) == 0 {
		c.out.add(rule.InvalidTemplateValue, place{v.Span, at.path}, "%q is empty, want at least one item", at.path)
	}
	for i, item := range v.Items {
		span := item.Span
		if item.Kind == plist.Dictionary {
			span = start(item)
		}
		c.value(item, s.item, place{span, at.path.Item(i)})
	}
	if s.unique {
		c.repeats(v, at)
	}
}

// repeats reports duplicate texts in a list.
func (c *checker) repeats(v *plist.Value, at place) {
	seen := map[string]*plist.Value{}
	for i, item := range v.Items {
		if item.Kind != plist.String {
			continue
		}
		first, repeated := seen[item.Text]
		if !repeated {
			seen[item.Text] = item
			continue
		}
		here := place{item.Span, at.path.Item(i)}
		c.out.add(rule.RepeatedItem, here, "%s repeats in %q", describe(item), at.path).
			Related = []diag.Related{{Message: "first here", Span: first.Span}}
	}
}

func (c *checker) mapping(v *plist.Value, s *shape, at place) {
	if s.kind == free {
		c.secretNames(v, at.path)
		c.nulls(v, at.path)
		return
	}
	for _, f := range v.Fields {
		here := place{f.KeySpan, at.path.Key(f.Key)}
		child := s.child(f.Key)
		switch {
		case child == nil && s.keys == nil:
			child = s.item
		case child == nil:
			c.unknownKey(v, f, s, at)
			continue
		}
		// In a mapping, null is a key removed by an overlay, or left empty.
		if f.Value.Kind != plist.Null || s.keys == nil && !child.accepts(plist.Null) {
			c.value(f.Value, child, here)
		}
	}
	for _, child := range s.keys {
		if got := v.Get(child.name); child.required && !c.partial && (got == nil || got.Kind == plist.Null) {
			if child.name == "type" && c.unmatched(v) {
				continue
			}
			c.out.add(rule.MissingTemplateKey, at, "%q is missing", at.path.Key(child.name)).
				Help = "add " + child.name + exampleOf(child)
		}
	}
}

// baseIDs returns the ids of the payloads that a template has from the ones it extends.
func baseIDs(root *plist.Value) (ids []string) {
	for _, p := range root.List("payloads") {
		if id := onlyText(p.Get("id")); id != nil && id.Span.File != root.Span.File {
			ids = append(ids, id.Text)
		}
	}
	return ids
}

// unmatched reports an overlay's payload without a type whose id is like one of its base, or that is to remove one and has the id of
// none. It returns true after that.
func (c *checker) unmatched(v *plist.Value) bool {
	id := onlyText(v.Get("id"))
	if id == nil || id.Secret {
		return false
	}
	verb, otherwise := "change", ""
	if v.Get("type") != nil && len(c.baseIDs) > 0 { // type: null
		verb, otherwise = "remove", "use the id of a payload in the template that this one extends, or give a type"
	}
	help := didYouMean(id.Text, c.baseIDs, otherwise)
	if help == "" {
		return false
	}
	c.out.add(rule.InvalidTemplateValue, place{id.Span, diag.Keys("payloads")}, "no payload to %s has the id %q", verb, id.Text).Help = help
	return true
}

// exampleOf returns the example of a shape for a help text.
func exampleOf(s *shape) string {
	if s.example == "" {
		return ""
	}
	return ", such as " + s.name + ": " + s.example
}

func (c *checker) unknownKey(v *plist.Value, f plist.Field, s *shape, at place) {
	message := fmt.Sprintf("unknown key %q", f.Key)
	if len(at.path) > 0 {
		message += " under " + at.path.String()
	}
	d := c.out.add(rule.UnknownTemplateKey, place{f.KeySpan, at.path.Key(f.Key)}, "%s", message)
	otherwise := "use one of " + strings.Join(s.names(), ", ")
	if slices.Contains(s.names(), "keys") { // of a payload or the profile
		otherwise = "put a key of Apple's under keys, or " + otherwise
	}
	d.Help = didYouMean(f.Key, s.names(), otherwise)
	d.Fix = toKey(v, f, s.names())
}

// nulls reports nulls in Apple's keys, because no payload can hold them.
func (c *checker) nulls(v *plist.Value, path diag.Path) {
	for n := range plist.Walk(v) {
		if n.Kind != plist.Null {
			continue
		}
		at := place{n.Span, n.Path(path)}
		if n.Field != nil {
			at.span = n.Field.KeySpan
		}
		c.out.add(rule.NullInPayload, at, "%q has no value, and a payload cannot contain null", at.path).
			Help = "give it a value, or remove the key"
	}
}

// describe returns a few words for a value, in YAML's terms.
func describe(v *plist.Value) string {
	switch {
	case v.Secret:
	case v.Kind == plist.Array:
		return "a list"
	case v.Kind == plist.Dictionary:
		return "a mapping"
	case v.Kind == plist.Null:
		return "empty"
	}
	return v.Describe()
}
