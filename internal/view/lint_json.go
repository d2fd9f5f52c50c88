package view

import "io"

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
	Findings  []lintJSONFinding `json:"findings"`
}

type lintJSONFinding struct {
	Finding
	Fingerprint string `json:"fingerprint"`
}

func writeLintJSON(w io.Writer, r *LintRun) error {
	out := lintJSON{Version: lintVersion, Syncguard: r.Version, Files: []lintJSONFile{}, Unread: []Unread{},
		Totals: r.Totals, Ignored: r.Ignored, Baselined: r.Baselined, Fixed: r.Fixed, TargetNotes: r.TargetNotes}
	out.Unread = append(out.Unread, r.Unread...)
	all := r.findings()
	for _, f := range r.Files {
		file := lintJSONFile{f.Name, f.Kind, f.Format, f.Signed, f.Encrypted, []lintJSONFinding{}}
		for i, finding := range JSONFileFindings(f.Name, f.Findings) {
			file.Findings = append(file.Findings, lintJSONFinding{finding, all[i].fingerprint})
		}
		all = all[len(f.Findings):]
		out.Files = append(out.Files, file)
	}
	return WriteJSON(w, out)
}
