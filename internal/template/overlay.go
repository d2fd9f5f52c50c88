package template

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// maxBases bounds a chain of templates extending each other.
const maxBases = 16

// readWithBases reads a template and merges it onto its bases. It returns nil without a usable mapping. chain holds the names
// of the templates extended so far, for cycles.
func (s *load) readWithBases(file *diag.File, chain []string) *plist.Value {
	v := readTop(file, "template", templateShape(), s.left, s.out)
	switch {
	case v == nil:
		return nil
	case v.Kind == plist.Null:
		s.out.add(rule.MissingTemplateKey, place{span: v.Span}, "the template is empty").
			Help = "add organization, or extends: builtin:prevention"
		return nil
	}
	extends := remove(v, "extends")
	if extends == nil || extends.Value.Kind == plist.Null {
		return v
	}
	base := s.readBase(extends.Value, file, chain)
	if base == nil {
		s.partial = true
		return v
	}
	s.keysOfRemoved(base, v)
	return merge(base, v, nil)
}

// keysOfRemoved reports what stands beside type: null. It would be lost without a word.
func (s *load) keysOfRemoved(base, over *plist.Value) {
	ids := map[string]bool{}
	for _, p := range base.List("payloads") {
		if id := onlyText(p.Get("id")); id != nil {
			ids[id.Text] = true
		}
	}
	for i, p := range over.List("payloads") {
		if kind := p.Get("type"); kind == nil || kind.Kind != plist.Null || onlyText(p.Get("id")) == nil || !ids[p.String("id")] {
			continue
		}
		for _, f := range p.Fields {
			if f.Key != "id" && f.Key != "type" {
				s.out.add(rule.UnknownTemplateKey, place{f.KeySpan, diag.Keys("payloads").Item(i).Key(f.Key)}, "%q does nothing: type: null removes the payload", f.Key).
					Help = "remove it, or give the payload a type"
			}
		}
	}
}

// readBase reads the template named by extends, or returns nil after a finding.
func (s *load) readBase(v *plist.Value, file *diag.File, chain []string) *plist.Value {
	at := place{v.Span, diag.Keys("extends")}
	if v.Kind != plist.String || v.Text == "" {
		s.out.add(rule.WrongTemplateType, at, "%q is %s, want a path or builtin:NAME", "extends", describe(v))
		return nil
	}
	from, shown, err := s.findBase(file, v.Text)
	if err != nil {
		s.refuse(v.Span, fmt.Sprintf("template %q", v.Text), err)
		s.out.add(rule.UnreadableTemplate, at, "template %q cannot be read: %s", v.Text, plainError(err))
		return nil
	}
	if slices.Contains(chain, shown) {
		s.out.add(rule.ExtendsCycle, at, "the template extends itself: %s", strings.Join(append(chain, shown), " -> "))
		return nil
	}
	if len(chain) > s.most.bases {
		s.out.add(rule.ExtendsCycle, at, "more than %d templates extend each other in a chain", s.most.bases)
		return nil
	}
	data, err := s.readRegular(from, s.most.file)
	if err != nil {
		s.refuse(v.Span, fmt.Sprintf("template %q", v.Text), err)
		s.out.add(rule.UnreadableTemplate, at, "template %q cannot be read: %s", v.Text, plainError(err))
		return nil
	}
	return s.readWithBases(s.register(from, shown, data), append(chain, shown))
}

// findBase returns the place of the template named by extends, and its name in messages.
func (s *load) findBase(file *diag.File, name string) (origin, string, error) {
	if strings.HasPrefix(name, "builtin:") {
		from, shown := s.origin(name)
		return from, shown, nil
	}
	from, err := s.beside(file, name)
	if err != nil {
		return origin{}, "", err
	}
	if strings.HasPrefix(file.Name, "builtin:") {
		return from, "builtin:" + strings.TrimSuffix(from.name, ".yaml"), nil
	}
	return from, s.DisplayPrefix + from.name, nil
}

// merge puts an overlay onto a base: mappings merge, payloads merge by id, null removes, anything else replaces. A payload of another
// type has other keys, so it takes none of the base's; one with type: null is removed.
func merge(base, over *plist.Value, path diag.Path) *plist.Value {
	if len(path) == 1 && path[0].Key == "payloads" && base.Kind == plist.Array && over.Kind == plist.Array {
		return mergePayloads(base, over)
	}
	if base.Kind != plist.Dictionary || over.Kind != plist.Dictionary || IsReplaced(base) || IsReplaced(over) {
		return over
	}
	index := make(map[string]int, len(base.Fields))
	for i, f := range base.Fields {
		index[f.Key] = i
	}
	for _, f := range over.Fields {
		work.Add(1)
		i, exists := index[f.Key]
		switch {
		case !exists:
			index[f.Key] = len(base.Fields)
			base.Fields = append(base.Fields, f)
		case f.Value.Kind == plist.Null:
			base.Fields[i].Value = nil // dropped below
			delete(index, f.Key)
		default:
			old := &base.Fields[i]
			old.KeySpan, old.Value = f.KeySpan, merge(old.Value, f.Value, path.Key(f.Key))
		}
	}
	base.Fields = slices.DeleteFunc(base.Fields, func(f plist.Field) bool { return f.Value == nil })
	base.Span = over.Span
	return base
}

func mergePayloads(base, over *plist.Value) *plist.Value {
	index := map[string]int{}
	for i, p := range base.Items {
		if id := onlyText(p.Get("id")); id != nil {
			if _, taken := index[id.Text]; !taken {
				index[id.Text] = i
			}
		}
	}
	for _, p := range over.Items {
		work.Add(1)
		id := onlyText(p.Get("id"))
		if id == nil {
			base.Items = append(base.Items, p)
			continue
		}
		if i, exists := index[id.Text]; exists && base.Items[i] != nil {
			if kind := p.Get("type"); kind != nil && kind.Kind == plist.Null {
				base.Items[i] = nil // dropped below
				continue
			} else if kind != nil && kind.Text != base.Items[i].String("type") {
				base.Items[i].Fields = slices.DeleteFunc(base.Items[i].Fields, func(f plist.Field) bool { return f.Key == "keys" })
			}
			base.Items[i] = merge(base.Items[i], p, diag.Keys("payloads").Item(i))
			continue
		}
		index[id.Text] = len(base.Items)
		base.Items = append(base.Items, p)
	}
	base.Items = slices.DeleteFunc(base.Items, func(p *plist.Value) bool { return p == nil })
	base.Span = over.Span
	return base
}

// IsReplaced is true for a mapping that stands for another value: {$file: PATH}, {$text: PATH} or {$uuid: ID}. An overlay replaces it whole.
func IsReplaced(v *plist.Value) bool {
	return isFileReference(v) || v.Field(referenceKey) != nil
}

// isFileReference is true for {$file: PATH} and {$text: PATH}.
func isFileReference(v *plist.Value) bool {
	return v.Field("$file") != nil || v.Field("$text") != nil
}
