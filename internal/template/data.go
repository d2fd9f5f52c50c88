package template

import (
	"fmt"
	"unicode/utf8"

	"syncguard/internal/plist"
)

// The limits of files that a template takes in.
const (
	maxDataFile = 16 << 20 // bytes of one file
	maxAllData  = 64 << 20 // bytes of all
)

// readData replaces {$file: PATH} and {$text: PATH} in the keys of payloads.
func (s *load) readData(root *plist.Value) {
	eachPayload(root, func(path string, p *plist.Value) {
		if keys := p.Get("keys"); keys != nil {
			s.readDataIn(keys, path+".keys")
		}
	})
}

// eachPayload calls f for every payload that is a mapping.
func eachPayload(root *plist.Value, f func(path string, p *plist.Value)) {
	list := root.Get("payloads")
	if list == nil {
		return
	}
	for i, p := range list.Items {
		if p.Kind == plist.Dictionary {
			f(fmt.Sprintf("payloads[%d]", i), p)
		}
	}
}

func (s *load) readDataIn(v *plist.Value, path string) {
	if isFileReference(v) {
		s.readReference(v, path)
		return
	}
	for _, f := range v.Fields {
		s.readDataIn(f.Value, join(path, f.Key))
	}
	for i, item := range v.Items {
		s.readDataIn(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

func (s *load) readReference(v *plist.Value, path string) {
	f := v.Fields[0]
	name := f.Value
	switch {
	case len(v.Fields) > 1:
		s.out.add("invalid-file-reference", place{v.Fields[1].KeySpan, path}, "%q has more keys beside the path of a file", path).
			Help = "keep only one of them, $file or $text"
		return
	case s.unknown[name]:
		return
	case name.Kind != plist.String:
		s.out.add("invalid-file-reference", place{name.Span, path}, "%q is %s, want the path of a file", path, describe(name))
		return
	}
	data, err := s.readBeside(name.Span.File, name.Text, min(maxDataFile, s.dataLeft))
	if err == nil && f.Key == "$text" && !utf8.Valid(data) {
		err = errNotText
	}
	if err != nil {
		s.out.add("unreadable-file", place{name.Span, path}, "file %s cannot be read: %s", describe(name), plainError(err))
		return
	}
	s.dataLeft -= len(data)
	read := &plist.Value{Kind: plist.Data, Data: data}
	if f.Key == "$text" {
		read = plist.NewString(string(data))
	}
	read.Secret, read.Span = v.Secret, name.Span
	*v = *read
}
