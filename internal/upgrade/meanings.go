package upgrade

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

//go:embed meanings.json
var meaningsJSON []byte

// Meaning is a change of what a setting means.
type Meaning struct {
	Type         string
	Key          string                             // with dots between the keys of a path; empty for the type as a whole
	Since        map[target.Platform]target.Version // by Apple's schema platform
	Unsupervised bool                               // only devices without supervision notice
	Text         string                             // a predicate; its subject is the type or key
	Evidence     fact.Evidence
	Source       string

	need facts.EnvelopeNeed // a demand on the profile around the payload; zero without one
}

// concerns reports whether devices of a move notice the change.
func (c *Meaning) concerns(m Move) bool {
	return !c.Unsupervised || m.Enrollment != "" && !m.Before().IsSupervised()
}

var readMeanings struct {
	sync.Once // sync.OnceValue would keep what it calls in a program that plans nothing, such as the engine of the page
	data      map[string][]*Meaning
}

// meanings holds every change, by type and key.
func meanings() map[string][]*Meaning {
	readMeanings.Do(func() { readMeanings.data = newMeanings() })
	return readMeanings.data
}

func newMeanings() map[string][]*Meaning {
	var all []*Meaning
	if err := json.Unmarshal(meaningsJSON, &all); err != nil {
		panic(fmt.Sprintf("meanings.json: %v", err)) // embedded, and read by a test
	}
	for _, need := range facts.Embedded().Envelope {
		for _, name := range need.Types {
			all = append(all, &Meaning{Type: name, Since: map[target.Platform]target.Version{need.Platform: need.Since},
				Text: fmt.Sprintf("needs %s %s in the profile around it", need.Key, need.Is), Evidence: evidenceOf(need.Source), Source: need.Source, need: need})
		}
	}
	by := map[string][]*Meaning{}
	for _, m := range all {
		by[m.Type+"\x00"+m.Key] = append(by[m.Type+"\x00"+m.Key], m)
	}
	return by
}

// meaningsOf returns the changes of a type, or of a key of it.
func meaningsOf(name string, path []string) []*Meaning {
	return meanings()[name+"\x00"+strings.Join(path, ".")]
}

// evidenceOf reads who states a fact of package facts from the beginning of its source.
func evidenceOf(source string) fact.Evidence {
	word, _, _ := strings.Cut(source, ":")
	if e := fact.Evidence(word); slices.Contains([]fact.Evidence{fact.Community, fact.Unverified, fact.Vendor}, e) {
		return e
	}
	return fact.Apple
}
