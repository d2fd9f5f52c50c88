package ci

import (
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view/plain"
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

// writeGitLab writes the findings alone, one a line: the format has no room for unreadable files.
func writeGitLab(w io.Writer, r *Run) error {
	files := plain.Rendered(r.Files, func(w io.Writer, file *app.LintedFile) error {
		for i, f := range r.findings(file) {
			issue, err := plain.JSONLine(newGitLabIssue(f))
			if err != nil {
				return err
			}
			if i > 0 {
				io.WriteString(w, ",\n")
			}
			w.Write(issue)
		}
		return nil
	})
	wrote, err := plain.WriteList(w, "[", "\n", files)
	if err != nil {
		return err
	}
	end := "]\n"
	if wrote {
		end = "\n]\n"
	}
	_, err = io.WriteString(w, end)
	return err
}

func newGitLabIssue(f finding) gitlabIssue {
	lines := gitlabLines{1, 1} // the format wants a line
	if f.at.inFile() {
		lines = gitlabLines{f.at.start.Line, f.at.end.Line}
	}
	return gitlabIssue{
		Description: strings.ReplaceAll(f.text(), "\n", "; "),
		Check:       f.Rule,
		Fingerprint: f.Fingerprint,
		Severity:    gitlabSeverities[f.Severity],
		Location:    gitlabLocation{plain.Clean(f.at.file), lines},
	}
}
