package template

import (
	"regexp"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// readTop is readTree for a file of a kind, with the keys of a shape. A file with none of them is another kind of file, perhaps one full of
// secrets: it is refused without showing a word of it.
func readTop(file *diag.File, kind string, top *shape, left *budget, out *findings) *plist.Value {
	v := readTree(file, left, out)
	switch {
	case v == nil && topLevelKeys().Match(file.Data):
		return nil
	case v == nil:
	case v.Kind == plist.Null || v.Kind == plist.Dictionary && (len(v.Fields) == 0 || top.knowsAny(v)):
		return v
	case v.Kind != plist.Dictionary:
		out.add(rule.WrongTemplateType, place{span: v.Span}, "the file is %s, want a mapping", article(v.Kind))
	default:
		out.add(rule.WrongTemplateType, place{span: start(v)}, "the file has none of the keys of a %s, such as %q", kind, top.keys[0].name)
	}
	for i := range out.list {
		if d := &out.list[i]; d.Span.File == file {
			d.HideSource = true
			if kind == "template" && d.Rule == rule.WrongTemplateType && d.Help == "" {
				d.Help = "syncguard init writes a template to start from"
			}
		}
	}
	return nil
}

// knowsAny reports whether a mapping has a key of the shape, or a misspelled one of more than five letters: pass is no misspelled paths.
func (s *shape) knowsAny(v *plist.Value) bool {
	names := []string{"allowUnknown", "profile"}
	for _, k := range s.keys {
		names = append(names, k.name)
	}
	for _, f := range v.Fields {
		for _, name := range names {
			if f.Key == name || len(name) > len("paths") && text.DidYouMean(f.Key, []string{name}) != "" {
				return true
			}
		}
	}
	return false
}

// topLevelKeys finds a key of a template or project file at the start of a line, in text no YAML parser takes.
var topLevelKeys = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:\xef\xbb\xbf)?["']?(extends|organization|profile|targets|prevention|payloads|variables|ignore)["']?[ \t]*:`)
})
