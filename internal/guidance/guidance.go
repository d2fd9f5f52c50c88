// Package guidance holds the texts telling people how to change settings by hand, one file a language below locales:
// sentences, and the labels of the Settings app. Start with In. Package coverage decides on the steps needed; this package
// only words them. Each locale also records the labels seen in a source.
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
	Language string            `json:"language"` // BCP 47
	Name     string            `json:"name"`     // of the language, in itself
	Texts    map[string]string `json:"texts"`    // with {placeholders}
	Values   map[string]string `json:"values"`   // choices in Settings, by their English words
	Topics   map[string]string `json:"topics"`   // what a payload or declaration is about, by its type
	// Restrictions are the frequent ones in a word or two, by Apple's key: what is not allowed, or required. English has none:
	// package schema has a line on each.
	Restrictions map[string]string         `json:"restrictions"`
	Labels       map[string]string         `json:"labels"` // labels in Settings, by their English name
	Seen         map[string]fact.Statement `json:"seen"`   // labels seen in a source, by their English name
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

// In returns the locale of a language in Languages, or English for any other. The result is shared; do not modify it.
func In(language string) *Locale {
	if l := locales()[language]; l != nil {
		return l
	}
	return locales()["en"]
}

// Text returns a text with placeholders replaced, given as pairs of a name without braces and its value.
func (l *Locale) Text(id string, placeholders ...string) string {
	var pairs []string
	for i := 0; i+1 < len(placeholders); i += 2 {
		pairs = append(pairs, "{"+placeholders[i]+"}", placeholders[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(l.Texts[id])
}

// Value returns the localized choice, or the English words if the locale lacks it.
func (l *Locale) Value(english string) string {
	if v := l.Values[english]; v != "" {
		return v
	}
	return english
}

// Path returns the labels on a path through Settings, and the weakest evidence among them; english is the path's own
// evidence. A label missing from the locale stays English.
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
