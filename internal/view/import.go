package view

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// rawCount counts the payloads kept raw, including the top level.
func rawCount(f *app.Imported) int {
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

// maxReasons limits the reasons listed for one part, maxRaw the raw payloads listed of a file.
const (
	maxReasons = 3
	maxRaw     = 20

	manyImports = 20 // files; of more, those with nothing to note are counted
)

// Import writes the outcome of each file, with notes.
//
//	profiles/corp.mobileconfig
//	  corp.yaml  macOS@26/manual, 2 payloads, 1 secret: the same content
//	  raw: wifi.managed: "SetupModes" is a string, want an array
func (p *Printer) Import(r *app.ImportResult) {
	if len(r.Files) == 0 {
		return
	}
	var seen repeats
	left := 0
	for i := range r.Files {
		f := &r.Files[i]
		if len(r.Files) > manyImports && f.Refused == "" && f.Same && rawCount(f)+len(f.Notes)+len(f.Secrets) == 0 {
			left++
			continue
		}
		p.Line("%s", bold.Render(Clean(f.File)))
		p.imported(f)
		p.importNotes(f, &seen)
	}
	if left > 0 {
		p.Line("%s with nothing to note: %s", text.Count(left, "file"), green.Render("the same content"))
	}
	p.Line("")
	p.repeated(&seen)
	p.wrapped(2, "%s", importTotals(r))
	secrets := 0
	for i := range r.Files {
		secrets += len(r.Files[i].Secrets)
	}
	if secrets > 0 && r.Secrets == "" {
		p.wrapped(2, "%s from the environment   %s", text.Count(secrets, "secret"), faint.Render("--secrets FILE writes a file for build --vars"))
	}
	if r.Output != "" && !r.Failed {
		p.wrapped(2, "%s%s%s", bold.Render("next"), gap, Clean(buildImported(r)))
	}
}

// buildImported returns the command that builds the templates.
func buildImported(r *app.ImportResult) string {
	command := text.WithFile("syncguard build FILE", filepath.Join(r.Output, r.Files[0].Name))
	if len(r.Files) > 1 {
		command = text.WithFile("syncguard build FILE", filepath.Clean(r.Output)) + string(filepath.Separator) + "*.yaml" // for the shell to fill in
	}
	if r.Secrets != "" {
		command += text.WithFile(" --vars FILE", r.Secrets)
	}
	return command
}

// ImportFindings writes the errors of unreadable files.
func (p *Printer) ImportFindings(r *app.ImportResult) {
	for i := range r.Files {
		p.Findings(r.Files[i].Findings)
	}
}

// ImportedText writes a single template. Notes on it go to errs.
func ImportedText(w io.Writer, errs *Printer, r *app.ImportResult) error {
	for i := range r.Files {
		f := &r.Files[i]
		if f.Refused != "" || !f.Same || rawCount(f)+len(f.Notes)+len(f.Secrets) > 0 {
			errs.Line("%s", bold.Render(Clean(f.File)))
			errs.imported(f)
			errs.importNotes(f, &repeats{})
		}
		if err := WriteYAML(w, f.Text); err != nil {
			return err
		}
	}
	return nil
}

func (p *Printer) imported(f *app.Imported) {
	if f.Refused != "" {
		p.wrapped(4, "  %s %s", red.Render("not imported:"), Clean(f.Refused))
		if f.Help != "" {
			p.paragraph("  ", "help: "+Clean(f.Help))
		}
		return
	}
	facts := []string{f.Target, text.Count(len(f.Payloads), "payload")}
	if n := len(f.Secrets); n > 0 {
		facts = append(facts, text.Count(n, "secret"))
	}
	verdict := green.Render("the same content")
	if !f.Same {
		verdict = red.Render("not the same content")
	}
	p.wrapped(4, "  %s  %s: %s", f.Name, strings.Join(facts, ", "), verdict)
}

func (p *Printer) importNotes(f *app.Imported, seen *repeats) {
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
		p.Line("  raw: %s", text.Count(more, "more payload"))
	}
	for _, note := range f.Notes {
		if seen.first("note: " + Clean(note)) {
			say("note: ", []string{note})
		}
	}
}

// importTotals counts templates, and their raw parts.
func importTotals(r *app.ImportResult) string {
	templates, payloads, raw, same := 0, 0, 0, 0
	for i := range r.Files {
		f := &r.Files[i]
		if f.Refused == "" {
			templates++
		}
		if f.Same {
			same++
		}
		payloads, raw = payloads+len(f.Payloads), raw+rawCount(f)
	}
	s := fmt.Sprintf("%s from %s, %d with the same content when built", text.Count(templates, "template"), text.Count(len(r.Files), "file"), same)
	if raw > 0 {
		s += fmt.Sprintf(", %s kept raw", text.Count(raw, "part"))
	}
	if r.Output != "" {
		s = bold.Render(folderName(r.Output)) + "  " + s
	}
	return s
}
