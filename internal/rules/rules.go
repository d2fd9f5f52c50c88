// Package rules holds the page of every rule: what a finding of that name means, what comes of it, where the fact behind
// it stands, and an example that breaks it beside one that does not. One file a rule, pages/ID.txtar; the list of rules is
// that of the files, and tests hold it against the rules that the checks name. It checks nothing itself.
package rules

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"

	"syncguard/internal/diag"
)

// Group says what kind of defect a rule finds.
type Group string

// The groups.
const (
	Structure Group = "structure" // how the file is written, and how its payloads stand beside each other
	Schema    Group = "schema"    // what Apple's schemas and documentation forbid
	Effect    Group = "effect"    // what does nothing, or is refused, on a declared target
	Sync      Group = "sync"      // what stops or slows iCloud syncing
	Security  Group = "security"  // what leaks, or cannot be trusted
	Hygiene   Group = "hygiene"   // what will bite later
	Delivery  Group = "delivery"  // what the server that sends the profile will do to it
	Template  Group = "template"  // mistakes in a template of syncguard's own
	Lint      Group = "lint"      // mistakes in what is told to the linter
)

// Groups lists every group, in the order in which people read them.
func Groups() []Group {
	return []Group{Structure, Schema, Effect, Sync, Security, Hygiene, Delivery, Template, Lint}
}

// Rule is the page of one kind of finding.
type Rule struct {
	ID       string        `json:"id"`                // kebab-case name of the defect, never renamed or reused
	Summary  string        `json:"summary"`           // one line: what is wrong
	Severity diag.Severity `json:"severity"`          // the usual one: `error`, `warning`, `note`
	Groups   []Group       `json:"groups"`            // `structure`, `schema`, `effect`, `sync`, `security`, `hygiene`, `delivery`, `template`, `lint`
	Since    string        `json:"since"`             // the first version that has the rule
	Why      string        `json:"why"`               // what comes of it, and why it has its severity: plain text; an empty line parts paragraphs
	Fix      string        `json:"fix,omitempty"`     // what `lint --fix` does; absent where a person has to correct it
	Sources  []string      `json:"sources"`           // addresses, or words; empty where the rule rests on Apple's schemas as embedded
	Command  string        `json:"command"`           // what reports it, and what the examples are given to: `lint`, `build`, `sign`
	Options  string        `json:"options,omitempty"` // with which they are

	archive []byte // the examples as they stand in the file
}

// Has reports whether the rule belongs to one of some groups.
func (r *Rule) Has(groups ...Group) bool {
	return slices.ContainsFunc(r.Groups, func(g Group) bool { return slices.Contains(groups, g) })
}

// Examples returns the example that breaks the rule, and the one that does not.
func (r *Rule) Examples() (bad, good Example) {
	for _, f := range txtar.Parse(r.archive).Files {
		folder, name, _ := strings.Cut(f.Name, "/")
		e := &bad
		if folder == "good" {
			e = &good
		}
		e.Files = append(e.Files, txtar.File{Name: name, Data: f.Data})
	}
	return bad, good
}

// errorTable is Apple's table of errors: what a device answers to what a rule finds, and not why the rule holds.
const errorTable = "https://developer.apple.com/library/archive/documentation/Miscellaneous/Reference/MobileDeviceManagementProtocolRef/"

// HasOwnSource reports whether a source states the fact behind the rule, so that it does not rest on the schemas.
func (r *Rule) HasOwnSource() bool {
	return slices.ContainsFunc(r.Sources, func(source string) bool { return source != errorTable })
}

//go:embed pages
var pages embed.FS

// All returns every rule, sorted by ID. It belongs to all callers: do not change it.
func All() []Rule { return all() }

var all = sync.OnceValue(func() []Rule {
	names, err := fs.Glob(pages, "pages/*.txtar")
	if err != nil {
		panic(err) // the pattern is well-formed
	}
	rules := make([]Rule, 0, len(names))
	for _, name := range names {
		data, err := pages.ReadFile(name)
		if err != nil {
			panic(err) // it was just listed
		}
		r, err := parse(strings.TrimSuffix(strings.TrimPrefix(name, "pages/"), ".txtar"), data)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err)) // a test parses every page
		}
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) }) // not the order of the file names
	return rules
})

// Find returns the rule with an ID, and whether there is one.
func Find(id string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(All(), id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return All()[i], true
}

// parse reads a page: lines of "name: value", an empty line, the reason, and the examples.
func parse(id string, data []byte) (Rule, error) {
	r := Rule{ID: id, Command: "lint", Sources: []string{}}
	if i := bytes.Index(data, []byte("\n-- ")); i >= 0 {
		data, r.archive = data[:i+1], data[i+1:]
	}
	head, why, _ := strings.Cut(string(data), "\n\n")
	r.Why = reflow(strings.TrimSpace(why))
	for line := range strings.SplitSeq(strings.TrimSpace(head), "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return r, fmt.Errorf("line %q is not of the form name: value", line)
		}
		if err := r.set(name, value); err != nil {
			return r, err
		}
	}
	return r, nil
}

// reflow joins the lines of each paragraph.
func reflow(text string) string {
	var paragraphs []string
	for p := range strings.SplitSeq(text, "\n\n") {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

func (r *Rule) set(name, value string) error {
	switch name {
	case "summary":
		r.Summary = value
	case "group":
		for g := range strings.SplitSeq(value, ", ") {
			if !slices.Contains(Groups(), Group(g)) {
				return fmt.Errorf("there is no group %q", g)
			}
			r.Groups = append(r.Groups, Group(g))
		}
	case "severity":
		severity, err := diag.ParseSeverity(value)
		r.Severity = severity
		return err
	case "since":
		r.Since = value
	case "source":
		r.Sources = append(r.Sources, value)
	case "fix":
		r.Fix = value
	case "command":
		r.Command = value
	case "options":
		r.Options = value
	default:
		return fmt.Errorf("a page has no line %q", name)
	}
	return nil
}
