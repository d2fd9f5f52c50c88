package view

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
)

// What became of a file of an export, beside Unchanged.
const (
	Written  = "written"
	Replaced = "replaced"
	Kept     = "kept" // as it is, since the server's own tool writes to it
)

// Export is the result of an export. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Export struct {
	Destination string     `json:"destination"`
	Output      string     `json:"output"` // folder
	Files       []Exported `json:"files"`
}

// Exported is one file.
type Exported struct {
	Name       string           `json:"name"` // in the folder, with slashes
	Action     string           `json:"action"`
	File       string           `json:"file"`              // profile that it is of; empty for several
	Identifier string           `json:"identifier"`        // PayloadIdentifier of that
	Request    *ExportedRequest `json:"request,omitempty"` // that it is the body of
	Secrets    bool             `json:"secrets"`
	Notes      []string         `json:"notes"`
	Listed     []string         `json:"listed,omitempty"`   // which YAML files of Fleet deliver it
	Unlisted   bool             `json:"unlisted,omitempty"` // none does
}

// ExportedRequest is a request without its body.
type ExportedRequest struct {
	Method      string `json:"method"`
	Path        string `json:"path"` // below the address of the server
	ContentType string `json:"contentType"`
}

// Export writes what became of each file.
//
//	written    corp.xml  POST /JSSResource/osxconfigurationprofiles/id/0
//	           without its signature, which Jamf's API takes off
func (p *Printer) Export(r *Export, server string) {
	width, label := len(Unchanged), strings.Repeat(" ", len(Unchanged)+4)
	names := 0
	for _, f := range r.Files {
		names = max(names, lipgloss.Width(Clean(f.Name)))
	}
	for _, f := range r.Files {
		style := green
		if f.Action == Unchanged || f.Action == Kept {
			style = faint
		}
		line := "  " + style.Render(fmt.Sprintf("%-*s", width, f.Action)) + "  " + Clean(f.Name)
		if f.Request != nil {
			gap := strings.Repeat(" ", min(names, 60)-min(lipgloss.Width(Clean(f.Name)), min(names, 60)))
			line += gap + faint.Render("  "+f.Request.Method+" "+f.Request.Path)
		}
		if len(f.Listed) > 0 {
			line += faint.Render("  " + Clean(strings.Join(f.Listed, "; ")))
		}
		if f.Unlisted {
			line += yellow.Render("  listed by no YAML file of the folder")
		}
		if f.Secrets {
			line += yellow.Render("  holds secrets: only you can read it")
		}
		p.Line("%s", line)
		for _, note := range f.Notes {
			p.wrapped(label, Clean(note), p.columns())
		}
	}
	p.Line("%s in %s for %s", Count(len(r.Files), "file"), bold.Render(folderName(r.Output)), server)
}
