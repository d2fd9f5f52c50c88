package template

import "slices"

// KeyHelp is what an editor shows of a key of a template or of a project file.
type KeyHelp struct {
	Name     string
	Kind     string // in words, such as text or a list
	Required bool
	Default  string
	Choices  []string
	Meaning  string
	Example  string
	IsList   bool
	IsMap    bool
}

// Help returns the help for the key at a path, nil for an unknown one or the top, and for the keys below it. Lists add nothing
// to a path. inProject is set for a project file.
func Help(inProject bool, path ...string) (own *KeyHelp, below []KeyHelp) {
	s := templateShape()
	if inProject {
		s = projectShape()
	}
	for _, name := range path {
		if s = s.held().below(name); s == nil {
			return nil, nil
		}
	}
	if len(path) > 0 {
		own = new(s.help())
	}
	for _, k := range s.held().keys {
		below = append(below, k.help())
	}
	return own, below
}

// held is the shape of the elements of a list, or s itself.
func (s *shape) held() *shape {
	if s.kind == list && s.item != nil {
		return s.item
	}
	return s
}

// below is the shape of a key of a mapping, or nil.
func (s *shape) below(name string) *shape {
	if k := s.child(name); k != nil || s.kind != mapping {
		return k
	}
	return s.item
}

func (s *shape) help() KeyHelp {
	of := s.held()
	return KeyHelp{Name: s.name, Kind: s.want(), Required: s.required, Default: s.fallback, Choices: slices.Clone(of.choices), Meaning: s.meaning, Example: s.example,
		IsList: s.kind == list, IsMap: s.kind == mapping || s.kind == free}
}
