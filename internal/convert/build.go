package convert

import (
	"encoding/base64"
	"fmt"
	"slices"

	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// build writes the template, builds it in memory and compares the result. refused are the findings of the check against the
// built profile.
func (a *draft) build() (t *Template, refused []diag.Diagnostic, err error) {
	written, err := a.write()
	if err != nil {
		return nil, nil, err
	}
	made := NewTemplate()
	t = &made
	t.Text, t.Target, t.Files = written, a.target.String(), a.files
	t.Raw, t.Secrets, t.Notes = append(t.Raw, a.rawReasons[topLevelIndex]...), append(t.Secrets, a.secrets...), append(t.Notes, a.notes...)
	for i, id := range a.ids {
		p := Payload{ID: id, Raw: append([]string{}, a.rawReasons[i]...)}
		if a.isDeclaration {
			p.Type = a.root.Get("Type").Text
		} else {
			p.Type = a.payloads[i].Get("PayloadType").Text
		}
		t.Payloads = append(t.Payloads, p)
	}
	loader := template.Loader{Root: memoryFS(a.files), Env: a.environment}
	spec, found, err := loader.Load(template.Input{Name: a.Name + ".yaml", Data: written})
	if err != nil {
		return nil, nil, err
	}
	if diag.HasErrors(found) {
		t.Differences = errorMessages(found)
		return t, nil, nil
	}
	result, err := compose.Options{}.Compose(spec, a.target, a.converter.catalog)
	if err != nil {
		return nil, nil, err
	}
	if t.Differences = errorMessages(result.Findings); len(t.Differences) > 0 {
		return t, slices.DeleteFunc(result.Findings, func(d diag.Diagnostic) bool { return d.Severity < diag.Error }), nil
	}
	t.Differences, err = a.compareBuilt(result)
	return t, nil, err
}

func (a *draft) environment(name string) (string, bool) {
	for _, s := range a.secrets {
		if s.Environment == name {
			return s.Text(), true
		}
	}
	return "", false
}

// errorMessages returns the messages of the errors among findings.
func errorMessages(found []diag.Diagnostic) []string {
	all := []string{}
	for _, d := range found {
		if d.Severity == diag.Error {
			all = append(all, "cannot be built: "+d.Message)
		}
	}
	return all
}

// compareBuilt describes the differences between the document and the built one.
func (a *draft) compareBuilt(result *compose.Result) ([]string, error) {
	if !a.isDeclaration {
		if _, err := profiles.Encode(result.Root); err != nil {
			return []string{"cannot be built: " + err.Error()}, nil
		}
		return a.differenceLines(a.root, result.Root)
	}
	for i := range result.Declarations {
		d := &result.Declarations[i]
		if d.Type != a.root.Get("Type").Text {
			continue
		}
		built, err := d.Value()
		if err != nil {
			return nil, err
		}
		// Each tool derives the token from the content in its own way.
		want := *a.root
		want.Fields = slices.DeleteFunc(slices.Clone(want.Fields), func(f plist.Field) bool { return f.Key == "ServerToken" })
		return a.differenceLines(want.Set("ServerToken", built.Get("ServerToken")), built)
	}
	return []string{"not built for " + a.target.String()}, nil
}

// differenceLines describes the differing keys, a line each.
func (a *draft) differenceLines(found, built *plist.Value) ([]string, error) {
	if plist.Equal(found, built) {
		return []string{}, nil
	}
	side := func(root *plist.Value) *diff.Side {
		return &diff.Side{Name: a.Source, Root: root, Declaration: a.isDeclaration}
	}
	d, err := diff.Compare(side(found), side(built), a.converter.catalog)
	if err != nil {
		return nil, err
	}
	all := []string{}
	add := func(where string, kind diff.Kind, path string) {
		all = append(all, fmt.Sprintf("%s: %s is %s when built", where, path, kind))
	}
	for _, c := range d.TopLevel {
		add("the top level", c.Kind, c.Path)
	}
	for _, p := range d.Payloads {
		if p.Kind != diff.Changed {
			add(p.Label(), p.Kind, "it")
			continue
		}
		for _, c := range p.Changes {
			add(p.Label(), c.Kind, c.Path)
		}
	}
	if len(all) == 0 {
		all = append(all, "the order of the payloads differs")
	}
	return all, nil
}

// Text is the secret as an environment variable holds it, in base64 for data.
func (s Secret) Text() string {
	switch s.Value.Kind {
	case plist.Data:
		return base64.StdEncoding.EncodeToString(s.Value.Data)
	case plist.Integer:
		return s.Value.Int.String()
	}
	return s.Value.Text
}
