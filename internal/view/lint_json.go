package view

import (
	"io"

	"syncguard/internal/diag"
)

// lintVersion is that of the JSON shape. Within a version fields are only ever added.
const lintVersion = 1

type lintJSON struct {
	Version   int            `json:"version"`
	Syncguard string         `json:"syncguard"`
	Files     []lintJSONFile `json:"files"`
	Unread    []Unread       `json:"unread"`
	Totals
	Ignored   int `json:"ignored"`
	Baselined int `json:"baselined"`
	Fixed     int `json:"fixed"`
	TargetNotes
}

type lintJSONFile struct {
	File      string            `json:"file"`
	Kind      string            `json:"kind"`
	Format    string            `json:"format"`
	Signed    bool              `json:"signed"`
	Encrypted bool              `json:"encrypted"`
	Findings  []diag.Diagnostic `json:"findings"`
}

func writeLintJSON(w io.Writer, r *LintRun) error {
	out := lintJSON{Version: lintVersion, Syncguard: r.Version, Files: []lintJSONFile{}, Unread: []Unread{},
		Totals: r.Totals, Ignored: r.Ignored, Baselined: r.Baselined, Fixed: r.Fixed, TargetNotes: r.TargetNotes}
	out.Unread = append(out.Unread, r.Unread...)
	all := r.findings()
	for _, f := range r.Files {
		findings := JSONFileFindings(f.Name, f.Findings)
		for i := range findings {
			findings[i].Fingerprint = all[i].fingerprint
		}
		all = all[len(f.Findings):]
		out.Files = append(out.Files, lintJSONFile{f.Name, f.Kind, f.Format, f.Signed, f.Encrypted, findings})
	}
	return WriteJSON(w, out)
}
