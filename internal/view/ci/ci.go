// Package ci writes a run of lint in the formats of CI systems: JSON, SARIF, JUnit, GitHub, GitLab, and a summary in
// Markdown.
//
// Start with Write; each format is one entry of formats and one file, and finding.go holds what they share. A new format
// needs those two, and its line in formatTests. The text for a terminal is in package view.
package ci

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

// Report is a finished run: these formats need all of it at once.
type Report struct {
	app.LintHeader
	app.LintFooter
	Files    []*app.LintedFile
	RulesURL string // address of the published docs/rules, without a slash at the end; empty if unknown
}

// Collect reads all files of a run.
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

// formats lists the formats written from a Report.
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

// Formats returns the names of all formats, for Write.
func Formats() []string {
	names := []string{"json"}
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes a run in one of Formats. Equal runs give equal bytes.
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
	return fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(Formats(), ", "))
}
