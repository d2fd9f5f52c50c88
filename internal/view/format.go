package view

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// FormattedText writes the canonical form of the one file that was asked for.
func FormattedText(w io.Writer, errs *Printer, run *app.FormatRun, before func()) error {
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		errs.asideOfFormatted(f)
		if _, err := w.Write(f.Data); err != nil {
			return err
		}
	}
	return nil
}

// Formatted lists the files that are in another form than the canonical one, or shows how they differ from it. What stands
// in the way, and what devices make of it, goes to errs.
func (p *Printer) Formatted(errs *Printer, run *app.FormatRun, asDiff bool, before func()) error {
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		errs.asideOfFormatted(f)
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
		what := "not in the canonical form"
		if run.Header.Mode == app.FormatWritten {
			what = "written in the canonical form"
		}
		errs.Hint(fmt.Sprintf("%d of %s %s", r.Changed, text.Count(r.Formed, "file"), what))
	}
	return nil
}

// asideOfFormatted says why a file has no canonical form, and what new UUIDs mean to devices.
func (p *Printer) asideOfFormatted(f *app.FormattedFile) {
	p.Findings(f.Findings)
	if f.Left != "" {
		p.Hint(fmt.Sprintf("%s is left alone: it %s", f.Name, f.Left))
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
	text := fmt.Sprintf("%s: %s, %s", f.Name, text.Count(len(f.Renamed), "new UUID"), text.Count(references, "reference")+" followed")
	if len(names) > 0 {
		text += "; a device that has it installs anew, once: " + strings.Join(names, ", ")
	}
	p.Warning(text)
}
