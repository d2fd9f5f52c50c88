package template

import (
	"fmt"
	"strings"
)

// referenceTable returns every key of a template as Markdown: one heading and one list a mapping.
func referenceTable() string {
	var b strings.Builder
	writeReference(&b, templateShape(), "")
	return strings.TrimSuffix(b.String(), "\n")
}

func writeReference(b *strings.Builder, s *shape, path string) {
	heading := "`" + path + "`"
	if path == "" {
		heading = "The template"
	}
	fmt.Fprintf(b, "### %s\n\n%s\n\n", heading, s.meaning)
	for _, k := range s.keys {
		fmt.Fprintf(b, "* `%s` (%s%s): %s\n", k.name, referenceType(k), referenceDefault(k), referenceMeaning(k))
	}
	b.WriteString("\n")
	for _, k := range s.keys {
		inner, name := k, strings.TrimPrefix(path+"."+k.name, ".")
		if k.item != nil {
			inner, name = k.item, name+map[bool]string{true: "[]", false: ".NAME"}[k.kind == list]
		}
		if inner.keys != nil {
			writeReference(b, inner, name)
		}
	}
}

func referenceType(s *shape) string {
	name := s.kind.String()
	switch {
	case len(s.choices) > 0:
		name = "`" + strings.Join(s.choices, "`, `") + "`"
	case s.format != nil:
		name = s.format.want
	case s.kind == list && len(s.item.choices) > 0:
		name = "list of `" + strings.Join(s.item.choices, "`, `") + "`"
	case s.kind == list && s.item.format != nil:
		name = "list of: " + s.item.format.want
	case s.kind == list:
		name = "list of " + s.item.kind.String() + "s"
	}
	if s.also != 0 {
		name += ", or " + s.also.String()
	}
	return name
}

func referenceDefault(s *shape) string {
	switch {
	case s.required:
		return "; required"
	case s.fallback == "":
		return ""
	}
	return "; default `" + s.fallback + "`"
}

func referenceMeaning(s *shape) string {
	meaning := s.meaning
	if s.example != "" {
		meaning += " Example: `" + s.example + "`"
	}
	return meaning
}
