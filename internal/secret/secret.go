// Package secret decides which values of a profile, a declaration or a template are secrets: passwords, keys, tokens,
// and text containing them. No other package decides it.
//
// Start with Find for the values and the reasons, or Mark, which marks the values so nothing prints them. InSource
// finds secrets in the comments and the damaged parts of a file; Masked masks a whole text.
//
// A value's type, its content, and the facts about its key reveal a secret. The name of a key alone counts only if
// nothing speaks against it. Only strings and data are secrets, and numbers in place of a password in Apple's schema.
// Variables, filled in by a server or a later step, are none.
package secret

import (
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema/facts"
)

// Reason explains why a value is a secret.
type Reason struct {
	What   string // the content, as a noun with its article: "a private key"; empty if the key reveals the secret
	Quiet  bool   // not shown, but nothing to report: a placeholder such as "changeme", or a PKCS#12 file
	Nested bool   // the secret is inside data or text holding a document of its own
}

// Find returns the secrets in a tree, each with its reason. The work is linear in the size of the tree.
func Find(root *plist.Value) map[*plist.Value]Reason {
	f := newFinder()
	f.visit(root, context{})
	return f.found
}

// Has reports whether a tree holds a secret.
func Has(root *plist.Value) bool { return len(Find(root)) > 0 || root.HasSecret() }

// Mark marks the secrets in a tree, including values without a position, so nothing prints them. It returns what Find does.
func Mark(root *plist.Value) map[*plist.Value]Reason {
	found := Find(root)
	for v := range found {
		v.Secret = true
	}
	return found
}

// MarkUnder marks a value as if it stood under key, for a misspelt key, and reports whether the value is a secret
// there.
func MarkUnder(key string, v *plist.Value) bool {
	Mark(plist.NewDictionary(plist.Field{Key: key, Value: v}))
	return v.HasSecret()
}

// Marked returns the positions of a tree's marked values in its text.
func Marked(root *plist.Value) (spans []diag.Span) {
	for n := range plist.Walk(root) {
		if n.Secret && !n.Span.IsZero() {
			spans = append(spans, n.Span)
		}
	}
	return spans
}

// finder is one search. It includes documents inside of data, to bound their number and size together.
type finder struct {
	known  *facts.Secrets
	starts *[256][]string // beginnings of tokens
	found  map[*plist.Value]Reason
	texts  map[textID]verdict // results for long texts: a binary property list and YAML can repeat one many times
	inside *plist.Budget      // of the documents inside of data and text
	depth  int                // enclosing documents and encodings
}

type textID struct {
	first *byte
	size  int
}

type verdict struct {
	reason Reason
	found  bool
}

// maxInside bounds the nesting of documents and encodings inside of values.
const maxInside = 3

var tokenStarts = sync.OnceValue(func() *[256][]string { return startsOf(facts.Embedded().Secrets.Forms) })

func newFinder() *finder {
	return &finder{known: &facts.Embedded().Secrets, starts: tokenStarts(), found: map[*plist.Value]Reason{}, texts: map[textID]verdict{}, inside: plist.NewBudget()}
}

// context describes the surroundings of a value.
type context struct {
	key      string // its own key, or the key of the arrays around it
	around   string // the key of the dictionary around it
	isSecret bool   // by the kind of its dictionary
	isQuiet  bool   // part of an identity: only its passphrase is in clear text
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
		if reason, ok := f.judgeScalar(v, c); ok {
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

// isValueKey reports whether a key merely announces a value. The name beside it, or the key above, describes the value.
func isValueKey(key string) bool {
	for _, name := range []string{"value", "values", "content", "data", "string", "text", "defaultvalue"} {
		if len(key) == len(name) && strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// nameBeside returns the name in a dictionary such as {Name: API_TOKEN, Value: ...}, or "".
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

// optionName returns the name in an argument such as --password, followed by its value as the next argument.
func optionName(argument string) string {
	name := strings.TrimLeft(argument, "-")
	if name == argument || len(name) > maxName || strings.ContainsAny(name, "= \t\r\n") {
		return ""
	}
	return name
}

// judgeScalar judges one value by its key, then by its content.
func (f *finder) judgeScalar(v *plist.Value, c context) (Reason, bool) {
	switch v.Kind {
	case plist.Integer:
		return Reason{}, f.isListed(c.key) && !isShort(v)
	case plist.String:
		if c.isSecret || f.isListed(c.key) {
			return Reason{Quiet: c.isQuiet || IsPlaceholder(c.key, v.Text)}, strings.TrimSpace(v.Text) != "" && !isVariable(v.Text)
		}
		if IsName(c.key) && isPossibleSecret(c.key, v.Text) {
			return Reason{Quiet: IsPlaceholder(c.key, v.Text)}, true
		}
		return f.memoize(v.Text, (*finder).judgeText)
	case plist.Data:
		if len(v.Data) > 0 && (c.isSecret || f.isKey(c.key)) {
			return Reason{Quiet: c.isQuiet || isPKCS12(v.Data) || isDataPlaceholder(c.key, v.Data)}, true
		}
		return f.memoize(asText(v.Data), (*finder).judgeData)
	}
	return Reason{}, false
}

// isShort reports whether a number has too few digits for a password: 0 or 1 is more likely a wrong type.
func isShort(v *plist.Value) bool { return len(v.Describe()) < 4 }

// IsKey reports whether a key's value is a secret, by Apple's schema or by the name of the key.
func IsKey(key string) bool { return newFinder().isKey(key) }

func (f *finder) isKey(key string) bool { return f.isListed(key) || IsName(key) }

// memoize judges a long text once.
func (f *finder) memoize(s string, judge func(*finder, string) (Reason, bool)) (Reason, bool) {
	const long = 256
	if len(s) < long {
		return judge(f, s)
	}
	at := textIDOf(s)
	if v, ok := f.texts[at]; ok {
		return v.reason, v.found
	}
	reason, found := judge(f, s)
	f.texts[at] = verdict{reason, found}
	return reason, found
}
