package template

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// variable is one declared variable with the sources of its value.
type variable struct {
	Variable
	fallback   *plist.Value // the default; nil for none
	reference  *plist.Value // of the template: env:NAME or file:PATH; nil for none
	assignment *assignment  // by the operator; nil for none
	resolved   bool
	value      *plist.Value // nil for none
}

// assignment is a value from the operator.
type assignment struct {
	value  *plist.Value
	option string    // its source in messages, such as --set
	span   diag.Span // of the name in a --vars file; zero for --set
}

// variables are the declared variables of one load.
type variables struct {
	*load
	byName map[string]*variable
	order  []string
	bytes  int // up to the limit of substituted bytes
}

// declare reads the section variables of a template.
func (s *load) declare(section *plist.Value) *variables {
	vs := &variables{load: s, byName: map[string]*variable{}, bytes: s.most.substituted}
	if section == nil || section.Kind != plist.Dictionary {
		return vs
	}
	for _, f := range section.Fields {
		here := place{f.KeySpan, diag.Keys("variables", f.Key)}
		if !isVariableName(f.Key) {
			s.out.add(rule.InvalidVariable, here, "invalid variable name %q, want a letter or _, then letters, digits, - and _", f.Key)
			continue
		}
		vs.byName[f.Key] = s.declaration(f, here)
		vs.order = append(vs.order, f.Key)
	}
	return vs
}

func (s *load) declaration(f plist.Field, here place) *variable {
	v := &variable{Variable: Variable{Name: f.Key, Kind: plist.String, Span: f.KeySpan}, fallback: f.Value}
	if f.Value.Kind == plist.Dictionary {
		v.fallback = f.Value.Get("default")
		v.reference = onlyText(f.Value.Get("secret"))
		v.Secret = v.reference != nil
		if d := onlyText(f.Value.Get("description")); d != nil {
			v.Description = d.Text
		}
	}
	if v.fallback != nil && !isScalar(v.fallback.Kind) {
		v.fallback = nil
	}
	v.HasDefault = v.fallback != nil
	if v.HasDefault {
		v.Kind = v.fallback.Kind
		s.checkDefault(v, here)
	}
	if t := onlyText(f.Value.Get("type")); t != nil {
		v.Kind = kindNamed(t.Text)
	}
	if v.HasDefault && !v.Secret && v.Kind != v.fallback.Kind {
		converted, ok := convert(v.fallback, v.Kind)
		if !ok {
			s.out.add(rule.WrongVariableType, place{v.fallback.Span, here.path}, "the default of variable %q is %s, want %s", v.Name, describe(v.fallback), article(v.Kind))
		}
		v.fallback = converted
	}
	return v
}

func (s *load) checkDefault(v *variable, here place) {
	at := place{v.fallback.Span, here.path}
	if v.Secret {
		s.mask(v.fallback)
		s.out.add(rule.DefaultOfSecret, at, "secret variable %q has a default, want none", v.Name).
			Help = "remove the default"
		return
	}
	for _, p := range split(v.fallback.Text) {
		if p.name != "" {
			s.out.add(rule.RecursiveVariable, at, "the default of variable %q uses %s, want a default without variables", v.Name, p.source).
				Help = "use both variables where the value is needed"
		}
	}
}

// onlyText returns v for a text, otherwise nil.
func onlyText(v *plist.Value) *plist.Value {
	if v == nil || v.Kind != plist.String {
		return nil
	}
	return v
}

func kindNamed(name string) plist.Kind {
	for _, k := range []plist.Kind{plist.Integer, plist.Real, plist.Boolean, plist.Date, plist.Data} {
		if k.String() == name {
			return k
		}
	}
	return plist.String
}

// article names a kind in a sentence.
func article(k plist.Kind) string {
	if k == plist.Array {
		return "a list"
	}
	return text.Article(k.String())
}

// assignAll assigns the values of --vars and --set; the last one of a name counts.
func (vs *variables) assignAll(in Input) {
	for _, file := range in.Vars {
		vs.assignFile(file)
	}
	for i, set := range in.Set {
		name, value, ok := strings.Cut(set, "=")
		if !ok || name == "" {
			// The text itself is not shown: it may be a secret.
			vs.out.add(rule.InvalidVariable, place{}, "invalid --set number %d, want name=value", i+1)
			continue
		}
		vs.assign(name, &assignment{value: plist.NewString(value), option: "--set"})
	}
}

func (vs *variables) assignFile(original *diag.File) {
	// A copy, because secrets are masked in it before it goes into findings.
	file := diag.NewFile(original.Name, bytes.Clone(original.Data))
	before := len(vs.out.list)
	tree := readTree(file, vs.left, vs.out)
	if len(vs.out.list) > before {
		vs.hideFile(file, vs.out.list[before:])
	}
	switch {
	case tree == nil && len(vs.out.list) > before:
		return
	case tree == nil, tree.Kind == plist.Null, tree.Kind == plist.Dictionary && len(tree.Fields) == 0:
		vs.out.add(rule.WrongTemplateType, place{span: diag.Span{File: file}}, "%q sets no variables", file.Name).
			Help = "write NAME: VALUE, one per line, or leave out --vars"
		return
	case tree.Kind != plist.Dictionary:
		vs.masks = append(vs.masks, diag.Span{File: file, End: len(file.Data)})
		vs.out.add(rule.WrongTemplateType, place{span: start(tree)}, "the variables file is %s, want a mapping of names to values", article(tree.Kind))
		return
	}
	for _, f := range tree.Fields {
		vs.assign(f.Key, &assignment{value: f.Value, option: file.Name, span: f.KeySpan})
	}
}

// hideFile keeps an unreadable file out of excerpts and messages, because any of its values may be secret.
func (vs *variables) hideFile(file *diag.File, found []diag.Diagnostic) {
	vs.masks = append(vs.masks, diag.Span{File: file, End: len(file.Data)})
	for i := range found {
		if found[i].Rule == rule.InvalidYAML {
			found[i].Message, found[i].Help = "invalid YAML in the variables file", "put the value in quotes"
		}
	}
}

func (vs *variables) assign(name string, a *assignment) {
	v := vs.byName[name]
	if v == nil {
		vs.reportUndeclared(name, a)
		return
	}
	if v.Secret || isReference(a.value) {
		v.Secret = true
		vs.mask(a.value)
	}
	v.assignment = a
}

// reportUndeclared reports an Error for --set, because it is for this template only, and a Warning for a file, because it may
// serve several.
func (vs *variables) reportUndeclared(name string, a *assignment) {
	if vs.out.full() {
		return
	}
	report := vs.out.warn
	if a.option == "--set" {
		report = vs.out.add
	}
	vs.mask(a.value)
	report(rule.UndeclaredVariable, place{span: a.span}, "%s sets variable %q, but the template does not declare it", a.option, name).
		Help = didYouMean(name, vs.order, "declare it under variables")
}

func isReference(v *plist.Value) bool {
	return v.Kind == plist.String && (strings.HasPrefix(v.Text, "env:") || strings.HasPrefix(v.Text, "file:"))
}

// resolve returns the value of a variable, or nil after a finding. It reads a reference at first use, and only once.
func (vs *variables) resolve(v *variable) *plist.Value {
	v.Used = true
	if v.resolved {
		return v.value
	}
	v.resolved = true
	switch {
	case v.assignment != nil:
		v.value = vs.assignedValue(v)
	case v.reference != nil:
		if text, ok := vs.readReference(v, v.reference.Text, false, v.reference.Span); ok {
			v.value = vs.typed(v, plist.NewString(text), "its reference", v.Span)
		}
	case v.fallback != nil:
		v.value = v.fallback
	default:
		vs.out.add(rule.UnsetVariable, place{v.Span, diag.Keys("variables", v.Name)}, "variable %q has no value", v.Name).
			Help = fmt.Sprintf("add --set %s=VALUE, or a default", v.Name)
	}
	if v.value != nil {
		value := *v.value
		value.Secret = v.Secret
		v.value = &value
	}
	return v.value
}

func (vs *variables) assignedValue(v *variable) *plist.Value {
	a := v.assignment
	if isReference(a.value) {
		text, ok := vs.readReference(v, a.value.Text, true, a.span)
		if !ok {
			return nil
		}
		return vs.typed(v, plist.NewString(text), "its reference", a.span)
	}
	return vs.typed(v, a.value, a.option, a.span)
}

// typed converts a value to the variable's type, or reports it.
func (vs *variables) typed(v *variable, value *plist.Value, from string, span diag.Span) *plist.Value {
	converted, ok := convert(value, v.Kind)
	if ok {
		return converted
	}
	shown := *value
	shown.Secret = v.Secret
	vs.out.add(rule.WrongVariableType, place{span, diag.Keys("variables", v.Name)}, "variable %q is %s (from %s), want %s", v.Name, describe(&shown), from, article(v.Kind))
	return nil
}

// convert reads text as another kind, and an integer as a real. Nothing else changes its kind.
func convert(v *plist.Value, k plist.Kind) (*plist.Value, bool) {
	switch {
	case v.Kind == k:
		return v, true
	case v.Kind == plist.Integer && k == plist.Real:
		return plist.NewReal(v.Int.Float()), true
	case v.Kind != plist.String:
		return v, false
	}
	switch k {
	case plist.Integer:
		n, err := parseInteger(v.Text)
		return &plist.Value{Kind: k, Int: n}, err == nil
	case plist.Real:
		f, err := strconv.ParseFloat(v.Text, 64)
		return plist.NewReal(f), err == nil && f-f == 0 // neither infinite nor NaN
	case plist.Boolean:
		return plist.NewBoolean(v.Text == "true"), v.Text == "true" || v.Text == "false"
	case plist.Date:
		t, err := parseDate(v.Text)
		return plist.NewDate(t), err == nil
	case plist.Data:
		data, err := parseBase64(v.Text)
		return plist.NewData(data), err == nil
	}
	return v, false
}

// readReference reads env:NAME or file:PATH. The operator's own references may name any file, a template's only those in its
// folder.
func (vs *variables) readReference(v *variable, reference string, operator bool, span diag.Span) (string, bool) {
	at := place{span, diag.Keys("variables", v.Name)}
	if name, ok := strings.CutPrefix(reference, "env:"); ok {
		if vs.Untrusted {
			what := fmt.Sprintf("environment variable %q for variable %q", name, v.Name)
			vs.refuse(span, what, errUntrusted)
			vs.out.add(rule.UnreadableReference, at, "%s is not read: %s", what, errUntrusted)
			return "", false
		}
		value, set := "", false
		if vs.Env != nil {
			value, set = vs.Env(name)
		}
		if !set {
			vs.out.add(rule.UnreadableReference, at, "environment variable %q for variable %q is not set", name, v.Name)
		}
		return value, set
	}
	name := strings.TrimPrefix(reference, "file:")
	data, err := vs.secretFile(name, operator, span.File)
	if err == nil && len(data) > vs.most.file {
		err = fmt.Errorf("it has more than %d bytes", vs.most.file)
	}
	if err == nil && !utf8.Valid(data) {
		err = errNotText
	}
	if err == nil && trimNewline(string(data)) == "" {
		err = errEmpty
	}
	if err != nil {
		vs.refuse(span, fmt.Sprintf("file %q for variable %q", name, v.Name), err)
		vs.out.add(rule.UnreadableReference, at, "file %q for variable %q cannot be read: %s", name, v.Name, plainError(err))
		return "", false
	}
	return trimNewline(string(data)), true
}

func (vs *variables) secretFile(name string, operator bool, from *diag.File) ([]byte, error) {
	if !operator {
		return vs.readBeside(from, name, vs.most.file)
	}
	if vs.Untrusted {
		return nil, errUntrusted
	}
	if vs.ReadFile == nil {
		return nil, errNoFiles
	}
	return vs.ReadFile(name)
}

// trimNewline drops the one line end added by editors at the end of a file.
func trimNewline(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}

// reportUnused reports variables declared in the template and never used. It ignores those of a base, because the template may
// have replaced their use.
func (vs *variables) reportUnused(template *diag.File) {
	for _, name := range vs.order {
		if v := vs.byName[name]; !v.Used && v.Span.File == template {
			vs.out.warn(rule.UnusedVariable, place{v.Span, diag.Keys("variables", name)}, "variable %q is not used", name).
				Help = "remove it, or write ${" + name + "} where its value belongs"
		}
	}
}

// list returns the declared variables for the Spec.
func (vs *variables) list() []Variable {
	var all []Variable
	for _, name := range vs.order {
		all = append(all, vs.byName[name].Variable)
	}
	return all
}
