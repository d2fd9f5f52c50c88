// Package secret decides what in a profile, a declaration or a template is a secret: a password, a key, a token, or text
// that holds one. Nothing else decides it. Find says what and why, Mark marks the values so that nothing prints them.
//
// What tells a secret is its type, its content, and what the facts say of its key; the name of a key alone only where
// nothing speaks against it. Only strings and data are secrets, and numbers where Apple's schema wants a password. What a
// server or a later step fills in is none.
package secret

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema/facts"
)

// Reason is why a value is a secret.
type Reason struct {
	What   string // it holds, as a noun with its article: "a private key"; empty where its key tells
	Quiet  bool   // not shown, but nothing to report: a word that asks for a value, such as "changeme", or a PKCS#12 file
	Nested bool   // data or text that is a document of its own, in which the secret stands
}

// Find returns the secrets in a tree, each with its reason. The work is linear in the size of the tree.
func Find(root *plist.Value) map[*plist.Value]Reason {
	f := newFinder()
	f.visit(root, context{})
	return f.found
}

// Has reports whether a tree holds a secret.
func Has(root *plist.Value) bool { return len(Find(root)) > 0 || root.HasSecret() }

// Mark marks the secrets in a tree, so that nothing prints them. Values without a place are among them.
func Mark(root *plist.Value) {
	for v := range Find(root) {
		v.Secret = true
	}
}

// MarkUnder marks a value that would be a secret under a key, which is the one that was meant, and reports whether it is.
func MarkUnder(key string, v *plist.Value) bool {
	Mark(plist.NewDictionary(plist.Field{Key: key, Value: v}))
	return v.HasSecret()
}

// Marked returns where the marked values of a tree stand in its text.
func Marked(root *plist.Value) (spans []diag.Span) {
	for n := range plist.Walk(root) {
		if n.Secret && !n.Span.IsZero() {
			spans = append(spans, n.Span)
		}
	}
	return spans
}

// finder is one search. Documents inside of data belong to it, so that their number and size are bounded together.
type finder struct {
	known *facts.Secrets
	found map[*plist.Value]Reason
	texts map[text]verdict // of long ones, since a binary property list and YAML can hold one text many times
	nodes int              // values that may still be read inside of data and text
	depth int              // documents and encodings around
}

type text struct {
	first *byte
	size  int
}

type verdict struct {
	reason Reason
	found  bool
}

// maxInside is how deep documents and encodings inside of values are looked into.
const maxInside = 3

func newFinder() *finder {
	known, err := facts.Embedded()
	if err != nil {
		panic(err) // a test reads them
	}
	return &finder{known: &known.Secrets, found: map[*plist.Value]Reason{}, texts: map[text]verdict{}, nodes: plist.MaxNodes}
}

// context is what stands around a value.
type context struct {
	key      string // its own, or that of the arrays around it
	around   string // the key of the dictionary around it
	isSecret bool   // what the dictionary is says so
	isQuiet  bool   // of an identity, whose passphrase is what stands in clear text
}

func (f *finder) visit(v *plist.Value, c context) {
	if v == nil {
		return
	}
	switch v.Kind {
	case plist.Dictionary:
		f.dictionary(v, c.key)
	case plist.Array:
		f.array(v, c)
	default:
		if reason, ok := f.scalar(v, c); ok {
			f.found[v] = reason
		}
	}
}

const pkcs12 = "com.apple.security.pkcs12"

func (f *finder) dictionary(v *plist.Value, around string) {
	isPKCS12 := v.String("PayloadType") == pkcs12
	isKey := v.Get("kty") != nil // a JSON Web Key, RFC 7517
	for _, field := range v.Fields {
		c := context{key: field.Key, around: around}
		switch {
		case isPKCS12 && field.Key == "PayloadContent":
			c.isSecret, c.isQuiet = true, true
		case isKey && (field.Key == "d" || field.Key == "k"):
			c.isSecret = true
		case isValueKey(field.Key):
			if named := nameBeside(v); named != "" {
				c.key = named
			} else if f.isKey(around) {
				c.key = around
			}
		}
		f.visit(field.Value, c)
	}
}

// isValueKey reports whether a key only says that its value is one: what it is, the name beside it or the key above says.
func isValueKey(key string) bool {
	switch strings.ToLower(key) {
	case "value", "values", "content", "data", "string", "text", "defaultvalue":
		return true
	}
	return false
}

// nameBeside is what a dictionary such as {Name: API_TOKEN, Value: ...} is about, or "".
func nameBeside(v *plist.Value) string {
	for _, key := range []string{"name", "Name", "key", "Key", "header", "Header", "HeaderName", "variable", "Variable"} {
		if name := v.String(key); name != "" && len(name) <= maxName {
			return name
		}
	}
	return ""
}

func (f *finder) array(v *plist.Value, c context) {
	option := ""
	for _, item := range v.Items {
		own := c
		if option != "" {
			own.key = option
		}
		f.visit(item, own)
		option = ""
		if item != nil && item.Kind == plist.String {
			option = optionName(item.Text)
		}
	}
}

// optionName is the name in an argument such as --password, whose value is the next argument.
func optionName(argument string) string {
	name := strings.TrimLeft(argument, "-")
	if name == argument || len(name) > maxName || strings.ContainsAny(name, "= \t\r\n") {
		return ""
	}
	return name
}

// scalar judges one value by its key, and then by what it holds.
func (f *finder) scalar(v *plist.Value, c context) (Reason, bool) {
	switch v.Kind {
	case plist.Integer:
		return Reason{}, f.isListed(c.key) && !isShort(v)
	case plist.String:
		if c.isSecret || f.isListed(c.key) {
			return Reason{Quiet: c.isQuiet || IsStandIn(c.key, v.Text)}, strings.TrimSpace(v.Text) != "" && !isVariable(v.Text)
		}
		if IsName(c.key) && couldBe(c.key, v.Text) {
			return Reason{Quiet: IsStandIn(c.key, v.Text)}, true
		}
		return f.memo(v.Text, func() (Reason, bool) { return f.inText(v.Text) })
	case plist.Data:
		if len(v.Data) > 0 && (c.isSecret || f.isKey(c.key)) {
			return Reason{Quiet: c.isQuiet || isPKCS12(v.Data) || isDataStandIn(c.key, v.Data)}, true
		}
		return f.memo(asText(v.Data), func() (Reason, bool) { return f.inData(v.Data) })
	}
	return Reason{}, false
}

// isShort reports whether a number has so few digits that it is none of a password: a wrong type such as 0 or 1 says more.
func isShort(v *plist.Value) bool { return len(v.Describe()) < 4 }

// IsKey reports whether the value of a key is a secret by Apple's schema, or by the name of the key.
func IsKey(key string) bool { return newFinder().isKey(key) }

func (f *finder) isKey(key string) bool { return f.isListed(key) || IsName(key) }

// memo judges a long text once.
func (f *finder) memo(s string, judge func() (Reason, bool)) (Reason, bool) {
	const long = 256
	if len(s) < long {
		return judge()
	}
	at := textAt(s)
	if v, ok := f.texts[at]; ok {
		return v.reason, v.found
	}
	reason, found := judge()
	f.texts[at] = verdict{reason, found}
	return reason, found
}
