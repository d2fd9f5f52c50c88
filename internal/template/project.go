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
	Ignore       []Ignored
}

// Ignored is a rule whose findings in some files do not count.
type Ignored struct {
	Rule   Entry[string]
	Files  Entry[string] // pattern of paths below the folder of the project file, such as legacy/**/*.mobileconfig; not set for all
	Reason Entry[string]
}

// Exception is a payload type, or a key of one, that is right although no schema knows it.
type Exception struct {
	Key    Entry[string] // TYPE or TYPE.KEY
	Reason Entry[string]
}

func projectShape() *shape {
	return &shape{kind: mapping, literal: true, keys: []*shape{
		{name: "allowUnknown", kind: list, literal: true, item: &shape{kind: mapping, literal: true, keys: []*shape{
			{name: "key", kind: plain, literal: true, required: true, nonEmpty: true},
			{name: "reason", kind: plain, literal: true, required: true, nonEmpty: true},
		}}},
		{name: "ignore", kind: list, literal: true, item: &shape{kind: mapping, literal: true, keys: []*shape{
			{name: "rule", kind: plain, literal: true, required: true, nonEmpty: true},
			{name: "files", kind: plain, literal: true, nonEmpty: true},
			{name: "reason", kind: plain, literal: true, required: true, nonEmpty: true},
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
	for _, item := range listed(root, "allowUnknown") {
		if key, reason, ok := textPair(item, "key", diag.Keys("allowUnknown")); ok {
			project.AllowUnknown = append(project.AllowUnknown, Exception{key, reason})
		}
	}
	for _, item := range listed(root, "ignore") {
		if rule, reason, ok := textPair(item, "rule", diag.Keys("ignore")); ok {
			ignored := Ignored{Rule: rule, Reason: reason}
			if files := onlyText(item.Get("files")); files != nil && files.Text != "" {
				ignored.Files = entry(files.Text, files, diag.Keys("ignore"))
			}
			project.Ignore = append(project.Ignore, ignored)
		}
	}
	return project, diag.Sort(out.list)
}

func listed(root *plist.Value, name string) []*plist.Value {
	if list := root.Get(name); list != nil {
		return list.Items
	}
	return nil
}

// textPair returns a key of an item and its reason, when both are there.
func textPair(item *plist.Value, name string, path diag.Path) (value, reason Entry[string], ok bool) {
	v, why := onlyText(item.Get(name)), onlyText(item.Get("reason"))
	if v == nil || why == nil || v.Text == "" || why.Text == "" {
		return value, reason, false
	}
	return entry(v.Text, v, path), entry(why.Text, why, path), true
}
