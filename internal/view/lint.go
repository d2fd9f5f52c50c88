package view

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"syncguard/internal/diag"
)

// LintedFile is one file that was linted, with what was found in it.
type LintedFile struct {
	Name      string // as it was given or found
	Kind      string // profile, declaration, template or project; empty where the file could not be read
	Format    string // xml, binary, json or yaml; empty where the file could not be read
	Signed    bool   // places are those in the signed content
	Encrypted bool
	Findings  []diag.Diagnostic // in the order of diag.Sort; one without a place concerns the file as a whole
}

// Unread is a file that could not be checked, with the reason: the run is not complete.
type Unread struct {
	Name    string `json:"file"`
	Message string `json:"message"`
}

// LintRun is one run of lint, in the order in which the files were given.
type LintRun struct {
	Version string // of syncguard
	Files   []LintedFile
	Unread  []Unread
	Totals
	Ignored   int // findings that a comment or the project file takes out
	Baselined int // findings that the baseline knows
	Gone      int // findings of the baseline that no longer are
	Fixed     int // findings that were corrected
	TargetNotes

	FailOn   diag.Severity // findings from here up fail the run; Error where it is not set
	Root     string        // absolute folder that file names in reports are relative to; empty leaves absolute names as they are
	RulesURL string        // where docs/rules is published, without a slash at the end; empty where it is not
}

// Add takes in a file.
func (r *LintRun) Add(f LintedFile) {
	r.Files = append(r.Files, f)
	r.Totals.Add(f.Findings)
}

// lintFormats are the formats that programs read. Each is written when the run is over.
var lintFormats = []struct {
	name  string
	write func(io.Writer, *LintRun) error
}{
	{"json", writeLintJSON},
	{"sarif", writeSARIF},
	{"junit", writeJUnit},
	{"github", writeGitHub},
	{"gitlab", writeGitLab},
	{"markdown", writeMarkdown},
}

// LintFormats names the formats of WriteLint.
func LintFormats() []string {
	names := make([]string, len(lintFormats))
	for i, f := range lintFormats {
		names[i] = f.name
	}
	return names
}

// WriteLint writes a whole run in one of LintFormats. The same run gives the same bytes.
func WriteLint(w io.Writer, format string, run *LintRun) error {
	for _, f := range lintFormats {
		if f.name == format {
			return f.write(w, run)
		}
	}
	return fmt.Errorf("there is no format %q", format)
}

// fails says whether a finding fails the run.
func (r *LintRun) fails(d diag.Diagnostic) bool {
	if r.FailOn == 0 {
		return d.Severity >= diag.Error
	}
	return d.Severity >= r.FailOn
}

// path returns a file's name as reports have it: with slashes, without "./", and relative to Root where it lies in it.
func (r *LintRun) path(name string) string {
	if r.Root != "" && filepath.IsAbs(name) {
		if rel, err := filepath.Rel(r.Root, name); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			name = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(name))
}
