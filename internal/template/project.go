package template

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// ProjectFile is the name of a project's own settings. It is looked for in the current folder and in those above it.
const ProjectFile = ".syncguard.yaml"

// Project is what a project file says.
type Project struct {
	AllowUnknown []Exception
}

// Exception is a payload type, or a key of one, that is right although no schema knows it.
type Exception struct {
	Key    Entry[string] // TYPE or TYPE.KEY
	Reason Entry[string]
}

func projectShape() *shape {
	return &shape{kind: mapping, literal: true, keys: []*shape{
		{name: "allowUnknown", kind: list, literal: true, item: &shape{kind: mapping, literal: true, keys: []*shape{
			{name: "key", kind: text, literal: true, required: true, nonEmpty: true},
			{name: "reason", kind: text, literal: true, required: true, nonEmpty: true},
		}}},
	}}
}

// ReadProject reads a project file. It reports all mistakes at once, and the Project holds what is right.
func ReadProject(file *diag.File) (*Project, []diag.Diagnostic) {
	out := &findings{}
	left := maxNodes
	project := &Project{}
	root := readTree(file, &left, out)
	if root == nil || root.Kind == plist.Null {
		return project, diag.Sort(out.list) // an empty file says nothing, which is no mistake
	}
	shape := projectShape()
	(&checker{out: out}).check(root, shape, place{span: diag.Span{File: file}})
	if list := root.Get("allowUnknown"); list != nil {
		for _, item := range list.Items {
			project.add(item)
		}
	}
	return project, diag.Sort(out.list)
}

// add takes in an exception that has both of its keys.
func (p *Project) add(item *plist.Value) {
	key, reason := item.Get("key"), item.Get("reason")
	if key == nil || reason == nil || key.Kind != plist.String || reason.Kind != plist.String || key.Text == "" || reason.Text == "" {
		return
	}
	p.AllowUnknown = append(p.AllowUnknown, Exception{entry(key.Text, key, "allowUnknown"), entry(reason.Text, reason, "allowUnknown")})
}
