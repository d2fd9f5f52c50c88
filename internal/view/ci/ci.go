// Package ci writes a run of lint in the formats that programs of a CI read: JSON, SARIF, JUnit, GitHub, GitLab, and a summary
// in Markdown.
package ci

import (
	"fmt"
	"io"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

// Report is a run that is over, as these formats need it whole.
type Report struct {
	app.LintHeader
	app.LintFooter
	Files    []*app.LintedFile
	RulesURL string // where docs/rules is published, without a slash at the end; empty where it is not
}

// Collect takes all files of a run.
func Collect(run *app.LintRun) (*Report, error) {
	r := &Report{LintHeader: run.Header}
	for f, err := range run.Files {
		if err != nil {
			return nil, err
		}
		r.Files = append(r.Files, f)
	}
	r.LintFooter = *run.Footer
	return r, nil
}

// formats are the formats that programs read.
var formats = []struct {
	name  string
	write func(io.Writer, *Report) error
}{
	{"sarif", writeSARIF},
	{"junit", writeJUnit},
	{"github", writeGitHub},
	{"gitlab", writeGitLab},
	{"markdown", writeMarkdown},
}

// Formats names the formats of Write.
func Formats() []string {
	names := []string{"json"}
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes a run in one of Formats. The same run gives the same bytes.
func Write(w io.Writer, format string, run *app.LintRun) error {
	if format == "json" {
		return view.WriteStream(w, run)
	}
	r, err := Collect(run)
	if err != nil {
		return err
	}
	return r.writeWhole(w, format)
}

func (r *Report) writeWhole(w io.Writer, format string) error {
	for _, f := range formats {
		if f.name == format {
			return f.write(w, r)
		}
	}
	return fmt.Errorf("there is no format %q", format)
}
