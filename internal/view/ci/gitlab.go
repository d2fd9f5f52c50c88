package ci

import (
	"io"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/view"
)

// gitlabIssue is an entry of GitLab's Code Quality report.
type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// gitlabSeverities maps to GitLab's info, minor, major, critical and blocker. Nothing is a blocker: --fail-on decides about
// failure.
var gitlabSeverities = map[diag.Severity]string{diag.Error: "critical", diag.Warning: "major", diag.Note: "info"}

// writeGitLab writes the findings alone: the format has no room for unreadable files and for what --untrusted refused.
func writeGitLab(w io.Writer, r *Report) error {
	issues := []gitlabIssue{}
	for _, f := range r.findings() {
		lines := gitlabLines{1, 1} // the format wants a line
		if f.at.inFile() {
			lines = gitlabLines{f.at.start.Line, f.at.end.Line}
		}
		issues = append(issues, gitlabIssue{
			Description: strings.ReplaceAll(f.text(), "\n", "; "),
			Check:       f.Rule,
			Fingerprint: f.Fingerprint,
			Severity:    gitlabSeverities[f.Severity],
			Location:    gitlabLocation{view.Clean(f.at.file), lines},
		})
	}
	return view.WriteJSON(w, issues)
}
