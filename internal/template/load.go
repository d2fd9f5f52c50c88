// Package template loads syncguard's YAML templates: it merges overlays, replaces variables, and reports every mistake at its
// place.
//
// Start with Loader.Load, which returns a Spec; load.spec lists the stages in order. The tree of shapes in shape.go defines
// every key of a template: the check, the defaults, the JSON Schema and docs/template.md come from it, so a new key begins
// there. Reformat is for syncguard fmt, Write makes YAML of a value. The package knows the keys of templates, not of payloads:
// package compose turns a Spec into profiles and checks those.
package template

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/text"
)

// Loader reads templates. The zero Loader can read only an Input with Data.
type Loader struct {
	// Root is the folder of the template. A template never reads outside it; use os.Root's FS, because its symbolic links
	// cannot lead out either.
	Root fs.FS
	// Builtin holds the templates for `extends: builtin:NAME`, as NAME.yaml.
	Builtin fs.FS
	// Env looks up an environment variable for env:NAME; os.LookupEnv, or nil for none.
	Env func(string) (string, bool)
	// ReadFile reads a file:PATH given by the operator with --set or --vars; nil for none.
	ReadFile func(path string) ([]byte, error)
	// DisplayPrefix goes before the names of files in Root in messages.
	DisplayPrefix string
	// Untrusted refuses the environment, files named by values of the operator, hidden files and symbolic links in Root, and
	// halves all limits.
	Untrusted bool
	// Refused hears of each reference refused to an untrusted template, with the name of its file; nil for none.
	Refused func(file, message string)
}

// Input is one template with the values for its variables.
type Input struct {
	Name string       // slash-separated path inside Root, or builtin:NAME
	Set  []string     // name=value, in order; the last one of a name counts
	Vars []*diag.File // flat YAML mappings of names to values, in order; a later file wins
	Data []byte       // the template itself from standard input, otherwise nil
}

// Load reads a template, its bases and its variables. It reports all mistakes at once. With an Error among them the Spec is
// nil or partial, good only for finding more mistakes: values of unknown variables are Null. The error is for an unreadable
// template. Findings and the Spec point into copies of the files, with plain-text secrets masked.
func (l *Loader) Load(in Input) (*Spec, []diag.Diagnostic, error) {
	most := l.limits()
	s := &load{
		Loader: l, most: most, out: &findings{}, left: &budget{most.values, most.text, most}, dataLeft: most.allData,
		origins: map[*diag.File]origin{}, unknown: map[*plist.Value]bool{},
	}
	file, err := s.open(in)
	if err != nil {
		return nil, nil, err
	}
	spec := s.spec(file, in)
	s.masks = append(s.masks, secret.InSource(file, spec == nil)...)
	for _, span := range s.masks {
		diag.Mask(span.File.Data[span.Start:span.End])
	}
	// An unknown value counts as present, so no check reports it.
	for v := range s.unknown {
		*v = plist.Value{Kind: plist.Null, Span: v.Span}
	}
	return spec, diag.Sort(s.out.list), nil
}

// load is the state of one Load.
type load struct {
	*Loader
	most     limits
	out      *findings
	left     *budget
	dataLeft int // bytes up to the limit of $file and $text
	origins  map[*diag.File]origin
	files    []string
	masks    []diag.Span           // secret texts
	unknown  map[*plist.Value]bool // values with unknown variables
	partial  bool                  // a base is unreadable
}

// origin is the place of a file, to find the files it names beside it.
type origin struct {
	fsys fs.FS
	name string
}

// open reads the template named by the user.
func (s *load) open(in Input) (*diag.File, error) {
	if in.Data != nil {
		return s.register(origin{s.Root, "template.yaml"}, in.Name, bytes.Clone(in.Data)), nil
	}
	from, shown := s.origin(in.Name)
	data, err := s.readRegular(from, s.most.file)
	if name, isBuiltin := strings.CutPrefix(in.Name, "builtin:"); isBuiltin && errors.Is(err, fs.ErrNotExist) {
		known, _ := fs.Glob(s.Builtin, "*.yaml")
		for i := range known {
			known[i] = "builtin:" + strings.TrimSuffix(known[i], ".yaml")
		}
		return nil, diag.WithHint(fmt.Errorf("unknown built-in template %q", name), "want %s", text.Choices(known))
	}
	if err != nil {
		return nil, fmt.Errorf("reading template %s: %s", shown, plainError(err))
	}
	return s.register(from, shown, data), nil
}

// origin returns the place of a template, from its name in Root or builtin:NAME, and its name in messages.
func (s *load) origin(name string) (origin, string) {
	if builtin, ok := strings.CutPrefix(name, "builtin:"); ok {
		return origin{s.Builtin, builtin + ".yaml"}, name
	}
	return origin{s.Root, path.Clean(name)}, s.DisplayPrefix + name
}

func (s *load) register(from origin, shown string, data []byte) *diag.File {
	file := diag.NewFile(shown, data)
	s.origins[file] = from
	s.files = append([]string{shown}, s.files...)
	return file
}

// spec runs the stages: overlays, variables, check, files, decoding.
func (s *load) spec(file *diag.File, in Input) *Spec {
	root := s.readWithBases(file, []string{file.Name})
	if root == nil {
		return nil
	}
	check := &checker{out: s.out, skip: s.unknown, partial: s.partial, baseIDs: baseIDs(root)}
	top := templateShape()
	section := remove(root, "variables")
	if section != nil && section.Value.Kind != plist.Null {
		check.value(section.Value, top.child("variables"), place{section.KeySpan, diag.Keys("variables")})
	}
	vs := s.declare(valueOf(section))
	vs.assignAll(in)
	vs.substitute(root)
	s.hideSecrets(root)
	check.value(root, top, place{span: start(root)})
	s.readData(root)
	spec := s.decode(root, top)
	vs.reportUnused(file)
	root.SetStepIDs(s.out.list, "payloads", "id")
	spec.Name, spec.Files, spec.Variables, spec.hasSecret = file.Name, s.files, vs.list(), root.HasSecret()
	return spec
}

// start is the place of a mapping's first key, for findings about missing keys.
func start(v *plist.Value) diag.Span {
	if len(v.Fields) > 0 {
		return v.Fields[0].KeySpan
	}
	return diag.Span{File: v.Span.File, Start: v.Span.Start, End: v.Span.Start}
}

func valueOf(f *plist.Field) *plist.Value {
	if f == nil {
		return nil
	}
	return f.Value
}

// remove takes a key out of a dictionary, and returns it or nil.
func remove(v *plist.Value, key string) *plist.Field {
	for i, f := range v.Fields {
		if f.Key == key {
			v.Fields = append(v.Fields[:i:i], v.Fields[i+1:]...)
			return &f
		}
	}
	return nil
}

// mask keeps the text of a value out of every excerpt.
func (s *load) mask(v *plist.Value) {
	if v.Span.File != nil {
		s.masks = append(s.masks, v.Span)
	}
}

var (
	errOutside = errors.New("it is outside the folder of the template")
	errNotText = errors.New("it is not UTF-8 text")
	errEmpty   = errors.New("it is empty")
	errNoFiles = errors.New("there is no folder to read files from")
)

// beside resolves a path relative to the file naming it. The result cannot lie outside the file's folder tree.
func (s *load) beside(from *diag.File, name string) (origin, error) {
	at, ok := s.origins[from]
	switch {
	case !ok || at.fsys == nil:
		return origin{}, errNoFiles
	case strings.ContainsAny(name, "\\\x00"):
		return origin{}, errors.New("use / between folders")
	case strings.HasPrefix(name, "/"), len(name) > 1 && name[1] == ':':
		return origin{}, errOutside
	}
	joined := path.Join(path.Dir(at.name), name)
	if !fs.ValidPath(joined) {
		return origin{}, errOutside
	}
	return origin{at.fsys, joined}, nil
}

// readBeside reads a file to put into the profile, by a path relative to the file naming it.
func (s *load) readBeside(from *diag.File, name string, limit int) ([]byte, error) {
	at, err := s.beside(from, name)
	if err != nil {
		return nil, err
	}
	if err := s.checkTrust(at); err != nil {
		return nil, err
	}
	return readVisible(at, limit)
}

// readRegular is readRegular, without what an untrusted template must not read.
func (s *load) readRegular(from origin, limit int) ([]byte, error) {
	if err := s.checkTrust(from); err != nil {
		return nil, err
	}
	return readRegular(from, limit)
}

// readRegular reads a regular file of at most limit bytes.
func readRegular(from origin, limit int) ([]byte, error) {
	if from.fsys == nil {
		return nil, errNoFiles
	}
	if !fs.ValidPath(from.name) {
		return nil, errOutside
	}
	info, err := fs.Stat(from.fsys, from.name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := from.fsys.Open(from.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return data, err
}

// plainError drops the operation and the path, because the message around it already names them.
func plainError(err error) string {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &pathError) && strings.Contains(pathError.Err.Error(), "escapes"):
		return errOutside.Error()
	case errors.As(err, &pathError):
		return pathError.Err.Error()
	}
	return err.Error()
}
