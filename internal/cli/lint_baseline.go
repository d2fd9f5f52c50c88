package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/view"
)

// baselineFile is what --write-baseline writes: the findings that a repository had when it began to lint. Lines are not in
// it, so that it holds when text is moved.
type baselineFile struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry is a finding that may occur a number of times in a file.
type baselineEntry struct {
	knownFinding
	Count int `json:"count"`
}

type knownFinding struct {
	Rule    string `json:"rule"`
	File    string `json:"file"` // as seen from the folder of the baseline, with slashes
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

const baselineVersion = 1

// knownFindings counts down how often each finding may still occur.
type knownFindings struct {
	path string
	left map[knownFinding]int
}

func readBaseline(path string) (*knownFindings, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, withHint(err, "syncguard lint --write-baseline %s PATH… writes one", path)
	}
	var file baselineFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, withHint(fmt.Errorf("reading the baseline %s: %w", path, err), "write it again with --write-baseline")
	}
	if file.Version != baselineVersion {
		return nil, withHint(fmt.Errorf("the baseline %s has version %d, want %d", path, file.Version, baselineVersion), "write it again with --write-baseline")
	}
	if file.Findings == nil {
		return nil, withHint(fmt.Errorf("the baseline %s holds no list of findings", path), "write it again with --write-baseline")
	}
	b := &knownFindings{path, map[knownFinding]int{}}
	for _, e := range file.Findings {
		b.left[e.knownFinding] += e.Count
	}
	return b, nil
}

// knows says whether a finding is one of the baseline, and counts it. One in the template that the file extends may be
// known from there.
func (b *knownFindings) knows(file string, d diag.Diagnostic) bool {
	files := []string{file}
	if !d.Span.IsZero() {
		files = append(files, d.Span.File.Name)
	}
	for _, name := range files {
		if key := known(b.path, name, d); b.left[key] > 0 {
			b.left[key]--
			return true
		}
	}
	return false
}

// gone counts the findings that some files no longer have. What other files have is not known.
func (b *knownFindings) gone(files []checked) int {
	n := 0
	for _, f := range files {
		name := relativeTo(b.path, f.name)
		for finding, left := range b.left {
			if finding.File == name {
				n += left
			}
		}
	}
	return n
}

// known is the finding as a baseline has it. The key path of what a template composes depends on the target, so it is left out.
func known(baseline, file string, d diag.Diagnostic) knownFinding {
	path := d.Path
	if isTemplateName(file) {
		path = ""
	}
	return knownFinding{d.Rule, relativeTo(baseline, file), path, d.Message}
}

// writeBaseline writes the findings of the run for --baseline. Nothing is written when a file could not be read.
func (l *linting) writeBaseline(failures []error) error {
	if len(failures) > 0 {
		return verdict(l.env, failures, false)
	}
	counts := map[knownFinding]int{}
	for _, f := range l.run.Files {
		for _, d := range f.Findings {
			counts[known(l.o.writeBaseline, f.Name, d)]++
		}
	}
	file := baselineFile{Version: baselineVersion, Findings: []baselineEntry{}}
	for finding, n := range counts {
		file.Findings = append(file.Findings, baselineEntry{finding, n})
	}
	slices.SortFunc(file.Findings, func(a, b baselineEntry) int {
		return strings.Compare(a.File+"\x00"+a.Rule+"\x00"+a.Path+"\x00"+a.Message, b.File+"\x00"+b.Rule+"\x00"+b.Path+"\x00"+b.Message)
	})
	var text strings.Builder
	if err := view.WriteJSON(&text, file); err != nil {
		return err
	}
	path := l.o.writeBaseline
	if err := writeFiles(filepath.Dir(path), []output{{filepath.Base(path), []byte(text.String()), 0o644}}, l.env.Now()); err != nil {
		return err
	}
	l.env.out().Line("%s: %d findings that do not count from now on", view.Clean(path), l.run.AtLeast(diag.Note))
	return nil
}
