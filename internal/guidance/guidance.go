// Package guidance says in the language of the person who holds a device what is left to do by hand: texts and the names
// that Settings gives to things, one file a language. Which names were seen in a source, and in which, stands beside them.
package guidance

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"syncguard/internal/fact"
)

// Languages lists every language by its BCP 47 tag, English first.
func Languages() []string { return []string{"en", "de", "fr", "es", "ja", "pt-BR", "zh-Hans"} }

//go:embed locales
var files embed.FS

// Locale is one language.
type Locale struct {
	Language string                    `json:"language"` // BCP 47
	Name     string                    `json:"name"`     // of the language, in itself
	Texts    map[string]string         `json:"texts"`    // with {placeholders}
	Values   map[string]string         `json:"values"`   // what to choose in Settings, by its English words
	Labels   map[string]string         `json:"labels"`   // what Settings calls a thing, by its English name
	Seen     map[string]fact.Statement `json:"seen"`     // the labels that were seen, by their English name
}

var locales = sync.OnceValue(func() map[string]*Locale {
	all := map[string]*Locale{}
	for _, language := range Languages() {
		data, err := files.ReadFile("locales/" + language + ".json")
		if err != nil {
			panic(err) // it is embedded
		}
		l := &Locale{}
		if err := json.Unmarshal(data, l); err != nil {
			panic(fmt.Sprintf("locales/%s.json: %v", language, err)) // a test reads every one
		}
		all[language] = l
	}
	return all
})

// In returns the locale of a language in Languages, and of any other that of English. It belongs to all callers.
func In(language string) *Locale {
	if l := locales()[language]; l != nil {
		return l
	}
	return locales()["en"]
}

// Text returns a text with its placeholders filled in: pairs of a name without braces and what stands for it.
func (l *Locale) Text(id string, placeholders ...string) string {
	var pairs []string
	for i := 0; i+1 < len(placeholders); i += 2 {
		pairs = append(pairs, "{"+placeholders[i]+"}", placeholders[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(l.Texts[id])
}

// Value returns what to choose. Words that the locale does not have stay as they are.
func (l *Locale) Value(english string) string {
	if v := l.Values[english]; v != "" {
		return v
	}
	return english
}

// Path returns the names on a way through Settings, and the weakest evidence among them; english is that of the way
// itself. A name that the locale does not have stays English.
func (l *Locale) Path(names []string, english fact.Evidence) ([]string, fact.Evidence) {
	path, evidence := make([]string, len(names)), english
	for i, name := range names {
		path[i] = name
		label := l.Labels[name]
		if label != "" {
			path[i] = label
		}
		if l.Language != "en" && (label == "" || label != name) {
			evidence = fact.Weaker(evidence, l.evidence(name))
		}
	}
	return path, evidence
}

func (l *Locale) evidence(name string) fact.Evidence {
	if seen, ok := l.Seen[name]; ok {
		return seen.Evidence
	}
	return fact.Unverified
}
