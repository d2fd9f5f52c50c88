package ci

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

// githubShown is GitHub's limit of annotations of one kind for a step; the log has them all.
const githubShown = 10

// githubKinds names the workflow command of each severity.
var githubKinds = map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "notice"}

// writeGitHub writes a workflow command for each finding, and a line of totals. A run without findings writes nothing.
func writeGitHub(w io.Writer, r *Run) error {
	wrote, err := copyTo(w, plain.Rendered(r.Files, func(w io.Writer, file *app.LintedFile) error {
		for _, f := range r.findings(file) {
			message := fmt.Sprintf("%s: %s", f.at, f.text()) // the log shows nothing else
			fmt.Fprintf(w, "::%s %s,title=%s::%s\n", githubKinds[f.Severity], githubLocation(f.at), githubProperty(f.title()), githubData(message))
		}
		return nil
	}))
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, u := range r.Footer.Unread {
		fmt.Fprintf(&b, "::error file=%s,title=unread::%s\n", githubProperty(r.Header.Path(u.Name)), githubData(plain.Clean(u.Name)+": "+plain.Clean(u.Message)))
	}
	for _, n := range r.Footer.Refused { // last: the findings come first in GitHub's ten
		fmt.Fprintf(&b, "::notice file=%s,title=untrusted::%s\n", githubProperty(r.Header.Path(n.Name)), githubData(plain.Clean(n.Name)+": "+plain.Clean(n.Message)))
	}
	if wrote || b.Len() > 0 {
		b.WriteString(githubSummary(r.Footer))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// githubLocation returns a location as properties of a command. GitHub takes columns only for a range on one line.
func githubLocation(at location) string {
	file := "file=" + githubProperty(at.file)
	switch {
	case !at.inFile():
		return file + ",line=1"
	case at.start.Line != at.end.Line:
		return fmt.Sprintf("%s,line=%d,endLine=%d", file, at.start.Line, at.end.Line)
	}
	return fmt.Sprintf("%s,line=%d,endLine=%d,col=%d,endColumn=%d", file, at.start.Line, at.end.Line, at.start.Column, at.end.Column)
}

func githubSummary(r *app.LintFooter) string {
	line := "syncguard: " + plain.Totals(&r.Totals)
	if n := len(r.Unread); n > 0 {
		line += "; " + text.Count(n, "file") + " could not be checked"
	}
	if n := len(r.Refused); n > 0 {
		line += "; " + text.Count(n, "item") + " without effect (--untrusted)"
	}
	beyond := 0
	for _, n := range []int{r.Errors + len(r.Unread), r.Warnings, r.Notes + len(r.Refused)} {
		beyond += max(0, n-githubShown)
	}
	if beyond > 0 {
		line += fmt.Sprintf("; GitHub shows %d annotations of each severity, so %d are in this log only", githubShown, beyond)
	}
	return line + "\n"
}

var (
	githubDataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubPropertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// githubData escapes the message of a workflow command. Its lines must be printable already.
func githubData(s string) string { return githubDataEscapes.Replace(s) }

// githubProperty makes text printable and escapes it as a property of a workflow command.
func githubProperty(s string) string { return githubPropertyEscapes.Replace(plain.Clean(s)) }
