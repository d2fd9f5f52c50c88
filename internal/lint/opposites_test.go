package lint

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// What says the opposite, listed here apart from the tables that the program goes by.
var (
	oppositeAffixes = strings.Fields("dis Dis un Un non Non de De in In no No not Not Disable Block Deny Prevent")
	oppositePairs   = [][2]string{
		{"allow", "disallow"}, {"allow", "deny"}, {"allow", "block"}, {"allow", "prohibit"}, {"allow", "prevent"}, {"Allow", "Deny"}, {"Allow", "Block"},
		{"Allowed", "Denied"}, {"Allowed", "Blocked"}, {"Allowed", "Disallowed"}, {"Allowed", "Prohibited"}, {"enable", "disable"}, {"Enable", "Disable"},
		{"Enabled", "Disabled"}, {"enabled", "disabled"}, {"AllowList", "DenyList"}, {"Whitelist", "Blacklist"}, {"Allowlist", "Blocklist"},
		{"On", "Off"}, {"ON", "OFF"}, {"on", "off"}, {"Managed", "Unmanaged"}, {"managed", "unmanaged"}, {"Encrypted", "Unencrypted"}, {"Trusted", "Untrusted"},
		{"Include", "Exclude"}, {"include", "exclude"}, {"Show", "Hide"}, {"show", "hide"}, {"Lock", "Unlock"}, {"Always", "Never"}, {"always", "never"},
		{"force", "ignore"}, {"Required", "Optional"}, {"Yes", "No"}, {"yes", "no"}, {"True", "False"}, {"true", "false"}, {"Connect", "Disconnect"},
		{"min", "max"}, {"Min", "Max"}, {"Minimum", "Maximum"}, {"First", "Last"}, {"first", "last"}, {"Before", "After"}, {"Start", "End"},
		{"Install", "Uninstall"}, {"Add", "Remove"}, {"Import", "Export"}, {"Incoming", "Outgoing"}, {"Removable", "NonRemovable"}, {"HTTP", "HTTPS"},
	}
)

// oppositesOf returns what says the opposite of a name.
func oppositesOf(name string) []string {
	var all []string
	for _, affix := range oppositeAffixes {
		all = append(all, affix+name, affix+strings.ToUpper(name[:1])+name[1:])
		if rest, ok := strings.CutPrefix(name, affix); ok && len(rest) > 2 {
			all = append(all, rest, strings.ToLower(rest[:1])+rest[1:])
		}
	}
	for _, p := range oppositePairs {
		for _, from := range []int{0, 1} {
			if isWordOf(name, p[from]) {
				all = append(all, strings.Replace(name, p[from], p[1-from], 1))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isWordOf reports whether a word stands in a name, and not within another word.
func isWordOf(name, word string) bool {
	before, after, found := strings.Cut(name, word)
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	capitals := strings.ToUpper(word) == word
	return found && !unicode.IsLower(next) && !(capitals && unicode.IsLetter(next)) &&
		!(unicode.IsLower(rune(word[0])) && unicode.IsLetter(last)) && !(capitals && unicode.IsUpper(last))
}

// eachList calls do with every list of names that go together in the catalog: the keys of a dictionary, and the texts that a
// key lists.
func eachList(t *testing.T, do func(e schema.Entry, keys []*schema.Key, names []string)) {
	t.Helper()
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		whole, err := schema.Embedded().Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[*schema.Key]bool{}
		var visit func(keys []*schema.Key)
		visit = func(keys []*schema.Key) {
			var names []string
			for _, k := range keys {
				names = append(names, k.Name)
			}
			do(e, keys, names)
			for _, k := range keys {
				if !seen[k] {
					seen[k] = true
					do(e, nil, stringsOf(k.RangeList))
					visit(k.Keys)
				}
			}
		}
		visit(whole.Keys)
	}
}

// For each key and each listed value of the catalog, and each of its opposites, nothing is suggested; only what is the same but
// for case is, where the opposite is known too.
func TestNothingIsSuggestedForAnOpposite(t *testing.T) {
	checked := 0
	seen := map[string]bool{}
	eachList(t, func(e schema.Entry, _ []*schema.Key, names []string) {
		list := strings.Join(names, "\n")
		if seen[list] {
			return
		}
		seen[list] = true
		for i, name := range names {
			if name == "" || name == schema.Any {
				continue
			}
			for j, opposite := range oppositesOf(name) {
				if e.Family == schema.Preferences && len(names) > 100 && (i+j)%8 != 0 {
					continue // the browsers and the like have so many that a part of the opposites of each is enough
				}
				checked++
				near := text.Suggest(opposite, names)
				if near != "" && !strings.EqualFold(near, opposite) {
					t.Errorf("%s: %q is suggested for %q, an opposite of %q", e.ID, near, opposite, name)
				}
			}
		}
	})
	if checked < 80_000 {
		t.Errorf("checked only %d opposites; is the catalog complete?", checked)
	}
	t.Logf("%d opposites", checked)
}

// A file that says the opposites of what the catalog knows stays as it is, whatever fixes are asked for.
func TestFixesLeaveOpposites(t *testing.T) {
	c := New(schema.Embedded())
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	documents := 0
	for _, e := range entries {
		if e.Family == schema.Envelope || e.Family == schema.Credential {
			continue
		}
		whole, err := schema.Embedded().Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		for from := 0; from < len(whole.Keys); from += 10 { // so that the suggestions of one document are enough for all
			if documents++; e.Family == schema.Preferences && documents%8 != 0 {
				continue
			}
			leaves(t, c, e, contentOf(whole.Keys, from, min(from+10, len(whole.Keys)), 2))
		}
	}
	if documents < 500 {
		t.Errorf("made only %d documents; is the catalog complete?", documents)
	}
}

// contentOf has, for some of the keys of a dictionary, its opposites and a value that is the opposite of a listed one.
func contentOf(keys []*schema.Key, from, to, depth int) *plist.Value {
	content := plist.NewDictionary()
	for _, k := range keys[from:to] {
		value := exampleOf(k, depth)
		for _, opposite := range oppositesOf(k.Name)[:min(depth*4, len(oppositesOf(k.Name)))] {
			if k.Name != schema.Any && !slices.ContainsFunc(keys, func(k *schema.Key) bool { return strings.EqualFold(k.Name, opposite) }) {
				content.Set(opposite, value)
			}
		}
		if k.Name != schema.Any && (k.Kind == plist.Dictionary || len(stringsOf(k.RangeList)) > 0) {
			content.Set(k.Name, value)
		}
	}
	return content
}

// exampleOf is a value of the type of a key: for one with listed texts an opposite of one, which is not listed itself.
func exampleOf(k *schema.Key, depth int) *plist.Value {
	switch k.Kind {
	case plist.Boolean:
		return plist.NewBoolean(true)
	case plist.Integer, plist.Real:
		return plist.NewInteger(1)
	case plist.Array:
		return plist.NewArray()
	case plist.Dictionary:
		if depth > 1 {
			return contentOf(k.Keys, 0, min(4, len(k.Keys)), depth-1)
		}
		return plist.NewDictionary()
	}
	listed := stringsOf(k.RangeList)
	for _, text := range listed {
		for _, o := range oppositesOf(text) {
			if !slices.ContainsFunc(listed, func(l string) bool { return strings.EqualFold(l, o) }) {
				return plist.NewString(o)
			}
		}
	}
	return plist.NewString("a")
}

// leaves wants no key or value of a content to be written anew, in a profile or in a declaration.
func leaves(t *testing.T, c *Checker, e schema.Entry, content *plist.Value) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"Type": e.PayloadType, "Identifier": "a", "ServerToken": "1", "Payload": schema.JSONValue(content)})
	if e.Family == schema.Payload || e.Family == schema.Preferences {
		content.Set("PayloadType", plist.NewString(e.PayloadType))
		text, err = plist.Write(with(content))
	}
	if err != nil {
		t.Fatal(err)
	}
	check := func(f *diag.File) ([]diag.Diagnostic, error) {
		doc, found := document.Open(f)
		check := c.Check
		if doc.Kind() == document.Declaration {
			check = c.CheckDeclaration
		}
		more, err := check(doc.Root, nil, Options{})
		return append(found, more...), err
	}
	found, err := check(diag.NewFile("f", text))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		if d.Rule != "unknown-key" && d.Rule != "value-not-in-rangelist" {
			continue
		}
		if d.Fix != nil && strings.HasPrefix(d.Fix.Title, "write ") || strings.HasPrefix(d.Help, "did you mean") {
			t.Errorf("%s: %s: %s, fix %v", e.ID, d.Message, d.Help, d.Fix)
		}
	}
}
