package effective

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/merge"
	"syncguard/internal/plist"
)

// source is a file that counts.
type source struct {
	File
	identifier string
	rivals     int // number of the files with its identifier and other content, itself included; 0 without any
	number     int // among the files
	fate       int // its place among the fates
}

// choose settles the files: a copy of another file is left out, and of several files with one identifier only one stays on the
// device. The files are ordered by name, so that the order of the arguments does not matter.
func (r *run) choose(files []File) (counted []source) {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	first := map[uint64]*source{}
	rivals := map[string][]int{}
	counted = make([]source, 0, len(files))
	for _, f := range files {
		s := source{File: f, identifier: identifierOf(f), number: len(counted), fate: len(r.Files)}
		fate := Fate{File: f.Name, Identifier: s.identifier, Kind: "profile"}
		if f.Declaration {
			fate.Kind = "declaration"
		}
		content := plist.Hash(contentOf(f))
		original := first[content]
		device := r.deviceOf(f.Root)
		switch {
		case original != nil:
			fate.CopyOf = original.Name
		case f.Not != "":
			fate.Note = f.Not
		case device != "":
			fate.Note = fmt.Sprintf("is for %s only (TargetDeviceType)", device)
		default:
			if strings.HasPrefix(f.Root.String("Type"), legacy) && f.Declaration {
				w := merge.Legacy()
				fate.Note, fate.Rule, fate.Next = "brings the profile at its address, which was not read", w.ID, w.Next
			}
			counted = append(counted, s)
			first[content] = &counted[len(counted)-1]
			if s.identifier != "" {
				kind := fate.Kind + " " + s.identifier
				rivals[kind] = append(rivals[kind], len(counted)-1)
			}
		}
		r.Files = append(r.Files, fate)
	}
	for _, same := range rivals {
		if len(same) > 1 {
			r.noteRivals(counted, same)
		}
	}
	return counted
}

// legacy begins the types of declarations that bring a profile.
const legacy = "com.apple.configuration.legacy"

// noteRivals notes at each of several files with one identifier that only one stays.
func (r *run) noteRivals(counted []source, same []int) {
	w := merge.SameIdentifier()
	for _, i := range same {
		counted[i].rivals = len(same)
		f := &r.Files[counted[i].fate]
		f.Note, f.Rule, f.Next = fmt.Sprintf("is one of %d files with one identifier; only the one that comes last stays", len(same)), w.ID, w.Next
	}
}

func identifierOf(f File) string {
	if f.Declaration {
		return f.Root.String("Identifier")
	}
	return f.Root.String("PayloadIdentifier")
}

// contentOf returns a file without what may differ between copies: its UUIDs and its token.
func contentOf(f File) *plist.Value {
	without := func(v *plist.Value, names ...string) *plist.Value {
		w := plist.NewDictionary()
		for _, field := range v.Fields {
			if !slices.Contains(names, field.Key) {
				w.Fields = append(w.Fields, field)
			}
		}
		return w
	}
	if f.Declaration {
		return without(f.Root, "ServerToken")
	}
	root := without(f.Root, "PayloadUUID")
	content := plist.NewArray()
	for _, p := range f.Root.List("PayloadContent") {
		if p != nil && p.Kind == plist.Dictionary {
			p = without(p, "PayloadUUID")
		}
		content.Items = append(content.Items, p)
	}
	return root.Set("PayloadContent", content)
}
