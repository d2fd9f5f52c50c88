package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

// load reads the files, and refuses what the server would. Findings are shown; an error among them keeps all from being sent.
func (p *pushing) load() ([]*deploy.Profile, error) {
	left, what, takes, other := 0, "declaration", isProfileName, isDeclarationName
	finder := inputFinder{stdinName: "stdin", wants: "profile (*.mobileconfig)"}
	if p.declarations {
		finder.wants, what, takes, other = "declaration (*.json)", "profile", isDeclarationName, isProfileName
	}
	finder.isInput = func(path string) bool {
		if takes(path) {
			return true
		}
		if other(path) {
			left++
		}
		return false
	}
	inputs, failures, err := finder.find(p.o.paths)
	if err != nil {
		return nil, err
	}
	if left > 0 {
		p.env.err().Hint(fmt.Sprintf("left out: %s, which %s is not given", view.Count(left, what), p.server().Name))
	}
	loader, err := p.newLoader()
	if err != nil {
		return nil, err
	}
	for _, in := range inputs {
		data, err := in.Read(p.env.host())
		if err == nil {
			err = loader.add(in.Path(), data)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	if err := verdict(p.env, failures, false); err != nil {
		return nil, err
	}
	return loader.finish()
}

// pushLoader opens profiles and holds them against what is known of the server.
type pushLoader struct {
	*pushing
	check    *app.PushChecker
	profiles []*deploy.Profile
	checked  []app.PushChecked
}

func (p *pushing) newLoader() (*pushLoader, error) {
	check, err := app.NewPushChecker(p.env.host(), nil, lint.Options{Groups: []rules.Group{rules.Structure, rules.Schema, rules.Delivery}, For: p.server(), Now: p.env.Now(),
		Placeholders: lint.PlaceholdersNoted}, isAboutPushing)
	if err != nil {
		return nil, err
	}
	return &pushLoader{pushing: p, check: check}, nil
}

// isAboutPushing keeps what stops a push, and what the server does to a profile, unless the destination sends it in a form that
// the server keeps, or says itself what is lost.
func isAboutPushing(d diag.Diagnostic) bool {
	if d.Rule == rule.TextRefusedByMDM { // what is sent is plain text, whatever the file is
		return false
	}
	r, _ := rules.Find(d.Rule)
	if d.Rule == rule.TextChangedByMDM || d.Rule == rule.ArraysSideBySide {
		return false
	}
	return d.Severity == diag.Error || d.Severity == diag.Warning && r.Has(rules.Delivery) || d.Rule == rule.Placeholder
}

// add opens one file. What is wrong in it is among the findings; the error is one of reading.
func (l *pushLoader) add(name string, data []byte) error {
	doc, found := document.OpenTemplate(diag.NewFile(name, bytes.Clone(data)))
	switch {
	case doc.Defect != nil:
		l.checked = append(l.checked, app.PushChecked{Name: name, Findings: []diag.Diagnostic{*doc.Defect}})
		return nil
	case doc.Kind() == document.Declaration && !l.declarations:
		return withHint(fmt.Errorf("%s: is a declaration, and %s is given profiles", name, l.server().Name), "push kmfddm takes declarations")
	case doc.Kind() == document.Profile && l.declarations:
		return withHint(fmt.Errorf("%s: is a profile, and %s is given declarations", name, l.server().Name), "push nanomdm takes profiles")
	case doc.IsEncrypted() && !l.encrypted:
		return withHint(fmt.Errorf("%s: its payloads are encrypted for one device, and %s does not deliver such a profile", name, l.server().Name), "give it the profile before it was encrypted")
	case doc.Signed && !cms.Verify(doc.Message, cms.VerifyOptions{At: l.env.Now()}).Integrity.OK:
		return withHint(fmt.Errorf("%s: its signature does not hold", name), "syncguard verify says what is wrong with it")
	}
	profile := &deploy.Profile{Name: name, File: data, Root: doc.Root, Signed: doc.Signed, Declaration: l.declarations}
	sent := data
	if doc.Root != nil && !diag.HasErrors(found) {
		var err error
		if profile.Content, err = contentOf(doc, data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		secret.Mark(profile.Root)
		if l.server().Signed != nil {
			sent = profile.Content // the destination takes the signature off
		}
	}
	for _, x := range l.profiles {
		if bytes.Equal(x.File, data) {
			l.env.err().Warning(fmt.Sprintf("%s is the same as %s, and %s once", name, x.Name, l.verb))
			return nil
		}
	}
	result := l.check.Check(name, bytes.Clone(sent))
	if result.Err != nil {
		return result.Err
	}
	l.profiles, l.checked = append(l.profiles, profile), append(l.checked, result)
	return nil
}

// contentOf returns the property list of a document, in XML, or the JSON of a declaration, both in UTF-8 from the first byte on:
// as it stands in the file, or, where that has another form, written anew.
func contentOf(doc *document.Document, file []byte) ([]byte, error) {
	if doc.Signed {
		var err error
		if file, err = cms.Content(doc.Message); err != nil {
			return nil, err
		}
	}
	if doc.Format == document.Binary || !bytes.Equal(doc.File.Data, file) { // the latter was in another encoding
		return plist.Write(doc.Root)
	}
	if doc.Format == document.JSON {
		return bytes.TrimLeft(file, "\ufeff \t\r\n"), nil
	}
	return plist.Plain(file), nil
}

// isDeclarationName says whether a file in a folder is a declaration.
func isDeclarationName(path string) bool { return !isProfileName(path) && hasProfileName(path) }

// sendOrder puts what is referred to before what refers to it: a server can refuse an activation of what it does not have.
func sendOrder(a, b *deploy.Profile) int {
	rank := func(p *deploy.Profile) int {
		return slices.IndexFunc([]string{"com.apple.activation.", "com.apple.configuration.", "com.apple.management.", "com.apple.asset."},
			func(kind string) bool { return strings.HasPrefix(p.Text("Type"), kind) })
	}
	return rank(b) - rank(a)
}

// maxSchema is how many findings about Apple's schemas are shown of a file.
const maxSchema = 3

// withoutSchemaErrors makes warnings of what Apple's schemas do not allow, and counts those beyond a few: a server takes them, and
// devices may.
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

// finish shows what was found, and refuses the profiles if an error is among it.
func (l *pushLoader) finish() ([]*deploy.Profile, error) {
	if err := l.check.Together(l.checked); err != nil {
		return nil, err
	}
	refused := false
	for _, c := range l.checked {
		for i := range c.Findings {
			if c.Findings[i].Rule == rule.DuplicateProfileIdentifier { // one would be made, and the other put in its place
				c.Findings[i].Severity = diag.Error
			}
		}
		findings, more := withoutSchemaErrors(c.Findings)
		refused = refused || diag.HasErrors(findings)
		if len(findings) > 0 {
			out := l.env.err()
			out.FileFindings(c.Name, c.Signed, findings)
			if more > 0 {
				out.Line("%d more that Apple's schemas do not allow: syncguard lint %s", more, view.Clean(c.Name))
			}
			out.Line("")
		}
	}
	if refused {
		l.env.err().Line("nothing was %s", l.verb)
		return nil, errFindings
	}
	if l.declarations {
		slices.SortStableFunc(l.profiles, sendOrder)
	}
	return l.profiles, nil
}

// pack makes of the profiles what the destination takes. Its refusals are shown, all of them.
func (p *pushing) pack(d deploy.Packer, profiles []*deploy.Profile) ([]*deploy.Parcel, error) {
	var parcels []*deploy.Parcel
	var refusals []error
	for _, profile := range profiles {
		packed, err := d.Pack(profile)
		if err != nil {
			refusals = append(refusals, fmt.Errorf("%s: %w", profile.Name, err))
			continue
		}
		parcels = append(parcels, packed...)
	}
	if len(refusals) == 0 {
		if err := deploy.CheckTogether(d, parcels); err != nil {
			refusals = append(refusals, err)
		}
	}
	for _, err := range refusals {
		p.env.err().Failure(plain(err))
	}
	if len(refusals) > 0 {
		p.env.err().Line("nothing was %s", p.verb)
		return nil, errFindings
	}
	for _, parcel := range parcels {
		for _, loss := range parcel.Losses {
			p.env.err().Warning(parcel.Profile.Name + ": " + loss)
		}
	}
	return parcels, nil
}
