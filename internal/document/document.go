// Package document opens users' files: profiles in XML or binary form, signed or not, and declarations in JSON. The content
// of a file decides its kind, never its name.
//
// Start with Open. It unwraps a signature but does not verify it: that is for package cms. defect.go explains damaged and
// foreign files, with the way out; package plist reads the content. The package checks no payload keys: that is for package
// lint.
package document

import (
	"bytes"
	"slices"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// Kind is the meaning of a file to a device.
type Kind string

// The kinds. The zero Kind is an unreadable file.
const (
	Profile     Kind = "profile"
	Declaration Kind = "declaration"
)

// Format is the file format.
type Format string

// The formats. The zero Format is an unreadable file.
const (
	XML    Format = "xml"
	Binary Format = "binary"
	JSON   Format = "json"
)

// Document is an opened file.
type Document struct {
	// File is the text of the spans: the input itself or the content of a signed one, converted to UTF-8 from another
	// encoding. It has the name of the input.
	File    *diag.File
	Root    *plist.Value // nil if nothing is usable
	Format  Format
	Whole   bool   // Root holds the whole file; otherwise a missing key may be in an unreadable part
	Signed  bool   // there is a CMS signature, not verified
	Message []byte // the signed message alone, without text around it or bytes after it
	// Defect is the reason why a device refuses the file as a whole, with the way out, the same in every command. It is nil
	// for a profile or a declaration with any keys. Root holds the content if it is readable all the same.
	Defect *diag.Diagnostic
	// Foreign is true for a readable file of another kind, neither profile nor declaration. Show nothing of it but Defect.
	Foreign bool
	// Placeholders are notes about values left for a later step, from OpenTemplate.
	Placeholders []diag.Diagnostic

	plist *plist.Document // of XML and binary
}

// Kind returns Declaration for JSON, and Profile for a property list.
func (d *Document) Kind() Kind {
	switch d.Format {
	case JSON:
		return Declaration
	case XML, Binary:
		return Profile
	}
	return ""
}

// IsEncrypted is true for a profile with payloads encrypted for one device.
func (d *Document) IsEncrypted() bool { return d.Root.Get("EncryptedPayloadContent") != nil }

// Open reads a profile or a declaration from untrusted bytes. It reports all violations at once, in the order of diag.Sort.
// The Document is never nil; with an Error among the findings its tree may be incomplete or nil, as in plist.Read.
func Open(f *diag.File) (*Document, []diag.Diagnostic) {
	return openWith(f, formats{plist.Read, plist.Read})
}

// OpenTemplate is Open for a file to be completed by a later step: in an unsigned profile placeholders may stand for values
// of any type, as in plist.ReadTemplate.
func OpenTemplate(f *diag.File) (*Document, []diag.Diagnostic) {
	return openWith(f, formats{plist.ReadTemplate, plist.Read})
}

// OpenNested is Open for a document held by a value of another. All documents of a budget together are as large as one file
// may be.
func OpenNested(f *diag.File, budget *plist.Budget) (*Document, []diag.Diagnostic) {
	if isJSON(f.Data) && !budget.Admits(f) {
		return &Document{File: f}, nil
	}
	nested := func(f *diag.File) (*plist.Document, []diag.Diagnostic) { return plist.ReadNested(f, budget) }
	d, found := openWith(f, formats{nested, nested})
	if d.Format == JSON && !budget.AdmitsValues(d.Root) {
		d.Root = nil
	}
	return d, found
}

// reader reads a property list.
type reader func(*diag.File) (*plist.Document, []diag.Diagnostic)

// formats are the readers of unsigned and of signed property lists.
type formats struct{ plain, signed reader }

func openWith(f *diag.File, read formats) (*Document, []diag.Diagnostic) {
	d, found := openAny(f, read)
	if d.Defect == nil && d.Root == nil && len(found) > 0 {
		d.Defect = &found[0]
	}
	for i := range found { // the file may be a private key given by mistake: keep it off the screen
		if d.Defect != nil && found[i].Rule == d.Defect.Rule {
			found[i].HideSource, found[i].Help = true, text.WithFile(found[i].Help, f.Name)
		}
	}
	d.Root.SetStepIDs(found, "PayloadContent", "PayloadIdentifier")
	d.Root.SetStepIDs(d.Placeholders, "PayloadContent", "PayloadIdentifier")
	if d.Root != nil && d.Defect == nil && (d.Whole || !bytes.Contains(d.File.Data, []byte("Payload"))) {
		if message, help := d.Kind().CheckTopLevel(d.Root); message != "" { // lint reports it too
			d.Defect = new(finding("not-a-"+string(d.Kind()), message, d.Root.Span, help))
			d.Foreign = true
			for i := range found {
				found[i].HideSource = true
			}
		}
	}
	if d.Defect != nil {
		d.Defect.HideSource, d.Defect.Help = true, text.WithFile(d.Defect.Help, f.Name)
	}
	return d, found
}

func openAny(f *diag.File, read formats) (*Document, []diag.Diagnostic) {
	c, content := signedDefect(f.Data)
	switch {
	case c != nil && c.message != nil:
		d, found := openSigned(f, c.message, c.content, read.signed)
		return d.withDefect(c.finding(f)), diag.Sort(append(found, c.finding(f)))
	case c != nil:
		d := &Document{File: f, Signed: true}
		return d.withDefect(c.finding(f)), []diag.Diagnostic{c.finding(f)}
	case cms.IsSigned(f.Data):
		return openSigned(f, f.Data, content, read.signed)
	case isJSON(f.Data):
		return openJSON(f)
	}
	return openPlist(f, read.plain)
}

func (d *Document) withDefect(defect diag.Diagnostic) *Document {
	d.Defect = &defect
	return d
}

func openPlist(f *diag.File, read reader) (*Document, []diag.Diagnostic) {
	doc, found := read(f)
	if doc == nil {
		return &Document{File: f}, found
	}
	whole := doc.Root != nil && !doc.Incomplete && !slices.ContainsFunc(found, losesValues)
	format := XML
	if doc.Format == plist.Binary {
		format = Binary
	}
	return &Document{File: doc.File, Root: doc.Root, Format: format, Whole: whole, Placeholders: doc.Placeholders, plist: doc}, found
}

// losesValues is true for a violation with possible loss of keys or values from the tree.
func losesValues(d diag.Diagnostic) bool { return slices.Contains(losingRules(), d.Rule) }

func losingRules() []string {
	return []string{rule.KeyOutsideDictionary, rule.KeyWithoutValue, rule.MalformedMarkup, rule.MarkupInValue, rule.MismatchedEndTag,
		rule.MultipleRoots, rule.NamespacedElement, rule.TextBetweenElements, rule.TooManyFindings, rule.TruncatedFile,
		rule.UnknownElement, rule.UnknownEntity, rule.ValueWithoutKey}
}

// openSigned reads the content of a signed message as a property list.
func openSigned(f *diag.File, message, content []byte, read reader) (*Document, []diag.Diagnostic) {
	d, found := openPlist(diag.NewFile(f.Name, content), read)
	d.Signed, d.Message = true, message
	return d, found
}

// finding returns a Diagnostic of Severity Error.
func finding(rule, message string, at diag.Span, help string) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: at}
}
