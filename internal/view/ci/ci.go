// Package ci writes a run of lint in the formats of CI systems: JSON, SARIF, JUnit, GitHub, GitLab, and a summary in
// Markdown.
//
// Start with Write; each format is one entry of formats and one file, and finding.go holds what they share. A new format
// needs those two, and its line in formatTests. The text for a terminal is in package view.
package ci

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/rules"
	"syncguard/internal/view/plain"
)

// Run is a run to write, file by file: none of the formats holds it all.
type Run struct {
	*app.LintRun
	RulesURL string // address of the published docs/rules, without a slash at the end; empty if unknown
}

// formats lists the formats besides JSON.
var formats = []struct {
	name  string
	write func(io.Writer, *Run) error
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
	return (&Run{LintRun: run, RulesURL: rules.Published}).write(w, format)
}

func (r *Run) write(w io.Writer, format string) error {
	if format == "json" {
		return plain.WriteStream(w, r.LintRun)
	}
	for _, f := range formats {
		if f.name == format {
			return f.write(w, r)
		}
	}
	return fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(Formats(), ", "))
}

// copyTo writes texts, and reports whether there were any.
func copyTo(w io.Writer, texts iter.Seq2[[]byte, error]) (wrote bool, err error) {
	for text, err := range texts {
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			return wrote, err
		}
		wrote = wrote || len(text) > 0
	}
	return wrote, nil
}
