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

// baselineFile is the file of --write-baseline: the findings of a repository on the day linting began. It leaves line numbers
// out, so moving text does not invalidate it.
type baselineFile struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry is one known finding of a file, Count times. Message is for people only and is never compared.
type baselineEntry struct {
	Rule    string `json:"rule"`
	File    string `json:"file"` // relative to the folder of the baseline, with slashes
	Path    []any  `json:"path"` // see diag.Path.Steps
	Count   int    `json:"count"`
	Message string `json:"message"` // of the first occurrence
}

// knownFinding identifies a finding; its message and line do not count.
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

// knows reports whether the baseline has a finding, and counts it off. A finding in an extended template may be listed under
// either file.
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

// gone counts a file's baseline entries without a finding. Call it after knows has seen all findings of the file.
func (b *knownFindings) gone(h *Host, file string) (n int) {
	name := h.relativeTo(b.path, file)
	for finding, left := range b.left {
		if finding.file == name {
			n += left
		}
	}
	return n
}

// known returns the key of a finding in a baseline.
func (h *Host) known(baseline, file string, d diag.Diagnostic) knownFinding {
	return knownFinding{d.Rule, h.relativeTo(baseline, file), diag.Identity(d.Path.Steps())}
}

// WriteBaseline lints and writes the findings into a file for LintOptions.Baseline. It returns their number. After failures,
// unreadable files, it writes nothing.
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
