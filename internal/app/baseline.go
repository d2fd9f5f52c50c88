package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/text"
	"syncguard/internal/work"
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
	paths  relativePaths
	left   map[knownFinding]int
	inFile map[string]int // the sum of left for each file
}

// readBaseline reads the baseline for a run over paths.
func readBaseline(h *Host, path string, paths []string) (*knownFindings, error) {
	again := "write it with syncguard lint --write-baseline " + strings.Join(append([]string{path}, paths...), " ")
	const other = "give a file written by syncguard lint --write-baseline FILE" // this one may be worth keeping
	data, err := h.readBaselineFile(path)
	if err != nil {
		return nil, diag.WithHint(err, "%s", again)
	}
	if data == nil {
		return &knownFindings{}, nil
	}
	var file baselineFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, diag.WithHint(fmt.Errorf("invalid baseline %q: %w", path, inJSONTerms(data, err)), "%s", other)
	}
	if file.Version != baselineVersion {
		return nil, diag.WithHint(fmt.Errorf("invalid baseline %q: \"version\" is %d, want %d", path, file.Version, baselineVersion), "%s", again)
	}
	if file.Findings == nil {
		return nil, diag.WithHint(fmt.Errorf("invalid baseline %q: \"findings\" is missing", path), "%s", other)
	}
	b := &knownFindings{h.relativeTo(path), map[knownFinding]int{}, map[string]int{}}
	for _, e := range file.Findings {
		b.left[knownFinding{e.Rule, e.File, diag.Identity(e.Path)}] += e.Count
		b.inFile[e.File] += e.Count
	}
	return b, nil
}

// readBaselineFile reads the baseline to trust. data is nil for an untrusted one, and never for an empty file.
func (h *Host) readBaselineFile(path string) (data []byte, err error) {
	if h.distrust == nil {
		data, err = files.Read(h.Files, path)
		return append([]byte{}, data...), err
	}
	data, err = h.distrust.settings(h, path)
	if errors.Is(err, fs.ErrInvalid) {
		return nil, fmt.Errorf("baseline %q is not below --config-from %q", path, h.distrust.from)
	}
	return data, err
}

// inJSONTerms words an error of package json without Go's terms.
func inJSONTerms(data []byte, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("it is not JSON (line %d)", 1+bytes.Count(data[:max(syntax.Offset-1, 0)], []byte{'\n'}))
	}
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	kind, _, _ := strings.Cut(wrong.Value, " ") // number 1.5
	want := map[reflect.Kind]string{reflect.Int: "an integer", reflect.String: "a string", reflect.Slice: "an array"}[wrong.Type.Kind()]
	place := "the file"
	if wrong.Field != "" {
		place = strconv.Quote(wrong.Field)
	}
	return fmt.Errorf("%s is of type %s, want %s", place, kind, cmp.Or(want, "an object"))
}

// knows reports whether the baseline has a finding, and counts it off. A finding in an extended template may be listed under
// either file.
func (b *knownFindings) knows(file string, d diag.Diagnostic) bool {
	files := []string{file}
	if !d.Span.IsZero() {
		files = append(files, d.Span.File.Name)
	}
	for _, name := range files {
		work.Add(1)
		if key := b.paths.known(name, d); b.left[key] > 0 {
			b.left[key]--
			b.inFile[key.file]--
			return true
		}
	}
	return false
}

// stale counts a file's baseline entries without a finding. Call it after knows has seen all findings of the file.
func (b *knownFindings) stale(file string) (n int) { return b.inFile[b.paths.of(file)] }

// known returns the key of a finding in a baseline, whose folder the paths are relative to.
func (r relativePaths) known(file string, d diag.Diagnostic) knownFinding {
	return knownFinding{d.Rule, r.of(file), d.Path.Identity()}
}

// WriteBaseline lints and writes the findings into a file for LintOptions.Baseline. It returns their number. After failures,
// unreadable files, it writes nothing.
func WriteBaseline(ctx context.Context, h *Host, o LintOptions, path string) (findings int, failures []error, err error) {
	o.listAll = true
	o.writesBaseline = true
	run, err := Lint(ctx, h, o)
	if err != nil {
		return 0, nil, err
	}
	index, paths := map[knownFinding]int{}, h.relativeTo(path)
	file := baselineFile{Version: baselineVersion, Findings: []baselineEntry{}}
	for f, err := range run.Files {
		if err != nil {
			return 0, nil, err
		}
		for _, d := range f.Findings {
			key := paths.known(f.Name, d)
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
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return 0, nil, err
	}
	data = append(text.EscapeJSON(data), '\n')
	if len(data) > files.MaxSize {
		return 0, nil, diag.WithHint(fmt.Errorf("the baseline would have more than %d MiB, too much for --baseline; nothing was written", files.MaxSize>>20),
			"write one for each folder, or select fewer rules with --select")
	}
	return findings, nil, files.WriteOne(h.Files, path, data, 0o644, h.Now())
}
