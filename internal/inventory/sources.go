package inventory

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
	"syncguard/internal/target"
)

//go:embed sources.json
var sourcesJSON []byte

// source is what is known of one API: its fields, and what their values mean.
type source struct {
	fact.Statement
	ID      string              `json:"id"`
	Title   string              `json:"title"`
	Request string              `json:"request"` // that returns all the fields
	Marks   []string            `json:"marks"`   // paths that only this API has; sources are tried in order
	Fields  map[Field][]string  `json:"fields"`  // paths; the first with a value counts, and all of groups and models
	Silent  map[Field]string    `json:"silent"`  // fields that it has no path for, and why
	Missing map[Field]string    `json:"missing"` // what it means if a device has no value
	Values  map[Field][]meaning `json:"values"`

	meanings map[Field]map[string]*meaning // by value
	marks    []int                         // places of Marks
	fields   []placed
}

// meaning is what a value stands for.
type meaning struct {
	fact.Statement
	Value   string `json:"value"`
	Means   kind   `json:"means"`   // "" for nothing
	Because string `json:"because"` // what else there is to say
}

// placed is a field with the places of its paths.
type placed struct {
	field  Field
	places []int
}

// sinceFact tells from which version on Automated Device Enrollment supervises a platform's devices.
type sinceFact struct {
	fact.Statement
	Platform target.Platform `json:"platform"`
	Since    target.Version  `json:"since"`
}

type sourceData struct {
	Supervised []sinceFact `json:"supervised"`
	Sources    []*source   `json:"sources"`

	root   *node // of all paths
	places int
	page   pagePlaces
}

// pagePlaces are the places of what a page says of the whole list.
type pagePlaces struct {
	total, next int
	more        []int
}

var readSources struct {
	sync.Once
	data *sourceData
}

// sources returns the facts. The result is shared; do not modify it.
func sources() *sourceData {
	readSources.Do(func() { readSources.data = newSourceData() })
	return readSources.data
}

func newSourceData() *sourceData {
	d := &sourceData{root: &node{place: -1}}
	if err := json.Unmarshal(sourcesJSON, d); err != nil {
		panic(fmt.Sprintf("sources.json: %v", err)) // embedded, and read by a test
	}
	for _, s := range d.Sources {
		for _, f := range append(Fields(), automated, channel) {
			if paths := s.Fields[f]; len(paths) > 0 {
				p := placed{field: f}
				for _, path := range paths {
					p.places = append(p.places, d.place(path))
				}
				s.fields = append(s.fields, p)
			}
		}
		for _, path := range s.Marks {
			s.marks = append(s.marks, d.place(path))
		}
		s.meanings = map[Field]map[string]*meaning{}
		for f, values := range s.Values {
			s.meanings[f] = map[string]*meaning{}
			for i := range values {
				s.meanings[f][strings.ToLower(values[i].Value)] = &values[i]
			}
		}
	}
	d.page = pagePlaces{total: d.place("totalCount"), next: d.place("@odata.nextLink"), more: []int{d.place("meta.has_next_results"), d.place("has_more")}}
	return d
}

// node is a step of a path in JSON.
type node struct {
	place int // of a value to keep, -1 for none
	many  bool
	keys  map[string]*node
	items *node
}

// place returns the place of a path, such as mdm.name or labels[].name. Keys are in lower case: PowerShell writes DeviceName for
// deviceName.
func (d *sourceData) place(path string) int {
	at := d.root
	many := false
	steps := strings.Split(strings.ToLower(path), ".")
	if strings.HasPrefix(path, "@") { // OData's own keys have points
		steps = []string{strings.ToLower(path)}
	}
	for _, step := range steps {
		key, isList := strings.CutSuffix(step, "[]")
		if at.keys == nil {
			at.keys = map[string]*node{}
		}
		if at.keys[key] == nil {
			at.keys[key] = &node{place: -1}
		}
		at = at.keys[key]
		if isList {
			if at.items == nil {
				at.items = &node{place: -1}
			}
			at, many = at.items, true
		}
	}
	if at.place < 0 {
		at.place, at.many = d.places, many
		d.places++
	}
	return at.place
}

// sourceTitles lists the known APIs for messages.
func sourceTitles() string {
	var all []string
	for _, s := range sources().Sources {
		name, _, _ := strings.Cut(s.Title, ",")
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

// supervises reports whether Automated Device Enrollment supervises every device of the platform and version.
func (d *sourceData) supervises(p target.Platform, v target.Version) *sinceFact {
	for i := range d.Supervised {
		if f := &d.Supervised[i]; f.Platform == p && v.Compare(f.Since) >= 0 {
			return f
		}
	}
	return nil
}

// meaning finds what a value means; nil for nothing, and for a nil source.
func (s *source) meaning(f Field, words string) *meaning {
	if s == nil {
		return nil
	}
	return s.meanings[f][strings.ToLower(words)]
}
