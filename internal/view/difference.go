package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/view/plain"
)

// Differences writes the differences between profiles. Equal files in folders are only counted. before runs before each
// piece of output, to clear a line of progress.
//
//	on a device: updated in place
//	  warning: payload "Wi-Fi" is removed and installed again (its PayloadUUID changed)
//	  com.apple.wifi.managed "Wi-Fi"
//	    ~ PayloadUUID  8C1F0B2E… → 2D904711…
func (p *Printer) Differences(run *app.DiffRun, before func()) error {
	shown := 0
	for d, err := range run.Files {
		if err != nil {
			return err
		}
		if run.Header.Folders && d.IsUnchanged() {
			continue
		}
		before()
		if shown++; shown > 1 {
			p.Line("")
		}
		if run.Header.Named {
			p.Line("%s", bold.Render(Clean(cmp.Or(d.OldName, "(none)")+" → "+cmp.Or(d.NewName, "(none)"))))
		}
		p.difference(d)
	}
	before()
	if run.Header.Folders {
		if shown > 0 {
			p.Line("")
		}
		p.Line("%s", plain.DiffTotals(run.Footer))
	}
	return nil
}

func (p *Printer) difference(d *diff.Difference) {
	for i, c := range d.Consequences {
		if i == 0 {
			p.labeledFaint(bold.Render("on a device:")+" "+p.severityWord(c.Severity), plain.Clip(c.Text))
		} else {
			p.labeledFaint("  "+cmp.Or(p.severityWord(c.Severity), faint.Render("note: ")), plain.Clip(c.Text))
		}
		if c.Help != "" {
			p.labeledFaint("    "+cyan.Render("help:")+" ", plain.Clip(c.Help))
		}
	}
	if d.Signature != "" {
		p.labeledFaint("  "+faint.Render("signature:")+" ", plain.Clip(d.Signature))
	}
	if len(d.TopLevel) > 0 && d.Kind == diff.Changed {
		if len(d.Payloads) > 0 {
			p.Line("  top level")
		}
		p.changes(d.TopLevel)
	}
	for _, c := range d.Payloads {
		title := Clean(plain.Clip(c.Type))
		if c.Name != "" {
			title += " " + Clean(fmt.Sprintf("%q", plain.Clip(c.Name)))
		}
		p.Line("  %s%s", changeSign(string(c.Kind), true), bold.Render(title))
		p.changes(c.Changes)
	}
}

// severityWord returns a severity and a space; nothing for a note.
func (p *Printer) severityWord(s diag.Severity) string {
	if s == diag.Note {
		return ""
	}
	return p.severity(s) + " "
}

// changeSign returns the sign before a line of a diff; with addedOrRemoved, nothing for a change.
func changeSign(kind string, addedOrRemoved bool) string {
	switch kind {
	case "added":
		return green.Render("+") + " "
	case "removed":
		return red.Bold(false).Render("-") + " "
	}
	if addedOrRemoved {
		return ""
	}
	return yellow.Render("~") + " "
}

// changes lists keys, with their values on the same line if there is room.
func (p *Printer) changes(all []diff.Change) {
	all = slices.DeleteFunc(slices.Clone(all), onlyIdentifies)
	width := 0
	for _, c := range all[:min(len(all), plain.MaxChanges)] {
		width = max(width, min(lipgloss.Width(Clean(plain.Clip(c.Path))), p.columns()/2))
	}
	for _, c := range all[:min(len(all), plain.MaxChanges)] {
		path := Clean(plain.Clip(c.Path))
		lines := plain.ValuesOfChange(&c)
		value, note := Clean(strings.Join(lines, " → ")), ""
		if c.Note != "" {
			note = "(" + c.Note + ")"
			value += faint.Render("  " + Clean(note))
		}
		if room := width - lipgloss.Width(path); room >= 0 && 8+width+lipgloss.Width(value) <= p.columns() {
			p.Line("    %s%s%s  %s", changeSign(string(c.Kind), false), path, strings.Repeat(" ", room), value)
			continue
		}
		p.Line("    %s%s", changeSign(string(c.Kind), false), path)
		if joined := strings.Join(lines, " → "); len(lines) > 1 && lipgloss.Width(Clean(joined)) > p.columns()-8 {
			lines[1] = "→ " + lines[1]
		} else {
			lines = []string{joined}
		}
		if note != "" {
			lines = append(lines, note)
		}
		for _, line := range lines {
			p.labeledFaint("        ", line)
		}
	}
	if n := len(all) - plain.MaxChanges; n > 0 {
		p.Line("    %s", faint.Render(fmt.Sprintf("and %d more; --format json lists them all", n)))
	}
}

// onlyIdentifies reports whether a key only names an added or removed payload: its heading does so already.
func onlyIdentifies(c diff.Change) bool {
	return c.Kind != diff.Changed && (c.Identity || c.Path == "PayloadType" || c.Path == "PayloadVersion" || c.Path == "PayloadDisplayName")
}
