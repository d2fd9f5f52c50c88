// Package rules holds the page of every rule: the meaning of its findings, their consequences, the sources of the fact, and
// a bad and a good example. Each rule has a file pages/ID.txtar; start by reading one. The documentation and the command
// rules print the pages, and tests run the examples. A run that shows no page reads none: table.go has what it needs of each.
//
// The package checks nothing: see package lint. The table, and a constant in package rule for each ID, are generated from the
// pages.
package rules

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"

	"syncguard/internal/diag"
)

// Group is a kind of defect.
type Group string

// The groups.
const (
	Structure Group = "structure" // the syntax of the file, and payloads conflicting with each other
	Schema    Group = "schema"    // breaches of Apple's schemas and documentation
	Effect    Group = "effect"    // keys and payloads ignored or refused on a declared target
	Sync      Group = "sync"      // settings stopping or slowing iCloud syncing
	Security  Group = "security"  // secrets in the open, and trust problems
	Hygiene   Group = "hygiene"   // trouble later
	Delivery  Group = "delivery"  // changes and refusals by the server delivering the profile
	Template  Group = "template"  // mistakes in a template
	Lint      Group = "lint"      // mistakes in ignores, targets and other inputs of the linter
)

// Groups lists every group, in the order for display.
func Groups() []Group {
	return []Group{Structure, Schema, Effect, Sync, Security, Hygiene, Delivery, Template, Lint}
}

// Rule is one kind of finding.
type Rule struct {
	ID       string        `json:"id"`       // kebab-case name of the defect, never renamed or reused
	Summary  string        `json:"summary"`  // the defect, in one line
	Severity diag.Severity `json:"severity"` // the default: `error`, `warning`, `note`
	Groups   []Group       `json:"groups"`   // `structure`, `schema`, `effect`, `sync`, `security`, `hygiene`, `delivery`, `template`, `lint`
}

// Has reports whether the rule belongs to any of some groups.
func (r *Rule) Has(groups ...Group) bool {
	return slices.ContainsFunc(r.Groups, func(g Group) bool { return slices.Contains(groups, g) })
}

// All returns every rule, sorted by ID. The result is shared; do not modify it.
func All() []Rule { return table }

// Find returns the rule with an ID, and whether there is one.
func Find(id string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(table, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return table[i], true
}

// Published is the address of the published folder docs/rules, without a slash at the end; empty if nothing is published. It is set
// when a release is built: make build RULES_URL=https://…/docs/rules.
var Published string

// PageURL returns the address of a rule's page; empty without one.
func PageURL(id string) string {
	if _, known := Find(id); !known || Published == "" {
		return ""
	}
	return Published + "/" + id + ".md"
}

// Page is the documentation of a rule.
type Page struct {
	Rule
	Since   string   `json:"since"`             // the first version with the rule
	Why     string   `json:"why"`               // the consequence and the reason for the severity: plain text, an empty line between paragraphs
	Fix     string   `json:"fix,omitempty"`     // the correction by `lint --fix`; absent if a person has to correct it
	Sources []string `json:"sources"`           // addresses, or words; empty for rules based on Apple's embedded schemas
	Command string   `json:"command"`           // the command for it and for its examples: `lint`, `build`, `sign`
	Options string   `json:"options,omitempty"` // the options for the examples

	archive []byte // the examples, as a txtar archive
}

// Examples returns the example breaking the rule, and the correct one.
func (r *Page) Examples() (bad, good Example) {
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

// errorTable is Apple's table of errors: a device's answers to a bad profile, but no source for a rule.
const errorTable = "https://developer.apple.com/library/archive/documentation/Miscellaneous/Reference/MobileDeviceManagementProtocolRef/"

// HasOwnSource reports whether the rule has a source beside the schemas.
func (r *Page) HasOwnSource() bool {
	return slices.ContainsFunc(r.Sources, func(source string) bool { return source != errorTable })
}

//go:embed pages
var pages embed.FS

// Pages returns the page of every rule, sorted by ID. The result is shared; do not modify it.
var Pages = sync.OnceValue(func() []Page {
	files, err := pages.ReadDir("pages")
	if err != nil {
		panic(err) // it is embedded
	}
	all := make([]Page, 0, len(files))
	for _, file := range files {
		all = append(all, read(strings.TrimSuffix(file.Name(), ".txtar")))
	}
	slices.SortFunc(all, func(a, b Page) int { return strings.Compare(a.ID, b.ID) }) // the order of the file names differs
	return all
})

// FindPage returns the page of the rule with an ID, and whether there is one.
func FindPage(id string) (Page, bool) {
	if _, ok := Find(id); !ok {
		return Page{}, false
	}
	return read(id), true
}

// read reads the page of a rule.
func read(id string) Page {
	data, err := pages.ReadFile("pages/" + id + ".txtar")
	if err != nil {
		panic(err) // it is embedded
	}
	p, err := parse(id, data)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", id, err)) // a test parses every page
	}
	return p
}

// parse parses a page: lines of "name: value", an empty line, the reason, and the examples.
func parse(id string, data []byte) (Page, error) {
	r := Page{Rule: Rule{ID: id}, Command: "lint", Sources: []string{}}
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

func (r *Page) set(name, value string) error {
	switch name {
	case "summary":
		r.Summary = value
	case "group":
		for g := range strings.SplitSeq(value, ", ") {
			if !slices.Contains(Groups(), Group(g)) {
				return fmt.Errorf("unknown group %q: want some of %v", g, Groups())
			}
			r.Groups = append(r.Groups, Group(g))
		}
	case "severity":
		severity, err := diag.ParseSeverity(value)
		if err != nil {
			return fmt.Errorf("invalid severity %q: %w", value, err)
		}
		r.Severity = severity
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
		return fmt.Errorf("unknown line %q: want summary, group, severity, since, source, fix, command or options", name)
	}
	return nil
}
