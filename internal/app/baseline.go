package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
)

// baselineFile is what --write-baseline writes: the findings that a repository had when it began to lint. Lines are not in
// it, so that it holds when text is moved.
type baselineFile struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry is a finding that may occur a number of times in a file. Its message is for people.
type baselineEntry struct {
	Rule    string `json:"rule"`
	File    string `json:"file"` // as seen from the folder of the baseline, with slashes
	Path    []any  `json:"path"` // see diag.Path.Steps
	Count   int    `json:"count"`
	Message string `json:"message"` // of the first
}

// knownFinding is what a finding is, whatever its message says.
type knownFinding struct{ rule, file, path string }

const baselineVersion = 2

// knownFindings counts down how often each finding may still occur.
type knownFindings struct {
	path string
	left map[knownFinding]int
}

func readBaseline(sys files.System, path string, of []string) (*knownFindings, error) {
	data, err := files.Read(sys, path)
	if err != nil {
		return nil, diag.WithHint(err, "syncguard lint --write-baseline %s PATH… writes one", path)
	}
	var file baselineFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, diag.WithHint(fmt.Errorf("reading the baseline %s: %w", path, err), "write it again with --write-baseline")
	}
	if file.Version == 1 {
		return nil, diag.WithHint(fmt.Errorf("the baseline %s has version 1, which knew findings by their messages", path),
			"syncguard lint --write-baseline %s writes it anew", strings.Join(append([]string{path}, of...), " "))
	}
	if file.Version != baselineVersion {
		return nil, diag.WithHint(fmt.Errorf("the baseline %s has version %d, want %d", path, file.Version, baselineVersion), "write it again with --write-baseline")
	}
	if file.Findings == nil {
		return nil, diag.WithHint(fmt.Errorf("the baseline %s holds no list of findings", path), "write it again with --write-baseline")
	}
	b := &knownFindings{path, map[knownFinding]int{}}
	for _, e := range file.Findings {
		b.left[knownFinding{e.Rule, e.File, diag.Identity(e.Path)}] += e.Count
	}
	return b, nil
}

// knows says whether a finding is one of the baseline, and counts it. One in the template that the file extends may be
// known from there.
func (b *knownFindings) knows(h *Host, file string, d diag.Diagnostic) bool {
	files := []string{file}
	if !d.Span.IsZero() {
		files = append(files, d.Span.File.Name)
	}
	for _, name := range files {
		if key := h.known(b.path, name, d); b.left[key] > 0 {
			b.left[key]--
			return true
		}
	}
	return false
}

// gone counts the findings that a file no longer has. What other files have is not known.
func (b *knownFindings) gone(h *Host, file string) (n int) {
	name := h.relativeTo(b.path, file)
	for finding, left := range b.left {
		if finding.file == name {
			n += left
		}
	}
	return n
}

// known is the finding as a baseline has it.
func (h *Host) known(baseline, file string, d diag.Diagnostic) knownFinding {
	return knownFinding{d.Rule, h.relativeTo(baseline, file), diag.Identity(d.Path.Steps())}
}

// WriteBaseline writes the findings of a run into a file for LintOptions.Baseline, and returns how many they are. Nothing is
// written when a file could not be read.
func WriteBaseline(ctx context.Context, h *Host, o LintOptions, path string) (findings int, failures []error, err error) {
	run, err := Lint(ctx, h, o)
	if err != nil {
		return 0, nil, err
	}
	index := map[knownFinding]int{}
	file := baselineFile{Version: baselineVersion, Findings: []baselineEntry{}}
	for f, err := range run.Files {
		if err != nil {
			return 0, nil, err
		}
		for _, d := range f.Findings {
			key := h.known(path, f.Name, d)
			i, ok := index[key]
			if !ok {
				i, index[key] = len(file.Findings), len(file.Findings)
				file.Findings = append(file.Findings, baselineEntry{Rule: key.rule, File: key.file, Path: d.Path.Steps(), Message: d.Message})
			}
			file.Findings[i].Count++
			findings++
		}
	}
	if failures := run.Footer.Failures; len(failures) > 0 {
		return 0, failures, nil
	}
	slices.SortStableFunc(file.Findings, func(a, b baselineEntry) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(diag.Identity(a.Path), diag.Identity(b.Path)))
	})
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return 0, nil, err
	}
	return findings, nil, files.WriteOne(h.Files, path, append(text, '\n'), 0o644, h.Now())
}
