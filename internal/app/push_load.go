package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"syncguard/internal/cms"
	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// pushRun is one push or one export.
type pushRun struct {
	*Host
	o       *PushOptions
	verb    string // for messages: sent or written
	setup   *deploy.Setup
	session *deploy.Session
	check   *checker
	checked []checked
	items   []*deploy.Item
	result  *PushResult

	otherKinds []string // files of the kind that the destination does not take
}

func (p *pushRun) close() {
	if p == nil {
		return
	}
	for _, end := range p.setup.Close {
		end()
	}
}

func (p *pushRun) tell(e PushEvent) {
	if p.o.OnEvent != nil {
		p.o.OnEvent(e)
	}
}

// startPush reads and checks the profiles, opens the destination and prepares the items to send. The caller closes the run, even
// after an error.
func (h *Host) startPush(ctx context.Context, o *PushOptions, verb string, toFiles bool) (*pushRun, error) {
	d, err := destination(o.Destination)
	if err != nil {
		return nil, err
	}
	if toFiles && d.Folder && o.Output == "" { // check before reading any file
		return nil, diag.Usage("give a folder with -o FOLDER", "missing output folder for %s", d.Server().Name)
	}
	isAlone := func(f deploy.Flag) bool { return f.WithoutProfiles && o.Flags[f.Name] != nil }
	if len(o.Paths) == 0 && (toFiles || !slices.ContainsFunc(d.Flags, isAlone)) {
		built, err := h.builtProfiles("push")
		if err != nil {
			return nil, err
		}
		o.Paths = []string{built}
	}
	roots, err := h.readRoots(o.Roots)
	if err != nil {
		return nil, err
	}
	p := &pushRun{Host: h, o: o, verb: verb, result: &PushResult{}, setup: &deploy.Setup{Destination: d, Given: o.Flags,
		Server: o.Server, Roots: roots, UserAgent: o.UserAgent, Check: o.Check, DryRun: o.DryRun, WriteFiles: toFiles,
		Host: h.deployHost()}}
	if err := p.load(ctx); err != nil || p.result.is() {
		return p, err
	}
	if toFiles {
		if err := p.checkOutput(); err != nil {
			return p, err
		}
	}
	if p.session, err = p.setup.Start(ctx); err != nil {
		return p, err
	}
	p.prepare()
	return p, nil
}

// load reads and checks the files, and refuses files the server would refuse. It tells the findings; an error among them keeps
// everything from being sent.
func (p *pushRun) load(ctx context.Context) error {
	d, left := p.setup.Destination, 0
	finder := inputFinder{host: p.Host, stdinName: "stdin", wants: "profile (*.mobileconfig)"}
	takes, other, kind, what := isProfile, p.isDeclarationName, "profile", "declaration"
	if d.Declarations {
		takes, other, kind, what = other, takes, what, kind
		finder.wants = "declaration (*.json)"
	}
	finder.isInput = func(in input) bool {
		if takes(in) {
			return true
		}
		if other(in) {
			left++
		}
		return false
	}
	inputs, failures, err := finder.find(p.o.Paths)
	if err != nil {
		return err
	}
	others, err := p.otherBuilds(inputs)
	if err != nil {
		return err
	}
	if len(others) > 0 && !p.o.Others {
		return diag.Usage("delete what is left over, or add --others", "%s in the folder of a build, but not from this build: %s", text.Count(len(others), kind), few(others))
	}
	if left > 0 {
		p.hint(fmt.Sprintf("skipped %s: %s takes %ss only", text.Count(left, what), d.Name, kind))
	}
	if p.check, err = newChecker(p.Host, nil); err != nil {
		return err
	}
	p.check.keeps = isAboutPushing
	p.check.options = lint.Options{Groups: []rules.Group{rules.Structure, rules.Schema, rules.Delivery}, For: d.Server(), Now: p.Now(),
		Placeholders: lint.PlaceholdersNoted, Interrupted: ctx.Err}
	p.check.set = p.check.lint.NewSet(p.check.options)
	p.check.shorten = func(_ *checked, found []diag.Diagnostic) []diag.Diagnostic { return found } // those that do not count are gone then
	builds := builds{}
	for _, in := range inputs {
		data, err := in.read(p.Host)
		if err == nil {
			_, record, name, _ := builds.find(in)
			err = p.add(in.path, data, record.platform(name))
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	if err := p.otherKind(); err != nil {
		failures = append(failures, err)
	}
	if p.result.Unread = failures; len(failures) > 0 {
		return nil
	}
	p.reportFindings()
	p.checked, p.check.set = nil, nil // they hold the texts of all files
	return nil
}

// isAboutPushing keeps the findings about refused and changed profiles. It drops those about text encodings and arrays, since
// the destination sends plain XML or warns about losses itself.
func isAboutPushing(d diag.Diagnostic) bool {
	if d.Rule == rule.TextRefusedByMDM { // push sends plain text, whatever the form of the file
		return false
	}
	r, _ := rules.Find(d.Rule)
	if d.Rule == rule.TextChangedByMDM || d.Rule == rule.ArraysSideBySide {
		return false
	}
	return d.Severity == diag.Error || d.Severity == diag.Warning && r.Has(rules.Delivery) || d.Rule == rule.Placeholder
}

// add opens and checks one file. Mistakes in it become findings; the error is for an unreadable or unusable file.
func (p *pushRun) add(name string, data []byte, builtFor target.Platform) error {
	file := diag.NewFile(name, bytes.Clone(data))
	doc, found := document.OpenTemplate(file)
	if doc.Defect != nil {
		p.checked = append(p.checked, checked{name: name, findings: []diag.Diagnostic{*doc.Defect}})
		return nil
	}
	if doc.Kind() == document.Declaration != p.setup.Destination.Declarations {
		p.otherKinds = append(p.otherKinds, name)
		return nil
	}
	if err := p.refuse(name, doc); err != nil {
		return err
	}
	profile := &deploy.Profile{Name: name, File: data, Root: doc.Root, Signed: doc.Signed, Declaration: p.setup.Declarations, BuiltFor: builtFor}
	if doc.Root != nil && !diag.HasErrors(found) {
		var err error
		if profile.Content, err = contentOf(doc, data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		secret.Mark(profile.Root)
		if p.setup.Destination.Server().Signed != nil { // the destination removes the signature
			plain := *doc
			plain.Signed, plain.Message = false, nil
			if plain.Format == document.Binary {
				plain.Format = document.XML
			}
			doc, file = &plain, diag.NewFile(name, profile.Content)
		}
	}
	for _, x := range p.setup.Profiles {
		if bytes.Equal(x.File, data) {
			p.warn(fmt.Sprintf("%s and %s are the same: %s once", x.Name, name, p.verb), "")
			return nil
		}
	}
	result := guarded(name, func(result *checked) error { return p.check.checkOpened(doc, found, file, result) })
	if result.err != nil {
		return result.err
	}
	p.setup.Profiles, p.checked = append(p.setup.Profiles, profile), append(p.checked, result)
	return nil
}

// otherKind is the error for named files of the kind that the destination does not take; nil without any.
func (p *pushRun) otherKind() error {
	d := p.setup.Destination
	takes, what := "profile", "declaration"
	if d.Declarations {
		takes, what = what, takes
	}
	are := "are " + what + "s"
	switch len(p.otherKinds) {
	case 0:
		return nil
	case 1:
		are = "is a " + what
	}
	return diag.WithHint(fmt.Errorf("%s %s, and %s takes %ss", few(p.otherKinds), are, d.Name, takes),
		"use %s for %ss; %s leaves them out if a folder is named", pushCommands(!d.Declarations), what, d.Name)
}

// refuse returns an error if the destination cannot deliver the file, or its signature is broken.
func (p *pushRun) refuse(name string, doc *document.Document) error {
	d := p.setup.Destination
	switch {
	case doc.IsEncrypted() && !d.Encrypted:
		return diag.WithHint(fmt.Errorf("%s: its payloads are encrypted, and %s cannot deliver it", name, d.Server().Name), "give the profile before encryption")
	case doc.Signed && !cms.Verify(doc.Message, cms.VerifyOptions{At: p.Now()}).Integrity.OK:
		return diag.WithHint(fmt.Errorf("%s: its signature does not hold", name), "syncguard verify shows the reason")
	}
	return nil
}

// contentOf returns the XML property list of a profile or the JSON of a declaration, in UTF-8 without a byte order mark. It keeps
// the bytes of the file, but rewrites another format or encoding.
func contentOf(doc *document.Document, file []byte) ([]byte, error) {
	if doc.Signed {
		content, err := cms.Content(doc.Message)
		if err != nil {
			return nil, err
		}
		file = bytes.Clone(content) // doc's own text gets its secrets masked
	}
	if doc.Format == document.Binary || !bytes.Equal(doc.File.Data, file) { // unequal: the file had another encoding
		return plist.Write(doc.Root)
	}
	if doc.Format == document.JSON {
		return bytes.TrimLeft(file, "\ufeff \t\r\n"), nil
	}
	return plist.RemoveOddities(file), nil
}

// isDeclarationName reports whether a file found in a folder looks like a declaration.
func (h *Host) isDeclarationName(in input) bool {
	return !isProfile(in) && h.hasProfileName(in)
}

// maxSchema limits the schema findings shown for a file.
const maxSchema = 3

// withoutSchemaErrors turns schema errors into warnings, since servers accept such profiles and devices may. It drops and counts
// those beyond maxSchema.
func withoutSchemaErrors(all []diag.Diagnostic) (findings []diag.Diagnostic, more int) {
	shown := 0
	for _, d := range all {
		if r, ok := rules.Find(d.Rule); ok && r.Has(rules.Schema) && !r.Has(rules.Delivery) && !r.Has(rules.Structure) && d.Severity == diag.Error {
			if shown++; shown > maxSchema {
				more++
				continue
			}
			d.Severity = diag.Warning
		}
		findings = append(findings, d)
	}
	return findings, more
}

// reportFindings tells the findings, the errors of all files last, and refuses the push if there is one.
func (p *pushRun) reportFindings() {
	var errors []PushFindings
	for _, c := range p.checked {
		p.check.addSetFindings(&c)
		for i := range c.findings {
			if c.findings[i].Rule == rule.DuplicateProfileIdentifier { // the second would replace the first on the server
				c.findings[i].Severity = diag.Error
			}
		}
		findings, more := withoutSchemaErrors(c.findings)
		isError := func(d diag.Diagnostic) bool { return d.Severity == diag.Error }
		if diag.HasErrors(findings) {
			blocking := slices.DeleteFunc(slices.Clone(findings), func(d diag.Diagnostic) bool { return !isError(d) })
			errors = append(errors, PushFindings{c.name, c.signed, blocking, 0})
		}
		if findings = slices.DeleteFunc(findings, isError); len(findings) > 0 {
			p.tell(PushEvent{Kind: PushChecked, Findings: PushFindings{c.name, c.signed, findings, more}})
		}
	}
	p.tell(PushEvent{Kind: PushWarned})
	p.result.Refused = p.result.Refused || len(errors) > 0
	for _, f := range errors {
		p.tell(PushEvent{Kind: PushChecked, Findings: f})
	}
}

// prepare turns the profiles into items for the destination, or puts all of its refusals into the result.
func (p *pushRun) prepare() {
	if p.session.Order != nil {
		slices.SortStableFunc(p.setup.Profiles, p.session.Order)
	}
	var refusals []error
	var reasons byReason
	for _, profile := range p.setup.Profiles {
		prepared, err := p.session.Prepare(profile)
		reasons.add(profile.Name, err)
		p.items = append(p.items, prepared...)
	}
	for _, r := range reasons {
		var wrong *diag.UsageError
		if errors.As(r.err, &wrong) {
			refusals = append(refusals, diag.Usage(wrong.Hint, "%s: %s", few(r.names), wrong.Problem))
		} else {
			refusals = append(refusals, fmt.Errorf("%s: %w", few(r.names), r.err))
		}
	}
	if len(refusals) == 0 && p.session.CheckSet != nil {
		if err := p.session.CheckSet(p.items); err != nil {
			refusals = append(refusals, err)
		}
	}
	p.result.Refusals, p.result.Refused = refusals, len(refusals) > 0
	var losses byReason
	for _, item := range p.items {
		for _, loss := range item.Losses {
			losses.add(item.Profile.Name, errors.New(loss))
		}
	}
	for _, l := range losses {
		if !p.result.Refused {
			p.warn(few(l.names)+": "+l.err.Error(), "")
		}
	}
}

// byReason are names of files by the error they share, in the order of the first ones.
type byReason []struct {
	err   error
	names []string
}

// add adds a file with its error; nil for none. Reasons beyond maxReasons are not looked for.
func (r *byReason) add(name string, err error) {
	if err == nil {
		return
	}
	for i := range min(len(*r), maxReasons) {
		if x := &(*r)[i]; x.err.Error() == err.Error() {
			x.names = append(x.names, name)
			return
		}
	}
	*r = append(*r, struct {
		err   error
		names []string
	}{err, []string{name}})
}

const maxReasons = 100
