package view

import (
	"fmt"
	"slices"
	"strings"
)

// Import is the result of making templates of profiles. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Import struct {
	Output  string     `json:"output"`  // folder; empty where nothing was written
	Secrets string     `json:"secrets"` // file that the secrets were written to, or empty
	Files   []Imported `json:"files"`
}

// Imported is what became of one file.
type Imported struct {
	File        string            `json:"file"`
	Tool        string            `json:"tool"`     // whose export or repository it is from, or empty
	Template    string            `json:"template"` // file name; empty where there is none
	Target      string            `json:"target"`
	Payloads    []ImportedPayload `json:"payloads"`
	Raw         []string          `json:"raw"` // why the top level is kept as it was found
	Secrets     []ImportedSecret  `json:"secrets"`
	Beside      []string          `json:"beside"`      // files of data beside the template
	Same        bool              `json:"same"`        // building it gives the same content
	Differences []string          `json:"differences"` // why not
	Notes       []string          `json:"notes"`
	Refused     string            `json:"refused"` // why there is no template, or empty
}

// ImportedPayload is one payload of a template.
type ImportedPayload struct {
	ID   string   `json:"id"`
	Type string   `json:"type"`
	Raw  []string `json:"raw"` // why it is kept as it was found
}

// ImportedSecret is where a template takes a secret from.
type ImportedSecret struct {
	Variable    string `json:"variable"`
	Environment string `json:"environment"`
}

// rawCount is how many payloads are kept as they were found, the top level counted in.
func (f *Imported) rawCount() int {
	n := 0
	if len(f.Raw) > 0 {
		n = 1
	}
	for _, payload := range f.Payloads {
		if len(payload.Raw) > 0 {
			n++
		}
	}
	return n
}

// maxReasons is how many reasons are listed for one thing, maxRaw how many payloads of a file.
const (
	maxReasons = 3
	maxRaw     = 20
)

// Import writes what became of each file, and what is to be known of it.
//
//	profiles/corp.mobileconfig
//	  corp.yaml  macOS@26/manual, 2 payloads, 1 secret: the same content
//	  raw: wifi.managed: "SetupModes" is a string, want an array
func (p *Printer) Import(r *Import) {
	for i := range r.Files {
		f := &r.Files[i]
		p.Line("%s", bold.Render(Clean(f.File)))
		p.imported(f)
		p.importNotes(f)
	}
	p.Line("")
	p.Line("%s", r.String())
	if n := r.secrets(); n > 0 && r.Secrets == "" {
		p.Line("%s from the environment   %s", Count(n, "secret"), faint.Render("to write them for build --vars: --secrets FILE"))
	}
}

func (p *Printer) imported(f *Imported) {
	if f.Refused != "" {
		p.Line("  %s %s", red.Render("not imported:"), Clean(f.Refused))
		return
	}
	facts := []string{f.Target, Count(len(f.Payloads), "payload")}
	if n := len(f.Secrets); n > 0 {
		facts = append(facts, Count(n, "secret"))
	}
	verdict := green.Render("the same content")
	if !f.Same {
		verdict = red.Render("not the same content")
	}
	p.Line("  %s  %s: %s", f.Template, strings.Join(facts, ", "), verdict)
}

// ImportNotes writes what is to be known of the one template that went to stdout, or nothing.
func (p *Printer) ImportNotes(f *Imported) {
	if f.Refused == "" && f.Same && f.rawCount()+len(f.Notes)+len(f.Secrets) == 0 {
		return
	}
	p.Line("%s", bold.Render(Clean(f.File)))
	p.imported(f)
	p.importNotes(f)
}

func (p *Printer) importNotes(f *Imported) {
	say := func(label string, reasons []string) {
		if more := len(reasons) - maxReasons; more > 0 {
			reasons = append(slices.Clone(reasons[:maxReasons]), fmt.Sprintf("and %d more", more))
		}
		if len(reasons) > 0 {
			p.paragraph("  ", label+strings.Join(reasons, "; "))
		}
	}
	for _, difference := range f.Differences {
		say("differs: ", []string{difference})
	}
	say("raw: the top level: ", f.Raw)
	listed := 0
	for _, payload := range f.Payloads {
		if len(payload.Raw) == 0 {
			continue
		}
		if listed++; listed <= maxRaw {
			say("raw: "+payload.ID+": ", payload.Raw)
		}
	}
	if more := listed - maxRaw; more > 0 {
		p.Line("  raw: %d more payloads", more)
	}
	for _, note := range f.Notes {
		say("note: ", []string{note})
	}
}

func (r *Import) secrets() int {
	n := 0
	for i := range r.Files {
		n += len(r.Files[i].Secrets)
	}
	return n
}

// String sums up.
func (r *Import) String() string {
	templates, payloads, raw, same := 0, 0, 0, 0
	for i := range r.Files {
		f := &r.Files[i]
		if f.Refused == "" {
			templates++
		}
		if f.Same {
			same++
		}
		payloads, raw = payloads+len(f.Payloads), raw+f.rawCount()
	}
	s := fmt.Sprintf("%s from %s, %d with the same content when built", Count(templates, "template"), Count(len(r.Files), "file"), same)
	if raw > 0 {
		s += fmt.Sprintf(", %s kept raw", Count(raw, "part"))
	}
	if r.Output != "" {
		s = bold.Render(folderName(r.Output)) + "  " + s
	}
	return s
}
