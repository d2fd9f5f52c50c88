package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

// maxChanges is how many keys of a payload are listed for people; JSON has them all.
const maxChanges = 200

// ProfileDiffs writes how profiles differ.
//
//	on a device: updated in place
//	  warning: payload "Wi-Fi" is removed and installed again (its PayloadUUID changed)
//	  com.apple.wifi.managed "Wi-Fi"
//	    ~ PayloadUUID  8C1F0B2E… → 2D904711…
func (p *Printer) ProfileDiffs(r *ProfileDiffs) {
	shown := 0
	for _, f := range r.Files {
		if r.Sum && f.Kind == "equal" && f.Signature == "" {
			continue
		}
		if shown++; shown > 1 {
			p.Line("")
		}
		if r.Titles {
			p.Line("%s", bold.Render(Clean(f.title())))
		}
		p.profileDiff(f)
	}
	if r.Sum {
		if shown > 0 {
			p.Line("")
		}
		p.Line("%s", r.String())
	}
}

// title names the file, or both where the name changed.
func (f *ProfileDiff) title() string {
	old, new := cmp.Or(f.Old, "(none)"), cmp.Or(f.New, "(none)")
	return old + " → " + new
}

// String says the result in one line: 1 of 3 profiles differs.
func (r *ProfileDiffs) String() string {
	all := r.Equal + r.Differ
	if r.Differ == 0 {
		return "no difference in " + Count(all, "file")
	}
	return fmt.Sprintf("%d of %s %s", r.Differ, Count(all, "file"), map[bool]string{true: "differs", false: "differ"}[r.Differ == 1])
}

func (p *Printer) profileDiff(f ProfileDiff) {
	for i, c := range f.Consequences {
		if i == 0 {
			p.wrapped(bold.Render("on a device:")+" "+severityWord(c.Severity), clip(c.Text), p.columns())
		} else {
			p.wrapped("  "+cmp.Or(severityWord(c.Severity), faint.Render("note: ")), clip(c.Text), p.columns())
		}
		if c.Help != "" {
			p.wrapped("    "+cyan.Render("help:")+" ", clip(c.Help), p.columns())
		}
	}
	if f.Signature != "" {
		p.wrapped("  "+faint.Render("signature:")+" ", clip(f.Signature), p.columns())
	}
	if len(f.Changes) > 0 && f.Kind == "changed" {
		if len(f.Payloads) > 0 {
			p.Line("  top level")
		}
		p.changes(f.Changes)
	}
	for _, c := range f.Payloads {
		title := Clean(clip(c.Type))
		if c.Name != "" {
			title += " " + Clean(fmt.Sprintf("%q", clip(c.Name)))
		}
		p.Line("  %s%s", changeSign(c.Kind, true), bold.Render(title))
		p.changes(c.Changes)
	}
}

// severityWord is empty for a note.
func severityWord(severity string) string {
	switch severity {
	case "error":
		return red.Render("error:") + " "
	case "warning":
		return yellow.Render("warning:") + " "
	}
	return ""
}

// maxText is how much of a name, a path or a sentence is shown, in bytes.
const maxText = 500

// clip keeps the beginning and the end of what is too long to be read.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText/2], "") + "…" + strings.ToValidUTF8(s[len(s)-maxText/2:], "")
}

// changeSign is what stands before a line of a diff.
func changeSign(kind string, onlyWhole bool) string {
	switch kind {
	case "added":
		return green.Render("+") + " "
	case "removed":
		return red.Bold(false).Render("-") + " "
	}
	if onlyWhole {
		return ""
	}
	return yellow.Render("~") + " "
}

// changes lists keys, their values beside each other where there is room.
func (p *Printer) changes(all []DiffChange) {
	all = slices.DeleteFunc(slices.Clone(all), func(c DiffChange) bool { return c.isFrame() })
	width := 0
	for _, c := range all[:min(len(all), maxChanges)] {
		width = max(width, min(lipgloss.Width(Clean(clip(c.Path))), p.columns()/2))
	}
	for _, c := range all[:min(len(all), maxChanges)] {
		path := Clean(clip(c.Path))
		values := Clean(c.values())
		if c.Note != "" {
			values += faint.Render("  (" + Clean(c.Note) + ")")
		}
		if room := width - lipgloss.Width(path); room >= 0 && 8+width+lipgloss.Width(values) <= p.columns() {
			p.Line("    %s%s%s  %s", changeSign(c.Kind, false), path, strings.Repeat(" ", room), values)
			continue
		}
		p.Line("    %s%s", changeSign(c.Kind, false), path)
		for _, line := range c.lines(p.columns() - 8) {
			p.wrapped("        ", line, p.columns())
		}
	}
	if n := len(all) - maxChanges; n > 0 {
		p.Line("    %s", faint.Render(fmt.Sprintf("and %d more; --format json lists them all", n)))
	}
}

// isFrame says whether a key only says which payload it is that was added or removed.
func (c *DiffChange) isFrame() bool {
	return c.Kind != "changed" && (c.Identity || c.Path == "PayloadType" || c.Path == "PayloadVersion" || c.Path == "PayloadDisplayName")
}

// values is the old and the new value on one line.
func (c *DiffChange) values() string {
	switch {
	case c.Kind != "changed":
		return cmp.Or(c.to, c.from)
	case c.Secret:
		return "changed (secret)"
	}
	return c.from + " → " + c.to
}

// lines is values below the key: on one line where they fit, or else the old one above the new one.
func (c *DiffChange) lines(columns int) []string {
	lines := []string{c.values()}
	if c.Kind == "changed" && !c.Secret && lipgloss.Width(Clean(lines[0])) > columns {
		lines = []string{c.from, "→ " + c.to}
	}
	if c.Note != "" {
		lines = append(lines, "("+c.Note+")")
	}
	return lines
}
