package view

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// FormattedText writes the canonical form of a single file.
func FormattedText(w io.Writer, errs *Printer, run *app.FormatRun, before func()) error {
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		errs.formatNotes(f)
		if _, err := w.Write(f.Data); err != nil {
			return err
		}
	}
	return nil
}

// Formatted lists the files not in canonical form, or their diffs. Obstacles, and consequences on devices, go to errs.
func (p *Printer) Formatted(errs *Printer, run *app.FormatRun, asDiff bool, before func()) error {
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		errs.formatNotes(f)
		switch {
		case !f.Changed:
		case asDiff:
			p.Diff(f.Name, f.Before, f.After)
		default:
			p.Line("%s", Clean(f.Name))
		}
	}
	before()
	if r := run.Footer; r.Formed > 1 {
		all := text.Count(r.Formed, "file")
		switch {
		case r.Changed == 0:
			errs.wrapped(2, "%s, all in canonical form", all)
		case run.Header.Mode == app.FormatWritten:
			errs.wrapped(2, "%d of %s written in canonical form", r.Changed, all)
		default:
			errs.wrapped(2, "%d of %s not in canonical form; -w writes them in place", r.Changed, all)
		}
	}
	return nil
}

// formatNotes writes why a file has no canonical form, and the consequences of new UUIDs on devices.
func (p *Printer) formatNotes(f *app.FormattedFile) {
	p.Findings(f.Findings)
	if f.Skipped != "" {
		p.Hint(fmt.Sprintf("%s is not formatted: it %s", f.Name, f.Skipped))
	}
	if len(f.Renamed) == 0 {
		return
	}
	var names []string
	references := 0
	for _, x := range f.Renamed {
		if !x.Profile {
			names = append(names, x.Name)
		}
		references += x.References
	}
	text := fmt.Sprintf("%s: %s, %s", f.Name, text.Count(len(f.Renamed), "new UUID"), text.Count(references, "reference")+" updated")
	if len(names) > 0 {
		text += "; devices with it install again, once: " + strings.Join(names, ", ")
	}
	p.Warning(text)
}
