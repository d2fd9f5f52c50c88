package template

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
)

// ProjectFile is the name of a project's settings, in the current folder or one above it.
const ProjectFile = ".syncguard.yaml"

// Project is the content of a project file. Each setting stands for the flag of lint with its name; those of inventory stand for
// the flags of the commands that read a list of devices.
type Project struct {
	Paths    []Entry[string] // what to lint without a PATH: files and folders, relative to the folder of the project file
	Targets  []Entry[target.Target]
	For      Entry[string]
	FailOn   Entry[string]
	Select   []Entry[string]
	Baseline Entry[string] // relative to the folder of the project file
	Ignore   []Ignored

	Columns map[string]string // of an inventory: the header of a field's column
	Assume  map[string]string // of the devices of an inventory whose rows do not tell
}

// Ignored is an exception: the findings of a rule about some keys, in some files, do not count.
type Ignored struct {
	Rule   Entry[string]
	Key    Entry[string] // TYPE or TYPE.KEY; unset for all
	Files  Entry[string] // pattern of paths below the folder of the project file, such as legacy/**/*.mobileconfig; unset for all
	Reason Entry[string]
}

func projectShape() *shape {
	texts := func(name string, item *shape) *shape {
		item.kind, item.literal, item.nonEmpty = plain, true, true
		return &shape{name: name, kind: list, literal: true, nonEmpty: true, unique: true, item: item}
	}
	return &shape{kind: mapping, literal: true, keys: []*shape{
		texts("paths", &shape{}),
		texts("targets", &shape{format: targetFormat}),
		{name: "for", kind: plain, literal: true, nonEmpty: true},
		{name: "fail-on", kind: plain, literal: true, choices: []string{"error", "warning", "note"}},
		texts("select", &shape{}),
		{name: "baseline", kind: plain, literal: true, nonEmpty: true},
		inventoryShape(),
		{name: "ignore", kind: list, literal: true, item: &shape{kind: mapping, literal: true, keys: []*shape{
			{name: "rule", kind: plain, literal: true, required: true, nonEmpty: true},
			{name: "key", kind: plain, literal: true, nonEmpty: true},
			{name: "files", kind: plain, literal: true, nonEmpty: true},
			{name: "reason", kind: plain, literal: true, required: true, nonEmpty: true},
		}}},
	}}
}

// InventoryFields lists the fields of an inventory that a column can be named for. A test holds them to package inventory.
func InventoryFields() []string {
	return []string{"platform", "version", "enrollment", "supervised", "managed", "shared-ipad", "model", "serial", "name", "groups"}
}

func inventoryShape() *shape {
	columns := &shape{name: "columns", kind: mapping, literal: true}
	for _, field := range InventoryFields() {
		columns.keys = append(columns.keys, &shape{name: field, kind: plain, literal: true, nonEmpty: true})
	}
	var enrollments []string
	for _, e := range target.Enrollments() {
		enrollments = append(enrollments, string(e))
	}
	return &shape{name: "inventory", kind: mapping, literal: true, keys: []*shape{columns, {name: "assume", kind: mapping, literal: true, keys: []*shape{
		{name: "supervised", kind: plain, literal: true, choices: []string{"yes", "no"}},
		{name: "enrollment", kind: plain, literal: true, choices: enrollments},
	}}}}
}

// ReadProject reads a project file. It reports all mistakes at once, and the Project holds the correct exceptions.
func ReadProject(file *diag.File) (*Project, []diag.Diagnostic) {
	out := &findings{}
	project := &Project{}
	shape := projectShape()
	root := readTop(file, "project file", shape, newBudget(), out)
	if root == nil || root.Kind == plist.Null {
		return project, diag.Sort(out.list) // an empty file is no mistake
	}
	if old := remove(root, "allowUnknown"); old != nil {
		out.add(rule.UnknownTemplateKey, place{old.KeySpan, diag.Keys(old.Key)}, "unknown key %q, replaced by ignore", old.Key).
			Help = "move each entry to ignore and add rule: unknown-key to it, or rule: unknown-payload-type for a type without a schema"
	}
	(&checker{out: out}).value(root, shape, place{span: diag.Span{File: file}})
	top := section{v: root, shape: shape}
	project.Paths, project.Select = top.texts("paths"), top.texts("select")
	project.For, project.FailOn, project.Baseline = top.text("for"), top.text("fail-on"), top.text("baseline")
	for _, e := range top.texts("targets") {
		t, err := target.Parse(e.Value)
		if err == nil && !slices.ContainsFunc(project.Targets, func(other Entry[target.Target]) bool { return other.Value == t }) {
			project.Targets = append(project.Targets, Entry[target.Target]{Value: t, IsSet: true, Span: e.Span, Path: e.Path})
		}
	}
	project.Columns, project.Assume = allTexts(root.Get("inventory").Get("columns")), allTexts(root.Get("inventory").Get("assume"))
	for _, item := range root.List("ignore") {
		text := func(key string) Entry[string] {
			if v := onlyText(item.Get(key)); v != nil && v.Text != "" {
				return entry(v.Text, v, diag.Keys("ignore"))
			}
			return Entry[string]{}
		}
		if i := (Ignored{Rule: text("rule"), Key: text("key"), Files: text("files"), Reason: text("reason")}); i.Rule.IsSet && i.Reason.IsSet &&
			i.Key.IsSet == (item.Get("key") != nil) && i.Files.IsSet == (item.Get("files") != nil) {
			project.Ignore = append(project.Ignore, i)
		}
	}
	return project, diag.Sort(out.list)
}

// allTexts returns the texts of a mapping, by key.
func allTexts(v *plist.Value) map[string]string {
	texts := map[string]string{}
	if v != nil {
		for _, field := range v.Fields {
			if text := onlyText(field.Value); text != nil {
				texts[field.Key] = text.Text
			}
		}
	}
	return texts
}
