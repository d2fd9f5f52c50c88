// Package document opens the files that people have: profiles in XML or binary form, signed or not, and declarations in
// JSON. What a file is, its content tells and never its name.
package document

import (
	"slices"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// Kind is what a file is for a device.
type Kind string

// The kinds. The zero Kind is a file that could not be read.
const (
	Profile     Kind = "profile"
	Declaration Kind = "declaration"
)

// Format is how a file is written down.
type Format string

// The formats. The zero Format is a file that could not be read.
const (
	XML    Format = "xml"
	Binary Format = "binary"
	JSON   Format = "json"
)

// Document is a file that was opened.
type Document struct {
	// File is what spans point into: the input itself, the content of a signed one, or either of them in UTF-8 where it
	// was in another encoding. It has the name of the input.
	File    *diag.File
	Root    *plist.Value // nil when nothing can be used
	Format  Format
	Whole   bool   // Root holds all that the file says; else a key that is not there may stand where nothing could be read
	Signed  bool   // a CMS signature is around it, which was not verified
	Message []byte // the signed message alone, without text around it or bytes behind it
	// Defect is why the file as a whole is not what a device takes, with the way out: every command has the same words for it.
	// It is nil for a profile or a declaration, whatever its keys are. Where the content can be read all the same, Root holds it.
	Defect *diag.Diagnostic
	// Placeholders are notes about values that OpenTemplate left for a later step.
	Placeholders []diag.Diagnostic

	plist *plist.Document // of XML and binary
}

// Kind tells a profile from a declaration: declarations are JSON, and profiles are property lists.
func (d *Document) Kind() Kind {
	switch d.Format {
	case JSON:
		return Declaration
	case XML, Binary:
		return Profile
	}
	return ""
}

// IsEncrypted says whether the payloads of a profile are encrypted for one device.
func (d *Document) IsEncrypted() bool { return d.Root.Get("EncryptedPayloadContent") != nil }

// Open reads a profile or a declaration from untrusted bytes. It reports every violation that it finds, in the order of
// diag.Sort. The Document is never nil; with an Error among the findings its tree may be incomplete or nil, as plist.Read
// says.
func Open(f *diag.File) (*Document, []diag.Diagnostic) { return openWith(f, plist.Read) }

// OpenTemplate is Open for a file that a later step may complete: in an unsigned profile placeholders may stand for values
// of any type, as plist.ReadTemplate says.
func OpenTemplate(f *diag.File) (*Document, []diag.Diagnostic) {
	return openWith(f, plist.ReadTemplate)
}

// reader reads a property list.
type reader func(*diag.File) (*plist.Document, []diag.Diagnostic)

func openWith(f *diag.File, read reader) (*Document, []diag.Diagnostic) {
	d, found := openAny(f, read)
	if d.Defect == nil && d.Root == nil && len(found) > 0 {
		d.Defect = &found[0]
	}
	for i := range found { // a key that was given by mistake is not for the screen
		found[i].HideSource = found[i].HideSource || d.Defect != nil && found[i].Rule == d.Defect.Rule
	}
	d.Root.SetStepIDs(found, "PayloadContent", "PayloadIdentifier")
	d.Root.SetStepIDs(d.Placeholders, "PayloadContent", "PayloadIdentifier")
	if d.Root != nil && d.Whole && d.Defect == nil {
		if text, help := d.Kind().Misses(d.Root); text != "" { // lint finds it, too
			d.Defect = new(finding("not-a-"+string(d.Kind()), text, d.Root.Span, help))
		}
	}
	if d.Defect != nil {
		d.Defect.HideSource = true
	}
	return d, found
}

func openAny(f *diag.File, read reader) (*Document, []diag.Diagnostic) {
	c, content := signedDefect(f.Data)
	switch {
	case c != nil && c.message != nil:
		d, found := openSigned(f, c.message, c.content)
		return d.with(c.finding(f)), diag.Sort(append(found, c.finding(f)))
	case c != nil:
		d := &Document{File: f, Signed: true}
		return d.with(c.finding(f)), []diag.Diagnostic{c.finding(f)}
	case cms.IsSigned(f.Data):
		return openSigned(f, f.Data, content)
	case isJSON(f.Data):
		return openJSON(f)
	}
	return openPlist(f, read)
}

func (d *Document) with(defect diag.Diagnostic) *Document {
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

// losesValues says whether a violation can keep keys or values out of the tree.
func losesValues(d diag.Diagnostic) bool { return slices.Contains(losingRules(), d.Rule) }

func losingRules() []string {
	return []string{rule.KeyOutsideDictionary, rule.KeyWithoutValue, rule.MalformedMarkup, rule.MarkupInValue, rule.MismatchedEndTag,
		rule.MultipleRoots, rule.NamespacedElement, rule.TextBetweenElements, rule.TooManyFindings, rule.TruncatedFile,
		rule.UnknownElement, rule.UnknownEntity, rule.ValueWithoutKey}
}

// openSigned reads the content of a signed message as a property list.
func openSigned(f *diag.File, message, content []byte) (*Document, []diag.Diagnostic) {
	d, found := openPlist(diag.NewFile(f.Name, content), plist.Read)
	d.Signed, d.Message = true, message
	return d, found
}

// finding returns an error.
func finding(rule, message string, at diag.Span, help string) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: at}
}
