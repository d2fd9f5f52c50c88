package app

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/template"
	"syncguard/internal/text"
	"syncguard/profiles"
)

// FormatOptions are the files to format and the rules to format them by.
type FormatOptions struct {
	Paths        []string // files, folders, - for stdin
	Mode         FormatMode
	KeepOrder    bool   // keep the order of keys
	StableUUIDs  bool   // derive the UUIDs of profiles from their identifiers
	Organization string // namespace of the UUIDs; "" for the first two labels of the identifier
}

// FormatMode says what to do with the canonical form.
type FormatMode int

// Modes of Format.
const (
	FormatText    FormatMode = iota // return the text of one file
	FormatWritten                   // write in place
	FormatShown                     // return both texts
	FormatChecked                   // fail the run for a file in another form
)

// FormatRun is the result of Format.
type FormatRun = Stream[FormatOptions, *FormattedFile, *FormatFooter]

// FormattedFile is one file with its canonical form.
type FormattedFile struct {
	Name          string
	Data          []byte
	Changed       bool
	Before, After []byte // the texts, secrets masked
	Renamed       []profiles.RenamedUUID
	Findings      []diag.Diagnostic // why the file is unreadable
	Skipped       string            // why the file is skipped: "is signed, …"; empty otherwise

	in input
}

// FormatFooter counts the files. It is complete after the last one.
type FormatFooter struct {
	Formed, Changed int // files with a canonical form, and the ones not in it
	Failures        []error
	Failed          bool // a file is unreadable or, with FormatChecked, not in its canonical form
}

// Format brings XML profiles, declarations and templates into their canonical form. The content stays the same.
func Format(ctx context.Context, h *Host, o FormatOptions) (*FormatRun, error) {
	if err := o.check(h); err != nil {
		return nil, err
	}
	finder := inputFinder{h, "stdin", h.isLintable, "profile (*.mobileconfig), declaration or template"}
	inputs, failures, err := finder.find(o.Paths)
	if err != nil {
		return nil, err
	}
	footer := &FormatFooter{Failures: failures}
	run := &FormatRun{Header: o, Footer: footer}
	run.Files = func(yield func(*FormattedFile, error) bool) {
		for f, err := range eachFile(ctx, h, "formatting", inputs, &footer.Failures, o.form) {
			if err == nil {
				if failure := footer.add(h, o, f); failure != nil {
					footer.Failures = append(footer.Failures, failure)
					continue
				}
			}
			if !yield(f, err) {
				return
			}
		}
	}
	return run, nil
}

func (o *FormatOptions) check(h *Host) error {
	switch one := len(o.Paths) == 1 && !files.IsFolder(h.Files, o.Paths[0]); {
	case !one && o.Mode == FormatText:
		found := text.Count(len(o.Paths), "file")
		if len(o.Paths) == 1 {
			found = "the folder " + o.Paths[0]
		}
		return diag.Usage("add -w to write in place, --check to list files, or --diff to show changes", "only one file can be written to stdout, found %s", found)
	case o.Organization != "" && !o.StableUUIDs:
		return diag.Usage("add --uuid stable", "--organization needs --uuid stable")
	case slices.Contains(o.Paths, "-") && o.Mode == FormatWritten:
		return diag.Usage("leave out -w to write to stdout", "stdin cannot be written in place")
	}
	return nil
}

// add counts a file and, with FormatWritten, writes it.
func (r *FormatFooter) add(h *Host, o FormatOptions, f *FormattedFile) error {
	switch {
	case len(f.Findings) > 0:
		r.Failed = true
		return nil
	case f.Skipped != "" && o.Mode == FormatText:
		return fmt.Errorf("%s: %s", f.Name, f.Skipped)
	case f.Skipped != "":
		return nil
	}
	r.Formed++
	if !f.Changed {
		return nil
	}
	r.Changed++
	r.Failed = r.Failed || o.Mode == FormatChecked
	if o.Mode == FormatWritten {
		return f.in.write(h, f.Data)
	}
	return nil
}

// form returns one file with its canonical form.
func (o *FormatOptions) form(in input, data []byte) (*FormattedFile, error) {
	f := &FormattedFile{Name: in.path, in: in}
	form := o.formDocument
	if isTemplateFile(diag.NewFile(in.path, data)) || in.isStdin && plist.IsTemplate(data) {
		form = o.formTemplate
	}
	err := form(f, data)
	f.Changed = f.Data != nil && !bytes.Equal(data, f.Data)
	return f, err
}

func (o *FormatOptions) formTemplate(f *FormattedFile, data []byte) (err error) {
	if f.Data, err = template.Reformat(diag.NewFile(f.Name, data), o.KeepOrder); err != nil {
		return diag.WithHint(fmt.Errorf("%s: %w", f.Name, err), "syncguard lint %s lists mistakes", f.Name)
	}
	f.Before, f.After = templateShown(f.Name, data), templateShown(f.Name, f.Data)
	return nil
}

// templateShown returns the text of a template with its secrets masked, nil for an unreadable one.
func templateShown(name string, data []byte) []byte {
	file := diag.NewFile(name, bytes.Clone(data))
	root, err := template.Parse(file)
	if err != nil {
		return nil
	}
	return secret.Masked(file, root, false)
}

func (o *FormatOptions) formDocument(f *FormattedFile, data []byte) (err error) {
	doc, findings := document.OpenTemplate(diag.NewFile(f.Name, bytes.Clone(data)))
	switch {
	case doc.Defect != nil:
		f.Findings = []diag.Diagnostic{*doc.Defect}
		return nil
	case diag.HasErrors(findings):
		secret.Scrub(findings)
		hideSecrets(doc, true)
		f.Findings = slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
		return nil
	case doc.Signed:
		f.Skipped = "is signed, and formatting would break the signature"
		return nil
	case doc.Format == document.Binary:
		f.Skipped = "is a binary property list; syncguard inspect --format xml writes it as XML"
		return nil
	}
	if o.StableUUIDs && doc.Kind() == document.Profile {
		if f.Renamed, err = profiles.DeriveUUIDs(doc.Root, o.Organization); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if f.Data, err = doc.Reformat(o.KeepOrder); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	f.Before = secret.Masked(doc.File, doc.Root, false)
	formed, _ := document.OpenTemplate(diag.NewFile(f.Name, bytes.Clone(f.Data)))
	f.After = secret.Masked(formed.File, formed.Root, false)
	return nil
}
