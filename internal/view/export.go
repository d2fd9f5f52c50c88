package view

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// Export writes the outcome of each file.
//
//	written    corp.xml  POST /JSSResource/osxconfigurationprofiles/id/0
//	           without its signature, which Jamf's API takes off
func (p *Printer) Export(r *app.ExportResult) {
	width, label := len(app.ExportUnchanged), strings.Repeat(" ", len(app.ExportUnchanged)+4)
	names := 0
	for _, f := range r.Files {
		names = max(names, lipgloss.Width(Clean(f.Name)))
	}
	var seen repeats
	for _, f := range r.Files {
		style := green
		if f.Action == app.ExportUnchanged || f.Action == app.ExportKept {
			style = faint
		}
		action, line := "  "+style.Render(fmt.Sprintf("%-*s", width, f.Action))+"  ", Clean(f.Name)
		if f.Request != nil {
			gap := strings.Repeat(" ", min(names, 60)-min(lipgloss.Width(Clean(f.Name)), min(names, 60)))
			line += gap + faint.Render("  "+f.Request.Method+" "+f.Request.Path)
		}
		if len(f.Listed) > 0 {
			line += faint.Render("  " + Clean(strings.Join(f.Listed, "; ")))
		}
		if f.Unlisted {
			line += yellow.Render("  not listed in any YAML file of the folder")
		}
		if f.Secrets {
			line += yellow.Render("  holds secrets: readable by you only")
		}
		p.wrappedAfter(action, line)
		for _, note := range f.Notes {
			if seen.first(Clean(note)) {
				p.labeledFaint(label, Clean(note))
			}
		}
	}
	p.repeated(&seen)
	p.Line("%s in %s for %s", text.Count(len(r.Files), "file"), bold.Render(folderName(r.Output)), r.Server)
}
