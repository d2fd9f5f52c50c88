package template

import (
	"fmt"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// The limits of the files behind $file and $text.
const (
	maxDataFile = 16 << 20 // bytes of one file
	maxAllData  = 64 << 20 // bytes of all
)

// readData replaces {$file: PATH} and {$text: PATH} in Apple's keys: those of the top level, and those of each payload.
func (s *load) readData(root *plist.Value) {
	s.readDataIn(root.Lookup("profile", "keys"), diag.Keys("profile", "keys"))
	for i, p := range root.List("payloads") {
		s.readDataIn(p.Get("keys"), diag.Keys("payloads").Item(i).Key("keys"))
	}
}

func (s *load) readDataIn(keys *plist.Value, path diag.Path) {
	for n := range plist.Walk(keys) {
		if isFileReference(n.Value) {
			s.readDataFile(n.Value, n.Path(path))
			n.Skip()
		}
	}
}

func (s *load) readDataFile(v *plist.Value, path diag.Path) {
	f := v.Fields[0]
	name := f.Value
	switch {
	case len(v.Fields) > 1:
		at := v.Fields[1].KeySpan
		s.out.add(rule.InvalidFileReference, place{at, path}, "%q has other keys beside %q", path, f.Key).
			Help = "keep only one key"
		replaceReference(v, f.Key, nil, at)
		return
	case name.Secret:
		(&checker{out: s.out, skip: s.unknown}).secretName(name, path)
		replaceReference(v, f.Key, nil, name.Span)
		return
	case s.unknown[name]:
		return
	case name.Kind != plist.String:
		s.out.add(rule.InvalidFileReference, place{name.Span, path}, "%q is %s, want the path of a file", path, describe(name))
		replaceReference(v, f.Key, nil, name.Span)
		return
	}
	data, err := s.readBeside(name.Span.File, name.Text, min(s.most.dataFile, s.dataLeft))
	if err == nil && f.Key == "$text" && !utf8.Valid(data) {
		err = errNotText
	}
	if err != nil {
		s.refuse(name.Span, fmt.Sprintf("file %s", describe(name)), err)
		s.out.add(rule.UnreadableFile, place{name.Span, path}, "file %s cannot be read: %s", describe(name), plainError(err))
		data = nil
	}
	s.dataLeft -= len(data)
	replaceReference(v, f.Key, data, name.Span)
}

// replaceReference replaces a reference by the content of its file. For an unreadable file the content is empty, so no check
// takes the reference itself for the value.
func replaceReference(v *plist.Value, key string, data []byte, span diag.Span) {
	read := plist.Value{Kind: plist.Data, Data: data, Secret: v.Secret, Span: span}
	if key == "$text" {
		read = plist.Value{Kind: plist.String, Text: string(data), Secret: v.Secret, Span: span}
	}
	*v = read
}
