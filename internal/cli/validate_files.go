package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/target"
)

// input is one file to check.
type input struct {
	path string // "-" for stdin
}

// findInputs lists the files that arguments name, those of a folder sorted. What cannot be listed is among the failures.
func findInputs(paths []string) (inputs []input, failures []error, err error) {
	for i, path := range paths {
		if path == "-" {
			if slices.Contains(paths[:i], "-") {
				return nil, nil, usage("stdin can be read once", "- is given twice")
			}
			inputs = append(inputs, input{path})
			continue
		}
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			inputs = append(inputs, input{path}) // reading it says what is wrong
			continue
		}
		found, failed := walk(path)
		if len(found)+len(failed) == 0 {
			failed = []error{fmt.Errorf("%s: holds no profile (*.mobileconfig) and no declaration (*.json)", path)}
		}
		inputs = append(inputs, found...)
		failures = append(failures, failed...)
	}
	return inputs, failures, nil
}

// walk lists the profiles and declarations in a folder and those below it. Hidden folders are left alone.
func walk(folder string) (inputs []input, failures []error) {
	root := folder + string(filepath.Separator) // so that a link to a folder is followed, but none inside it
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			failures = append(failures, err)
		case entry.IsDir():
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
		case isRegular(path) && hasProfileName(path):
			inputs = append(inputs, input{path})
		}
		return nil
	})
	return inputs, failures
}

// hasProfileName says whether a file that nobody named is meant to be checked. Other programs write JSON too, so there the
// words that every declaration of Apple's holds must be in it.
func hasProfileName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mobileconfig":
		return true
	case ".json":
		data, err := readFile(path)
		return err != nil || bytes.Contains(data, []byte(`"Type"`)) && bytes.Contains(data, []byte(`"com.apple.`))
	}
	return false
}

// isRegular keeps pipes and devices out, which would block. A dangling link is let through, to be reported.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// ordered calls do for each item, at most limit at a time, and yields the results in the order of the items. No more than
// that wait to be taken.
func ordered[T, R any](items []T, limit int, do func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		stop := make(chan struct{})
		defer close(stop)
		queue := make(chan chan R, limit-1) // and one that is waited for
		go func() {
			defer close(queue)
			for _, item := range items {
				result := make(chan R, 1)
				select {
				case queue <- result:
				case <-stop:
					return
				}
				go func() { result <- do(item) }()
			}
		}()
		for result := range queue {
			if !yield(<-result) {
				return
			}
		}
	}
}

// checker holds what is the same for every file.
type checker struct {
	lint       *lint.Checker
	targets    []target.Target
	exceptions *exceptions
}

// checked is one file with what was found in it, or the reason why it could not be read.
type checked struct {
	name              string
	kind, format      string
	signed, encrypted bool
	findings          []diag.Diagnostic
	wasChecked        bool              // against the schemas
	unused            []diag.Diagnostic // exceptions that nothing in it needed
	err               error
}

func (c *checker) checkInput(env *Env, in input) checked {
	if in.path == "-" {
		data, err := readAll(env.Stdin, "stdin")
		return c.checkData("stdin", data, err)
	}
	data, err := readFile(in.path)
	return c.checkData(in.path, data, err)
}

// hideSecrets takes secrets out of the text that excerpts show: one can stand on the line of a finding about something else.
// Messages are made by then.
func hideSecrets(doc *document.Document) {
	for _, span := range lint.Secrets(doc.Root) {
		diag.Mask(span.File.Data[span.Start:span.End])
	}
}

// checkData checks one file. A defect of syncguard itself is a finding, so that it costs one file and not the run.
func (c *checker) checkData(name string, data []byte, err error) (result checked) {
	result = checked{name: name, err: err}
	if err != nil {
		return result
	}
	defer func() {
		if p := recover(); p != nil {
			result.findings = append(result.findings, internalError(p))
		}
	}()
	doc, findings := document.Open(diag.NewFile(name, data))
	defer hideSecrets(doc)
	result.kind, result.format = string(doc.Kind()), string(doc.Format)
	result.signed, result.encrypted = doc.Signed, doc.IsEncrypted()
	result.findings = findings
	if doc.Root == nil {
		return result
	}
	more, unused, err := c.check(doc)
	if err != nil {
		return checked{name: name, err: fmt.Errorf("checking %s: %w", name, err)}
	}
	if !doc.Whole {
		more = slices.DeleteFunc(more, isAboutAbsence)
	}
	result.findings = diag.Sort(append(findings, unsaid(more, findings)...))
	result.wasChecked, result.unused = true, unused
	return result
}

// isAboutAbsence says whether a finding is that something is not there, which may only mean that it could not be read.
func isAboutAbsence(d diag.Diagnostic) bool { return slices.Contains(rulesOfAbsence(), d.Rule) }

func rulesOfAbsence() []string {
	return []string{"dangling-certificate-reference", "missing-companion-key", "missing-required-key", "missing-server-name", "missing-server-url",
		"no-catch-all-rule", "not-a-profile", "wrong-item-count"}
}

func internalError(p any) diag.Diagnostic {
	return diag.Diagnostic{Rule: "internal-error", Severity: diag.Error,
		Message: fmt.Sprintf("checking stopped on a defect of syncguard: %v", p),
		Help:    "report it, with the file if you can share it"}
}

// check compares a document with the schemas. It returns which exceptions were not needed apart from the findings: that
// counts only when no other file needs them either.
func (c *checker) check(doc *document.Document) (found, unused []diag.Diagnostic, err error) {
	o := lint.Options{AllowUnknown: c.exceptions.names(), ReportUnused: true}
	check := c.lint.Check
	if doc.Kind() == document.Declaration {
		check = c.lint.CheckDeclaration
	}
	all, err := check(doc.Root, c.targets, o)
	for _, d := range all {
		switch {
		case d.Rule == ruleUnusedException:
			unused = append(unused, d)
		case !isAboutSync(d):
			found = append(found, d)
		}
	}
	return found, unused, err
}

// isAboutSync tells what a valid profile does to iCloud from what makes one invalid.
func isAboutSync(d diag.Diagnostic) bool {
	rule, ok := rules.Find(d.Rule)
	return ok && rule.Has(rules.Sync)
}

// unsaid drops findings that only follow from an error of reading at the same place.
func unsaid(findings, reading []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(reading, func(r diag.Diagnostic) bool {
			return r.Severity == diag.Error && r.Span == d.Span && (!r.Span.IsZero() || r.Path == d.Path && r.Path != "")
		})
	})
}
